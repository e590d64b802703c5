"""What an order brings of the customers whose own orders lose money."""

from __future__ import annotations

import numpy as np

from patronage.evidence.engine import Columns
from patronage.kernels.credibility import credible_means
from patronage.vocabulary.estimate import Floats


def own_worth(columns: Columns) -> Floats:
    """Value per purchase day of customers told to be losing, not a number for all others: (customers,), in currency.

    columns: x, losing, occasions_value and occasions_squares of the histories of repeat_buying. A customer's own mean
    counts as much as its days tell, the mean of all who lose for the rest. Never above 0 where its days lose in all.
    """
    losing = columns["losing"].astype(bool)
    worth = np.full(len(losing), np.nan)
    if losing.any():
        net = columns["occasions_value"][losing].astype(float)
        days = columns["x"][losing].astype(float) + 1
        found = credible_means(days, net, columns["occasions_squares"][losing].astype(float)).corrected
        # The mean of all who lose may lie above 0 where some of them gain on a few large days.
        worth[losing] = np.where(net < 0, np.minimum(found, 0.0), found)
    return worth
