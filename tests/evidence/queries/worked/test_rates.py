"""A rate holds from its day until the next, and no longer than is declared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from patronage.evidence.queries.rates import days_without_rate, first_rates, rate_days, with_rates


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


RATES = {
    "currency": ["EUR", "EUR", "EUR", "USD"],
    "date": [moment("2024-01-01"), moment("2024-01-03"), moment("2024-01-03 12:00"), moment("2024-01-02")],
    "rate": [0.8, 0.7, 0.9, 0.5],
}


def test_each_day_has_the_rate_that_holds_on_it(engine: Any) -> None:
    found = rate_days(engine.memory("rates", RATES), holds_days=2)
    rows = [tuple(row.values()) for row in engine.records(found.order_by("money_currency", "money_day"))]
    first, third = date(2024, 1, 1), date(2024, 1, 3)
    assert rows == [
        ("EUR", first, 0.8, first),
        ("EUR", date(2024, 1, 2), 0.8, first),
        ("EUR", third, 0.9, third),
        ("EUR", date(2024, 1, 4), 0.9, third),
        ("EUR", date(2024, 1, 5), 0.9, third),
        ("USD", date(2024, 1, 2), 0.5, date(2024, 1, 2)),
        ("USD", third, 0.5, date(2024, 1, 2)),
        ("USD", date(2024, 1, 4), 0.5, date(2024, 1, 2)),
    ]


def test_rows_take_the_rate_of_their_day_and_our_own_money_takes_1(engine: Any) -> None:
    rates = engine.memory("rates", RATES)
    rows = engine.memory(
        "rows",
        {
            "row_currency": ["EUR", "GBP", "USD", "CHF"],
            "ordered_at": [
                moment("2024-01-02 23:00"),
                moment("1999-01-01"),
                moment("2024-01-09"),
                moment("2024-01-01"),
            ],
        },
    )
    found = with_rates(rows, rate_days(rates, holds_days=2), first_rates(rates), at="ordered_at", own="GBP")
    told = {row["row_currency"]: (row["row_rate"], row["row_rate_first"]) for row in engine.records(found)}
    assert told == {
        "EUR": (0.8, date(2024, 1, 1)), "GBP": (1.0, None), "USD": (None, date(2024, 1, 2)), "CHF": (None, None),
    }  # fmt: skip
    assert engine.records(days_without_rate(found)) == [
        {"currency": "CHF", "day": date(2024, 1, 1), "lines": 1},
        {"currency": "USD", "day": date(2024, 1, 9), "lines": 1},
    ]
