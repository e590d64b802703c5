"""What uncertain parameters do to totals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.parameter_effects import Parameters, parameter_factors


def factors(parameters: Parameters, totals, draws: int = 1000) -> np.ndarray:
    return parameter_factors(parameters, totals, draws=draws, seed=7, name="test")


def test_a_product_of_powers_is_log_normal_around_its_mean() -> None:
    # log(a^2 / b) has variance 4 v_a + v_b - 4 c; such a total is exactly log-linear.
    covariance = np.array([[0.04, 0.01], [0.01, 0.09]])
    found = factors(Parameters(np.array([2.0, 5.0]), covariance), lambda p: np.array([p[0] ** 2 / p[1]]), 200_000)
    assert found.mean() == pytest.approx(1.0)
    assert np.log(found).std() == pytest.approx(np.sqrt(4 * 0.04 + 0.09 - 4 * 0.01), rel=0.01)


def test_factors_follow_the_totals_computed_at_every_draw() -> None:
    covariance = np.diag([0.05, 0.02]) ** 2 * 9

    def totals(p: np.ndarray) -> np.ndarray:
        return np.array([p[0] / (1 + p[1]), p[1] ** 1.5 + p[0]])

    found = factors(Parameters(np.array([3.0, 0.7]), covariance), totals, 20_000)
    random = np.random.default_rng(3)
    exact = np.array(
        [totals(np.exp(np.log([3.0, 0.7]) + z * np.sqrt(np.diag(covariance)))) for z in random.normal(size=(20_000, 2))]
    )
    exact /= exact.mean(axis=0)
    for mine, true in zip(found, exact.T, strict=True):
        np.testing.assert_allclose(
            np.quantile(mine, (0.05, 0.5, 0.95)), np.quantile(true, (0.05, 0.5, 0.95)), rtol=0.01
        )


@given(st.floats(0.01, 100), st.floats(0, 0.5))
def test_factors_have_mean_one_and_scale_does_not_matter(scale: float, sd: float) -> None:
    parameters = Parameters(np.array([1.5]), np.array([[sd**2]]))
    found = factors(parameters, lambda p: np.array([p[0] * scale, p[0]]), 200)
    assert found.mean(axis=1) == pytest.approx([1.0, 1.0])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)


def test_certain_parameters_and_totals_of_nothing_move_nothing() -> None:
    certain = factors(Parameters(np.array([2.0]), np.zeros((1, 1))), lambda p: p, 5)
    nothing = factors(Parameters(np.array([2.0]), np.eye(1)), lambda p: 0 * p, 5)
    assert certain.tolist() == nothing.tolist() == [[1.0] * 5]


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^parameters must be positive: 1 of 1 are not \(first at 0: 0.0\)$"):
        factors(Parameters(np.zeros(1), np.eye(1)), lambda p: p)
    with pytest.raises(ValueError, match=r"^covariance must be 1 x 1, got shape \(2, 2\)$"):
        factors(Parameters(np.ones(1), np.eye(2)), lambda p: p)
