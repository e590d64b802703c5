"""Newton's method with safeguards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.newton import Curve, in_logs, minimum


def poisson(total: float, size: float):
    """Negative log-likelihood of the rate of a Poisson sample, in the log of the rate; its minimum is log(mean)."""

    def of_log(at):
        rate = np.exp(at)
        return in_logs(
            rate, Curve(size * rate[0] - total * at[0], size - total / rate, np.array([[total / rate[0] ** 2]]))
        )

    return of_log


def test_the_rate_of_a_poisson_sample_is_its_mean():
    found = minimum(poisson(30.0, 12.0), np.array([3.0]))
    assert found.converged
    assert np.exp(found.at[0]) == pytest.approx(2.5, rel=1e-4)
    assert found.curve.gradient == pytest.approx(0, abs=1e-3)


def test_logs_follow_the_chain_rule():
    # f = x^2 y at (2, 3) has gradient (12, 4) and Hessian ((6, 4), (4, 0)); in logs f = exp(2u + v): (24, 12), ...
    told = in_logs(np.array([2.0, 3.0]), Curve(12.0, np.array([12.0, 4.0]), np.array([[6.0, 4.0], [4.0, 0.0]])))
    assert told.gradient == pytest.approx([24, 12])
    assert told.hessian == pytest.approx(np.array([[48, 24], [24, 12]]))


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.2, 5))
def test_the_minimum_of_a_bent_valley_is_found_from_anywhere(u, v, steep):
    # Rosenbrock (1960): the Hessian is indefinite in places, and the only minimum is at (1, 1).
    def valley(at):
        x, y = at
        gap = y - x**2
        gradient = np.array([-4 * steep * x * gap - 2 * (1 - x), 2 * steep * gap])
        hessian = np.array([[-4 * steep * (gap - 2 * x**2) + 2, -4 * steep * x], [-4 * steep * x, 2 * steep]])
        return Curve(float(steep * gap**2 + (1 - x) ** 2), gradient, hessian)

    found = minimum(valley, np.array([u, v]), reach=100)
    assert found.converged
    assert found.at == pytest.approx([1, 1], abs=1e-3)


def test_a_fall_without_end_does_not_converge():
    def slope(at):
        return Curve(-float(at[0]), np.array([-1.0]), np.array([[0.0]]))

    found = minimum(slope, np.zeros(1))
    assert not found.converged
    assert found.at[0] > 12


def test_a_start_without_a_value_does_not_converge():
    def nowhere(at):
        return Curve(np.inf, np.zeros_like(at), np.eye(len(at)))

    assert not minimum(nowhere, np.zeros(2)).converged
