"""Maximum likelihood that says what the data identify."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.likelihood_fit import PRIOR_SD, Problem, likelihood_fit, log_normal_draws
from patronage.kernels.newton import Curve

SCALE = np.array([1.0, 1.0])


def gaussian(centre, precision):
    """A log-likelihood that is normal in the log-parameters."""
    centre, precision = np.asarray(centre, float), np.asarray(precision, float)

    def objective(parameters):
        off = np.log(parameters) - centre
        slope = precision @ off
        hessian = (precision - np.diag(slope)) / np.outer(parameters, parameters)
        return Curve(float(off @ slope / 2), slope / parameters, hessian)

    return Problem(objective, ("one", "two"), SCALE, np.array([[2.0, 0.5]]))


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.5, 50), st.floats(0.5, 50))
def test_a_normal_likelihood_gives_its_centre_and_covariance(u, v, first, second):
    fitted = likelihood_fit(gaussian([u, v], np.diag([first, second])))
    assert fitted.identified
    assert (fitted.why_not, fitted.prior, fitted.prior_cost) == ("", "", 0)
    assert np.log(fitted.parameters) == pytest.approx([u, v], abs=1e-3)
    assert fitted.covariance == pytest.approx(np.diag([1 / first, 1 / second]), rel=1e-6)


def test_a_ridge_is_named_and_held_by_the_prior():
    # Only the difference of the logs is known, to an sd of a tenth: the prior N(0, 1.5^2) on each then halves the sum.
    fitted = likelihood_fit(gaussian([2.0, 0.0], 100 * np.array([[1.0, -1.0], [-1.0, 1.0]])))
    assert not fitted.identified
    assert fitted.why_not == "the likelihood is flat where one and two rise together: only their ratio is told"
    assert fitted.prior == "each parameter log-normal with median one 1, two 1 and sd 1.5 of its logarithm"
    known = 200 / (200 + 1 / PRIOR_SD**2)
    assert np.log(fitted.parameters) == pytest.approx([known, -known], abs=1e-4)
    assert fitted.prior_cost == pytest.approx(100 / 2 * (2 - 2 * known) ** 2, abs=1e-6)
    along = np.array([1.0, 1.0]) / np.sqrt(2)
    assert along @ fitted.covariance @ along == pytest.approx(PRIOR_SD**2, rel=1e-4)


def test_a_parameter_that_runs_away_is_named():
    # log L = -1 / one: it rises for ever, ever less.
    def rising(parameters):
        one, two = parameters
        off = np.log(two)
        gradient = np.array([-1 / one**2, off / two])
        return Curve(1 / one + off**2 / 2, gradient, np.diag([2 / one**3, (1 - off) / two**2]))

    fitted = likelihood_fit(Problem(rising, ("one", "two"), SCALE, np.array([[2.0, 0.5]])))
    assert fitted.why_not == "one runs without bound; the likelihood is flat in one"
    assert 1 < fitted.parameters[0] < 100
    assert fitted.prior_cost > 0


def test_draws_have_the_covariance_and_stay_near():
    covariance = np.array([[0.04, 0.03], [0.03, 0.09]])
    draws = np.log(log_normal_draws(np.array([2.0, 3.0]), covariance, 40_000, np.random.default_rng(3)))
    assert draws.mean(axis=0) == pytest.approx(np.log([2, 3]), abs=0.006)
    assert np.cov(draws.T) == pytest.approx(covariance, rel=0.05)
    assert np.abs(draws - np.log([2, 3])).max() < 4 * np.sqrt(np.linalg.eigvalsh(covariance).sum())
