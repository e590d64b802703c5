"""Value that is lost when customers leave within a year."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from patronage.vocabulary.estimate import Floats

Staying = Callable[[float], Floats]
"""Chance of each customer who is active today to be active so many years later, (customers,)."""

NODES = 16


def share_lost_by_leaving(staying: Staying, years: float, discount_rate: float) -> Floats:
    """Share of each customer's value over the horizon by which leaving within a year lessens it, (customers,).

    May exceed 1. A customer is taken to bring the same a year for as long as it is active.
    """
    # Value V is P(alive) W, and W, the value of one who is alive, already holds the leaving of the next year:
    #   W = S(1) W_stay + (1 - S(1)) W_leave,   S(t) = P(active in t years | alive).
    # What leaving within the year takes is P(alive) P(leave | alive) (W_stay - W_leave), which is by the first line
    #   P(alive) (W_stay - W) = V (W_stay / W - 1).
    # With even flow and discount factor d: W = integral of S d over the horizon; who stays the year has S = 1 within
    # it and S(t) / S(1) after it.
    first, after = min(1.0, years), max(years - 1.0, 0.0)
    a_year = staying(1.0)
    early, late = np.zeros_like(a_year), np.zeros_like(a_year)
    sure = 0.0
    for node, weight in zip(*np.polynomial.legendre.leggauss(NODES), strict=True):
        t = first * (node + 1) / 2
        sure += first * weight / 2 * (1 + discount_rate) ** -t
        early += first * weight / 2 * (1 + discount_rate) ** -t * staying(t)
        t = 1.0 + after * (node + 1) / 2
        late += after * weight / 2 * (1 + discount_rate) ** -t * staying(t)
    kept = np.maximum(a_year, 1e-12)
    return np.maximum((sure + late / kept) / (early + late) - 1, 0.0)
