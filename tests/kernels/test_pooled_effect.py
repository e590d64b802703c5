"""What several experiments show together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.pooled_effect import pooled_effect

# Colditz et al. (1994), thirteen trials of a vaccine: cases and others among the vaccinated, the same among the rest.
TRIALS = np.array(
    [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ],
    dtype=float,
)  # fmt: skip


def test_the_vaccine_trials_give_the_published_mean() -> None:
    a, b, c, d = TRIALS.T
    ratio = np.log(a / (a + b)) - np.log(c / (c + d))
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    found = pooled_effect(ratio, np.sqrt(variance))
    # Viechtbauer (2010), metafor, method "DL": -0.7141, standard error 0.1787, tau squared 0.3088.
    assert (found.mean, found.standard_error) == pytest.approx((-0.7141, 0.1787), abs=5e-5)
    assert found.spread**2 == pytest.approx(0.3088, abs=5e-5)


def test_the_mean_of_many_experiments_is_found_within_its_error() -> None:
    random = np.random.default_rng(1)
    held, spreads = [], []
    for _ in range(300):
        error = random.uniform(0.01, 0.03, 20)
        found = pooled_effect(random.normal(random.normal(0.08, 0.02, 20), error), error)
        held.append(abs(found.mean - 0.08) < 1.645 * found.standard_error)
        spreads.append(found.spread)
    assert 0.84 < np.mean(held) < 0.94
    assert np.median(spreads) == pytest.approx(0.02, abs=0.003)


effects = st.lists(st.tuples(st.floats(-1, 1), st.floats(1e-3, 1)), min_size=1, max_size=8)


@given(effects, st.floats(-3, 3), st.floats(0.1, 10))
def test_the_mean_lies_within_the_effects_and_moves_and_scales_with_them(
    given_effects: list[tuple[float, float]], shift: float, scale: float
) -> None:
    each, error = (np.array(part) for part in zip(*given_effects, strict=True))
    found = pooled_effect(each, error)
    assert each.min() - 1e-9 <= found.mean <= each.max() + 1e-9
    assert found.standard_error <= math.hypot(error.max(), found.spread) + 1e-12
    moved = pooled_effect(scale * (each + shift), scale * error)
    assert moved.mean == pytest.approx(scale * (found.mean + shift), abs=1e-6)
    assert moved.standard_error == pytest.approx(scale * found.standard_error, rel=1e-5)


def test_one_experiment_stands_for_itself() -> None:
    found = pooled_effect([0.05], [0.02])
    assert (found.mean, found.standard_error, found.spread) == pytest.approx((0.05, 0.02, 0.0))


@pytest.mark.parametrize(("effects", "errors"), [([], []), ([0.1], [0.0]), ([0.1, 0.2], [0.1, -0.1])])
def test_effects_without_an_error_are_refused(effects: list[float], errors: list[float]) -> None:
    message = r"^there must be at least one effect, each with a standard error above 0$"
    with pytest.raises(ValueError, match=message):
        pooled_effect(effects, errors)
