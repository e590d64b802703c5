import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from patronage.kernels.ranges import (
    beta_moments,
    beta_of_moments,
    beta_quantile,
    even_uniforms,
    log_normal_moments,
    log_normal_of_interval,
    log_normal_of_moments,
    log_normal_quantile,
    logit_normal_moments,
    logit_normal_of_interval,
    logit_normal_quantile,
    normal_of_interval,
    normal_quantile,
    pert_moments,
    pert_quantile,
    pert_shapes,
)

ENDS = np.array([0.05, 0.95])
TAIL = 1.6448536269514722  # 95% point of the standard normal, any table
shares = st.floats(0.001, 0.999)
amounts = st.floats(1e-3, 1e6)


# Worked examples


def test_a_log_normal_interval_of_8000_to_12000_has_its_median_at_the_geometric_mean():
    # By hand: mu = (ln 8000 + ln 12000) / 2, so the median is sqrt(96,000,000) = 9,797.96; sigma = ln 1.5 / (2 z).
    mu, sigma = log_normal_of_interval(8000, 12000)
    assert math.exp(mu) == pytest.approx(math.sqrt(96e6))
    assert sigma == pytest.approx(math.log(1.5) / (2 * TAIL))


def test_a_symmetric_logit_normal_has_mean_one_half_and_the_spread_of_its_two_limits():
    # By hand: mu = 0 is symmetric about 1/2. Narrow: the slope of the logistic at 0 is 1/4, so sd -> sigma / 4.
    # Wide: a fair coin, so sd -> 1/2.
    narrow, wide = logit_normal_moments(0.0, 1e-4), logit_normal_moments(0.0, 1e6)
    assert (narrow.mean, wide.mean) == (pytest.approx(0.5, abs=1e-12), pytest.approx(0.5, abs=1e-12))
    assert narrow.sd == pytest.approx(1e-4 / 4, rel=1e-7)
    assert wide.sd == pytest.approx(0.5, abs=1e-3)


def test_a_pert_of_1_4_13_has_mean_5_and_the_shapes_2_and_4():
    # By hand: (1 + 16 + 13) / 6 = 5; a = 1 + 4 * 3/12 = 2, b = 1 + 4 * 9/12 = 4; variance (5-1)(13-5)/7 = 32/7.
    assert pert_shapes(1, 4, 13) == (2.0, 4.0)
    found = pert_moments(1, 4, 13)
    assert found.mean == pytest.approx(5.0)
    assert found.sd**2 == pytest.approx(32 / 7)


def test_a_beta_of_2_and_8_has_mean_a_fifth():
    # Textbook: mean a / (a + b), variance ab / ((a + b)^2 (a + b + 1)) = 16 / 1100.
    found = beta_moments(2, 8)
    assert (found.mean, found.sd**2) == (pytest.approx(0.2), pytest.approx(16 / 1100))


def test_moments_of_a_log_normal_come_back_from_its_parameters():
    found = log_normal_moments(*log_normal_of_moments(100.0, 30.0))
    assert (found.mean, found.sd) == (pytest.approx(100.0), pytest.approx(30.0))


@pytest.mark.parametrize("sigma", [0.05, 0.7, 4.2, 30.0])
def test_the_logit_normal_moments_agree_with_adaptive_integration(sigma: float):
    from scipy.integrate import quad

    mu = -1.3
    edge = -mu / sigma

    def moment(power: int) -> float:
        def integrand(z: float) -> float:
            return (1 / (1 + math.exp(-(mu + sigma * z)))) ** power * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        points = [p for p in (edge, 0.0) if -10 < p < 10]
        return quad(integrand, -10, 10, points=points, limit=400, epsabs=1e-13)[0]

    found = logit_normal_moments(mu, sigma)
    assert found.mean == pytest.approx(moment(1), abs=1e-10)
    assert found.sd**2 == pytest.approx(moment(2) - moment(1) ** 2, abs=1e-10)


# Recovery


def test_the_parameters_of_each_kind_are_recovered_from_its_draws():
    u = even_uniforms(20_000, seed=3, name="recovery")
    logs = np.log(log_normal_quantile(u, mu=1.2, sigma=0.4))
    odds = logit_normal_quantile(u, mu=-2.0, sigma=0.5)
    assert (logs.mean(), logs.std()) == (pytest.approx(1.2, abs=1e-3), pytest.approx(0.4, abs=1e-3))
    assert np.log(odds / (1 - odds)).mean() == pytest.approx(-2.0, abs=1e-3)
    a, b = beta_of_moments(*(beta_quantile(u, a=3.0, b=9.0).mean(), beta_quantile(u, a=3.0, b=9.0).std()))
    assert (a, b) == (pytest.approx(3.0, rel=1e-2), pytest.approx(9.0, rel=1e-2))
    pert = pert_quantile(u, low=2.0, mode=3.0, high=10.0)
    assert (pert.mean(), pert.std()) == tuple(
        pytest.approx(m, rel=1e-3) for m in (pert_moments(2, 3, 10).mean, pert_moments(2, 3, 10).sd)
    )


