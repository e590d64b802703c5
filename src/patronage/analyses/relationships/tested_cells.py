"""The customers of one randomised experiment added up by fold, segment and arm."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patronage.evidence.engine import Engine
from patronage.evidence.tables import Relation
from patronage.kernels.arm_balance import Past, freed_of_past
from patronage.kernels.experiment import Arm, Effect, measured_effect
from patronage.kernels.policy import FEWEST, Cells
from patronage.vocabulary.estimate import Floats

FOLDS = 5

MOST_SILENT = 0.95
"""Share of a segment's tested customers whose silence tells how lately others must have bought to be like them."""

SUMS = 6
"""Number of customers, sums of outcomes and squares, of the past and squares, and of their products."""


@dataclass(frozen=True, slots=True)
class TestedCells:
    """What an experiment's customers brought, by fold, segment and arm.

    raw: as it was; cells: freed of what history foretold. silence: days without a purchase before the first treatment
    that MOST_SILENT of a segment's customers did not exceed; a segment in which nobody had bought has none. unnamed:
    customers whom no order names.
    """

    segments: tuple[str, ...]
    arms: tuple[str, ...]
    raw: Cells
    past: Past
    silence: dict[str, int]
    unnamed: int

    @property
    def cells(self) -> Cells:
        """Outcomes freed of what history foretold."""
        return freed_of_past(self.raw, self.past)

    @property
    def units(self) -> Floats:
        """Customers, (segments, arms)."""
        return np.asarray(self.raw.units, dtype=np.float64).sum(axis=0)


def tested_cells(outcomes: Relation, arms: Sequence[str], engine: Engine) -> TestedCells:
    """Customers added up a piece at a time; folds part them by their ids. outcomes: of experiment_outcomes."""
    segments: dict[str, int] = {}
    sums: dict[tuple[int, int, int], Floats] = {}
    silences: dict[str, Counter[int]] = {}
    unnamed = 0
    known = {arm: place for place, arm in enumerate(arms)}
    columns = ("customer_id", "arm", "segment", "value", "value_before", "silent", "named")
    # Sums of floats hang on their order.
    for piece in engine.batches(outcomes.select(*columns).order_by("customer_id")):
        unnamed += int((~piece["named"].astype(bool)).sum())
        for who, arm, name, y, x, silent in zip(*(piece[column].tolist() for column in columns[:-1]), strict=True):
            fold = zlib.crc32(str(who).encode()) % FOLDS
            key = (fold, segments.setdefault(str(name), len(segments)), known[str(arm)])
            sums.setdefault(key, np.zeros(SUMS))[:] += (1.0, y, y * y, x, x * x, x * y)
            if silent is not None and silent == silent:  # noqa: PLR0124  not a number where nothing was bought
                silences.setdefault(str(name), Counter())[int(silent)] += 1
    # In the order of their names, so that no engine's order of rows moves anything.
    names = sorted(segments)
    order = {segments[name]: place for place, name in enumerate(names)}
    table = np.zeros((SUMS, FOLDS, len(names), len(arms)))
    for (fold, segment, arm), each in sums.items():
        table[:, fold, order[segment], arm] = each
    silence = {name: _all_but_the_longest(days) for name, days in silences.items()}
    return TestedCells(tuple(names), tuple(arms), Cells(*table[:3]), Past(*table[3:]), silence, unnamed)


def _all_but_the_longest(days: Counter[int]) -> int:
    """The silence that MOST_SILENT of some customers do not exceed, of two or more never that of one alone."""
    rank, seen = max(int(MOST_SILENT * days.total()), 1), 0
    for silent in sorted(days):
        seen += days[silent]
        if seen >= rank:
            return silent
    return max(days)


def segment_effects(
    cells: Cells, cost: Sequence[float], default: int, planned: float
) -> list[list[tuple[float, Effect | None]]]:
    """What each arm brought in each segment net of cost, a customer, and its effect over the default there.

    One row per segment, in it one pair per arm; no effect for the default and where either arm has fewer than two
    customers. planned: as measured_effect takes it.
    """
    n, y, yy = (np.asarray(each, dtype=np.float64).sum(axis=0) for each in (cells.units, cells.y, cells.y_squares))
    paid = np.asarray(cost, dtype=np.float64)
    y, yy = y - n * paid, yy - 2 * paid * y + n * paid**2
    rows: list[list[tuple[float, Effect | None]]] = []
    for segment in range(n.shape[0]):
        own = [Arm(int(n[segment, arm]), float(y[segment, arm]), float(yy[segment, arm])) for arm in range(n.shape[1])]
        rows.append([(one.y / one.units if one.units else 0.0, _effect(one, own[default], planned)) for one in own])
    return rows


def _effect(one: Arm, default: Arm, planned: float) -> Effect | None:
    if one is default or min(one.units, default.units) < FEWEST:
        return None
    return measured_effect(one, default, planned=planned, cautious=True)
