"""The most that a set of activities can bring for what is spent on it, at every budget worth having."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Flags, Floats, not_negative, same_length
from patronage.kernels.closure import Helping, best_set, set_value

EQUAL = 1e-9
"""Share of all amounts by which a set must gain to count as another."""


@dataclass(frozen=True, slots=True)
class Step:
    """A set on the frontier: on, (activities,), what it brings before what is spent on it, and what is spent."""

    on: Flags
    value: float
    spend: float


def frontier(system: Helping, spend: ArrayLike) -> tuple[Step, ...]:
    """The sets that no mix of others surpasses at their spend, least spend first.

    spend: (activities,), >= 0. Each set holds the one before it, so that a budget that grows never calls anything off.
    The first spends as little as pays, the last is the best set where spending costs nothing. Source: Picard and
    Queyranne (1982), parametric closure; Eisner and Severance (1976) for the search over prices of a unit of spend.
    """
    costs = not_negative(spend, "spend", axes=1)
    same_length(alone=system.alone, spend=costs)
    scale = float(np.abs(system.alone).sum() + system.together.sum())
    if scale == 0 or not costs.any():
        return (_at(system, costs, 0.0),)
    least = float(costs[costs > 0].min())
    ends = _at(system, costs, 2 * scale / least), _at(system, costs, 0.0)
    found = [ends[0], *_between(system, costs, ends, EQUAL * scale), ends[1]]
    return tuple(step for place, step in enumerate(found) if place == 0 or step.spend > found[place - 1].spend)


def _between(system: Helping, spend: Floats, ends: tuple[Step, Step], slight: float) -> list[Step]:
    """The steps between two, by the price at which those two are worth the same."""
    low, high = ends
    if high.spend <= low.spend:
        return []
    price = (high.value - low.value) / (high.spend - low.spend)
    middle = _at(system, spend, price)
    if middle.value - price * middle.spend <= low.value - price * low.spend + slight:
        return []
    before, after = (_between(system, spend, pair, slight) for pair in ((low, middle), (middle, high)))
    return [*before, middle, *after]


def _at(system: Helping, spend: Floats, price: float) -> Step:
    """The best set where a unit of spend costs so much."""
    on = best_set(replace(system, alone=system.alone - price * spend)).on
    return Step(on, set_value(system, on), float(spend[on].sum()))
