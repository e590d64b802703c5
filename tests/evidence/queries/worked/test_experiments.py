"""Customers of experiments, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa

from patronage.evidence.queries.experiments import (
    customers_like_tested,
    experiment_arms,
    experiment_outcomes,
    experiment_spans,
    named_experiment,
    segments_today,
    standing_before,
    treatment_list,
    under_one_another,
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
    first, later = date(2024, 2, 29), date(2024, 3, 5)
    unset = {"watch_days": None, "least_watch_days": None, "merged_apart": 0}
    assert x == unset | {"experiment_id": "x", "start": first, "last": later, "customers": 3, "crossed": 0,
                         "nameless": 0}  # fmt: skip
    first = date(2024, 1, 1)
    assert y == unset | {"experiment_id": "y", "start": first, "last": first, "customers": 2, "crossed": 1,
                         "nameless": 1}  # fmt: skip


def test_a_customer_whose_merged_ids_are_under_different_arms_is_told_apart_from_a_crossed_id(records: Records) -> None:
    merged = table(
        "customer_id source_customer_id experiment_id arm at cost", [TEXT, TEXT, TEXT, TEXT, TIME, FLOAT],
        ("a", "a1", "x", "mail", moment("2024-03-01"), 4.0), ("a", "a2", "x", "none", moment("2024-03-01"), 0.0),
        ("b", "b1", "x", "mail", moment("2024-03-01"), 2.0), ("b", "b2", "x", "mail", moment("2024-03-01"), 2.0),
        ("c", "c", "x", "none", moment("2024-03-01"), 0.0), ("d", "d", "y", "none", moment("2024-03-01"), 0.0),
        ("d", "d", "y", "mail", moment("2024-03-01"), 0.0), ("d", "d2", "y", "mail", moment("2024-03-01"), 0.0),
    )  # fmt: skip
    x, y = records(experiment_spans(merged))
    assert (x["customers"], x["crossed"], x["merged_apart"]) == (3, 0, 1)
    assert (y["customers"], y["crossed"], y["merged_apart"]) == (1, 1, 0)
    arms = [(row["arm"], row["customers"], row["cost"]) for row in records(experiment_arms(merged, "x"))]
    assert arms == [("mail", 1, 4.0), ("none", 1, 0.0)]
    segments = table("customer_id segment", [TEXT, TEXT], ("a", "home"))
    days = table("customer_id day value", [TEXT, pa.date32(), FLOAT], ("c", date(2024, 3, 2), 5.0))
    since = Period(date(2024, 3, 2), date(2024, 3, 31))
    rows = {row["customer_id"]: row for row in records(experiment_outcomes(merged, "x", segments, days, since))}
    assert {who: row["named"] for who, row in rows.items()} == {"b": False, "c": True}


def test_what_was_planned_is_read_where_a_column_tells_it(records: Records) -> None:
    planned = table(
        "customer_id experiment_id arm at cost watch_days planned_share", [TEXT, TEXT, TEXT, TIME, FLOAT, FLOAT, FLOAT],
        ("a", "x", "mail", moment("2024-03-01"), 2.0, 14.0, 0.25),
        ("b", "x", "none", moment("2024-03-01"), 0.0, 14.0, 0.75),
        ("c", "x", "none", moment("2024-03-01"), 0.0, None, None),
    )  # fmt: skip
    (span,) = records(experiment_spans(planned))
    assert (span["watch_days"], span["least_watch_days"]) == (14.0, 14.0)
    assert [row["planned_share"] for row in records(experiment_arms(planned, "x"))] == [0.25, 0.75]


def test_an_arm_costs_what_its_customers_cost_on_average(records: Records) -> None:
    assert records(experiment_arms(TREATED, "x")) == [
        {"arm": "mail", "customers": 2, "planned_share": None, "cost": 1.5},
        {"arm": "none", "customers": 1, "planned_share": None, "cost": 0.0},
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
        ("a", date(2024, 3, 1), 5.0), ("a", date(2024, 3, 31), 7.0), ("a", date(2024, 2, 9), 3.0),
        ("a", date(2024, 4, 1), 90.0), ("c", date(2024, 2, 29), 90.0), ("z", date(2024, 3, 3), 90.0),
        ("b", date(2023, 2, 27), 50.0), ("b", date(2023, 3, 1), 8.0),
    )  # fmt: skip
    since = Period(date(2024, 3, 1), date(2024, 3, 31))
    rows = {row.pop("customer_id"): row for row in records(experiment_outcomes(TREATED, "x", segments, days, since))}
    # The day of the first treatment, 29 February, counts neither before nor after.
    assert rows == {
        "a": {"arm": "mail", "segment": "home", "value": 12.0, "value_before": 3.0, "silent": 20, "named": True},
        "b": {"arm": "none", "segment": "abroad", "value": 0.0, "value_before": 8.0, "silent": 365, "named": True},
        "c": {
            "arm": "mail",
            "segment": "never bought before",
            "value": 0.0,
            "value_before": 0.0,
            "silent": None,
            "named": True,
        },
    }


STANDING = table("customer_id segment", [TEXT, TEXT], ("a", "home"), ("b", "abroad"), ("c", "home"), ("d", "other"))
BOUGHT = table(
    "customer_id day revenue", [TEXT, pa.date32(), FLOAT],
    ("a", date(2024, 12, 1), 5.0), ("a", date(2023, 12, 31), 99.0), ("b", date(2024, 12, 30), 3.0),
    ("c", date(2024, 6, 1), 7.0), ("d", date(2024, 12, 30), 3.0), ("a", date(2025, 1, 2), 1.0),
)  # fmt: skip


def test_those_of_today_stand_and_bought_as_those_tested(records: Records) -> None:
    places = table("customer_id place", [TEXT, TEXT], ("a", "UK"))
    reach = table("segment longest", [TEXT, pa.int64()], ("home", 60), ("abroad", 0))
    rows = customers_like_tested(STANDING, BOUGHT, places, reach, date(2024, 12, 31))
    # b is silent for a day where nobody tested was, c for longer than anybody of its segment, d stands in none of them.
    a = {"customer_id": "a", "place": "UK", "segment": "home", "amount": 5.0, "last_day": date(2024, 12, 1)}
    assert records(rows) == [a]
    both = under_one_another([named_experiment(rows, name) for name in ("y", "x")])
    over = {"in_test": False}
    assert records(both) == [{"experiment": "x"} | a | over, {"experiment": "y"} | a | over]
    # While an experiment runs, a is in it twice and still once on the list.
    (own,) = records(named_experiment(rows, "x", TREATED))
    (other,) = records(named_experiment(rows, "y", TREATED))
    assert (own["in_test"], other["in_test"]) == (True, False)


def test_amounts_are_settled_so_that_no_order_of_adding_moves_them(records: Records) -> None:
    # 0.1 + 0.2 is 0.30000000000000004 in floats, and three of 0.1 are, too.
    parts = ((date(2024, 3, 1), 0.1), (date(2024, 3, 2), 0.2), (date(2024, 2, 1), 0.1), (date(2024, 2, 2), 0.2))
    days = table(
        "customer_id day value revenue",
        [TEXT, pa.date32(), FLOAT, FLOAT],
        *(("a", day, each, each) for day, each in parts),
    )
    segments = table("customer_id segment", [TEXT, TEXT], ("a", "home"))
    since = Period(date(2024, 3, 1), date(2024, 3, 31))
    (own,) = (
        row for row in records(experiment_outcomes(TREATED, "x", segments, days, since)) if row["customer_id"] == "a"
    )
    assert (own["value"], own["value_before"]) == (0.3, 0.3)
    places = table("customer_id place", [TEXT, TEXT], ("a", "UK"))
    reach = table("segment longest", [TEXT, pa.int64()], ("home", 60))
    late = days.filter(days.day >= date(2024, 3, 1))
    rows = customers_like_tested(segments, late, places, reach, date(2024, 3, 31))
    assert records(rows)[0]["amount"] == 0.3
    people = table(
        "experiment segment amount in_test", [TEXT, TEXT, FLOAT, pa.bool_()],
        ("x", "home", 0.1, False), ("x", "home", 0.2, False),
    )  # fmt: skip
    assert records(segments_today(people, "x"))[0]["amount"] == 0.3


def test_a_list_has_the_customers_of_its_segments_with_what_treating_them_brings(records: Records) -> None:
    people = table(
        "experiment customer_id place segment amount last_day in_test",
        [TEXT, TEXT, TEXT, TEXT, FLOAT, pa.date32(), pa.bool_()],
        ("x", "a", "UK", "home", 5.0, date(2024, 12, 1), False),
        ("x", "b", None, "home", 9.0, date(2024, 12, 2), False),
        ("x", "c", None, "abroad", 7.0, date(2024, 12, 3), False),
        ("x", "d", None, "home", 80.0, date(2024, 12, 3), True),
        ("y", "a", None, "home", 5.0, date(2024, 12, 1), False),
    )  # fmt: skip
    assert records(segments_today(people, "x")) == [
        {"segment": "abroad", "customers": 1, "amount": 7.0, "tested": 0, "tested_amount": 0.0},
        {"segment": "home", "customers": 2, "amount": 14.0, "tested": 1, "tested_amount": 80.0},
    ]
    first, second = records(treatment_list(people, "x", {"home": 1.5}, {"home": "At home"}))
    assert first == {"customer_id": "b", "place": None, "amount": 9.0, "value": 1.5,
                     "why": "in segment At home, bought last on 2024-12-02"}  # fmt: skip
    assert second["customer_id"] == "a"
    unnamed, *_ = records(treatment_list(people, "x", {"home": 1.5}, {}))
    assert unnamed["why"] == "in segment home, bought last on 2024-12-02"
