"""The luck of customers and of groups of them in their lifetime value, one stream for every customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from patronage.kernels.customer_luck import Lucky, luck_draws, luck_keys
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.terms import Terms

Groups = Sequence[Sequence[int]] | NDArray[np.int64]
"""The group of each customer in each list, (lists, customers)."""


def value_luck(
    customers: NDArray[Any], moments: tuple[ArrayLike, ArrayLike], groups: Groups, count: int, terms: Terms
) -> Floats:
    """Lifetime value less its mean, summed over the customers of each group, (count, draws), by luck alone.

    customers: ids. moments: mean and standard deviation of each one's value. Whoever asks for a customer finds it with
    the same luck, so that totals, parts and lists of any kind belong together draw by draw.
    """
    keys = luck_keys(customers.tolist(), seed=terms.seed, name="lifetime_value.luck")
    return luck_draws(Lucky(keys, *moments), groups, count, draws=terms.draws)
