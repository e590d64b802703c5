"""The chance of leaving in each period among those still there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.hazard import fitted_hazard, hazards, survival, survival_draws


def test_one_cell_has_the_coefficient_and_error_worked_by_hand():
    # 10 of 100 leave: log(-log .9), and by the delta method sqrt(.1 / (100 x .9)) / -log .9.
    told = fitted_hazard([100], [10], [[1.0]])
    assert told.coefficients[0] == pytest.approx(np.log(-np.log(0.9)))
    assert told.errors[0] == pytest.approx(np.sqrt(0.1 / 90) / -np.log(0.9))
    assert told.log_likelihood == pytest.approx(10 * np.log(0.1) + 90 * np.log(0.9))


def test_a_column_per_period_is_the_life_table():
    # Prentice & Gloeckler (1978): free period effects give each period's own share of leavers.
    exposed, events = np.array([100, 80, 60]), np.array([20, 10, 3])
    told = fitted_hazard(exposed, events, np.eye(3))
    assert hazards(told, np.eye(3)) == pytest.approx(events / exposed)
    assert survival(told, np.eye(3)) == pytest.approx([0.8, 0.8 * 0.875, 0.8 * 0.875 * 0.95])


def test_two_groups_differ_by_the_ratio_of_their_log_survival():
    told = fitted_hazard([200, 200], [20, 60], [[1, 0], [1, 1]])
    assert np.exp(told.coefficients[1]) == pytest.approx(np.log(0.7) / np.log(0.9))


def simulated(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    design = np.column_stack([np.ones(60), np.repeat(np.arange(12), 5) / 12, np.tile(np.linspace(-1, 1, 5), 12)])
    exposed = random.integers(50, 300, size=60)
    chance = -np.expm1(-np.exp(design @ [-3.0, -0.8, 0.6]))
    return exposed, random.binomial(exposed, chance), design


def test_coefficients_are_found_again_within_their_intervals():
    truth = np.array([-3.0, -0.8, 0.6])
    inside, curves = [], []
    for seed in range(200):
        told = fitted_hazard(*simulated(seed))
        inside.append(np.abs(told.coefficients - truth) < 1.645 * told.errors)
        path = np.array([[1.0, month / 12, 0.0] for month in range(12)])
        low, high = np.quantile(survival_draws(told, path, draws=100, seed=seed)[:, -1], (0.05, 0.95))
        curves.append(low <= np.exp(-np.exp(path @ truth).sum()) <= high)
    assert np.mean(inside, axis=0) == pytest.approx(0.9, abs=0.06)
    assert np.mean(curves) == pytest.approx(0.9, abs=0.07)


@given(arrays(int, 4, elements=st.integers(5, 500)), st.floats(0.1, 0.9), st.integers(0, 99))
def test_cells_may_be_split_and_mixed(exposed, share, seed):
    events = np.maximum(1, (exposed * share).astype(int))
    design = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    told = fitted_hazard(exposed, events, design)
    half = exposed // 2
    early = np.minimum(events // 2, half)
    split = (np.r_[half, exposed - half], np.r_[early, events - early], np.vstack([design, design]))
    mixed = np.random.default_rng(seed).permutation(8)
    again = fitted_hazard(*(part[mixed] for part in split))
    assert again.coefficients == pytest.approx(told.coefficients, abs=1e-5)
    curve = survival(told, np.tile([1.0, 1.0], (6, 1)))
    assert np.all(np.diff(curve) < 0)
    assert np.all((curve > 0) & (curve < 1))


def test_cells_that_identify_nothing_are_refused():
    with pytest.raises(ValueError, match=r"^a hazard needs events and non-events, got 0 events in 5 person-periods$"):
        fitted_hazard([5], [0], [[1.0]])
    with pytest.raises(ValueError, match=r"^events must not exceed exposed, got 6 of 5 in cell 0$"):
        fitted_hazard([5], [6], [[1.0]])
    with pytest.raises(ValueError, match=r"^design must have columns that are told apart, got rank 1 of 2$"):
        fitted_hazard([5, 5], [1, 2], [[1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(
        ValueError, match=r"^events are told apart perfectly by the design, so its coefficients have no"
    ):
        fitted_hazard([50, 50], [0, 10], [[1.0, 0.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match=r"^path must have 1 columns, got 2$"):
        survival(fitted_hazard([5], [1], [[1.0]]), [[1.0, 2.0]])
