"""Season and trend beside what a stationary model expects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.calendar import calendar
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import Calendar
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.horizon import Horizon
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]


def made(orders: Orders, terms: Terms) -> Calendar:
    return calendar(orders, repeat_buying(orders, None, terms), terms)


def seasonal(seed: int, customers: int = 200, days: int = 1460) -> list[dict[str, Any]]:
    """Customers who never leave and buy twice as often in December as otherwise."""
    random = np.random.default_rng(seed)
    start = datetime.fromisoformat("2020-01-01")
    weights = np.array([2.0 if (start + timedelta(days=day)).month == 12 else 1.0 for day in range(days)])
    rows: list[dict[str, Any]] = []
    for number in range(customers):
        buys = random.random(days) < random.gamma(3.0, 0.006) * weights
        first = int(random.integers(0, 200))
        buys[: first + 1] = np.arange(first + 1) == first
        when = (start + timedelta(days=int(day)) for day in np.flatnonzero(buys))
        rows.extend({"customer_id": f"c{number}", "ordered_at": at, "amount": 10.0} for at in when)
    return rows


def test_a_season_that_was_put_in_is_found_again(make_orders: Build, make_terms: MakeTerms) -> None:
    terms = make_terms(date(2023, 12, 31), horizon=Horizon(1.0))
    found = made(make_orders(seasonal(1), terms.as_of), terms)
    true = np.array([12 / 13] * 11 + [24 / 13])
    held = [one.interval.holds(value) for one, value in zip(found.season, true, strict=True)]
    assert found.season_identified
    assert sum(held) >= 10
    assert found.season[11].mean > 1.5
    assert found.factors.shape == (1000, 12)
    assert found.factors.dtype == np.float32


def test_months_tell_what_happened_and_what_is_expected(make_orders: Build, make_terms: MakeTerms) -> None:
    terms = make_terms(date(2023, 12, 15), horizon=Horizon(1.0))
    orders = make_orders(seasonal(2), terms.as_of)
    repeat = repeat_buying(orders, None, terms)
    found = calendar(orders, repeat, terms)
    rows: list[dict[str, Any]] = found.months.records()
    histories: list[dict[str, Any]] = repeat.table.records()
    past = [row for row in rows if not row["ahead"]]
    ahead = [row for row in rows if row["ahead"]]
    assert len(past) == 48
    assert past[0]["month"] == date(2020, 1, 1)
    assert sum(row["actual"] for row in past) == sum(row["x"] for row in histories)
    # The rest of the month stands ahead too; a stationary model explains the history as a whole.
    assert (ahead[0]["month"], ahead[0]["actual"], len(ahead)) == (date(2023, 12, 1), None, 13)
    assert sum(row["expected"] for row in past) == pytest.approx(sum(row["actual"] for row in past), rel=0.03)
    assert all(row["p05"] <= row["p95"] for row in rows)
    november, december = past[-2], past[-13]
    assert december["factor"] > 1.4 * november["factor"]


def test_a_growing_number_of_customers_is_no_trend(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    terms = make_terms(date(2021, 12, 31))
    found = made(make_orders(company.lines(4), terms.as_of), terms)
    assert not found.season_identified or found.season[0].interval.holds(1.0)
    assert found.trend_per_year.interval.holds(1.0)


def test_a_short_history_has_no_calendar(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    terms = make_terms(date(2020, 4, 20))
    with pytest.raises(EstimationError) as refusal:
        made(make_orders(company.lines(5), terms.as_of), terms)
    assert str(refusal.value) == (
        "calendar: 2 whole months of repeat purchases are known, expected 6 or more; "
        "lifetime_value then stands without season and trend"
    )
