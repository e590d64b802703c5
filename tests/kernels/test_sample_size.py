from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.sample_size import customers_per_arm, smallest_lift

bases = st.floats(0.01, 0.9)
lifts = st.floats(0.005, 0.09)


def test_the_size_is_that_of_the_manual_of_r() -> None:
    # power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7 (R, package stats, examples).
    assert customers_per_arm(0.5, 0.25, power=0.90) == 77


def test_a_test_of_this_size_finds_the_lift_as_often_as_promised() -> None:
    arm = customers_per_arm(0.1, 0.05)
    random = np.random.default_rng(7)
    without = random.binomial(arm, 0.10, 20_000) / arm
    treated = random.binomial(arm, 0.15, 20_000) / arm
    middle = (without + treated) / 2
    z = (treated - without) / np.sqrt(2 * middle * (1 - middle) / arm)
    assert np.mean(z > 1.959964) == pytest.approx(0.80, abs=0.015)


@given(bases, lifts)
def test_the_smallest_lift_of_a_size_undoes_the_size_of_a_lift(base: float, lift: float) -> None:
    arm = customers_per_arm(base, lift)
    shown = smallest_lift(base, arm)
    assert shown is not None
    assert shown <= lift * (1 + 1e-9)
    assert customers_per_arm(base, shown * (1 + 1e-9)) <= arm


@given(bases, lifts)
def test_half_the_lift_takes_more_than_twice_the_customers(base: float, lift: float) -> None:
    assert customers_per_arm(base, lift / 2) > 2 * customers_per_arm(base, lift) - 2


@given(st.floats(0, 1), st.integers(1, 5))
def test_tiny_arms_show_at_most_what_there_is_room_for(base: float, arm: int) -> None:
    shown = smallest_lift(base, arm)
    assert shown is None or 0 < shown <= 1 - base


def test_a_fall_needs_as_many_as_the_mirrored_rise() -> None:
    assert customers_per_arm(0.6, -0.2) == customers_per_arm(0.4, 0.2)
    assert math.isfinite(customers_per_arm(0.0, 1.0))


@pytest.mark.parametrize(
    ("base", "lift", "message"),
    [
        (1.2, 0.1, "base must lie from 0 to 1, got 1.2"),
        (0.5, 0.0, "lift must be at least 1e-09 in size and base + lift lie from 0 to 1, got base=0.5, lift=0.0"),
        (0.9, 0.2, "lift must be at least 1e-09 in size and base + lift lie from 0 to 1, got base=0.9, lift=0.2"),
    ],
)
def test_shares_out_of_range_are_refused(base: float, lift: float, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message.replace('+', chr(92) + '+')}$"):
        customers_per_arm(base, lift)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^power must lie between 0 and 1, got 1$"):
        customers_per_arm(0.5, 0.1, power=1)
    with pytest.raises(ValueError, match=r"^an arm needs at least 1 customer, got 0$"):
        smallest_lift(0.5, 0)
