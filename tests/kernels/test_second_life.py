"""What a customer who has left would order if it came back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from patronage.kernels.alive_orders import Future
from patronage.kernels.repeat_buying import RANDOM, RepeatFit, RepeatModel, stated_repeat_buying
from patronage.kernels.second_life import second_life_buys, second_life_orders

BG, MBG, PARETO = RepeatModel.BG_NBD, RepeatModel.MBG_NBD, RepeatModel.PARETO_NBD
TRUTH = {BG: (0.8, 6.0, 0.8, 2.5), MBG: (0.9, 7.0, 0.7, 2.0), PARETO: (0.8, 8.0, 0.6, 20.0)}
HORIZON, DISCOUNT = 156.0, float(np.log(1.1)) / 52.18


def model(which: RepeatModel) -> RepeatFit:
    return stated_repeat_buying(which, dict(zip(which.names, TRUTH[which], strict=True)))


def gone(which: RepeatModel, size: int, seed: int) -> tuple[np.ndarray, ...]:
    """Customers of two years who left: x, t_x, T, and the discounted orders that each would make by its own nature."""
    x, t_x, until, rate, leaving = gone_with_rates(which, size, seed)
    hazard = (leaving if which is PARETO else rate * leaving) + DISCOUNT
    return x, t_x, until, rate * (1 - np.exp(-hazard * HORIZON)) / hazard


def gone_with_rates(which: RepeatModel, size: int, seed: int) -> tuple[np.ndarray, ...]:
    """Customers of two years who left: x, t_x, T, the rate of each, and its pace or chance of leaving."""
    random = np.random.default_rng(seed)
    one, two, three, four = TRUTH[which]
    rate, until = random.gamma(one, 1 / two, size), np.full(size, 104.0)
    x, t_x, left = np.zeros(size), np.zeros(size), np.zeros(size, bool)
    if which is PARETO:
        leaving = random.gamma(three, 1 / four, size)
        active = np.minimum(random.exponential(1 / leaving), until)
        left, x = active < until, random.poisson(rate * active).astype(float)
        t_x = np.where(x > 0, active * random.random(size) ** (1 / np.maximum(x, 1)), 0.0)
    else:
        leaving = random.beta(three, four, size)
        at, here, may_leave = np.zeros(size), np.arange(size), which is MBG
        while here.size:
            if may_leave:
                goes = random.random(here.size) < leaving[here]
                left[here[goes]] = True
                here = here[~goes]
            may_leave = True
            at[here] += random.exponential(1 / rate[here])
            here = here[at[here] < 104]
            x[here] += 1
            t_x[here] = at[here]
    return x[left], t_x[left], until[left], rate[left], leaving[left]


def test_one_who_left_at_once_is_worked_by_hand() -> None:
    # Pareto/NBD, nothing bought in a time so short that it left at 0: rate r / alpha = 0.1, leaving Gamma(s + 1, beta)
    # with s = 1: the integral of (20 / (20 + u))^2 over 20 is 10, so one order is expected.
    fit = stated_repeat_buying(PARETO, {"r": 0.8, "alpha": 8.0, "s": 1.0, "beta": 20.0})
    assert second_life_orders(fit, [0.0], [0.0], [1e-9], Future(20.0))[0] == pytest.approx(1.0)


def test_who_comes_back_buys_at_the_rate_of_the_time_it_was_active() -> None:
    # BG/NBD with r = 1 and alpha = 6 weeks: two repeats within the first 10 weeks, then gone; a rate Gamma(3, 16) buys
    # within 8 weeks with 1 - (16 / 24)^3, however long ago that was.
    fit = stated_repeat_buying(BG, {"r": 1.0, "alpha": 6.0, "a": 1.0, "b": 3.0})
    found = second_life_buys(fit, [2.0, 2.0, 0.0], [10.0, 10.0, 0.0], [60.0, 100.0, 50.0], 8.0)
    assert found[:2] == pytest.approx([1 - (2 / 3) ** 3] * 2)
    assert np.isnan(found[2])


@pytest.mark.parametrize("which", [BG, MBG, PARETO])
def test_those_who_come_back_buy_as_often_as_their_own_nature_says(which: RepeatModel) -> None:
    x, t_x, age, rate, leaving = gone_with_rates(which, 40_000, 9)
    ends = rate + leaving if which is PARETO else rate
    truth = rate / ends * (1 - np.exp(-ends * 26))
    told = second_life_buys(model(which), x, t_x, age, 26.0)
    able = ~np.isnan(told)
    assert told[able].mean() == pytest.approx(truth[able].mean(), abs=0.01)
    often = able & (x >= 3)
    assert told[often].mean() == pytest.approx(truth[often].mean(), abs=0.02)


def test_the_moment_of_leaving_is_averaged_over() -> None:
    # Against two-dimensional quadrature of the joint posterior of the moment of leaving.
    r, alpha, s, beta = TRUTH[PARETO]

    def density(u: float) -> float:
        return (alpha + u) ** -(r + 2) * (beta + u) ** -(s + 1)

    def orders(u: float) -> float:
        ahead = integrate.quad(lambda t: np.exp(-DISCOUNT * t) * ((beta + u) / (beta + u + t)) ** (s + 1), 0, HORIZON)
        return (r + 2) / (alpha + u) * ahead[0]

    top = integrate.quad(lambda u: density(u) * orders(u), 10, 104)[0]
    told = second_life_orders(model(PARETO), [2.0], [10.0], [104.0], Future(HORIZON, DISCOUNT))[0]
    assert told == pytest.approx(top / integrate.quad(density, 10, 104)[0], rel=1e-4)


@pytest.mark.parametrize("which", list(RANDOM))
def test_simulated_customers_would_order_as_foretold(which: RepeatModel) -> None:
    x, t_x, until, truth = gone(which, 60_000, 5)
    told = second_life_orders(model(which), x, t_x, until, Future(HORIZON, DISCOUNT))
    for low, high in ((0, 0), (1, 1), (2, 4), (5, 999)):
        some = (x >= low) & (x <= high)
        if some.any():
            error = truth[some].std() / np.sqrt(some.sum())
            assert abs(told[some].mean() - truth[some].mean()) < 4 * error
    assert some.any()


@given(
    st.sampled_from(list(RANDOM)),
    st.integers(1, 30),
    st.floats(0.05, 1),
    st.floats(5, 200),
    st.floats(1, 300),
)
def test_more_time_brings_more_and_one_who_stayed_more_often_comes_back_for_longer(
    which: RepeatModel, x: int, part: float, age: float, horizon: float
) -> None:
    fit, t_x = model(which), [part * age]
    near, far = (second_life_orders(fit, [x], t_x, [age], Future(h, DISCOUNT))[0] for h in (horizon, horizon + 10))
    more = second_life_orders(fit, [x + 1], t_x, [age], Future(horizon, DISCOUNT))[0]
    assert 0 < near < far
    assert more > near
    soon, late = (second_life_buys(fit, [x], t_x, [age], h)[0] for h in (horizon, horizon + 10))
    assert 0 < soon <= late + 1e-9 <= 1 + 2e-9  # the quadrature is good to nine places
    assert second_life_buys(fit, [x + 1], t_x, [age], horizon)[0] >= soon - 1e-9


def test_who_cannot_have_left_has_no_second_life() -> None:
    assert np.isnan(second_life_orders(model(BG), [0.0, 1.0], [0.0, 2.0], [9.0, 9.0], Future(5.0))).tolist() == [
        True,
        False,
    ]
    assert np.isfinite(second_life_orders(model(MBG), [0.0], [0.0], [9.0], Future(5.0))).all()


def test_impossible_histories_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^t_x must not exceed T: broken by 1 of 1 \(first at 0: 9.0\)$"):
        second_life_orders(model(BG), [1.0], [9.0], [5.0], Future(5.0))
    with pytest.raises(ValueError, match=r"^a future needs a positive horizon and a discount not below 0, got 0 and 0"):
        second_life_orders(model(BG), [1.0], [2.0], [5.0], Future(0))
    with pytest.raises(ValueError, match=r"^horizon must be more than 0 and finite, got 0$"):
        second_life_buys(model(BG), [1.0], [2.0], [5.0], 0.0)
