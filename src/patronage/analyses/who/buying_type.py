"""How each customer buys, before any model: as if under contract, regularly, irregularly, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.gaps import purchase_gaps, type_sizes, typed_customers
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.who import BuyingType, TypeSize
from patronage.kernels.buying_type import PERIOD_NAMES, BuyingKind, Gaps, buying_types, least_contract_gaps
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade

KINDS = tuple(kind.name.lower() for kind in BuyingKind)

NEVER = 2**31
"""More gaps than anyone has."""


def buying_type(orders: Orders) -> BuyingType:
    """How each customer with a kept purchase buys, from the gaps between its purchase days over the whole history.

    Raises EstimationError when no line names a customer who kept a purchase.
    Source: Wheat & Morrison (1990) on regularity.
    """
    engine = orders.engine
    gaps = engine.keep(purchase_gaps(orders), "gaps")
    if gaps.rows == 0:
        raise EstimationError(
            Fault("orders.customer_id", "no customer kept a purchase", "map the column that names the customer")
        )
    least = _contract_gaps(engine, gaps)
    coded = engine.write("coded", _coded(engine, gaps, least))
    customers = engine.keep(typed_customers(engine.open(coded), KINDS, PERIOD_NAMES), "customers")
    sizes = {row["buying_type"]: row for row in engine.records(type_sizes(engine.open(customers)))}
    return BuyingType(
        grade=Grade.BEHAVIOUR,
        types={
            kind: TypeSize(sizes[kind]["customers"], sizes[kind]["revenue"]) if kind in sizes else TypeSize(0, 0.0)
            for kind in KINDS
        },
        told_share=sum(row["told"] for row in sizes.values()) / customers.rows,
        contract_gaps=least,
        customers=customers,
    )


def _contract_gaps(engine: Engine, gaps: StoredTable) -> int | None:
    """The least gaps from which even ones are more than chance among all customers; None where they never are."""
    expected, seen = np.zeros(1), np.zeros(1)
    for batch in engine.batches(engine.open(gaps)):
        found = buying_types(_gaps(batch))
        able = ~np.isnan(found.chance)
        count = batch["gaps"][able].astype(np.int64)
        size = max(int(count.max(initial=0)) + 1, expected.size)
        grown = np.zeros((2, size))
        grown[:, : expected.size] = expected, seen
        expected = grown[0] + np.bincount(count, weights=found.chance[able], minlength=size)
        seen = grown[1] + np.bincount(count, weights=found.period[able] >= 0, minlength=size)
    return least_contract_gaps(expected, seen)


def _coded(engine: Engine, gaps: StoredTable, least: int | None) -> Iterator[dict[str, NDArray[Any]]]:
    for batch in engine.batches(engine.open(gaps)):
        yield _typed(batch, least)


def _gaps(batch: Columns) -> Gaps:
    return Gaps(batch["gaps"], batch["gap_days"], batch["gap_squares"], batch["gap_logs"])


def _typed(batch: Columns, least: int | None) -> dict[str, NDArray[Any]]:
    found = buying_types(_gaps(batch), NEVER if least is None else least)
    kept = {name: batch[name] for name in ("customer_id", "occasions", "median_gap_days", "revenue_12m")}
    return kept | {
        "kind": found.kind,
        "told": found.told,
        "gap_cv": found.cv,
        "period": found.period,
        "last_day": batch["last_day"].astype("datetime64[D]"),
    }
