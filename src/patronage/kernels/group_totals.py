"""Totals of groups of customers by the draw: what all share, and each group's own luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite, not_negative, same_length
from patronage.kernels.draws import stream


@dataclass(frozen=True, slots=True)
class GroupTotals:
    """Expected totals of groups, each (groups,).

    gain: before costs. cost: what is taken off. variance: of the total by luck of single customers, >= 0.
    """

    gain: ArrayLike
    cost: ArrayLike
    variance: ArrayLike


@dataclass(frozen=True, slots=True)
class SharedFactors:
    """Factors around 1 that move every customer alike, each (draws,): of gains and of costs."""

    gain: ArrayLike
    cost: ArrayLike


def group_draws(totals: GroupTotals, shared: SharedFactors, *, seed: int, name: str) -> Floats:
    """Draws of each group's gain less cost, (groups, draws).

    Luck is independent between groups, with the group's variance: gamma around the shared part of a draw where that is
    positive, so that a sum of gains never falls below 0, else normal. name: of the estimand, whose stream it is.
    """
    gain, cost = finite(totals.gain, "gain", axes=1), finite(totals.cost, "cost", axes=1)
    variance = not_negative(totals.variance, "variance", axes=1)
    same_length(gain=gain, cost=cost, variance=variance)
    up, down = finite(shared.gain, "shared gain", axes=1), finite(shared.cost, "shared cost", axes=1)
    same_length(up=up, down=down)
    centre = np.outer(gain, up) - np.outer(cost, down)
    random = stream(seed, name)
    normal = random.standard_normal(centre.shape)
    spread = np.sqrt(variance)[:, None] * np.ones_like(centre)
    lucky = (centre > 0) & (spread > 0)
    safe = np.where(lucky, centre, 1.0)
    shape = np.clip(safe / np.where(spread > 0, spread, 1.0), 0.03, 1e6) ** 2
    return np.where(lucky, safe * random.standard_gamma(shape) / shape, centre + spread * normal)


def lucky_draws(gain: ArrayLike, cost: ArrayLike, shared: SharedFactors, luck: ArrayLike) -> Floats:
    """Draws of each group's gain less cost, (groups, draws), with the luck of its own customers.

    gain, cost: expected, (groups,). luck: of gain less cost, (groups, draws), at factors of 1; it moves with the gain,
    so that gains without cost stay above 0. Each term is a sum over customers: parts add to the whole draw by draw.
    """
    gains, costs = finite(gain, "gain", axes=1), finite(cost, "cost", axes=1)
    own = finite(luck, "luck", axes=2)
    same_length(gain=gains, cost=costs, luck=own.T)
    up, down = finite(shared.gain, "shared gain", axes=1), finite(shared.cost, "shared cost", axes=1)
    same_length(up=up, down=down, luck=own)
    return (gains[:, None] + own) * up - np.outer(costs, down)
