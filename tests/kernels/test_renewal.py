"""Customers who renew at even intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from patronage.kernels.lapse import Hazard, Slopes
from patronage.kernels.renewal import Renewals, p_renewal, renewal_scores

LEVELS = (0.05, 0.5, 0.95)


def one(since: float = 0.0, ahead: float = 3.0, discount: float = 0.0, spread: float = 0.1) -> Renewals:
    return Renewals(*(np.array([value]) for value in (since, spread, ahead, discount)))


def test_three_renewals_ahead_are_worth_what_the_series_says() -> None:
    # Alive with 0.8 as nothing is late yet; then orders 1 + 0.8 + 0.64, the first one period ahead.
    scores = renewal_scores(one(discount=np.log(1.1)), 0.2, LEVELS)
    assert scores.p_alive[0] == pytest.approx(0.8)
    assert scores.expected[0] == pytest.approx(0.8 * 2.44)
    assert scores.discounted[0] == pytest.approx(0.8 * (1 / 1.1 + 0.8 / 1.21 + 0.64 / 1.331))


def test_quantiles_are_those_of_the_truncated_geometric_law() -> None:
    # P(N > n) = 0.8, 0.64, 0.512, then 0: the middle is 3, the twentieth part is 0.
    scores = renewal_scores(one(), 0.2, LEVELS)
    assert scores.quantiles[0].tolist() == [0.0, 3.0, 3.0]
    assert renewal_scores(one(), 0.5, LEVELS).quantiles[0].tolist() == [0.0, 0.0, 3.0]


def test_variance_is_that_of_the_count() -> None:
    # P(N = 0, 1, 2, 3) = 0.2, 0.16, 0.128, 0.512.
    counts, chances = np.arange(4), np.array([0.2, 0.16, 0.128, 0.512])
    mean = counts @ chances
    assert renewal_scores(one(), 0.2, LEVELS).variance[0] == pytest.approx(counts**2 @ chances - mean**2)


def test_a_late_renewal_speaks_against_the_customer() -> None:
    late = 0.9 * ndtr(-2.0)
    scores = renewal_scores(one(since=1.2), 0.1, LEVELS)
    assert scores.p_alive[0] == pytest.approx(late / (late + 0.1))


def test_a_hazard_that_falls_is_followed_from_renewal_to_renewal() -> None:
    slopes = Slopes(np.array([-1.0, -0.5, 0.0]), np.zeros((3, 3)), 50.0)
    hazard = Hazard(1.0, 9.0, slopes)
    asked = Renewals(np.zeros(1), np.full(1, 0.1), np.full(1, 3.0), np.zeros(1), np.full(1, 2.0), np.ones(1))
    fails = [1 - np.exp(-np.exp(-1 - 0.5 * np.log(number))) for number in (3, 4, 5)]
    scores = renewal_scores(asked, hazard, LEVELS)
    alive = 1 - fails[0]
    assert scores.p_alive[0] == pytest.approx(alive)
    staying = [alive, alive * (1 - fails[1]), alive * (1 - fails[1]) * (1 - fails[2])]
    assert scores.expected[0] == pytest.approx(sum(staying))
    # P(N > 0, 1, 2) = staying: the middle is the least count that brings it to a half or less.
    assert scores.quantiles[0, 1] == sum(each > 0.5 for each in staying)
    constant = renewal_scores(asked, 0.1, LEVELS)
    assert (constant.quantiles == renewal_scores(asked, Hazard(1.0, 9.0), LEVELS).quantiles).all()


@given(st.floats(0, 3), st.floats(0.1, 40), st.floats(0, 0.2), st.floats(0.01, 0.9))
def test_more_time_never_brings_less_and_discount_never_more(
    since: float, ahead: float, rate: float, hazard: float
) -> None:
    near = renewal_scores(one(since, ahead, rate), hazard, LEVELS)
    far = renewal_scores(one(since, ahead + 1, rate), hazard, LEVELS)
    assert far.discounted[0] >= near.discounted[0]
    assert near.discounted[0] <= near.expected[0] + 1e-12
    assert (np.diff(near.quantiles[0]) >= 0).all()
    assert 0 <= near.p_alive[0] <= 1 - hazard + 1e-12


@given(st.floats(0, 3), st.floats(0.1, 40), st.floats(0.01, 0.9), st.floats(0, 0.5))
def test_the_chance_of_an_order_is_that_of_not_counting_none(
    since: float, ahead: float, hazard: float, spread: float
) -> None:
    asked = one(since, ahead, spread=spread)
    chance, scores = p_renewal(asked, hazard)[0], renewal_scores(asked, hazard, LEVELS)
    assert chance == (scores.p_alive[0] if scores.expected[0] > 0 else 0.0)
    assert chance <= scores.expected[0] + 1e-12


def test_a_renewal_due_after_the_horizon_is_no_chance() -> None:
    assert p_renewal(one(since=0.0, ahead=0.9), 0.2).tolist() == [0.0]
    assert p_renewal(one(since=0.2, ahead=0.9), 0.2)[0] == pytest.approx(0.8 * ndtr(8.0) / (0.8 * ndtr(8.0) + 0.2))


def test_simulated_renewals_are_made_as_often_as_said() -> None:
    # Half a period in, nothing is late; of those not yet lapsed each makes its next renewal with 0.7.
    random = np.random.default_rng(11)
    made = random.random(20_000) < 0.7
    assert abs(made.mean() - p_renewal(one(since=0.5, ahead=1.0), 0.3)[0]) < 4 * np.sqrt(0.21 / 20_000)


def test_impossible_renewals_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^hazard must lie between 0 and 1, got 0$"):
        p_renewal(one(), 0)
    with pytest.raises(ValueError, match=r"^since must not be negative: 1 of 1 are \(first at 0: -1.0\)$"):
        renewal_scores(one(since=-1.0), 0.2, LEVELS)
    with pytest.raises(ValueError, match=r"^hazard must lie between 0 and 1, got 1$"):
        renewal_scores(one(), 1, LEVELS)
    with pytest.raises(ValueError, match=r"^level must lie between 0 and 1, got 1.0$"):
        renewal_scores(one(), 0.2, (1.0,))
