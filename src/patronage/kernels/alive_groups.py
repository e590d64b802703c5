"""Customers alive, grouped where a model expects the same of them, and what it expects of each group."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from patronage.kernels.alive_orders import AlivePairs, Future, OrderLaw, OrderMoments, order_law, order_moments
from patronage.kernels.arrays import Floats, Whole
from patronage.kernels.compiled import compiled
from patronage.kernels.repeat_counts import Codes, totals


@dataclass(frozen=True, slots=True)
class Phases:
    """How far regular buyers are on the way to their next order.

    first: (groups,) row of the pairs at which a group's phases begin. chance: (groups, phases) of being in each.
    """

    first: Whole
    chance: Floats

    @property
    def rows(self) -> Whole:
        """The row of the pairs of each phase of each group, (groups, phases)."""
        steps: Whole = np.arange(self.chance.shape[1], dtype=np.int64)
        return self.first[:, None] + steps


@dataclass(frozen=True, slots=True)
class AliveGroups:
    """Groups of customers of whom a model expects the same if they are alive.

    x: (groups,) repeats. place: (customers,) the group of each. pairs: one row per group, or, with phases, one per
    phase.
    """

    x: Floats
    place: Codes
    pairs: AlivePairs
    phases: Phases | None = None

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self.x)


def group_moments(groups: AliveGroups, future: Future) -> OrderMoments:
    """Expected orders of one alive within the horizon, each (groups,)."""
    moments = order_moments(groups.pairs, future)
    if groups.phases is None:
        return moments
    rows = groups.phases.rows
    return OrderMoments(*(np.einsum("gp,gp->g", groups.phases.chance, column[rows]) for column in moments))


def group_law(groups: AliveGroups, future: Future) -> OrderLaw:
    """The law of the number of orders of one alive within the horizon."""
    law = order_law(groups.pairs, future)
    if groups.phases is None:
        return law
    return OrderLaw(*_mixed(law.at_least, law.start, groups.phases.first, groups.phases.chance))


def moments_in_all(groups: AliveGroups, weights: Floats, futures: list[Future]) -> Floats:
    """Discounted orders of all customers if alive, weighed, within each of the futures: (futures,).

    weights: (customers,).
    """
    by_group = totals(groups.place, weights, len(groups))
    if groups.phases is not None:
        spread = by_group[:, None] * groups.phases.chance
        by_group = totals(groups.phases.rows.ravel(), spread.ravel(), len(groups.pairs.rate))
    return np.array([float(by_group @ order_moments(groups.pairs, future).discounted) for future in futures])


def part(groups: AliveGroups, rows: slice) -> AliveGroups:
    """Some of the groups, without their customers."""
    if groups.phases is None:
        return AliveGroups(groups.x[rows], groups.place[:0], _some(groups.pairs, rows))
    first, chance = groups.phases.first[rows], groups.phases.chance[rows]
    low, high = int(first.min()), int(first.max()) + chance.shape[1]
    phases = Phases(first - low, chance)
    return AliveGroups(groups.x[rows], groups.place[:0], _some(groups.pairs, slice(low, high)), phases)


def _some(pairs: AlivePairs, rows: slice) -> AlivePairs:
    done = None if pairs.done is None else pairs.done[rows]
    return replace(pairs, shape=pairs.shape[rows], rate=pairs.rate[rows], stay=pairs.stay[rows], done=done)


@compiled
def _mixed(law: Floats, start: Whole, first: Whole, chance: Floats) -> tuple[Floats, Whole]:
    """The laws of the phases of each group, weighed by their chance."""
    size, phases = chance.shape
    begin = np.zeros(size + 1, dtype=np.int64)
    for group in range(size):
        longest = 0
        for phase in range(phases):
            row = first[group] + phase
            longest = max(longest, start[row + 1] - start[row])
        begin[group + 1] = begin[group] + longest
    out = np.zeros(begin[size])
    for group in range(size):
        for phase in range(phases):
            row = first[group] + phase
            for k in range(start[row + 1] - start[row]):
                out[begin[group] + k] += chance[group, phase] * law[start[row] + k]
    return out, begin
