"""How each customer buys, before any model: as if under contract, regularly, irregularly, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.gaps import purchase_gaps, type_sizes, typed_customers
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.who import BuyingType, TypeSize
from patronage.kernels.buying_type import PERIOD_NAMES, BuyingKind, Gaps, buying_types
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade

KINDS = tuple(kind.name.lower() for kind in BuyingKind)


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
    coded = engine.write("coded", _coded(engine, gaps))
    customers = engine.keep(typed_customers(engine.open(coded), KINDS, PERIOD_NAMES), "customers")
    sizes = {row["buying_type"]: row for row in engine.records(type_sizes(engine.open(customers)))}
    return BuyingType(
        grade=Grade.BEHAVIOUR,
        types={
            kind: TypeSize(sizes[kind]["customers"], sizes[kind]["revenue"]) if kind in sizes else TypeSize(0, 0.0)
            for kind in KINDS
        },
        told_share=sum(row["told"] for row in sizes.values()) / customers.rows,
        customers=customers,
    )


def _coded(engine: Engine, gaps: StoredTable) -> Iterator[dict[str, NDArray[Any]]]:
    for batch in engine.batches(engine.open(gaps)):
        yield _typed(batch)


def _typed(batch: Columns) -> dict[str, NDArray[Any]]:
    found = buying_types(Gaps(batch["gaps"], batch["gap_days"], batch["gap_squares"], batch["gap_logs"]))
    kept = {name: batch[name] for name in ("customer_id", "occasions", "median_gap_days", "revenue_12m")}
    return kept | {
        "kind": found.kind,
        "told": found.told,
        "gap_cv": found.cv,
        "period": found.period,
        "last_day": batch["last_day"].astype("datetime64[D]"),
    }
