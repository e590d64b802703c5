"""Effects under normal laws of unknown scale, averaged over the scales."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from patronage.kernels.scale_average import SCALES, USUAL_SCALE, scale_average

WAYS = np.concatenate([np.ones((4, 1)), np.eye(4)], axis=1)
KINDS = np.array([-1, 0, 0, 0, 0])


def quadratic(means: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The normal likelihood of means that are a base and an effect each."""
    ways = np.concatenate([np.ones((means.size, 1)), np.eye(means.size)], axis=1)
    told = ways.T / errors**2
    return told @ ways, told @ means


def test_one_effect_has_the_mean_and_variance_of_the_integral_over_its_scale() -> None:
    # y = 0.6 seen with error 0.2, e normal around 0 with sd s, s half-normal: given s, e has the mean y s2 / (s2 + v).
    y, v = 0.6, 0.2**2

    def moment(power: int) -> float:
        def at(s: float) -> float:
            share = s**2 / (s**2 + v)
            inner = (1.0, share * y, share * v + (share * y) ** 2)[power]
            return inner * float(stats.norm.pdf(y, 0, np.sqrt(s**2 + v)) * stats.norm.pdf(s, 0, USUAL_SCALE))

        return float(integrate.quad(at, 0, 3)[0])

    mean = moment(1) / moment(0)
    found = scale_average([[1 / v]], [y / v], [0])
    assert found.at[0] == pytest.approx(mean, rel=0.02)
    assert found.covariance[0, 0] == pytest.approx(moment(2) / moment(0) - mean**2, rel=0.05)


def test_intervals_cover_levels_drawn_from_the_law() -> None:
    random = np.random.default_rng(1)
    inside: list[bool] = []
    for _ in range(150):
        scale = abs(random.normal(0, USUAL_SCALE))
        effects, errors = random.normal(0, scale, 5), random.uniform(0.05, 0.4, 5)
        found = scale_average(*quadratic(1.0 + effects + random.normal(0, errors), errors), [-1, 0, 0, 0, 0, 0])
        ways = np.concatenate([np.ones((5, 1)), np.eye(5)], axis=1)
        spread = np.sqrt(np.diag(ways @ found.covariance @ ways.T))
        inside.extend(np.abs(ways @ found.at - 1.0 - effects) < 1.645 * spread)
    assert 0.86 < np.mean(inside) < 0.94


@settings(max_examples=15)
@given(
    means=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
    shift=st.floats(-5, 5),
    order=st.permutations(range(4)),
)
def test_a_shift_moves_the_base_alone_and_the_order_of_levels_nothing(
    means: list[float], shift: float, order: list[int]
) -> None:
    each, errors = np.array(means), np.array([0.1, 0.2, 0.3, 0.4])
    plain = scale_average(*quadratic(each, errors), KINDS)
    moved = scale_average(*quadratic(each + shift, errors), KINDS)
    turned = scale_average(*quadratic(each[order], errors[order]), KINDS)
    assert moved.at == pytest.approx(plain.at + shift * (KINDS < 0), abs=1e-6)
    assert turned.at[1:] == pytest.approx(plain.at[1:][order], abs=1e-6)
    assert SCALES[0] <= plain.scales[0] <= SCALES[-1]
    # Levels are drawn towards each other.
    assert np.ptp(WAYS @ plain.at) <= np.ptp(each) + 1e-9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (np.eye(2), [0.0], [0]),
            "hessian, pull and kinds must be of one size, got shapes (2, 2), (1,), (1,)",
        ),
        ((np.eye(1), [0.0], [2]), "kinds must be whole, -1 for free parameters, 0 and at most 1 for effects"),
        ((np.eye(1), [0.0], [-1]), "kinds must be whole, -1 for free parameters, 0 and at most 1 for effects"),
        ((np.eye(1), [np.nan], [0]), "pull must be finite: 1 of 1 are not (first at 0)"),
    ],
)
def test_what_has_no_average_is_refused(arguments: tuple[object, object, object], message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        scale_average(*arguments)  # type: ignore[arg-type]  wrong on purpose
