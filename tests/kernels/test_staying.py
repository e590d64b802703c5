from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from patronage.kernels.regular_buying import phase_chances
from patronage.kernels.repeat_buying import RepeatModel, stated_repeat_buying
from patronage.kernels.repeat_counts import checked_histories
from patronage.kernels.staying import staying_bg_nbd, staying_mbg_cnbd_k, staying_mbg_nbd, staying_pareto_nbd

# BG/NBD of CDNOW (Fader, Hardie & Lee 2005, table 2), weeks.
CDNOW = (0.243, 4.414, 0.793, 2.426)

shapes = st.floats(0.05, 50)
counts = st.integers(0, 200)
times = st.floats(0, 500)


def test_one_rate_and_a_uniform_dropout_give_the_value_worked_by_hand() -> None:
    # r + x = 1, Beta(1, 1), ahead = alpha + age: the mean of 1 / (1 + p) over a uniform p is ln 2.
    assert staying_bg_nbd([0.0], [4.0], 10.0, (1.0, 6.0, 1.0, 1.0)) == pytest.approx([np.log(2)])
    # Beta(1, 2) after the first purchase under MBG/NBD: the integral of 2 (1 - p) / (1 + p) is 4 ln 2 - 2.
    assert staying_mbg_nbd([0.0], [4.0], 10.0, (1.0, 6.0, 1.0, 1.0)) == pytest.approx([4 * np.log(2) - 2])
    assert staying_pareto_nbd([3.0], [10.0], 20.0, (1.0, 1.0, 2.0, 10.0)) == pytest.approx([(20 / 40) ** 2])


@pytest.mark.parametrize("x", [0, 3, 60])
def test_the_closed_form_is_the_integral_over_the_dropout_probability(x: int) -> None:
    r, alpha, a, b = CDNOW

    def at(p: float) -> float:
        return float(stats.beta.pdf(p, a, b + x) * (1 + p * 52 / (alpha + 39)) ** -(r + x))

    whole = integrate.quad(at, 0, 0.05, limit=200)[0] + integrate.quad(at, 0.05, 1, limit=200)[0]
    assert staying_bg_nbd([x], [39.0], 52.0, CDNOW) == pytest.approx([whole], rel=1e-4)


def test_whole_parameters_give_the_integral_too() -> None:
    # SciPy's 2F1 is infinite there.
    whole = integrate.quad(lambda p: float(stats.beta.pdf(p, 1, 111) * (1 + 10 * p) ** -87), 0, 1)[0]
    assert staying_mbg_nbd([86.0], [0.0], 10.0, (1.0, 1.0, 1.0, 24.0)) == pytest.approx([whole], rel=1e-7)


def test_simulated_active_customers_stay_as_often_as_told() -> None:
    random = np.random.default_rng(3)
    size = 200_000
    r, alpha, a, b = 0.8, 5.0, 1.2, 4.0
    rate, dropout = random.gamma(r, 1 / alpha, size), random.beta(a, b, size)
    x, active, time = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool), np.zeros(size)
    stays = np.ones(size, dtype=bool)
    for _ in range(200):
        time += random.exponential(1 / rate)
        x += active & (time < 20)
        left = random.random(size) < dropout
        active &= ~(left & (time < 20))
        stays &= ~(left & (time < 30))
    for purchases in (0, 2, 5):
        chosen = active & (x == purchases)
        told = staying_bg_nbd([purchases], [20.0], 10.0, (r, alpha, a, b))[0]
        spread = 4 * np.sqrt(told * (1 - told) / chosen.sum())
        assert stays[chosen].mean() == pytest.approx(told, abs=spread)


@pytest.mark.parametrize("k", [1, 3])
def test_regular_customers_stay_as_simulated_and_as_mbg_nbd_says_of_one_step(k: int) -> None:
    random = np.random.default_rng(4)
    names: dict[str, float] = {"r": 0.8, "alpha": 5.0, "a": 1.2, "b": 4.0}
    fit = stated_repeat_buying(RepeatModel.MBG_CNBD_K, names, k)
    known = checked_histories([3.0], [14.0], [20.0])
    told = staying_mbg_cnbd_k(fit, known, 15.0)[0]
    size = 100_000
    phase = random.choice(k, size=size, p=phase_chances(fit.values, k, known)[0])
    rate, dropout = random.gamma(0.8 + 3 * k + phase) / 25.0, random.beta(1.2, 8.0, size)
    time, stays = random.gamma(k - phase) / rate, np.ones(size, dtype=bool)
    while (active := stays & (time <= 15)).any():
        stays[active] = random.random(int(active.sum())) > dropout[active]
        time[active] += random.gamma(k, size=int(active.sum())) / rate[active]
    assert stays.mean() == pytest.approx(told, abs=0.006)
    if k == 1:
        assert told == pytest.approx(staying_mbg_nbd([3.0], [20.0], 15.0, (0.8, 5.0, 1.2, 4.0))[0], rel=1e-6)


@given(counts, times, times, st.tuples(shapes, shapes, shapes, shapes))
def test_staying_is_a_chance_that_falls_with_time_and_is_sure_at_once(
    x: int, age: float, ahead: float, parameters: tuple[float, float, float, float]
) -> None:
    for kernel in (staying_bg_nbd, staying_mbg_nbd, staying_pareto_nbd):
        now, soon, later = (kernel([x], [age], time, parameters)[0] for time in (0.0, ahead / 2, ahead))
        assert now == pytest.approx(1.0)
        assert 0 <= later <= soon + 1e-9
        assert soon <= 1


def test_parameters_and_histories_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^parameters must be positive: 1 of 4 are not \(first at 2: 0\.0\)$"):
        staying_bg_nbd([1.0], [1.0], 1.0, (1.0, 1.0, 0.0, 1.0))
    with pytest.raises(ValueError, match=r"^x must not be negative: 1 of 1 are \(first at 0: -1\.0\)$"):
        staying_mbg_nbd([-1.0], [1.0], 1.0, CDNOW)
    with pytest.raises(ValueError, match=r"^ahead must not be negative: 1 of 1 are \(first at \(\): -2\.0\)$"):
        staying_pareto_nbd([1.0], [1.0], -2.0, CDNOW)
