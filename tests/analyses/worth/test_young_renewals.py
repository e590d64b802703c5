"""Customers with too few gaps to be told who renew like those who are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from patronage.analyses.who.buying_type import buying_type
from patronage.analyses.worth.forecast import Believed, forecast
from patronage.analyses.worth.lifetime_value import lifetime_value
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.analyses.worth.stationary import COLUMNS, histories
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
START, AS_OF = date(2021, 1, 1), date(2023, 6, 30)
KNOWN = (AS_OF - START).days


def contracts(seed: int, *, falling: bool = False) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """900 customers of whom a third renew every month, their lines, and the orders of each in the year after.

    The renewing ones fail a renewal with 4%; falling: each by a chance of its own, 10% in the mean.
    """
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    later: dict[str, int] = {}
    for number in range(900):
        came = int(random.integers(0, KNOWN))
        for day in _contract(came, random, falling) if number % 3 == 0 else _random(came, random):
            name = f"c{number:04d}"
            if day <= KNOWN:
                rows.append({"customer_id": name, "ordered_at": f"{START + timedelta(day)}", "amount": 9.0 + day % 5})
            elif day <= KNOWN + 365:
                later[name] = later.get(name, 0) + 1
    return rows, later


def _contract(came: int, random: np.random.Generator, falling: bool) -> list[int]:
    months = random.geometric(random.beta(1.0, 9.0) if falling else 0.04)
    days = [came + round(month * 365.25 / 12) for month in range(min(int(months), 45))]
    return [days[0], *(day + int(random.integers(-1, 2)) for day in days[1:])]


def _random(came: int, random: np.random.Generator) -> list[int]:
    rate, leaves = random.gamma(0.8) / 70.0, random.beta(0.8, 4.0)
    days, at = [came], float(came)
    while at < KNOWN + 365:
        at += random.exponential(1 / max(rate, 1e-9))
        if int(at) > days[-1]:
            days.append(int(at))
        if random.random() < leaves:
            break
    return days


@pytest.mark.parametrize("falling", [False, True])
def test_the_year_after_is_told_of_those_who_renew_and_of_all(
    make_orders: Build,
    make_terms: MakeTerms,
    engine: Engine,
    falling: bool,
) -> None:
    lines, later = contracts(22, falling=falling)
    terms = make_terms(AS_OF)
    orders = make_orders(lines, AS_OF)
    repeat = repeat_buying(orders, buying_type(orders), terms)
    assert repeat.young > 20
    assert repeat.newcomers is not None
    assert "have too few gaps to be told, and renew like those who are." in repeat.why
    lifetime = lifetime_value(orders, repeat, None, None, terms)
    assert lifetime.renewing is not None
    assert (lifetime.renewing.by_renewals is not None) == falling
    if lifetime.renewing.by_renewals is not None:
        assert lifetime.renewing.by_renewals.slope < -2 * lifetime.renewing.by_renewals.standard_error
        assert any("less often the more were made" in note for note in lifetime.notes)
    else:
        assert lifetime.renewing.fails == pytest.approx(0.04, rel=0.25)
    table = engine.open(repeat.table).order_by("customer_id")
    customers = histories(engine.columns(table.select(*COLUMNS)), TimeUnit(repeat.unit))
    who = [str(row["customer_id"]) for row in repeat.table.records()]
    actual = np.array([later.get(each, 0) for each in sorted(who)])
    told = forecast(Believed(repeat, lifetime, None), customers, AS_OF + timedelta(days=365), terms).orders
    # One company tells no coverage: the proof's thirteen do. This one must not be far out.
    low, high = np.quantile(told.draws, (0.005, 0.995))
    assert low < actual.sum() < high
    assert told.total == pytest.approx(actual.sum(), rel=0.1)
    renews = customers.renews
    assert told.each[renews].sum() == pytest.approx(actual[renews].sum(), rel=0.1)
    young = ~renews & (customers.past.x == 0) & (repeat.newcomers.until_days >= customers.past.T * 7)
    assert told.each[young].sum() == pytest.approx(actual[young].sum(), rel=0.35)
    covered = (actual >= told.low) & (actual <= told.high)
    assert covered[renews].mean() > 0.85


def test_a_company_without_contracts_has_nobody_who_renews(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(date(2022, 6, 30))
    orders = make_orders(company.lines(4), terms.as_of)
    repeat = repeat_buying(orders, buying_type(orders), terms)
    assert (repeat.contract_like, repeat.young, repeat.entry, repeat.newcomers) == (0, 0, 0, None)
