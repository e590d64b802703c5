"""How many customers would lose money if handling an order cost so much."""

from __future__ import annotations

import math

import numpy as np

from patronage.evidence.engine import Engine
from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Floats

STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
"""Round costs within a power of ten."""

REACH = (0.01, 0.5)
"""Shares of customers with a margin to lose between whose margins per order the costs lie: from few to half."""


def order_cost_thresholds(engine: Engine, customers: StoredTable) -> StoredTable | None:
    """What customers would lose at each round cost of an order; None where no order has a margin to lose.

    One row per cost: cost_per_order, customers_losing, share_losing, losing_already, money. A customer loses when
    cost x orders is above its margin, and already does where its margin is below 0; money is the sum of those losses,
    positive.
    """
    table = engine.columns(engine.open(customers).select("orders", "margin"))
    orders, margin = table["orders"], table["margin"]
    costs = round_costs(margin[orders > 0] / orders[orders > 0])
    if not costs.size:
        return None
    left = [margin - cost * orders for cost in costs]
    losing = np.array([int((profit < 0).sum()) for profit in left])
    return engine.write(
        "thresholds",
        [
            {
                "cost_per_order": costs,
                "customers_losing": losing,
                "share_losing": losing / orders.size,
                "losing_already": np.full(costs.size, int((margin < 0).sum())),
                "money": np.array([-float(profit[profit < 0].sum()) for profit in left]),
            }
        ],
    )


def round_costs(margin_per_order: Floats) -> Floats:
    """Round costs that cover the margins per order above 0 up to the middle one; empty where none is above 0."""
    # Who loses before an order costs anything has no threshold, and would pull those of the others down.
    told = margin_per_order[margin_per_order > 0]
    if not told.size:
        return np.zeros(0)
    low, high = (float(q) for q in np.quantile(told, REACH))
    low = max(low, high / 1000)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 2)
    grid = np.array([step * 10.0**power for power in powers for step in STEPS])
    first = max(0, int(np.searchsorted(grid, low, side="right")) - 1)
    last = int(np.searchsorted(grid, high, side="right")) + 1
    return grid[first:last]
