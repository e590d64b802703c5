"""Costs of customers by the draw: a few uncertain costs, shared by all, times each customer's counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patronage.findings.worth import CountCost
from patronage.vocabulary.estimate import Draws, Floats


def cost_draws(counts: Sequence[CountCost]) -> Draws | None:
    """(counts, draws) cost of one of each counted thing; None where all are certain."""
    sizes = {count.cost.draws.size for count in counts if count.cost.draws is not None}
    if not sizes:
        return None
    rows = [
        np.full(max(sizes), count.cost.mean, dtype=np.float32) if count.cost.draws is None else count.cost.draws
        for count in counts
    ]
    return np.stack(rows).astype(np.float32)


def row_quantiles(draws: Draws, levels: Sequence[float]) -> tuple[Floats, ...]:
    """Quantiles of each row of (rows, draws), one (rows,) array for each level."""
    found = np.quantile(draws, np.asarray(levels, dtype=np.float32), axis=1)
    return tuple(np.asarray(row, dtype=np.float64) for row in found)
