"""Customers of experiments, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa

from patronage.evidence.queries.experiments import (
    experiment_arms,
    experiment_outcomes,
    experiment_spans,
    standing_before,
)
from patronage.evidence.queries.periods import Period

Records = Callable[[Any], list[dict[str, Any]]]


def table(columns: str, kinds: list[Any], *rows: tuple[Any, ...]) -> Any:
    names = columns.split()
    schema = pa.schema(zip(names, kinds, strict=True))
    return ibis.memtable(pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


TEXT, TIME, FLOAT = pa.string(), pa.timestamp("us"), pa.float64()
TREATED = table(
    "customer_id experiment_id arm at cost", [TEXT, TEXT, TEXT, TIME, FLOAT],
    ("a", "x", "mail", moment("2024-03-01 23:00"), 2.0), ("a", "x", "mail", moment("2024-03-05"), 1.0),
    ("b", "x", "none", moment("2024-03-02"), None), ("c", "x", "mail", moment("2024-02-29"), None),
    ("d", "y", "mail", moment("2024-01-01"), None), ("d", "y", "none", moment("2024-01-01"), None),
    ("e", "y", None, moment("2024-01-01"), None), ("f", None, "mail", moment("2020-01-01"), 9.0),
)  # fmt: skip


def test_spans_tell_the_start_and_what_makes_an_experiment_unreadable(records: Records) -> None:
    x, y = records(experiment_spans(TREATED))
    assert x == {"experiment_id": "x", "start": date(2024, 2, 29), "customers": 3, "crossed": 0, "nameless": 0}
    assert y == {"experiment_id": "y", "start": date(2024, 1, 1), "customers": 2, "crossed": 1, "nameless": 1}


def test_an_arm_costs_what_its_customers_cost_on_average(records: Records) -> None:
    assert records(experiment_arms(TREATED, "x")) == [
        {"arm": "mail", "customers": 2, "cost": 1.5},
        {"arm": "none", "customers": 1, "cost": 0.0},
    ]


def test_customers_stand_before_an_experiment_by_how_often_and_how_lately_they_bought(records: Records) -> None:
    histories = table(
        "customer_id x last_day", [TEXT, pa.int64(), pa.date32()], ("a", 0, date(2024, 2, 1)),
        ("b", 1, date(2023, 8, 30)), ("c", 4, date(2023, 8, 29)),
    )  # fmt: skip
    found = {row["customer_id"]: row["segment"] for row in records(standing_before(histories, date(2024, 2, 28)))}
    assert found == {"a": "bought once", "b": "bought again, lately", "c": "bought again, long ago"}


def test_outcomes_are_what_each_customer_brought_in_the_period(records: Records) -> None:
    segments = table("customer_id segment", [TEXT, TEXT], ("a", "home"), ("b", "abroad"))
    days = table(
        "customer_id day value", [TEXT, pa.date32(), FLOAT],
        ("a", date(2024, 3, 1), 5.0), ("a", date(2024, 3, 31), 7.0),
        ("a", date(2024, 4, 1), 90.0), ("c", date(2024, 2, 29), 90.0), ("z", date(2024, 3, 3), 90.0),
    )  # fmt: skip
    since = Period(date(2024, 3, 1), date(2024, 3, 31))
    rows = {row.pop("customer_id"): row for row in records(experiment_outcomes(TREATED, "x", segments, days, since))}
    assert rows == {
        "a": {"arm": "mail", "segment": "home", "value": 12.0},
        "b": {"arm": "none", "segment": "abroad", "value": 0.0},
        "c": {"arm": "mail", "segment": "never bought before", "value": 0.0},
    }
