"""Two laws, weighed by the chance of either."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.mixed_laws import POINTS, Law, mixed_laws


def certain(value: float) -> Law:
    return Law(np.array([value]), np.zeros(1), np.full((1, len(POINTS)), value))


def test_two_certain_values_mix_as_worked_by_hand() -> None:
    # 0 with 0.7 and 10 with 0.3: mean 3, variance 0.21 x 100.
    told = mixed_laws(certain(10.0), certain(0.0), 0.3, (0.05, 0.69, 0.71, 0.95))
    assert (told.mean[0], told.variance[0]) == (pytest.approx(3.0), pytest.approx(21.0))
    assert told.quantiles[0].tolist() == [0.0, 0.0, 10.0, 10.0]


def test_simulated_draws_of_either_law_have_the_quantiles_of_the_mixture() -> None:
    random = np.random.default_rng(2)
    one, other = random.poisson(9.0, 100_000), random.geometric(0.5, 100_000) - 1.0
    laws = [
        Law(np.array([each.mean()]), np.array([each.var()]), np.quantile(each, POINTS)[None, :])
        for each in (one, other)
    ]
    drawn = np.where(random.random(100_000) < 0.4, one, other)
    told = mixed_laws(laws[0], laws[1], 0.4, (0.05, 0.5, 0.95))
    assert told.mean[0] == pytest.approx(drawn.mean(), rel=0.02)
    assert told.variance[0] == pytest.approx(drawn.var(), rel=0.02)
    assert told.quantiles[0] == pytest.approx(np.quantile(drawn, (0.05, 0.5, 0.95)), abs=1.0)


@given(st.floats(0.01, 0.99), st.floats(-5, 5), st.floats(-5, 5))
def test_a_mixture_lies_between_its_laws(chance: float, one: float, other: float) -> None:
    told = mixed_laws(certain(one), certain(other), chance, (0.05, 0.5, 0.95))
    low, high = min(one, other), max(one, other)
    assert low - 1e-9 <= told.mean[0] <= high + 1e-9
    assert ((told.quantiles >= low) & (told.quantiles <= high)).all()
    assert (np.diff(told.quantiles[0]) >= 0).all()


def test_a_chance_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^chance must lie between 0 and 1, got 1\.0$"):
        mixed_laws(certain(1.0), certain(0.0), 1.0, (0.5,))
