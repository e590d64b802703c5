"""What is expected of the customers of one day until a later one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.calendar import calendar
from patronage.analyses.worth.forecast import Believed, forecast
from patronage.analyses.worth.lifetime_value import lifetime_value
from patronage.analyses.worth.repeat_buying import fitted, repeat_buying
from patronage.analyses.worth.stationary import COLUMNS, Histories, histories
from patronage.evidence.tables import Orders
from patronage.kernels.repeat_buying import expected_transactions
from patronage.vocabulary.estimate import estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
DAY = date(2021, 12, 31)


def believed(orders: Orders, terms: Terms) -> tuple[Believed, Histories]:
    repeat = repeat_buying(orders, None, terms)
    lifetime = lifetime_value(orders, repeat, None, None, terms)
    table = orders.engine.open(repeat.table).order_by("customer_id")
    return Believed(repeat, lifetime, None), histories(orders.engine.columns(table.select(*COLUMNS)), TimeUnit.WEEK)


def test_orders_are_the_closed_form_of_the_chosen_model(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(DAY)
    known, customers = believed(make_orders(company.lines(31), DAY), terms)
    ahead = forecast(known, customers, date(2022, 6, 30), terms)
    past = customers.past
    exact = expected_transactions(fitted(known.repeat), past.x, past.t_x, past.T, 181 / 7)
    np.testing.assert_allclose(ahead.orders.each, exact)
    assert ahead.moved == ahead.orders.total == pytest.approx(exact.sum())
    assert (ahead.orders.low == np.floor(ahead.orders.low)).all()
    assert (ahead.orders.low <= ahead.orders.high).all()


def test_value_is_orders_times_the_worth_of_an_order(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    terms = make_terms(DAY)
    orders = make_orders(company.lines(32), DAY)
    known, customers = believed(orders, terms)
    ahead = forecast(known, customers, date(2022, 12, 31), terms)
    rows = orders.engine.columns(
        orders.engine.open(known.lifetime.customers).order_by("customer_id").select("per_order")
    )
    np.testing.assert_allclose(ahead.value.each, ahead.orders.each * rows["per_order"])
    assert ahead.value.total == pytest.approx(ahead.value.each.sum())


def test_a_calendar_moves_the_total_and_value_but_not_the_closed_form(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(DAY)
    orders = make_orders(company.lines(33), DAY)
    known, customers = believed(orders, terms)
    with_calendar = replace(known, calendar=calendar(orders, known.repeat, terms))
    until = date(2022, 6, 30)
    plain, moved = forecast(known, customers, until, terms), forecast(with_calendar, customers, until, terms)
    assert moved.orders.total == plain.orders.total
    assert moved.value.total / plain.value.total == pytest.approx(moved.moved / plain.moved)
    assert moved.moved_draws.std() > 1.2 * plain.moved_draws.std()


def test_doubt_about_the_margin_is_no_doubt_about_what_happens(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    orders = make_orders(company.lines(34), DAY)
    margin = estimate(np.linspace(0.1, 0.7, 1000), "share", Grade.ASSUMPTION, mean=0.4)
    until = date(2022, 6, 30)
    plain, declared = (
        forecast(*believed(orders, terms), until, terms) for terms in (make_terms(DAY), make_terms(DAY, margin))
    )
    assert declared.value.total == pytest.approx(0.4 * plain.value.total, rel=1e-3)
    assert declared.value.draws.std() == pytest.approx(0.4 * plain.value.draws.std(), rel=0.02)


def test_a_day_that_is_not_later_is_refused(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    terms = make_terms(DAY)
    known, customers = believed(make_orders(company.lines(35), DAY), terms)
    with pytest.raises(ValueError, match=r"^until must be after 2021-12-31, got 2021-12-31$"):
        forecast(known, customers, DAY, terms)
