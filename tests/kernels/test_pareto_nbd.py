"""The likelihood of the Pareto/NBD model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad
from scipy.special import gamma, hyp2f1

from patronage.kernels.newton import in_logs
from patronage.kernels.pareto_nbd import pareto_log_left, pareto_log_staying, pareto_objective, unit_rule
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts

PUBLISHED = np.array([0.553, 10.578, 0.606, 11.669])
scales = st.tuples(st.floats(0.1, 5), st.floats(0.5, 30), st.floats(0.1, 5), st.floats(0.5, 30)).map(np.array)
few = RepeatCounts(
    np.array([0.0, 1, 2, 3, 12]),
    np.array([0.0, 5, 30.43, 20, 39]),
    np.array([38.86, 38.86, 38.86, 60, 39]),
    np.array([7.0, 2, 1, 3, 1]),
)


def log_likelihood(parameters, x, t_x, T):
    left = pareto_log_left(parameters, x, t_x, T)
    return pareto_log_staying(parameters, x, T) + np.logaddexp(0, left)


@pytest.mark.parametrize("customer", [(0, 0.0, 6.0), (1, 2.0, 6.0), (4, 5.0, 6.0), (2, 6.0, 6.0)])
def test_the_likelihood_is_the_story_averaged_over_customers(customer):
    # Given both rates: lambda^x [exp(-(lambda + mu) T) + mu times the integral of exp(-(lambda + mu) u), t_x to T].
    r, alpha, s, beta = 1.4, 2.0, 1.3, 3.0
    x, t_x, T = customer

    def weighed(leaving, rate):
        prior = alpha**r * rate ** (r - 1) * np.exp(-alpha * rate) / gamma(r)
        prior *= beta**s * leaving ** (s - 1) * np.exp(-beta * leaving) / gamma(s)
        both = rate + leaving
        left = leaving / both * (np.exp(-both * t_x) - np.exp(-both * T)) if both > 0 else 0.0
        return prior * rate**x * (np.exp(-both * T) + left)

    expected, _ = dblquad(weighed, 0, 15, 0, 12, epsabs=1e-12, epsrel=1e-8)
    told = log_likelihood(np.array([r, alpha, s, beta]), *(np.array([float(v)]) for v in customer))
    assert np.exp(told[0]) == pytest.approx(expected, rel=1e-6)


@given(scales, st.integers(0, 30), st.floats(0.05, 50), st.floats(0, 100))
def test_the_odds_are_those_of_the_published_2f1_form(parameters, x, t_x, wait):
    # Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model": one form where alpha >= beta, another else.
    r, alpha, s, beta = parameters
    last, T = (t_x, t_x + wait) if x else (0.0, t_x + wait)
    near, far, second = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, r + x)
    whole = r + s + x

    def part(t):
        return hyp2f1(whole, second, whole + 1, (near - far) / (near + t)) / (near + t) ** whole

    odds = s / whole * (part(last) - part(T)) * (alpha + T) ** (r + x) * (beta + T) ** s
    told = np.exp(pareto_log_left(parameters, *(np.array([float(v)]) for v in (x, last, T))))[0]
    # The difference of 2F1 loses digits where the two nearly agree.
    assert told == pytest.approx(odds, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    "parameters", [[0.5, 10, 0.6, 10], [0.5, 10, 0.6, 10.000001], [40, 400, 6, 500], [0.3, 5, 0.4, 4000]]
)
@pytest.mark.parametrize("customer", [(180, 90.0, 104.0), (30, 2.0, 104.0), (0, 0.0, 300.0)])
def test_odds_are_stable_for_many_purchases_and_for_equal_scales(parameters, customer):
    r, alpha, s, beta = parameters
    x, t_x, T = customer
    top = -(r + x) * np.log(alpha + t_x) - (s + 1) * np.log(beta + t_x)

    def density(u):
        return s * np.exp(-(r + x) * np.log(alpha + u) - (s + 1) * np.log(beta + u) - top)

    edges = np.concatenate(([t_x], t_x + (T - t_x) * np.geomspace(1e-3, 1, 12)))
    total = sum(quad(density, *edge, epsabs=0, epsrel=1e-12)[0] for edge in pairwise(edges.tolist()))
    expected = np.log(total) + top + (r + x) * np.log(alpha + T) + s * np.log(beta + T)
    told = pareto_log_left(np.array(parameters, float), *(np.array([float(v)]) for v in customer))
    assert told[0] == pytest.approx(expected, abs=1e-7)


@given(scales)
def test_gradient_and_hessian_are_those_of_the_value(parameters):
    objective = pareto_objective(few)

    def at(logs):
        return in_logs(np.exp(logs), objective(np.exp(logs)))

    here = at(np.log(parameters))
    for i, step in enumerate(1e-5 * np.eye(4)):
        up, down = at(np.log(parameters) + step), at(np.log(parameters) - step)
        assert here.gradient[i] == pytest.approx((up.value - down.value) / 2e-5, abs=2e-4)
        assert here.hessian[i] == pytest.approx((up.gradient - down.gradient) / 2e-5, abs=2e-4)


@given(scales)
def test_the_fused_pass_gives_the_likelihood_of_the_rows(parameters):
    rows = log_likelihood(parameters, few.x, few.t_x, few.T)
    assert -pareto_objective(few)(parameters).value == pytest.approx(few.n @ rows, rel=1e-12)


def test_the_published_parameters_give_the_published_likelihood(cdnow):
    seen = cdnow.calibration
    curve = pareto_objective(repeat_counts(seen.x, seen.t_x, seen.T))(PUBLISHED)
    assert -curve.value == pytest.approx(-9594.98, abs=0.01)


def test_a_customer_who_has_just_bought_cannot_have_left():
    assert pareto_log_left(PUBLISHED, np.array([3.0]), np.array([20.0]), np.array([20.0]))[0] == -np.inf


def test_a_rule_of_three_nodes_integrates_a_fifth_power():
    at, weights = unit_rule(3)
    assert weights @ at**5 == pytest.approx(1 / 6)
