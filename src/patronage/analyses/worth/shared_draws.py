"""Uncertain figures of customers by the draw: a few factors, shared by all, times each customer's own columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patronage.vocabulary.estimate import Draws, Estimate, Floats


def draw_rows(factors: Sequence[Estimate]) -> Draws | None:
    """(factors, draws) draws of the factors, each certain one as a row of its mean; None where all are certain."""
    sizes = {factor.draws.size for factor in factors if factor.draws is not None}
    if not sizes:
        return None
    if len(sizes) > 1:
        raise ValueError(f"all estimates of a run share one number of draws, got {sorted(sizes)}")
    (size,) = sizes
    rows = [np.full(size, one.mean, np.float32) if one.draws is None else one.draws for one in factors]
    return np.stack(rows).astype(np.float32)


def row_quantiles(draws: Draws, levels: Sequence[float]) -> tuple[Floats, ...]:
    """Quantiles of each row of (rows, draws), one (rows,) array for each level."""
    found = np.quantile(draws, np.asarray(levels, dtype=np.float32), axis=1)
    return tuple(np.asarray(row, dtype=np.float64) for row in found)
