from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate

from patronage.decisions.timing import Pattern, annuity, pattern_of

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


@pytest.mark.parametrize(("value", "yearly"), [(100.0, 0.0), (100.0, -5.0), (500.0, 100.0)])
def test_without_a_decline_to_tell_only_discounting_thins_out(value: float, yearly: float) -> None:
    assert pattern_of(value, yearly, years=3.0, discount_rate=0.1) == Pattern(3.0, math.log1p(0.1))


def test_next_to_no_value_comes_in_at_the_start() -> None:
    assert pattern_of(0.0001, 100.0, years=3.0, discount_rate=0.1).weights[0] == pytest.approx(1.0)
