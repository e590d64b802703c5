"""Discounts beyond those usual for a quantity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.kernels.price_dispersion import BANDS

Whole = NDArray[np.int64]


def unexplained_discounts(rows: Mapping[str, NDArray[Any]]) -> float:
    """Discount beyond the usual one for the quantity, in currency over all rows.

    rows: product, quantity, amount, discount (currency, NaN where not known). The usual discount is the median share of
    the list price in a band of quantity against the product's median: where most rows of a band have none, all of its
    discounts are beyond.
    """
    gross = np.where(np.isnan(rows["discount"]), 0.0, rows["amount"] + rows["discount"])
    known = gross > 0
    if not known.any():
        return 0.0
    share = rows["discount"][known] / gross[known]
    band = _bands(rows)[known]
    usual = np.zeros(BANDS.size + 1)
    for each in np.unique(band):
        usual[each] = np.median(share[band == each])
    return float(np.sum(np.maximum(share - usual[band], 0.0) * gross[known]))


def _bands(rows: Mapping[str, NDArray[Any]]) -> Whole:
    """The band of each row's quantity against the median of its product."""
    product, size = rows["product"], np.log(rows["quantity"])
    order = np.lexsort((size, product))
    counts = np.bincount(product)
    medians = size[order][np.minimum(np.cumsum(counts) - counts + counts // 2, size.size - 1)]
    return np.searchsorted(BANDS, size - medians[product]).astype(np.int64)
