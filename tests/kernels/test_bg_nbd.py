"""The likelihood of the BG/NBD and MBG/NBD models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.special import beta as beta_function
from scipy.special import gamma

from patronage.kernels.bg_nbd import bg_log_left, bg_log_staying, bg_objective
from patronage.kernels.newton import in_logs
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts

PUBLISHED = np.array([0.243, 4.414, 0.793, 2.426])
scales = st.tuples(st.floats(0.1, 5), st.floats(0.5, 30), st.floats(0.1, 5), st.floats(0.3, 8)).map(np.array)
few = RepeatCounts(
    np.array([0.0, 1, 2, 3, 12]),
    np.array([0.0, 5, 30.43, 20, 39]),
    np.array([38.86, 38.86, 38.86, 60, 40]),
    np.array([7.0, 2, 1, 3, 1]),
)


def log_likelihood(parameters, x, t_x, T, shift):
    left = bg_log_left(parameters, x, t_x, T, shift)
    return bg_log_staying(parameters, x, T, shift) + np.logaddexp(0, left)


def story(rate, leaving, customer, shift):
    """Density of one history given its rate and leaving probability, from the story of the model."""
    x, t_x, T = customer
    stays = (1 - leaving) ** (x + shift) * np.exp(-rate * T)
    leaves = leaving * (1 - leaving) ** (x - 1 + shift) * np.exp(-rate * t_x) if x + shift > 0 else 0.0
    return rate**x * (stays + leaves)


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("customer", [(0, 0.0, 6.0), (1, 2.0, 6.0), (4, 5.0, 6.0)])
def test_the_likelihood_is_the_story_averaged_over_customers(shift, customer):
    # Brute force over rate ~ Gamma and leaving ~ Beta; r, a and b above 1 keep the integrand finite.
    r, alpha, a, b = 1.4, 2.0, 1.3, 2.2

    def weighed(leaving, rate):
        prior = alpha**r * rate ** (r - 1) * np.exp(-alpha * rate) / gamma(r)
        prior *= leaving ** (a - 1) * (1 - leaving) ** (b - 1) / beta_function(a, b)
        return prior * story(rate, leaving, customer, shift)

    expected, _ = dblquad(weighed, 0, 12, 0, 1, epsabs=1e-12, epsrel=1e-8)
    x, t_x, T = (np.array([float(value)]) for value in customer)
    told = log_likelihood(np.array([r, alpha, a, b]), x, t_x, T, shift)
    assert np.exp(told[0]) == pytest.approx(expected, rel=1e-6)


@given(scales, st.sampled_from([0, 1]))
def test_gradient_and_hessian_are_those_of_the_value(parameters, shift):
    objective = bg_objective(few, shift)

    def at(logs):
        return in_logs(np.exp(logs), objective(np.exp(logs)))

    here = at(np.log(parameters))
    for i, step in enumerate(1e-5 * np.eye(4)):
        up, down = at(np.log(parameters) + step), at(np.log(parameters) - step)
        assert here.gradient[i] == pytest.approx((up.value - down.value) / 2e-5, abs=1e-4)
        assert here.hessian[i] == pytest.approx((up.gradient - down.gradient) / 2e-5, abs=1e-4)


@given(scales, st.sampled_from([0, 1]))
def test_the_fused_pass_gives_the_likelihood_of_the_rows(parameters, shift):
    rows = log_likelihood(parameters, few.x, few.t_x, few.T, shift)
    assert -bg_objective(few, shift)(parameters).value == pytest.approx(few.n @ rows, rel=1e-12)


def test_the_published_parameters_give_the_published_likelihood(cdnow):
    seen = cdnow.calibration
    curve = bg_objective(repeat_counts(seen.x, seen.t_x, seen.T), 0)(PUBLISHED)
    assert -curve.value == pytest.approx(-9582.43, abs=0.01)


def test_customers_without_a_repeat_stay_in_the_bg_nbd_alone():
    never, zero, age = np.zeros(1), np.zeros(1), np.array([30.0])
    assert bg_log_left(PUBLISHED, never, zero, age, 0)[0] == -np.inf
    r, alpha, a, b = PUBLISHED
    assert bg_log_left(PUBLISHED, never, zero, age, 1)[0] == pytest.approx(np.log(a / b * ((alpha + 30) / alpha) ** r))


@pytest.mark.parametrize("extreme", [[1e-6, 1e-3, 1e-6, 1e6], [1e5, 1e6, 1e5, 1e5], [0.2, 1e-8, 1e4, 1e-4]])
def test_extreme_parameters_keep_the_curve_finite(extreme):
    for shift in (0, 1):
        curve = bg_objective(few, shift)(np.array(extreme))
        assert np.isfinite(curve.value)
        assert np.isfinite(curve.gradient).all()
        assert np.isfinite(curve.hessian).all()
