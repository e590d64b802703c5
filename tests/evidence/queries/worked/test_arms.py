"""What the customers of a decision did since, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa
import pytest

from patronage.evidence.queries.arms import (
    acted_on,
    arm_members,
    arm_outcomes,
    arm_sums,
    histories_of,
    misplaced,
    treated_elsewhere,
)
from patronage.evidence.queries.periods import Period

Records = Callable[[Any], list[dict[str, Any]]]
SINCE, BEFORE = Period(date(2024, 7, 1), date(2024, 12, 31)), Period(date(2023, 7, 1), date(2024, 6, 30))

moment = datetime.fromisoformat


def table(columns: str, kinds: list[Any], *rows: tuple[Any, ...]) -> Any:
    names = columns.split()
    schema = pa.schema(zip(names, kinds, strict=True))
    return ibis.memtable(pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema))


LISTED = table(
    "decision_id customer_id treated", [pa.string(), pa.string(), pa.bool_()],
    ("d", "a", True), ("d", "b", True), ("d", "c", False), ("d", "lost", True), ("e", "a", False),
)  # fmt: skip
DAYS = table(
    "customer_id day value", [pa.string(), pa.date32(), pa.float64()],
    ("a", date(2023, 6, 30), 100.0), ("a", date(2023, 7, 1), 10.0), ("a", date(2024, 6, 30), 5.0),
    ("a", date(2024, 7, 1), 7.0), ("a", date(2024, 12, 31), 3.0), ("a", date(2025, 1, 1), 99.0),
    ("b", date(2024, 1, 1), 4.0), ("c", date(2024, 1, 1), 6.0), ("c", date(2024, 8, 1), -2.0),
    ("lost", date(2024, 8, 1), 50.0), ("other", date(2024, 8, 1), 1000.0),
)  # fmt: skip
TREATED = table(
    "customer_id decision_id arm at", [pa.string(), pa.string(), pa.string(), pa.timestamp("us")],
    ("a", "d", "Treated", moment("2024-07-02")), ("a", "d", None, moment("2024-07-03")),
    ("c", "d", "holdout", moment("2024-12-31 23:59")), ("x", "d", None, moment("2024-07-05")),
    ("b", "d", "holdout", moment("2024-06-30")), ("b", "e", "holdout", moment("2020-01-01")),
)  # fmt: skip


def test_outcomes_count_the_days_of_each_period_and_nothing_else(records: Records) -> None:
    members = arm_members(LISTED, "d")
    rows = {row.pop("customer_id"): row for row in records(arm_outcomes(members, DAYS, SINCE, BEFORE))}
    assert rows == {
        "a": {"treated": True, "known": True, "value": 10.0, "bought": 1.0, "value_before": 15.0, "bought_before": 2.0},
        "b": {"treated": True, "known": True, "value": 0.0, "bought": 0.0, "value_before": 4.0, "bought_before": 1.0},
        "c": {"treated": False, "known": True, "value": -2.0, "bought": 1.0, "value_before": 6.0, "bought_before": 1.0},
        "lost": {
            "treated": True, "known": False, "value": 50.0, "bought": 1.0, "value_before": 0.0, "bought_before": 0.0,
        },
    }  # fmt: skip


def test_sums_leave_out_those_whom_the_evidence_did_not_know_before(records: Records) -> None:
    sums = {
        row["treated"]: row for row in records(arm_sums(arm_outcomes(arm_members(LISTED, "d"), DAYS, SINCE, BEFORE)))
    }
    treated = sums[True]
    assert (treated["units"], treated["unknown"], sums[False]["units"], sums[False]["unknown"]) == (2, 1, 1, 0)
    told = [treated[f"value_{ending}"] for ending in ("y", "yy", "x", "xx", "xy")]
    assert told == [10.0, 100.0, 19.0, 15.0**2 + 16.0, 150.0]
    assert [treated[f"bought_{ending}"] for ending in ("y", "yy", "x", "xx", "xy")] == [1.0, 1.0, 3.0, 5.0, 2.0]


def test_a_customer_is_acted_on_once_and_only_up_to_the_day(records: Records) -> None:
    members = arm_members(LISTED, "d")
    rows = {row["treated"]: row for row in records(acted_on(members, TREATED, "d", date(2024, 12, 31)))}
    assert [(rows[arm]["units"], rows[arm]["acted"]) for arm in (True, False)] == [(3, 2), (1, 1)]
    early = {row["treated"]: row["acted"] for row in records(acted_on(members, TREATED, "d", date(2024, 12, 30)))}
    assert early == {True: 2, False: 0}


def test_what_treatments_cannot_be_is_counted_with_the_first_of_each(records: Records) -> None:
    (row,) = records(misplaced(arm_members(LISTED, "d"), TREATED, "d", date(2024, 7, 1)))
    assert (row["strangers"], row["strangers_first"]) == (1, "x")
    assert (row["early"], row["early_first"]) == (1, "b")
    assert (row["swapped"], row["swapped_first"]) == (1, "b")
    (none,) = records(misplaced(arm_members(LISTED, "none"), TREATED, "none", date(2024, 7, 1)))
    assert [none[name] for name in ("strangers", "early", "swapped")] == [0, 0, 0]


@pytest.mark.parametrize("listed", ["d", "e"])
def test_histories_are_those_of_the_list_with_what_is_told_of_them_today(records: Records, listed: str) -> None:
    early = table(
        "customer_id x age", [pa.string(), pa.int64(), pa.int64()], ("a", 2, 400), ("b", 0, 180), ("other", 1, 9)
    )
    kinds = [pa.string(), pa.float64(), pa.float64(), pa.bool_()]
    told = table("customer_id gap_days gap_cv fitted", kinds, ("a", 30.0, 0.1, False), ("b", None, None, True))
    rows = {row["customer_id"]: row for row in records(histories_of(arm_members(LISTED, listed), early, told))}
    assert set(rows) == ({"a", "b"} if listed == "d" else {"a"})
    assert (rows["a"]["x"], rows["a"]["gap_days"], rows["a"]["fitted"]) == (2, 30.0, False)


def test_those_of_each_arm_whom_others_act_on_are_counted_once(records: Records) -> None:
    lists = table(
        "decision_id customer_id treated", [pa.string(), pa.string(), pa.bool_()],
        ("d", "a", True), ("d", "b", True), ("d", "c", False), ("d", "x", False), ("e", "a", False), ("e", "c", True),
        ("f", "c", True), ("f", "b", True), ("g", "x", True), ("e", "stranger", True),
    )  # fmt: skip
    rows = records(treated_elsewhere(lists, "d", ["e", "f"]))
    assert {row["treated"]: row["elsewhere"] for row in rows} == {True: 1, False: 1}
