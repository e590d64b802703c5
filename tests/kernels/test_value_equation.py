from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from patronage.kernels.value_equation import value_law

chances = st.floats(0, 1)
sums = st.floats(-1e6, 1e6).map(lambda value: round(value, 2))
terms = st.lists(st.tuples(sums, chances), max_size=8)


def test_two_benefits_of_a_published_value_equation() -> None:
    # Continuous production 200,000 at 10% and more customisation 100,000 at 5%: 20,000 + 5,000, acceptance figure A9.
    law = value_law([200_000, 100_000], [0.10, 0.05])
    assert law.mean == pytest.approx(25_000)
    assert law.sd == pytest.approx(63_835.73, abs=0.01)
    assert law.values.tolist() == [0, 100_000, 200_000, 300_000]
    np.testing.assert_allclose(law.chances, [0.855, 0.045, 0.095, 0.005], atol=1e-12)
    assert law.p_of(0) == pytest.approx(0.855)
    assert law.p_above(150_000) == pytest.approx(0.1)
    assert (law.quantile(0.5), law.quantile(0.9), law.quantile(0.999)) == (0.0, 100_000.0, 300_000.0)


@given(terms)
def test_the_law_equals_every_way_that_benefits_can_come_about(told: list[tuple[float, float]]) -> None:
    benefits, probabilities = [one for one, _ in told], [one for _, one in told]
    law = value_law(benefits, probabilities)
    assert law.chances.sum() == pytest.approx(1)
    ways = list(product([0, 1], repeat=len(told)))
    weights = np.array(
        [np.prod([p if on else 1 - p for on, p in zip(way, probabilities, strict=True)]) for way in ways]
    )
    values = np.array([float(np.dot(way, benefits)) if way else 0.0 for way in ways])
    assert law.mean == pytest.approx(float(weights @ values), abs=1e-6)
    assert law.sd**2 == pytest.approx(float(weights @ (values - weights @ values) ** 2), rel=1e-6, abs=1e-3)
    assert law.p_above(0) == pytest.approx(float(weights[values > 1e-9].sum()), abs=1e-9)


@given(terms, st.floats(0, 1))
def test_a_common_factor_moves_no_mean(told: list[tuple[float, float]], common: float) -> None:
    benefits, probabilities = [one for one, _ in told], [one for _, one in told]
    law = value_law(benefits, probabilities, common=common)
    assert law.chances.sum() == pytest.approx(1)
    # Close to 1 the points of the factor no longer tell a step; the mean is off by at most a few percent of all.
    off = 1e-3 if common in {0, 1} or common < 0.8 else 0.05
    assert law.mean == pytest.approx(float(np.dot(benefits, probabilities)), abs=off * sum(map(abs, benefits)) + 1e-6)


@pytest.mark.parametrize("common", [0.3, 1.0])
def test_a_common_factor_is_recovered_from_drawn_benefits(common: float) -> None:
    random = np.random.default_rng(3)
    benefits, probabilities = np.array([5.0, 3.0, 2.0]), np.array([0.4, 0.2, 0.7])
    factor, own = random.standard_normal((200_000, 1)), random.standard_normal((200_000, 3))
    comes = np.sqrt(common) * factor + np.sqrt(1 - common) * own < ndtri(probabilities)
    drawn = comes @ benefits
    law = value_law(benefits, probabilities, common=common)
    for value in (0.0, 2.0, 5.0, 10.0):
        assert law.p_of(value) == pytest.approx(float((drawn == value).mean()), abs=0.005)


@pytest.mark.parametrize(
    ("benefits", "probabilities", "common", "words"),
    [
        ([1.0], [1.2], 0.0, "probabilities must lie from 0 to 1, got 1.2 to 1.2"),
        ([1.0], [0.5, 0.5], 0.0, "arrays must be of one length, got benefits 1, probabilities 2"),
        ([1.0], [0.5], 1.5, "common must lie from 0 to 1, got 1.5"),
        ([float("nan")], [0.5], 0.0, "benefits must be finite: 1 of 1 are not (first at 0)"),
        ([2.0**k for k in range(18)], [0.5] * 18, 0.0, "the benefits add up to more than 131,072 different sums"),
    ],
)
def test_what_is_no_equation_is_refused(
    benefits: list[float], probabilities: list[float], common: float, words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        value_law(benefits, probabilities, common=common)
