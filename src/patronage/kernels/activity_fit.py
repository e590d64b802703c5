"""The best set of activities as one problem: those that help, need, hinder and exclude each other, within budgets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, vstack

from patronage.kernels.arrays import Flags, Floats, Whole, finite, not_negative, same_length, ties
from patronage.kernels.closure import best_set, helping

CUT, PROGRAM = "minimum cut", "mixed integer program"

SECONDS = 60.0
"""Most time that a program may take; what it has found by then is given with its gap."""

EQUAL = 1e-9
"""Share of all amounts by which a flip must gain to count."""


@dataclass(frozen=True, slots=True)
class Activities:
    """Activities alone, together and apart, by place; amounts in currency.

    alone: (activities,) value of each where no other is on. first, second, together: (pairs,) what two bring more, or
    less where below 0, when both are on. needing, needed: the first cannot be on without the second. one, other: they
    cannot both be on. spend: (budgets, activities), >= 0, what each takes of each budget, and most: (budgets,) of it.
    """

    alone: Floats
    first: Whole
    second: Whole
    together: Floats
    needing: Whole
    needed: Whole
    one: Whole
    other: Whole
    spend: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """A set: on, (activities,), its value, how it was found, and by how much a better one may surpass it at most.

    exact: whether nothing surpasses it.
    """

    on: Flags
    value: float
    method: str
    gap: float = field(default=0.0)

    @property
    def exact(self) -> bool:
        """Whether no set is worth more, but for rounding."""
        return self.gap <= EQUAL * max(1.0, abs(self.value)) * 1e3


def activities(  # noqa: PLR0913  each is a kind of tie of its own
    alone: ArrayLike,
    pairs: ArrayLike = (),
    together: ArrayLike = (),
    *,
    needs: ArrayLike = (),
    apart: ArrayLike = (),
    budgets: tuple[ArrayLike, ArrayLike] = ((), ()),
) -> Activities:
    """Activities, checked; pairs, needs and apart: two columns of places. budgets: spend and most, as in Activities.

    Raises ValueError for numbers that are not finite, places that nothing has, an activity tied to itself, and spend or
    budgets below 0.
    """
    values = finite(alone, "alone", axes=1)
    amounts = finite(together, "together", axes=1)
    ends = [ties(table, name, values.size) for table, name in ((pairs, "pairs"), (needs, "needs"), (apart, "apart"))]
    same_length(pairs=ends[0][0], together=amounts)
    most = not_negative(budgets[1], "budgets", axes=1)
    spend = not_negative(budgets[0], "spend").reshape(most.size, values.size)
    return Activities(values, *ends[0], amounts, *ends[1], *ends[2], spend, most)


def set_value(system: Activities, on: Flags) -> float:
    """What a set brings, whether or not it may be."""
    both = on[system.first] & on[system.second]
    return float(system.alone[on].sum() + system.together[both].sum())


def allowed(system: Activities, on: Flags) -> bool:
    """Whether a set has all that it needs, nothing that excludes another, and keeps to every budget."""
    lacks = (on[system.needing] & ~on[system.needed]).any()
    clashes = (on[system.one] & on[system.other]).any()
    over = (system.spend @ on > system.most * (1 + EQUAL)).any()
    return not (lacks or clashes or over)


def best_fit(system: Activities) -> Fit:
    """The set of most value: a minimum cut where all ties help, else a mixed integer program.

    Source: Rhys (1970), Picard (1976) for the cut; Fortet (1960) for products of decisions in a program.
    """
    if (system.together >= 0).all() and not system.one.size and not system.most.size:
        pairs = np.stack([system.first, system.second], axis=1)
        chosen = best_set(helping(system.alone, pairs, system.together, np.stack([system.needing, system.needed], 1)))
        return Fit(chosen.on, chosen.value, CUT)
    return _program(system)


def one_at_a_time(system: Activities, start: ArrayLike) -> Fit:
    """The set reached from another by the best single change at a time, until none helps; a set that may be, stays so.

    Of changes of one gain the first counts. Raises ValueError for a start that may not be.
    """
    on = np.array(start, dtype=np.bool_)
    same_length(activities=system.alone, start=on)
    if not allowed(system, on):
        raise ValueError("the start has an activity without what it needs, two that exclude each other, or overspends")
    least = EQUAL * (1 + float(np.abs(system.alone).sum() + np.abs(system.together).sum()))
    while True:
        gains = _flip_gains(system, on)
        for place in np.argsort(-gains, kind="stable"):
            if gains[place] <= least:
                return Fit(on, set_value(system, on), "one at a time", float("inf"))
            on[place] = ~on[place]
            if allowed(system, on):
                break
            on[place] = ~on[place]
        else:
            return Fit(on, set_value(system, on), "one at a time", float("inf"))


def _flip_gains(system: Activities, on: Flags) -> Floats:
    """What turning each activity on, or off, would gain as things are."""
    size = system.alone.size
    by_first = np.bincount(system.first, system.together * on[system.second], size)
    by_second = np.bincount(system.second, system.together * on[system.first], size)
    return np.where(on, -1.0, 1.0) * (system.alone + by_first + by_second)


def _program(system: Activities) -> Fit:
    """Products of two decisions as variables of their own, held by what they are products of."""
    size, pairs = system.alone.size, system.together.size
    helps, hurts = np.flatnonzero(system.together > 0), np.flatnonzero(system.together < 0)
    rows = [
        (_rows(size + pairs, (size + helps, 1.0), (side[helps], -1.0)), 0.0) for side in (system.first, system.second)
    ]
    rows.append(
        (_rows(size + pairs, (system.first[hurts], 1.0), (system.second[hurts], 1.0), (size + hurts, -1.0)), 1.0)
    )
    rows.append((_rows(size + pairs, (system.needing, 1.0), (system.needed, -1.0)), 0.0))
    rows.append((_rows(size + pairs, (system.one, 1.0), (system.other, 1.0)), 1.0))
    limits = [np.full(table.shape[0], limit) for table, limit in rows]
    spend = csc_array(np.hstack([system.spend, np.zeros((system.most.size, pairs))]))
    table = vstack([*(each for each, _ in rows), spend], format="csc")
    most = np.concatenate([*limits, system.most])
    found = milp(
        -np.concatenate([system.alone, system.together]),
        integrality=(np.arange(size + pairs) < size).astype(np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(table, -np.inf, most) if most.size else (),
        options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )
    on = np.zeros(size, np.bool_) if found.x is None else found.x[:size] > 0.5
    value = set_value(system, on)
    bound = float(np.maximum(system.alone, 0).sum() + np.maximum(system.together, 0).sum())
    if found.mip_dual_bound is not None:
        bound = min(bound, -float(found.mip_dual_bound))
    return Fit(on, value, PROGRAM, max(bound - value, 0.0))


def _rows(columns: int, *parts: tuple[Whole, float]) -> csc_array:
    """One row per place, with a number in the column of each part."""
    number = parts[0][0].size
    row = np.tile(np.arange(number), len(parts))
    column = np.concatenate([places for places, _ in parts])
    return csc_array((np.repeat([sign for _, sign in parts], number), (row, column)), shape=(number, columns))
