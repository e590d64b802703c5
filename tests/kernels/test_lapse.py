"""The chance that a renewal fails."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.lapse import Hazard, Slopes, Trials, lapse_chance, lapse_hazard


def trials(renewed, since, length=None, entry=0) -> Trials:
    made = np.array(renewed, dtype=float)
    return Trials(made, np.array(since, dtype=float), np.ones_like(made) if length is None else length, entry)


def watched(chances, size: int, most: int, seed: int, length: np.ndarray | None = None) -> Trials:
    """Customers who came evenly over `most` periods; chances: of each customer (rows) to fail renewal 1, 2, ..."""
    random = np.random.default_rng(seed)
    age = random.uniform(0.0, most, size)
    fails = random.random((size, most + 1)) < chances
    first = np.where(fails.any(axis=1), fails.argmax(axis=1), most + 1)
    renewed = np.minimum(first, np.floor(age))
    return Trials(renewed, age - renewed, np.ones(size) if length is None else length)


def known(told: Trials, entry: int) -> Trials:
    """Those of them who have made so many renewals: whom anybody can know to renew."""
    own = told.renewed >= entry
    return Trials(told.renewed[own], told.since[own], told.length[own], entry)


def test_hazard_counts_lapses_among_renewals() -> None:
    # Of the second nothing is known of its fifth renewal, which is just made; the third lapsed at its second.
    assert lapse_hazard(trials([3, 5, 1], [0.7, 0.2, 4.0])) == Hazard(1.5, 8.5)
    assert Hazard(1.5, 8.5).mean == pytest.approx(0.15)


def test_renewals_by_which_a_customer_is_known_tell_nothing() -> None:
    assert lapse_hazard(trials([3, 6, 1], [0.7, 0.7, 4.0], entry=2)) == Hazard(0.5, 5.5)


def test_a_hazard_is_told_by_number_and_period_as_worked_by_hand() -> None:
    slopes = Slopes(np.array([-2.0, -0.5, 0.3]), np.zeros((3, 3)), 8.0)
    told = lapse_chance(Hazard(1.0, 9.0, slopes), np.array([3.0, 30.0]), np.array([4.0, 1.0]), 1)
    by_hand = [-2 - 0.5 * np.log(5) + 0.3 * np.log(4), -2 - 0.5 * np.log(8)]
    assert told == pytest.approx(1 - np.exp(-np.exp(by_hand)))
    assert lapse_chance(Hazard(1.0, 9.0), np.zeros(2), np.ones(2), 5).tolist() == [0.1, 0.1]


@pytest.mark.parametrize("seed", range(4))
def test_one_hazard_for_all_is_found_again_among_those_known_by_four_renewals(seed: int) -> None:
    told = known(watched(np.full((6_000, 31), 0.05), 6_000, 30, seed), 4)
    found = lapse_hazard(told)
    sd = np.sqrt(found.mean * (1 - found.mean) / (found.lapsed + found.renewed))
    assert abs(found.mean - 0.05) < 3 * sd
    # To count the four by which they are known takes the hazard for a third less.
    assert lapse_hazard(Trials(told.renewed, told.since, told.length)).mean < 0.04


def test_a_hazard_that_falls_with_renewals_is_told_so() -> None:
    number = np.arange(1.0, 32.0)
    chances = np.broadcast_to(1 - np.exp(-np.exp(-1.5 - 0.6 * np.log(number))), (8_000, 31))
    found = lapse_hazard(known(watched(chances, 8_000, 30, 5), 2))
    assert found.slopes is not None
    off = found.slopes.coefficients[:2] - [-1.5, -0.6]
    # Chi-squared of two, 99.9% below 13.8.
    assert off @ np.linalg.solve(found.slopes.covariance[:2, :2], off) < 13.8
    assert found.slopes.coefficients[2] == 0.0


def test_customers_who_differ_are_told_by_a_hazard_that_falls() -> None:
    random = np.random.default_rng(6)
    chances = np.broadcast_to(random.beta(1.0, 12.0, 6_000)[:, None], (6_000, 31))
    found = lapse_hazard(known(watched(chances, 6_000, 30, 6), 2))
    assert found.slopes is not None
    # Shifted beta-geometric (Fader & Hardie 2007): the hazard of renewal t is a / (a + b + t - 1).
    told = [lapse_chance(found, np.array([t - 1.0]), np.ones(1), 0)[0] for t in (4, 12, 25)]
    assert told == pytest.approx([1 / (12 + t) for t in (4, 12, 25)], rel=0.15)


def test_a_longer_period_that_fails_more_often_is_told_so() -> None:
    length = np.where(np.arange(6_000) % 2, 52.0, 4.3)
    chances = np.broadcast_to(np.where(length > 5, 0.2, 0.05)[:, None], (6_000, 31))
    found = lapse_hazard(watched(chances, 6_000, 30, 8, length))
    for each, chance in ((4.3, 0.05), (52.0, 0.2)):
        assert lapse_chance(found, np.array([3.0]), np.array([each]), 0)[0] == pytest.approx(chance, rel=0.1)


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 6)), min_size=1, max_size=40), st.integers(0, 6))
def test_a_hazard_is_a_chance_and_the_order_of_customers_changes_nothing(rows, entry) -> None:
    renewed, since = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    told = lapse_hazard(trials(renewed, since, entry=entry))
    turned = lapse_hazard(trials(renewed[::-1], since[::-1], entry=entry))
    chance = lapse_chance(told, renewed, np.ones_like(renewed), 3)
    assert ((chance >= 0) & (chance <= 1)).all()
    assert chance == pytest.approx(lapse_chance(turned, renewed, np.ones_like(renewed), 3))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (trials([1.0], [1.0, 2.0]), "arrays must be of one length, got renewed 1, since 2, length 1"),
        (trials([1.0], [1.0], entry=-1), "entry must not be negative, got -1"),
        (trials([1.0], [-1.0]), "since must not be negative: 1 of 1 are (first at 0: -1.0)"),
    ],
)
def test_impossible_histories_are_refused(told: Trials, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        lapse_hazard(told)
