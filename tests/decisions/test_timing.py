from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate

from patronage.decisions.timing import (
    Flow,
    Pattern,
    after_arrival,
    annuity,
    pattern_of,
    pattern_of_early,
    payback,
    undiminished,
)

lengths = st.floats(0.2, 10)
rates = st.floats(0, 5)


@given(lengths, rates)
@example(8.0, 1.599088865204718e-10)
def test_the_years_share_out_all_of_the_value_and_thin_out(years: float, rate: float) -> None:
    weights = Pattern(years, rate).weights
    assert len(weights) == math.ceil(years)
    assert sum(weights) == pytest.approx(1.0)
    whole = weights[: int(years)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(whole))


def test_money_without_discount_or_decline_comes_in_evenly() -> None:
    assert Pattern(2.5, 0.0).weights == pytest.approx((0.4, 0.4, 0.2))
    assert Pattern(4.0, 0.0).payback(gain=100.0, cost=25.0) == pytest.approx(1.0)


@given(lengths, st.floats(0.01, 5), st.floats(0.01, 1))
def test_at_payback_the_gain_so_far_covers_the_cost(years: float, rate: float, share: float) -> None:
    pattern = Pattern(years, rate)
    time = pattern.payback(gain=1.0, cost=share)
    assert time is not None
    earned = integrate.quad(lambda at: math.exp(-rate * at), 0, time)[0] / pattern.worth_in_years
    assert earned == pytest.approx(share, rel=1e-6)


def test_a_cost_above_the_gain_is_never_paid_back_and_no_cost_at_once() -> None:
    assert Pattern(3.0, 0.1).payback(gain=10.0, cost=10.1) is None
    assert Pattern(3.0, 0.1).payback(gain=10.0, cost=0.0) == 0.0


def test_an_annuity_is_the_integral_of_discounting() -> None:
    exact = integrate.quad(lambda at: 1.1**-at, 0, 3)[0]
    assert annuity(3.0, 0.10) == pytest.approx(exact)
    assert annuity(3.0, 0.0) == pytest.approx(3.0)


@given(st.floats(0.05, 2.6), st.floats(1, 1e6))
def test_a_pattern_adds_up_to_the_value_it_was_made_from(years_of_it: float, yearly: float) -> None:
    pattern = pattern_of(years_of_it * yearly, yearly, years=3.0, discount_rate=0.1)
    assert pattern.worth_in_years == pytest.approx(years_of_it, rel=1e-6)
    assert pattern.rate >= math.log1p(0.1) - 1e-12


@given(st.floats(0.01, 1.0), st.floats(1.0, 10.0))
def test_a_pattern_brings_the_share_that_is_told_within_its_first_year(share: float, years: float) -> None:
    pattern = pattern_of_early(share, years=years, discount_rate=0.1)
    even, fastest = undiminished(years, 0.1).part(1.0), 1 - math.exp(-50)
    assert pattern.part(1.0) == pytest.approx(min(max(share, even), fastest), rel=1e-6)


@pytest.mark.parametrize(("value", "yearly"), [(100.0, 0.0), (100.0, -5.0), (500.0, 100.0)])
def test_without_a_decline_to_tell_only_discounting_thins_out(value: float, yearly: float) -> None:
    assert pattern_of(value, yearly, years=3.0, discount_rate=0.1) == Pattern(3.0, math.log1p(0.1))


def test_next_to_no_value_comes_in_at_the_start() -> None:
    assert pattern_of(0.0001, 100.0, years=3.0, discount_rate=0.1).weights[0] == pytest.approx(1.0)


def test_payback_of_even_money_is_what_is_left_of_each_year() -> None:
    even = Pattern(3.0, 0.0)
    # 100 a year come in and 40 are paid: 60 a year cover 30 in half a year.
    assert payback(30.0, Flow(300.0, even), Flow(120.0, even)) == pytest.approx(0.5)
    assert payback(0.0, Flow(300.0, even), Flow(120.0, even)) == 0.0
    assert payback(181.0, Flow(300.0, even), Flow(120.0, even)) is None
    assert payback(30.0, Flow(300.0, even), Flow(0.0, even)) == pytest.approx(0.3)


@given(lengths, st.floats(0, 0.3), st.floats(0.001, 5), st.floats(0.01, 0.98), st.floats(0.01, 0.98))
def test_at_payback_what_came_in_first_covers_both_costs(
    years: float, discount: float, faster: float, running: float, once: float
) -> None:
    gain, paid = Flow(1.0, Pattern(years, discount + faster)), Flow(running, Pattern(years, discount))
    spent = once * (1 - running)
    time = payback(spent, gain, paid)
    assert time is not None
    assert 0 <= time <= years
    assert gain.until(time) - paid.until(time) == pytest.approx(spent, abs=1e-6)
    assert gain.until(time / 2) - paid.until(time / 2) < spent


@given(lengths, st.floats(0, 0.5), st.floats(0, 5))
def test_what_customers_bring_after_they_arrive_is_shared_out_whole(years: float, discount: float, rate: float) -> None:
    shares = after_arrival(undiminished(years, discount), Pattern(years, discount + rate))
    assert len(shares) == math.ceil(years)
    assert sum(shares) == pytest.approx(1.0)
    assert all(share >= -1e-9 for share in shares)


def test_customers_who_bring_all_at_once_bring_it_as_they_arrive() -> None:
    arrivals = Pattern(3.0, 0.1)
    assert after_arrival(arrivals, Pattern(3.0, 5000.0)) == pytest.approx(arrivals.weights, abs=2e-2)
    # Evenly over three years from an even arrival: 1/18, 3/18, and the rest with what comes after.
    assert after_arrival(Pattern(3.0, 0.0), Pattern(3.0, 0.0)) == pytest.approx((1 / 18, 3 / 18, 14 / 18))
