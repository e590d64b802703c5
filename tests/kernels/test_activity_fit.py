from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.activity_fit import (
    CUT,
    PROGRAM,
    Activities,
    activities,
    allowed,
    best_fit,
    one_at_a_time,
    set_value,
)


def random_system(seed: int, size: int = 9, pairs: int = 20, *, budgets: int = 1) -> Activities:
    """Activities with links of either sign, needs, exclusions and a budget."""
    random = np.random.default_rng(seed)

    def ties(number: int) -> np.ndarray:
        return np.array([random.choice(size, 2, replace=False) for _ in range(number)]).reshape(number, 2)

    spend = random.gamma(1.0, 1.0, (budgets, size)).round(2)
    return activities(
        random.normal(-1.0, 4.0, size).round(2), ties(pairs), random.normal(1.0, 2.0, pairs).round(2),
        needs=ties(2), apart=ties(2), budgets=(spend, spend.sum(axis=1) / 2),
    )  # fmt: skip


def every_set(size: int) -> np.ndarray:
    return np.array(list(product([False, True], repeat=size)))


def complements(seed: int) -> Activities:
    """Six groups of four activities that each lose money alone and pay together."""
    random = np.random.default_rng(seed)
    pairs = [(4 * group + a, 4 * group + b) for group in range(6) for a in range(4) for b in range(a)]
    return activities(-random.uniform(0.5, 1.5, 24), pairs, random.uniform(0.6, 1.4, len(pairs)))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(3, 8), st.integers(0, 15), st.integers(0, 2))
def test_the_program_equals_brute_force(seed: int, size: int, pairs: int, budgets: int) -> None:
    system = random_system(seed, size, pairs, budgets=budgets)
    found = best_fit(system)
    assert found.method == PROGRAM
    assert found.exact
    assert allowed(system, found.on)
    best = max(set_value(system, on) for on in every_set(size) if allowed(system, on))
    assert found.value == pytest.approx(best, abs=1e-6)


@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(0, 12))
def test_the_best_set_is_worth_no_less_than_any_change_at_a_time(seed: int, size: int, pairs: int) -> None:
    system = random_system(seed, size, pairs)
    local = one_at_a_time(system, np.zeros(size, bool))
    assert allowed(system, local.on)
    assert local.value <= best_fit(system).value + 1e-6
    for place in range(size):
        flipped = local.on.copy()
        flipped[place] = ~flipped[place]
        assert not allowed(system, flipped) or set_value(system, flipped) <= local.value + 1e-6


def test_reviewed_one_at_a_time_complements_that_pay_together_are_never_started() -> None:
    # Each of four complements loses money alone, so that a blank sheet stays blank: acceptance figure A22.
    for seed in range(20):
        system = complements(seed)
        best = best_fit(system)
        assert best.method == CUT
        assert best.value > 0
        assert one_at_a_time(system, np.zeros(24, bool)).value == 0.0


def test_hindering_ties_budgets_and_exclusions_bite() -> None:
    alone = activities([5.0, 4.0, 3.0], [(0, 1)], [-6.0])
    assert best_fit(alone).on.tolist() == [True, False, True]
    apart = activities([5.0, 4.0, 3.0], apart=[(0, 2)])
    assert best_fit(apart).value == pytest.approx(9.0)
    tight = activities([5.0, 4.0, 3.0], budgets=([[3.0, 2.0, 1.0]], [3.0]))
    assert best_fit(tight).on.tolist() == [False, True, True]
    assert best_fit(activities([5.0], budgets=([[3.0]], [0.0]))).value == 0.0


def test_a_planted_set_is_found_beside_ties_that_hinder() -> None:
    # Recovery: ten of sixty activities gain with each other; all others lose, alone and together.
    random = np.random.default_rng(6)
    planted = np.sort(random.choice(60, 10, replace=False))
    pairs = [(a, b) for a in planted for b in planted if a < b]
    strays = [tuple(random.choice(60, 2, replace=False)) for _ in range(150)]
    system = activities([-1.0] * 60, pairs + strays, [0.5] * len(pairs) + [-0.3] * 150)
    found = best_fit(system)
    assert found.exact
    assert np.flatnonzero(found.on).tolist() == planted.tolist()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"needs": [(0, 0)]}, "needs must tie two things, got 0 with itself"),
        ({"apart": [(0, 5)]}, "apart must lie from 0 to 1, got 5 to 5"),
        ({"budgets": ([[1.0, 1.0]], [-1.0])}, "budgets must not be negative: 1 of 1 are (first at 0: -1.0)"),
        ({"pairs": [(0, 1)]}, "arrays must be of one length, got pairs 1, together 0"),
        ({"needs": [(0, 1, 1)]}, "needs must have 2 columns, got shape (1, 3)"),
    ],
)
def test_what_ties_no_two_activities_is_refused(more: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        activities([1.0, 2.0], **more)  # pyright: ignore[reportArgumentType]  one key at a time, each of its own kind


def test_a_start_that_may_not_be_is_refused() -> None:
    system = activities([1.0, 1.0], apart=[(0, 1)])
    with pytest.raises(ValueError, match=r"^the start has an activity without what it needs, two that exclude each"):
        one_at_a_time(system, [True, True])
