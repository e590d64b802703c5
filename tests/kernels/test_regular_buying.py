"""Whether buying is more regular than random."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.regular_buying import fit_regular_buying
from patronage.kernels.repeat_buying import RepeatModel, fit_repeat_buying
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts


def simulated(k, size=1_500, seed=2):
    """Customers whose gaps are Erlang-k, and the sum of the logs of their gaps."""
    generator = np.random.default_rng(seed)
    rate, leaving = generator.gamma(1.2, 1 / 4, size), generator.beta(1.2, 3, size)
    ages = generator.uniform(40, 100, size)
    x, t_x, logs = np.zeros(size), np.zeros(size), 0.0
    for i in range(size):
        while generator.random() > leaving[i]:
            gap = generator.gamma(k) / rate[i]
            if t_x[i] + gap > ages[i]:
                break
            x[i], t_x[i], logs = x[i] + 1, t_x[i] + gap, logs + np.log(gap)
    return repeat_counts(x, t_x, ages), logs


@pytest.mark.parametrize(("k", "expected"), [(1, -9582.1), (2, -9853.3), (3, -10394.4)])
def test_cdnow_buying_is_not_regular(cdnow, k, expected):
    seen = cdnow.calibration
    fitted = fit_regular_buying(repeat_counts(seen.x, seen.t_x, seen.T), k, float(np.log(cdnow.gaps).sum()))
    assert round(fitted.log_likelihood, 1) == expected
    assert fitted.identified


def test_a_k_of_one_is_the_mbg_nbd(cdnow):
    seen = cdnow.calibration
    counts = repeat_counts(seen.x, seen.t_x, seen.T)
    fitted, fit = fit_regular_buying(counts, 1, 0.0), fit_repeat_buying(counts, RepeatModel.MBG_NBD)
    assert fitted.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    assert fitted.parameters == pytest.approx(fit.values, rel=1e-3)
    assert fitted.covariance == pytest.approx(fit.covariance, rel=1e-3)


def test_regular_customers_are_recognised_and_give_their_parameters_back():
    counts, logs = simulated(3)
    told = {k: fit_regular_buying(counts, k, logs) for k in (1, 2, 3, 4)}
    assert max(told, key=lambda k: told[k].log_likelihood) == 3
    off = np.log(told[3].parameters / [1.2, 4.0, 1.2, 3.0])
    # Chi-squared of four, 99.9% below 18.5.
    assert off @ np.linalg.solve(told[3].covariance, off) < 18.5


@settings(max_examples=5)
@given(st.floats(0.1, 50), st.integers(1, 3))
def test_the_time_unit_moves_alpha_alone(unit, k):
    counts, logs = simulated(2, size=60)
    other = RepeatCounts(counts.x, counts.t_x * unit, counts.T * unit, counts.n)
    one = fit_regular_buying(counts, k, logs)
    two = fit_regular_buying(other, k, logs + counts.repeats * np.log(unit))
    assert two.log_likelihood == pytest.approx(one.log_likelihood - counts.repeats * np.log(unit), abs=1e-3)


@pytest.mark.parametrize(
    ("counts", "k", "logs", "message"),
    [
        (repeat_counts([1], [2], [3]), 0, 0.0, "k must be at least 1, got 0"),
        (repeat_counts([1], [2], [3], n=[0]), 1, 0.0, "repeat buying needs at least one customer, got none"),
        (
            repeat_counts([1], [2], [3]), 2, -np.inf,
            "log_gaps must be finite, got -inf: merge occasions that stand at one time",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(counts, k, logs, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        fit_regular_buying(counts, k, logs)
