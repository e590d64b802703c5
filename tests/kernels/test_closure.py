from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.closure import Helping, best_set, best_with, helping, met, set_value


def random_system(seed: int, size: int = 10, pairs: int = 20, needs: int = 3) -> Helping:
    """Activities of which most lose money alone, as in acceptance figure A21 but for its size."""
    random = np.random.default_rng(seed)
    both = np.array([random.choice(size, 2, replace=False) for _ in range(pairs + needs)])
    alone = random.normal(-3.0, 4.0, size).round(2)
    return helping(alone, both[:pairs], random.gamma(1.0, 2.0, pairs).round(2), both[pairs:])


def every_set(size: int) -> np.ndarray:
    return np.array(list(product([False, True], repeat=size)))


def by_brute_force(system: Helping) -> float:
    return max(set_value(system, on) for on in every_set(system.alone.size) if met(system, on))


def test_complements_that_lose_money_one_at_a_time_pay_together() -> None:
    # Four activities, each -1 alone, each pair +1: one at a time nothing is worth starting, all four bring 6 - 4 = 2.
    ring = [(a, b) for a in range(4) for b in range(a)]
    found = best_set(helping([-1.0] * 4, ring, [1.0] * 6))
    assert found.on.all()
    assert found.value == pytest.approx(2.0)


def test_a_need_brings_in_what_costs_more_than_it_gains_alone() -> None:
    system = helping([5.0, -3.0, 1.0], needs=[(0, 1)])
    found = best_set(system)
    assert found.on.tolist() == [True, True, True]
    assert found.value == pytest.approx(3.0)
    without = best_with(system, 1, on=False)
    assert without.on.tolist() == [False, False, True]


@pytest.mark.parametrize("size", [14])
def test_the_cut_equals_brute_force_on_thirty_random_systems(size: int) -> None:
    sets = every_set(size)
    for seed in range(30):
        system = random_system(seed, size, 40)
        allowed = ~(sets[:, system.needing] & ~sets[:, system.needed]).any(axis=1)
        values = sets @ system.alone + (sets[:, system.first] & sets[:, system.second]) @ system.together
        found = best_set(system)
        assert met(system, found.on)
        assert found.value == pytest.approx(values[allowed].max(), abs=1e-9)


@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(0, 12), st.integers(0, 4))
def test_no_set_that_meets_its_needs_is_worth_more(seed: int, size: int, pairs: int, needs: int) -> None:
    system = random_system(seed, size, pairs, needs)
    found = best_set(system)
    assert met(system, found.on)
    assert found.value == pytest.approx(by_brute_force(system), abs=1e-9)


@given(st.integers(0, 10_000), st.integers(0, 6), st.booleans())
def test_forcing_one_in_or_out_never_gains_and_equals_brute_force(seed: int, place: int, on: bool) -> None:
    system = random_system(seed, 7, 9, 2)
    forced = best_with(system, place, on=on)
    allowed = [each for each in every_set(7) if met(system, each) and each[place] == on]
    assert forced.on[place] == on
    assert forced.value == pytest.approx(max(set_value(system, each) for each in allowed), abs=1e-9)
    assert forced.value <= best_set(system).value + 1e-9


def test_a_planted_set_is_found_among_many_activities() -> None:
    # Recovery: 300 activities lose 1 each; 30 planted ones gain 0.2 with each other, 5.8 in all and 4.8 net each.
    random = np.random.default_rng(5)
    planted = np.sort(random.choice(300, 30, replace=False))
    pairs = np.array([(a, b) for a in planted for b in planted if a < b])
    strays = np.array([random.choice(300, 2, replace=False) for _ in range(500)])
    found = best_set(helping([-1.0] * 300, np.vstack([pairs, strays]), [0.2] * len(pairs) + [0.05] * 500))
    assert set(planted) <= set(np.flatnonzero(found.on))
    assert found.on.sum() < 40


def test_nothing_to_choose_from_is_an_empty_set() -> None:
    assert best_set(helping([])).value == 0.0
    assert best_set(helping([0.0, -1.0])).on.tolist() == [False, False]


@pytest.mark.parametrize(
    ("pairs", "together", "needs", "words"),
    [
        ([(0, 0)], [1.0], [], "pairs must tie two things, got 0 with itself"),
        ([], [], [(1, 1)], "needs must tie two things, got 1 with itself"),
        ([(0, 2)], [1.0], [], "pairs must lie from 0 to 1, got 2 to 2"),
        ([(0, 1)], [-1.0], [], "together must not be negative: 1 of 1 are (first at 0: -1.0)"),
        ([(0, 1)], [1.0, 2.0], [], "arrays must be of one length, got pairs 1, together 2"),
        ([(0, 1, 1)], [1.0], [], "pairs must have 2 columns, got shape (1, 3)"),
    ],
)
def test_what_ties_no_two_activities_is_refused(
    pairs: list[tuple[int, ...]], together: list[float], needs: list[tuple[int, ...]], words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        helping([1.0, 2.0], pairs, together, needs)
