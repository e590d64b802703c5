"""Histories of repeat buying and their months, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis

from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.calendar import arrivals, repeat_months
from patronage.evidence.queries.repeat import (
    RenewingKind,
    buying_days,
    contract_periods,
    counts_at_both,
    gap_counts,
    gap_spans,
    history_counts,
    newcomer_counts,
    repeat_histories,
    span_counts,
    typed_histories,
    with_renewing,
)
from patronage.evidence.tables import Orders
from patronage.vocabulary.grade import Grade

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
BY_REVENUE = ValueBasis(REVENUE, "revenue", "GBP revenue", Grade.BEHAVIOUR, None)
AS_OF, SPLIT = date(2024, 3, 31), date(2024, 1, 31)


def line(customer: str, day: str, amount: float, order: str, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order, "product_id": "p"} | rest


LINES = [
    line("a", "2024-01-01 09:00", 10.0, "1"), line("a", "2024-01-01 20:00", 5.0, "2"),
    line("a", "2024-01-21", 30.0, "3"), line("a", "2024-02-10", 0.0, "4"),
    line("a", "2024-03-01", 9.0, "5", quantity=1.0),
    line("a", "2024-03-04", -9.0, "6", quantity=-1.0, returns_order_id="5"), line("b", "2024-01-30", 7.0, "7"),
    line("c", "2024-03-31", 8.0, "8"), line("d", "2024-02-01", 6.0, "9"), line("d", "2024-02-29", 6.5, "10"),
]  # fmt: skip
TYPES = {
    "customer_id": ["a", "b", "d"], "buying_type": ["irregular", "contract_like", "contract_like"],
    "told": [True, False, True], "median_gap_days": [20, 1, 28], "gap_cv": [0.3, 0.0, 0.1],
}  # fmt: skip


def days(orders_of: Build) -> Any:
    return buying_days(orders_of(LINES), BY_REVENUE)


def test_a_day_counts_once_a_free_line_counts_and_a_purchase_undone_does_not(
    orders_of: Build, records: Records
) -> None:
    rows = sorted(records(days(orders_of)), key=lambda row: (row["customer_id"], row["day"]))
    assert [(row["customer_id"], f"{row['day']:%m-%d}", row["value"]) for row in rows] == [
        ("a", "01-01", 15.0), ("a", "01-21", 30.0), ("a", "02-10", 0.0), ("b", "01-30", 7.0),
        ("c", "03-31", 8.0), ("d", "02-01", 6.0), ("d", "02-29", 6.5),
    ]  # fmt: skip


def test_histories_count_repeats_recency_and_age_in_days(orders_of: Build, records: Records) -> None:
    rows = {row.pop("customer_id"): row for row in records(repeat_histories(days(orders_of), as_of=AS_OF))}
    assert rows["a"] == {
        "first_day": date(2024, 1, 1), "last_day": date(2024, 2, 10), "x": 2, "valued": 1, "occasions_value": 45.0,
        "t_x": 40, "age": 90, "mean_value": 30.0, "occasions_squares": 1125.0, "losing": False,
    }  # fmt: skip
    assert (rows["c"]["x"], rows["c"]["age"], rows["c"]["mean_value"]) == (0, 0, None)


def test_a_history_on_an_earlier_day_knows_nothing_later(orders_of: Build, records: Records) -> None:
    rows = {row["customer_id"]: row for row in records(repeat_histories(days(orders_of), as_of=SPLIT))}
    assert {name: (row["x"], row["t_x"], row["age"]) for name, row in rows.items()} == {
        "a": (1, 20, 30),
        "b": (0, 0, 1),
    }


def test_only_customers_told_contract_like_are_not_fitted(orders_of: Build, records: Records) -> None:
    histories = repeat_histories(days(orders_of), as_of=AS_OF)
    rows = {row["customer_id"]: row for row in records(typed_histories(histories, ibis.memtable(TYPES)))}
    assert {name: row["fitted"] for name, row in rows.items()} == {"a": True, "b": True, "c": True, "d": False}
    assert (rows["d"]["gap_days"], rows["d"]["gap_cv"], rows["c"]["buying_type"]) == (28.0, 0.1, None)
    untold = records(typed_histories(histories, None))
    assert all(row["fitted"] and row["buying_type"] is None for row in untold)


def test_counts_hold_every_fitted_customer_once_on_both_days(orders_of: Build, records: Records) -> None:
    known = days(orders_of)
    histories = typed_histories(repeat_histories(known, as_of=AS_OF), ibis.memtable(TYPES))
    counts = records(history_counts(histories))
    assert {(row["x"], row["t_x"], row["age"], row["n"]) for row in counts} == {
        (2, 40, 90, 1),
        (0, 0, 61, 1),
        (0, 0, 0, 1),
    }
    both = records(counts_at_both(known, histories, split=SPLIT, as_of=AS_OF))
    assert {tuple(row.values()) for row in both} == {(1, 20, 30, 2, 40, 90, 1), (0, 0, 1, 0, 0, 61, 1)}


def test_times_between_purchase_days_are_counted_and_those_that_ended_late_apart(
    orders_of: Build, records: Records
) -> None:
    known = days(orders_of)
    typed = typed_histories(repeat_histories(known, as_of=AS_OF), ibis.memtable(TYPES))
    # a: 20 days to 21 January, then 20 to 10 February; d is not fitted, b and c bought once.
    assert [tuple(row.values()) for row in records(gap_counts(known, typed, split=SPLIT))] == [(20, 2, 1)]
    everybody = typed_histories(repeat_histories(known, as_of=AS_OF), None)
    # d came after the split, so none of its times counts as late.
    told = [tuple(row.values()) for row in records(gap_counts(known, everybody, split=SPLIT))]
    assert told == [(20, 2, 1), (28, 1, 0)]


def test_spans_of_few_gaps_are_counted_and_kinds_of_them_told_to_renew(orders_of: Build, records: Records) -> None:
    known = days(orders_of)
    typed = typed_histories(repeat_histories(known, as_of=AS_OF), ibis.memtable(TYPES))
    spans = gap_spans(typed, known, below=4)
    rows = {row["customer_id"]: (row["shortest"], row["longest"]) for row in records(spans)}
    # d is told already, b and c have no gap.
    assert rows == {"a": (20, 20), "b": (None, None), "c": (None, None), "d": (None, None)}
    assert {row["shortest"] for row in records(gap_spans(typed, known, below=2))} == {None}
    assert [tuple(row.values()) for row in records(span_counts(spans))] == [(2, 20, 20, 50, 1)]
    assert [tuple(row.values()) for row in records(contract_periods(spans))] == [(28.0, 1, 0.1)]
    for gone, late, told in ((True, 30.0, False), (False, 30.0, True), (False, 60.0, False)):
        kind = RenewingKind(2, 18.0, 22.0, late, gone, 20.0, 0.05)
        made = {row["customer_id"]: row for row in records(with_renewing(spans, [kind]))}
        assert made["a"]["fitted"] == told
        assert (made["a"]["gap_days"], made["a"]["gap_cv"]) == ((20.0, 0.3) if told else (20.0, 0.05))
        assert (made["b"]["fitted"], made["d"]["fitted"], made["d"]["gap_days"]) == (True, False, 28.0)
        assert "shortest" not in made["a"]


def test_newcomers_are_counted_beside_the_grown(orders_of: Build, records: Records) -> None:
    typed = typed_histories(repeat_histories(days(orders_of), as_of=AS_OF), ibis.memtable(TYPES))
    # Ages: a 90, b 61, c 0, d 59, who renews.
    assert records(newcomer_counts(typed, young=10, grown=61)) == [{"young": 1, "once": 1, "grown": 2, "renewing": 1}]
    assert records(newcomer_counts(typed, young=59, grown=200)) == [{"young": 2, "once": 1, "grown": 1, "renewing": 0}]


def test_months_and_arrivals_leave_out_those_who_are_not_fitted(orders_of: Build, records: Records) -> None:
    known = days(orders_of)
    histories = typed_histories(repeat_histories(known, as_of=AS_OF), ibis.memtable(TYPES))
    assert [tuple(row.values()) for row in records(repeat_months(known, histories))] == [
        (date(2024, 1, 1), 1),
        (date(2024, 2, 1), 1),
    ]
    assert [tuple(row.values()) for row in records(arrivals(histories))] == [
        (date(2024, 1, 1), 1),
        (date(2024, 1, 30), 1),
        (date(2024, 3, 31), 1),
    ]


def test_customers_lose_in_all_or_on_most_days(records: Records) -> None:
    values = {"a": [5.0, -9.0], "b": [9.0, -1.0], "c": [0.0, -1.0, 9.0], "d": [0.0, 0.0], "e": [-3.0, -3.0, 9.0]}
    known = [
        {"customer_id": who, "day": date(2024, 1, 1 + place), "revenue": 1.0, "value": each}
        for who, row in values.items()
        for place, each in enumerate(row)
    ]
    rows = {row["customer_id"]: row for row in records(repeat_histories(ibis.memtable(known), as_of=AS_OF))}
    assert {who: row["losing"] for who, row in rows.items()} == {
        "a": True, "b": False, "c": True, "d": False, "e": True,
    }  # fmt: skip
    assert rows["e"]["occasions_squares"] == 99.0
