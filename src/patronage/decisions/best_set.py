"""The set of proposals worth most together, no customer counted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from patronage.decisions.decision import Decision, Status
from patronage.decisions.shared_cost import sharing
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.overlap import list_totals, listed_customers, on_several_lists
from patronage.kernels.best_set import Chosen, best_set
from patronage.vocabulary.estimate import Estimate, Floats, certain, estimate
from patronage.vocabulary.grade import weakest

OPEN = (Status.PROPOSED, Status.ACCEPTED)

PARTING = "let_go_or_reprice"

CARING = frozenset({"retain", "grow", "win_back", "protect", "treat"})
"""Kinds that invest in customers, which nobody does to those let go or made to pay at the same time."""


@dataclass(frozen=True, slots=True)
class BestSet:
    """The best compatible set of proposals.

    ids: best first. total: worth of the set, draw by draw, each customer counted once. naive: the plain sum
    of all positive proposals, which counts customers, and costs that they share, twice and is not the total. counted:
    id to the share of its value that counts in the set.
    """

    ids: tuple[str, ...]
    total: Estimate
    naive: Estimate
    counted: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Worth:
    """What each option is worth, in currency: by itself, in each cell of shared customers, and what taking it costs.

    own, fixed: (options,). cells: (cells, options). own and cells of an option less its fixed cost are its value.
    """

    own: Floats
    fixed: Floats
    cells: Floats


def best_compatible_set(decisions: Sequence[Decision], engine: Engine | None, currency: str) -> BestSet:
    """The set of proposed and accepted decisions worth most, chosen at the mean, valued over the draws.

    A customer on several lists counts in the one decision where it is worth most. Decisions that exclude each
    other are never both in: those whose conflicts_with names one without a list of people, and parting with
    customers beside investing in the same ones. What a decision costs beyond its customers is paid in full;
    where several decisions of one action bear the same such cost, it is paid once, as it is drawn.
    """
    rows = [each for each in decisions if each.status in OPEN and each.value is not None and each.value.mean > 0]
    values = [each.value for each in rows if each.value is not None]
    if not values:
        nothing = certain(0.0, currency, weakest([]))
        return BestSet((), nothing, nothing, {})
    together = sharing(rows)
    spared = np.zeros(len(rows))
    for places in together.values():
        spared[list(places)] = [rows[place].cost.fixed for place in places]
    worth = _worth(rows, np.array([value.mean for value in values]) + spared, engine)
    chosen, payers = _chosen(worth, spared, together, _apart(rows))
    gross: Floats = np.asarray(worth.own + worth.cells.sum(axis=0), dtype=np.float64)
    shares: Floats = np.divide(chosen.counted, gross, out=np.zeros(gross.size), where=gross > 0)
    order = sorted(np.nonzero(chosen.taken)[0], key=lambda place: (-chosen.counted[place], rows[place].id))
    ids = tuple(rows[place].id for place in order)
    counted = {rows[place].id: float(shares[place]) for place in order}
    fixed: Floats = np.where(chosen.taken, worth.fixed, 0.0)
    paid = float((fixed * (1 - shares)).sum())
    # Each value bears the shared cost in its draws: it is added back as drawn, and borne once for each action.
    back = np.where(spared > 0, shares, 0.0)
    back[payers] -= 1.0
    total = _sum([*values, *(_fixed(row) for row in rows)], np.concatenate([shares, back]), paid)
    return BestSet(ids, total, _sum(values, np.ones(gross.size), 0.0), counted)


def _fixed(row: Decision) -> Estimate:
    """What a decision pays that hangs on no customer."""
    cost, unit = row.cost, "" if row.value is None else row.value.unit
    if cost.fixed_draws is None:
        return certain(cost.fixed, unit, row.grade)
    return estimate(cost.fixed_draws, unit, row.grade, mean=cost.fixed)


def _chosen(
    worth: Worth, spared: Floats, together: dict[str, tuple[int, ...]], apart: list[tuple[int, int]]
) -> tuple[Chosen, list[int]]:
    """The best set, and the places of those that pay a shared cost in it, one for each action that does.

    It is the best over all choices of the actions whose shared cost is paid.
    """
    best, payers = Chosen(np.zeros(spared.size, dtype=bool), np.zeros(spared.size), 0.0), list[int]()
    for paid in product((True, False), repeat=len(together)):
        left = [place for places, is_in in zip(together.values(), paid, strict=True) if not is_in for place in places]
        dearest = [max(places, key=lambda place: spared[place]) for places in together.values()]
        paying = [place for place, is_in in zip(dearest, paid, strict=True) if is_in]
        own, cells = worth.own.copy(), worth.cells.copy()
        own[left], cells[:, left] = 0.0, 0.0
        found = best_set(own, worth.fixed, cells, apart)
        if found.total - spared[paying].sum() > best.total - spared[payers].sum():
            best, payers = found, paying
    return best, payers


def _worth(rows: Sequence[Decision], means: Floats, engine: Engine | None) -> Worth:
    """Values parted among customers: those on one list by themselves, the others in cells."""
    places = [place for place, row in enumerate(rows) if row.people is not None and row.people.rows]
    none = np.zeros((0, means.size))
    if engine is None or len(places) < 2:
        return Worth(means, np.zeros(means.size), none)
    tables = [engine.open(row.people) for row in rows if row.people is not None and row.people.rows]
    everyone = listed_customers(tables)
    listed = np.zeros(means.size)
    for row in engine.records(list_totals(everyone)):
        listed[places[int(row["list"])]] = float(row["value"])
    # A list worth more than its decision leaves a cost that hangs on no customer; one worth less is scaled up to it.
    scale = np.maximum(np.divide(means, listed, out=np.ones(means.size), where=listed > 0), 1.0)
    cells = _cells(engine.columns(on_several_lists(everyone)), places, means.size) * scale
    gross = np.maximum(listed * scale, means)
    return Worth(np.maximum(gross - cells.sum(axis=0), 0.0), np.maximum(gross - means, 0.0), cells)


def _cells(shared: Columns, places: list[int], options: int) -> Floats:
    """Shared customers added up where they rank the options alike: then one choice is best for all of a cell."""
    if not shared["person"].size:
        return np.zeros((0, options))
    people = np.zeros((int(shared["person"].max()) + 1, options))
    values = np.nan_to_num(shared["value"].astype(np.float64))
    people[shared["person"], np.array(places)[shared["list"]]] = np.maximum(values, 0.0)
    order = np.argsort(-people, axis=1, kind="stable").astype(np.int16)
    _, cell = np.unique(order, axis=0, return_inverse=True)
    cells = np.zeros((int(cell.max()) + 1, options))
    np.add.at(cells, cell.reshape(-1), people)
    return cells


def _apart(rows: Sequence[Decision]) -> list[tuple[int, int]]:
    """Pairs of options that exclude each other."""
    return [
        (one, other)
        for one, row in enumerate(rows)
        for other in range(one + 1, len(rows))
        if (rows[other].id in row.conflicts_with or row.id in rows[other].conflicts_with) and _exclude(row, rows[other])
    ]


def _exclude(one: Decision, other: Decision) -> bool:
    kinds = {one.move.kind, other.move.kind}
    return one.people is None or other.people is None or (PARTING in kinds and bool(kinds & CARING))


def _sum(values: Sequence[Estimate], shares: Floats, paid: float) -> Estimate:
    """The counted part of each value, draw by draw, less what is paid beside."""
    size = max(1 if value.draws is None else value.draws.size for value in values)
    total, mean = np.zeros(size), 0.0
    for value, share in zip(values, shares, strict=True):
        draws = np.full(size, value.mean) if value.draws is None else value.draws.astype(np.float64)
        total += share * draws
        mean += share * value.mean
    total, mean = total - paid, mean - paid
    return estimate(total, values[0].unit, weakest(value.grade for value in values), mean=float(mean))
