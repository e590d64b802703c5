from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.decisions.leaving import share_lost_by_leaving


def test_the_share_lost_is_the_one_worked_by_hand() -> None:
    # S = 1 / (1 + t) over three years: W = ln 4, and W_stay = 1 + 2 ln 2, so that leaving takes 1 of ln 4.
    (share,) = share_lost_by_leaving(lambda t: np.array([1 / (1 + t)]), 3.0, 0.0)
    assert share == pytest.approx(1 / math.log(4), rel=1e-9)


def test_the_share_lost_is_what_simulated_lives_lose() -> None:
    random = np.random.default_rng(5)
    lives = random.exponential(1 / random.gamma(2.0, 1 / 3.0, 400_000))
    rate = math.log(1.1)
    worth = -np.expm1(-rate * np.minimum(lives, 4.0)) / rate
    leaves = lives < 1
    lost = leaves.mean() * (worth[~leaves].mean() - worth[leaves].mean())
    (share,) = share_lost_by_leaving(lambda t: np.array([(3.0 / (3.0 + t)) ** 2]), 4.0, 0.1)
    assert share == pytest.approx(lost / worth.mean(), rel=0.02)


def test_who_surely_stays_loses_nothing_and_a_short_horizon_counts_alone() -> None:
    (none,) = share_lost_by_leaving(lambda t: np.array([1.0]), 5.0, 0.1)
    assert none == pytest.approx(0.0, abs=1e-12)
    # Half a year at a hazard of 1: W = 1 - e^-0.5, W_stay = 0.5.
    (short,) = share_lost_by_leaving(lambda t: np.array([math.exp(-t)]), 0.5, 0.0)
    assert short == pytest.approx(0.5 / (1 - math.exp(-0.5)) - 1)


@given(st.floats(0.01, 5.0), st.floats(0.1, 20.0), st.floats(0.0, 0.5))
def test_leaving_loses_more_the_likelier_it_is(hazard: float, years: float, discount_rate: float) -> None:
    little, much = share_lost_by_leaving(lambda t: np.exp(-np.array([hazard, 1.5 * hazard]) * t), years, discount_rate)
    assert 0 < little < much
