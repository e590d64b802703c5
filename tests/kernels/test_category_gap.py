"""How likely a customer takes up a category that others with the same core buy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from patronage.kernels.category_gap import BUCKETS, compared_uptake, fitted_uptake, held_out_uptake, likeness_bucket


def company(seed: int, customers: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two kinds of customers over eight categories: a category is taken up by its kind at 15%, by others at 2%."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, 2, size=customers)
    own = (np.arange(8) % 2) == kind[:, None]
    first = random.random((customers, 8)) < np.where(own, 0.6, 0.05)
    chance = np.where(own, 0.15, 0.02)
    return first, random.random((customers, 8)) < chance, chance


def test_forty_customers_have_the_uptake_worked_by_hand():
    # Category 1 is open to 20; of the ten who buy category 0 five take it up, of the other ten none. Likeness has two
    # values, so its edges by fifths leave two groups; both are pulled to the rate (5 + .1774) / (20 + 1).
    first = np.zeros((40, 2), bool)
    first[:30, 0] = True
    first[10:30, 1] = True
    later = np.zeros((40, 2), bool)
    later[:5, 1] = True
    told = fitted_uptake(first, later)
    assert told.open[1].sum() == 20
    assert (told.open[1].max(), told.adopted[1].max()) == (10, 5)
    overall = 5.5 / 31
    rate, s = (5 + overall) / 21, told.strength
    buckets = likeness_bucket(told, first)[:, 1]
    assert told.mean[1, buckets[0]] == pytest.approx((5 + rate * s) / (10 + s))
    assert told.mean[1, buckets[39]] == pytest.approx((rate * s) / (10 + s))
    a, b = 5 + rate * s, 5 + (1 - rate) * s
    assert told.p95[1, buckets[0]] == pytest.approx(special.betaincinv(a, b, 0.95))


def test_the_chance_of_uptake_is_found_again():
    first, later, chance = company(1)
    told = fitted_uptake(first, later)
    bucket = likeness_bucket(told, first)
    given_ = np.take_along_axis(told.mean, bucket.T, axis=1).T
    gap = ~first
    assert given_[gap].mean() == pytest.approx(chance[gap].mean(), rel=0.05)
    assert np.corrcoef(given_[gap], chance[gap])[0, 1] > 0.75
    # The least alike fifth holds hardly any of the category's own kind.
    assert told.mean[:, 0] == pytest.approx(0.02, abs=0.02)


def test_held_out_customers_take_up_what_was_foreseen():
    all_told = [held_out_uptake(*company(seed, customers=1500)[:2], seed=seed) for seed in range(60)]
    for told in all_told:
        assert told.observed == pytest.approx(told.predicted, rel=0.35)
        assert told.deciles_observed[-1] > 2 * told.deciles_observed[0]
    # 90% of 60, less and more by two standard errors and a half.
    assert 48 <= sum(abs(told.observed - told.predicted) < 1.645 * told.error for told in all_told) <= 59
    best = np.mean([told.deciles_predicted[-1] for told in all_told])
    assert best == pytest.approx(np.mean([told.deciles_observed[-1] for told in all_told]), rel=0.07)


def test_without_likeness_each_category_keeps_its_own_rate():
    random = np.random.default_rng(3)
    first = random.random((5000, 4)) < 0.5
    later = random.random((5000, 4)) < np.array([0.05, 0.1, 0.2, 0.4])
    told = fitted_uptake(first, later)
    assert told.strength > 300
    assert told.mean == pytest.approx(np.repeat([[0.05], [0.1], [0.2], [0.4]], BUCKETS, axis=1), rel=0.25)


@settings(max_examples=25)
@given(arrays(bool, (30, 4)), arrays(bool, (30, 4)), st.integers(0, 99))
def test_chances_are_ordered_and_forget_the_order_of_customers(first, later, seed):
    assume((later & ~first).any())
    told = fitted_uptake(first, later)
    assert np.all(np.diff(told.mean, axis=1) >= -1e-12)
    assert np.all((told.p05 >= 0) & (told.p05 <= told.p95) & (told.p95 <= 1))
    mixed = np.random.default_rng(seed).permutation(30)
    again = fitted_uptake(first[mixed], later[mixed])
    assert again.mean == pytest.approx(told.mean, abs=1e-6)
    assert told.open.sum() == np.count_nonzero(~first)


def test_periods_that_teach_nothing_are_refused():
    none = np.zeros((30, 3), bool)
    with pytest.raises(ValueError, match=r"^uptake cannot be learned: no customer took up a category in the later"):
        fitted_uptake(none, none)
    with pytest.raises(ValueError, match=r"^uptake needs at least 20 customers and 2 categories, got 3 and 3$"):
        fitted_uptake(none[:3], none[:3])
    with pytest.raises(ValueError, match=r"^first and later must be true or false by customer and category, got"):
        fitted_uptake(none.astype(int), none)
    with pytest.raises(
        ValueError, match=r"^nothing is open: every customer bought every category in the first period$"
    ):
        compared_uptake(fitted_uptake(*company(1, customers=100)[:2]), np.ones((2, 8), bool), np.ones((2, 8), bool))
    first, later, _ = company(1, customers=100)
    with pytest.raises(ValueError, match=r"^bought must be \(customers, 8\), got shape \(5, 3\)$"):
        likeness_bucket(fitted_uptake(first, later), none[:5])
