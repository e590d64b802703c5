"""Customers with too few gaps to be told contract-like who renew like those who are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patronage.evidence.engine import Engine
from patronage.evidence.queries.repeat import (
    RenewingKind,
    contract_periods,
    gap_spans,
    newcomer_counts,
    span_counts,
    with_renewing,
)
from patronage.evidence.store import StoredTable
from patronage.findings.lifetime import Newcomers
from patronage.kernels.buying_type import PERIODS
from patronage.kernels.young_contracts import FewGaps, young_contracts

GROWN_PERIODS = 6
"""Periods over which customers came whose first renewals tell how many newcomers renew."""
MOST_CHANCE = 0.99
FEWEST_TOLD = 10
"""Customers told to renew at a period, below which nobody else is taken to."""


@dataclass(frozen=True, slots=True)
class Renewals:
    """The histories of repeat buying with everybody who renews, and after how many renewals one is known to.

    young: how many are taken to renew who have too few gaps to be told. newcomers: who may renew, having bought once.
    """

    table: StoredTable
    entry: int
    young: int
    newcomers: Newcomers | None


def with_young(engine: Engine, typed: StoredTable, days: StoredTable, told: int) -> Renewals:
    """The typed histories with those who renew like the told ones; told: gaps from which a customer is told."""
    spans = engine.keep(gap_spans(engine.open(typed), engine.open(days), below=told).order_by("customer_id"), "spans")
    opened = engine.open(spans)
    kinds, entry = _kinds(engine, spans, told)
    table = engine.keep(with_renewing(opened, kinds).order_by("customer_id"), "table")
    kept = engine.open(table)
    young: int = engine.value((~kept.fitted).sum()) - engine.value((~opened.fitted).sum())
    return Renewals(
        table, entry, young, _newcomers(engine, table, next((kind for kind in kinds if not kind.gone), None))
    )


def _newcomers(engine: Engine, table: StoredTable, kind: RenewingKind | None) -> Newcomers | None:
    """Those who bought once within a period; all who renew have bought once by then, and of others those who wait.

    With a share of renewing customers among those who came before, which is told where their first renewal is too, the
    chance of one who bought once is that share of all who came lately over those who bought once of them.
    """
    if kind is None:
        return None
    grown = 1.5 * kind.high + GROWN_PERIODS * kind.gap_days
    seen = engine.records(newcomer_counts(engine.open(table), young=kind.high, grown=grown))[0]
    if not seen["once"] or not seen["renewing"]:
        return None
    chance = min(seen["renewing"] / seen["grown"] * seen["young"] / seen["once"], MOST_CHANCE)
    return Newcomers(seen["once"], kind.high, chance, kind.gap_days, kind.gap_cv)


def _kinds(engine: Engine, spans: StoredTable, told: int) -> tuple[list[RenewingKind], int]:
    """The kinds of customers taken to renew, the period of most of the told ones first, and the entry of all."""
    opened = engine.open(spans)
    known = engine.columns(contract_periods(opened))
    few = engine.columns(span_counts(opened))
    names = ("x", "shortest", "longest", "silent", "n")
    rows = FewGaps(*(few[name].astype(float) for name in names))
    nearest = np.abs(np.log(known["gap"].astype(float)[:, None] / np.array(PERIODS))).argmin(axis=1)
    size = np.bincount(nearest, weights=known["n"].astype(float), minlength=len(PERIODS))
    spread = np.bincount(nearest, weights=(known["n"] * known["gap_cv"]).astype(float), minlength=len(PERIODS))
    kinds: list[RenewingKind] = []
    entries: list[int] = []
    for place in np.argsort(-size, kind="stable")[: int(np.count_nonzero(size >= FEWEST_TOLD))].tolist():
        period, cv = PERIODS[int(place)], float(spread[place] / size[place])
        found = young_contracts(rows, period, cv, told)
        entries.append(found.entry)
        kinds += [
            RenewingKind(gaps, found.low, found.high, found.late, gone, period, cv)
            for gone, taken in ((False, found.active), (True, found.gone))
            for gaps in range(1, told)
            if taken[gaps - 1]
        ]
    return kinds, max(entries, default=told)
