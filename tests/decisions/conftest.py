"""Small findings, terms and declared costs for tests of rules and of the ledger."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.decisions.decision import Decision, Move, Status
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.loaded import Loaded
from patronage.evidence.store import StoredTable, stored
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import LifetimeValue, RepeatBuying, RepeatModel
from patronage.findings.partnership import CategoryGap
from patronage.findings.right_to_win import PriceDiscipline
from patronage.findings.worth import CustomerProfit
from patronage.strategy.actions import ActionCost, ActionKind, CostsOfAction
from patronage.strategy.quantity import Kind, Quantity, exactly
from patronage.vocabulary.estimate import Estimate, certain, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import Horizon, TimeUnit
from patronage.vocabulary.terms import Terms

AS_OF = date(2011, 12, 9)

LIFETIME_COLUMNS = {
    "customer_id": pa.string(), "place": pa.string(), "first_day": pa.date32(), "last_day": pa.date32(),
    "buying_type": pa.string(), "orders": pa.int64(), "revenue_12m": pa.float64(), "value_12m": pa.float64(),
    "p_alive": pa.float64(), "expected_orders": pa.float64(), "value": pa.float64(), "p05": pa.float64(),
    "p50": pa.float64(), "p95": pa.float64(), "cost_to_serve": pa.float64(), "cost_per_order": pa.float64(),
    "p_buys_12m": pa.float64(), "second_life": pa.float64(),
}  # fmt: skip

LIFETIME_DEFAULTS: dict[str, Any] = {
    "place": "UK", "first_day": date(2010, 1, 5), "last_day": date(2011, 6, 1), "buying_type": "irregular", "orders": 4,
    "revenue_12m": 1000.0, "value_12m": 400.0, "p_alive": 0.9, "expected_orders": 6.0, "value": 600.0, "p05": 0.0,
    "p50": 500.0, "p95": 1200.0, "cost_to_serve": 0.0, "cost_per_order": 0.0,
    "p_buys_12m": 0.25, "second_life": 1000.0,
}  # fmt: skip

REPEAT_COLUMNS = {
    "customer_id": pa.string(), "x": pa.int64(), "t_x": pa.float64(), "age": pa.float64(), "first_day": pa.date32(),
    "mean_value": pa.float64(), "occasions_value": pa.float64(), "fitted": pa.bool_(),
    "gap_days": pa.float64(),
}  # fmt: skip

REPEAT_DEFAULTS: dict[str, Any] = {
    "x": 3, "t_x": 365.25, "age": 700.0, "first_day": date(2010, 1, 5), "mean_value": 100.0, "occasions_value": 400.0,
    "fitted": True, "gap_days": None,
}  # fmt: skip

DAY_COLUMNS = {
    "customer_id": pa.string(), "day": pa.date32(), "revenue": pa.float64(), "value": pa.float64(),
}  # fmt: skip

PROFIT_COLUMNS = {
    "customer_id": pa.string(), "place": pa.string(), "orders": pa.int64(), "lines": pa.int64(),
    "revenue": pa.float64(), "margin": pa.float64(), "cost_to_serve": pa.float64(), "avoidable_cost": pa.float64(),
    "profit": pa.float64(),
    "p05": pa.float64(), "p95": pa.float64(), "p_loss": pa.float64(),
}  # fmt: skip

PROFIT_DEFAULTS: dict[str, Any] = {
    "place": "UK", "orders": 5, "lines": 40, "revenue": 0.0, "margin": 0.0, "cost_to_serve": 0.0, "avoidable_cost": 0.0,
    "profit": 0.0, "p05": 0.0, "p95": 0.0, "p_loss": 0.0,
}  # fmt: skip

THRESHOLD_COLUMNS = {
    "cost_per_order": pa.float64(), "customers_losing": pa.int64(), "share_losing": pa.float64(),
    "losing_already": pa.int64(), "money": pa.float64(),
}  # fmt: skip

GAP_COLUMNS = {
    "customer_id": pa.string(), "category": pa.string(), "uptake": pa.float64(), "p05": pa.float64(),
    "p95": pa.float64(), "value_if_adopted": pa.float64(), "value": pa.float64(),
}  # fmt: skip

PRICE_COLUMNS = {
    "customer_id": pa.string(), "place": pa.string(), "revenue": pa.float64(), "leakage": pa.float64(),
    "price_index": pa.float64(), "lines": pa.int64(),
}  # fmt: skip

LINE_COLUMNS = {
    "customer_id": pa.string(), "ordered_at": pa.timestamp("us"), "product_id": pa.string(), "product": pa.string(),
    "channel_id": pa.string(), "place": pa.string(), "amount": pa.float64(), "line_id": pa.int64(),
    "is_product": pa.bool_(), "is_return": pa.bool_(),
}  # fmt: skip


def made(kind: Any, **given: Any) -> Any:
    """A dataclass with the given fields; those that no rule here reads get the plainest value of their type."""
    plain: dict[Any, Any] = {str: "", int: 0, float: 0.0, bool: False, date: AS_OF, Grade: Grade.BEHAVIOUR}
    hints = typing.get_type_hints(kind)
    return kind(**{field.name: given.get(field.name, plain.get(hints[field.name])) for field in fields(kind)})


Rows = Sequence[Mapping[str, Any]]
Keep = Callable[[str, Rows, Mapping[str, Any], Mapping[str, Any]], StoredTable]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = embedded_engine(tmp_path / "engine")
    yield made
    made.close()


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """A stored table of plain rows, filled up with defaults; a new file each time."""
    numbers = iter(range(1_000_000))

    def kept(name: str, rows: Rows, columns: Mapping[str, Any], defaults: Mapping[str, Any]) -> StoredTable:
        path = tmp_path / f"{name}_{next(numbers)}.parquet"
        filled = [{"customer_id": f"c{index}"} | dict(defaults) | dict(row) for index, row in enumerate(rows)]
        pq.write_table(pa.Table.from_pylist(filled, schema=pa.schema(columns.items())), path)
        return stored(path)

    return kept


@pytest.fixture
def terms() -> Terms:
    """Three years at no discount, so that figures can be checked by hand."""
    return Terms("Acme", "GBP", AS_OF, Horizon(3.0), 0.0, TimeUnit.WEEK)


@pytest.fixture
def make_lifetime(keep: Keep) -> Callable[..., LifetimeValue]:
    def build(
        rows: Rows,
        *,
        basis: str = "margin_measured",
        total: Estimate | None = None,
        model: str = "mbg_nbd",
        shared: tuple[Any, Any] = (1.0, 1.0),
    ) -> LifetimeValue:
        table = keep("lifetime", rows, LIFETIME_COLUMNS, LIFETIME_DEFAULTS)
        worth = total or certain(sum(row.get("value") or 600.0 for row in rows) or 1.0, "GBP", Grade.BEHAVIOUR)
        counted = certain(float(len(rows)), "customers", Grade.BEHAVIOUR)
        return made(
            LifetimeValue,
            basis=basis,
            model=model,
            total=worth,
            shared_gain=np.float32(shared[0]) * np.ones(1000, dtype=np.float32),
            shared_cost=np.float32(shared[1]) * np.ones(1000, dtype=np.float32),
            alive=counted,
            expected_orders=counted,
            customers=table,
            returned_early=0.6,
        )

    return build


@pytest.fixture
def make_repeat(keep: Keep) -> Callable[..., RepeatBuying]:
    def build(rows: Rows, *, chosen: str = "bg_nbd", days: Rows = (), **parameters: float) -> RepeatBuying:
        given = parameters or {"r": 1.0, "alpha": 52.17857142857143, "a": 1.0, "b": 3.0}
        model = made(RepeatModel, parameters=given, covariance=np.eye(4))
        table = keep("repeat", rows, REPEAT_COLUMNS, REPEAT_DEFAULTS)
        kept = keep("days", days, DAY_COLUMNS, {"revenue": 0.0, "value": 0.0})
        return made(RepeatBuying, chosen=chosen, unit="week", models={chosen: model}, table=table, days=kept)

    return build


@pytest.fixture
def make_profit(keep: Keep) -> Callable[..., CustomerProfit]:
    def build(rows: Rows, **changes: Any) -> CustomerProfit:
        settings: dict[str, Any] = {"basis": "margin_measured", "cost_to_serve_known": True, "years": 1.0} | changes
        return made(CustomerProfit, customers=keep("profit", rows, PROFIT_COLUMNS, PROFIT_DEFAULTS), **settings)

    return build


@pytest.fixture
def make_thresholds(keep: Keep) -> Callable[..., StoredTable]:
    """What an order may cost before so many of 2,900 customers lose money."""

    def build(already: int = 0) -> StoredTable:
        told = [(5.0, 20, 0.007), (18.0, 214, 0.074), (50.0, 900, 0.31), (80.0, 1500, 0.52)]
        rows = [dict(zip(THRESHOLD_COLUMNS, (*row, already, 1000.0), strict=True)) for row in told]
        return keep("thresholds", rows, THRESHOLD_COLUMNS, {})

    return build


@pytest.fixture
def make_gap(keep: Keep) -> Callable[..., CategoryGap]:
    def build(rows: Rows, **changes: Any) -> CategoryGap:
        table = keep("gap", rows, GAP_COLUMNS, {"p05": 0.0, "p95": 0.0, "value": 0.0})
        return made(CategoryGap, customers=table, **({"basis": "margin_measured"} | changes))

    return build


@pytest.fixture
def make_discipline(keep: Keep) -> Callable[..., PriceDiscipline]:
    """Price discipline with leakage from a mean and a standard deviation, and twice as much before noise."""

    def build(rows: Rows, leakage: tuple[float, float]) -> PriceDiscipline:
        table = keep("price", rows, PRICE_COLUMNS, {"place": None, "price_index": 0.95, "lines": 9})
        mean, sd = leakage
        draws = mean + sd * np.random.default_rng(1).standard_normal(1000)
        told = estimate(draws, "GBP", Grade.BEHAVIOUR, mean=mean)
        return made(PriceDiscipline, customers=table, leakage=told, raw_leakage=2 * mean)

    return build


@pytest.fixture
def make_orders(keep: Keep, engine: Engine) -> Callable[..., Orders]:
    def build(rows: Rows) -> Orders:
        numbered = [{"line_id": index} | dict(row) for index, row in enumerate(rows)]
        table = keep("lines", numbered, LINE_COLUMNS, {"is_product": True, "is_return": False})
        loaded = Loaded("orders", table, table, table.rows, (), (), frozenset(), 0)
        return Orders(engine.open(table), engine, AS_OF, frozenset(), 0.0, loaded)

    return build


@pytest.fixture
def make_costs() -> Callable[..., CostsOfAction]:
    def build(kind: str, **figures: float | Quantity) -> CostsOfAction:
        made: dict[str, Any] = {
            name: value if isinstance(value, Quantity) else exactly(value) for name, value in figures.items()
        }
        return CostsOfAction((ActionCost(ActionKind(kind), **made),))

    return build


@pytest.fixture
def beta() -> Callable[[float, float], Quantity]:
    """An uncertain share with a beta distribution."""
    return lambda a, b: Quantity(Kind.BETA, (a, b))


@pytest.fixture
def make_decision() -> Callable[..., Decision]:
    """A proposal with a value from draws, or another status without one."""

    def build(subject: str, *, kind: str = "retain", value: Any = None, **changes: Any) -> Decision:
        settings: dict[str, Any] = {"status": Status.PROPOSED, "grade": Grade.BEHAVIOUR, "at_stake": 0.0} | changes
        if value is not None:
            settings["value"] = estimate(np.atleast_1d(np.asarray(value, dtype=np.float64)), "GBP", Grade.BEHAVIOUR)
        return Decision(Move(kind, subject, "today", "other"), ("1.1",), "Because.", **settings)

    return build
