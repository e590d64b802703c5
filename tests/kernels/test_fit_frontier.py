from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.closure import Helping, helping, met, set_value
from patronage.kernels.fit_frontier import frontier


def random_case(seed: int, size: int = 7) -> tuple[Helping, np.ndarray]:
    random = np.random.default_rng(seed)
    ends = np.array([random.choice(size, 2, replace=False) for _ in range(11)])
    system = helping(random.normal(0.0, 4.0, size).round(2), ends[:9], random.gamma(1.0, 2.0, 9).round(2), ends[9:])
    return system, (random.gamma(1.0, 2.0, size) * (random.random(size) < 0.8)).round(2)


def test_a_chain_that_pays_ever_less_is_bought_link_by_link() -> None:
    steps = frontier(helping([6.0, 4.0, 1.0], needs=[(1, 0), (2, 1)]), [2.0, 2.0, 2.0])
    assert [step.on.tolist() for step in steps] == [
        [False, False, False], [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip
    assert [(step.value, step.spend) for step in steps] == [(0.0, 0.0), (6.0, 2.0), (10.0, 4.0), (11.0, 6.0)]


@given(st.integers(0, 10_000))
def test_the_frontier_is_the_upper_hull_of_all_sets_and_nested(seed: int) -> None:
    system, spend = random_case(seed)
    steps = frontier(system, spend)
    every = [np.array(on) for on in product([False, True], repeat=spend.size)]
    sets = [(float(spend[on].sum()), set_value(system, on)) for on in every if met(system, on)]
    for one, two in pairwise(steps):
        assert (two.on | ~one.on).all()
        assert two.spend > one.spend
        price = (two.value - one.value) / (two.spend - one.spend)
        assert price > 0
        assert max(value - price * spent for spent, value in sets) == pytest.approx(
            one.value - price * one.spend, abs=1e-6
        )
    assert steps[-1].value == pytest.approx(max(value for _, value in sets), abs=1e-9)


def test_what_each_unit_of_spend_brings_is_recovered() -> None:
    # Recovery: activities that stand alone are bought in the order of their drawn value for each unit of spend.
    random = np.random.default_rng(3)
    spend, yields = random.gamma(2.0, 1.0, 40), random.uniform(0.5, 5.0, 40)
    steps = frontier(helping(spend * yields), spend)
    bought = [np.flatnonzero(two.on & ~one.on) for one, two in pairwise(steps)]
    assert np.concatenate(bought).tolist() == np.argsort(-yields).tolist()


def test_without_spend_there_is_one_step() -> None:
    (step,) = frontier(helping([1.0, -1.0]), [0.0, 0.0])
    assert (step.on.tolist(), step.value, step.spend) == ([True, False], 1.0, 0.0)


def test_spend_below_nothing_or_of_other_activities_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^spend must not be negative: 1 of 1 are \(first at 0: -1.0\)$"):
        frontier(helping([1.0]), [-1.0])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got alone 1, spend 2$"):
        frontier(helping([1.0]), [1.0, 1.0])
