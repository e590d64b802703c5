"""Which customers with too few gaps to be told renew like those who are, judged by how often chance looks alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from patronage.kernels.arrays import Flags, Floats, not_negative, same_length

CHANCE_SHARE = 0.2
"""Of the customers of a kind taken to renew, the most who may look so by chance."""
CHANCE_TAIL = 0.001
"""Chance of as many by chance alone, above which a kind is not taken to renew."""
LEAST_SLACK = 1.5
"""Days by which a gap may miss its period at least: weekends and holidays."""
SLACK_SDS = 2.5


@dataclass(frozen=True, slots=True)
class FewGaps:
    """Customers with at least one gap between purchase days and too few to be told, grouped, each (rows,).

    gaps: how many. shortest, longest: of them in days. silent: days since the last purchase. n: customers.
    """

    gaps: Floats
    shortest: Floats
    longest: Floats
    silent: Floats
    n: Floats


@dataclass(frozen=True, slots=True)
class YoungContracts:
    """Which of the customers with few gaps are taken to renew at a period.

    low, high: days between which all their gaps lie. late: days of silence from which one counts as gone. active, gone:
    by number of gaps less one, whether those are taken. entry: gaps after which a customer is known to renew whether it
    has stopped or not.
    """

    low: float
    high: float
    late: float
    active: Flags
    gone: Flags
    entry: int


def young_contracts(few: FewGaps, period: float, spread: float, told: int) -> YoungContracts:
    """Kinds of customers, by number of gaps and whether they bought lately, of whom most renew at a period.

    period: days, of those told to renew. spread: coefficient of variation of their gaps. told: gaps from which
    customers are told anyway. What chance makes is read off beside the period: customers all of whose gaps lie in a
    stretch as wide just below it, or just above. A kind is taken where chance makes at most CHANCE_SHARE of it, and
    makes as many with a chance below CHANCE_TAIL. Late is one and a half periods.
    """
    rows = _checked(few, period, told)
    slack = max(LEAST_SLACK, SLACK_SDS * spread * period)
    late, kinds = 1.5 * period, max(told - 1, 0)
    taken = np.zeros((2, kinds), dtype=np.bool_)
    for lapsed in (0, 1):
        own = (rows.silent > late) == bool(lapsed)
        for gaps in range(1, kinds + 1):
            here = own & (rows.gaps == gaps)
            beside = [_within(rows, here, period + side * 2 * slack, slack) for side in (-1, 1)]
            taken[lapsed, gaps - 1] = _more_than_chance(_within(rows, here, period, slack), sum(beside) / 2)
    entry = kinds + 1
    while entry > 1 and taken[1, entry - 2] and taken[0, entry - 2]:
        entry -= 1
    return YoungContracts(period - slack, period + slack, late, taken[0], taken[1], entry)


def _within(rows: FewGaps, here: Flags, middle: float, slack: float) -> float:
    # Half open, so that a whole number of days on an edge belongs to one stretch alone.
    inside = (rows.shortest > middle - slack) & (rows.longest <= middle + slack)
    return float(rows.n[here & inside].sum())


def _more_than_chance(seen: float, expected: float) -> bool:
    if seen == 0:
        return False
    # One more than was seen beside: none there is not never.
    tail = float(special.pdtrc(seen - 1, expected + 0.5))
    return expected <= CHANCE_SHARE * seen and tail <= CHANCE_TAIL


def _checked(few: FewGaps, period: float, told: int) -> FewGaps:
    named: dict[str, ArrayLike] = {
        "gaps": few.gaps, "shortest": few.shortest, "longest": few.longest, "silent": few.silent, "n": few.n,
    }  # fmt: skip
    columns = {name: not_negative(values, name, axes=1) for name, values in named.items()}
    same_length(**columns)
    if not (period > 0 and told >= 1):
        raise ValueError(f"period must be above 0 and told at least 1, got {period} and {told}")
    if (columns["shortest"] > columns["longest"]).any():
        raise ValueError("shortest must not exceed longest")
    return FewGaps(**columns)