# Properties


@given(low=amounts, factor=st.floats(1.001, 1000))
def test_a_log_normal_gives_its_interval_back(low: float, factor: float):
    mu, sigma = log_normal_of_interval(low, low * factor)
    assert log_normal_quantile(ENDS, mu=mu, sigma=sigma) == pytest.approx([low, low * factor], rel=1e-9)


@given(ends=st.tuples(shares, shares).filter(lambda pair: pair[1] - pair[0] > 1e-6))
def test_a_logit_normal_gives_its_interval_back(ends: tuple[float, float]):
    mu, sigma = logit_normal_of_interval(*ends)
    assert logit_normal_quantile(ENDS, mu=mu, sigma=sigma) == pytest.approx(ends, rel=1e-9)


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6))
def test_a_normal_gives_its_interval_back(low: float, width: float):
    mean, sd = normal_of_interval(low, low + width)
    assert normal_quantile(ENDS, mean=mean, sd=sd) == pytest.approx([low, low + width], rel=1e-9, abs=1e-6)


@given(mean=shares, part=st.floats(0.01, 0.99))
def test_a_beta_gives_its_moments_back(mean: float, part: float):
    sd = part * math.sqrt(mean * (1 - mean))
    found = beta_moments(*beta_of_moments(mean, sd))
    assert (found.mean, found.sd) == (pytest.approx(mean), pytest.approx(sd))


@given(low=st.floats(-1e3, 1e3), left=st.floats(0, 1e3), right=st.floats(1e-2, 1e3))
@settings(max_examples=50)
def test_a_pert_stays_within_its_ends_and_rises_with_u(low: float, left: float, right: float):
    u = np.linspace(0.001, 0.999, 50)
    found = pert_quantile(u, low=low, mode=low + left, high=low + left + right)
    assert np.all(np.diff(found) >= 0)
    assert low <= found[0]
    assert found[-1] <= low + left + right


def test_moments_of_any_size_have_parameters():
    mu, sigma = log_normal_of_moments(1e-300, 1e18)
    assert sigma == pytest.approx(math.sqrt(2 * math.log(10) * 318))
    assert mu == pytest.approx(math.log(10) * (-300 - 318))
    assert min(beta_of_moments(0.5, 1e-200)) == math.inf


def test_even_uniforms_have_one_draw_in_each_slice_and_hang_on_seed_and_name_alone():
    found = even_uniforms(1000, seed=1, name="a")
    assert sorted(np.floor(found * 1000).astype(int)) == list(range(1000))
    assert np.array_equal(found, even_uniforms(1000, seed=1, name="a"))
    assert abs(np.corrcoef(found, even_uniforms(1000, seed=1, name="b"))[0, 1]) < 0.1
    assert not np.array_equal(found, even_uniforms(1000, seed=2, name="a"))


def test_quantiles_equal_those_of_an_independent_library():
    u = np.linspace(0.01, 0.99, 33)
    assert log_normal_quantile(u, mu=2.0, sigma=0.7) == pytest.approx(stats.lognorm(0.7, scale=math.exp(2.0)).ppf(u))
    assert beta_quantile(u, a=0.7, b=5.0) == pytest.approx(stats.beta(0.7, 5.0).ppf(u))
    assert normal_quantile(u, mean=3.0, sd=2.0) == pytest.approx(stats.norm(3.0, 2.0).ppf(u))


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normal_of_interval(2, 1), "low must be below high and both finite, got low=2, high=1"),
        (lambda: normal_of_interval(2, math.nan), "low must be below high and both finite, got low=2, high=nan"),
        (lambda: log_normal_of_interval(0, 1), "a log-normal lies above 0, got low=0"),
        (lambda: logit_normal_of_interval(0.1, 1), "a logit-normal lies between 0 and 1, got low=0.1, high=1"),
        (lambda: log_normal_of_moments(-1, 1), "mean and sd must be above 0, got mean=-1, sd=1"),
        (lambda: beta_of_moments(1.2, 0.1), "the mean of a beta lies between 0 and 1, got 1.2"),
        (lambda: beta_of_moments(0.5, 0.6), "the sd of a beta with mean 0.5 lies below 0.5, got 0.6"),
        (lambda: pert_shapes(1, 0, 3), "expected low <= mode <= high and low < high, got 1, 0, 3"),
        (lambda: pert_shapes(1, 1, 1), "expected low <= mode <= high and low < high, got 1, 1, 1"),
        (lambda: logit_normal_moments(0, math.inf), "the spread must be above 0 and finite, got inf"),
        (lambda: beta_moments(0, 1), "the shapes of a beta must be above 0 and finite, got a=0, b=1"),
        (lambda: beta_quantile(np.array([0.0]), a=1, b=1), "u must lie between 0 and 1, ends excluded"),
        (lambda: even_uniforms(0, seed=1, name="a"), "size must be at least 1, got 0"),
    ],
)
def test_what_is_out_of_range_is_refused(call, message: str):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
