"""What moved the value of all customers between two valuations."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.equity_bridge import equity_bridge

values_of = arrays(float, 12, elements=st.floats(-1e7, 1e7))
flags_of = arrays(bool, 12)


def test_five_customers_make_the_bridge_worked_by_hand():
    told = equity_bridge(
        [100, 50, 80, 0, 7],
        [130, 20, 0, 60, 7],
        was_customer=np.array([True, True, True, False, True]),
        is_customer=np.array([True, True, False, True, True]),
    )
    assert (told.start, told.acquired, told.grown, told.shrunk, told.lost, told.end) == (237, 60, 30, -30, -80, 217)
    assert told.part.tolist() == [1, 2, 3, 0, 1]
    assert told.by_customer.tolist() == [30, -30, -80, 60, 0]


def test_a_simulated_base_returns_the_moves_it_was_made_from():
    random = np.random.default_rng(4)
    before = random.gamma(2, 100, size=3000)
    kind = random.integers(0, 4, size=3000)
    after = before * np.choose(kind, [1.0, 1.3, 0.6, 0.0])
    told = equity_bridge(before, after, was_customer=kind != 0, is_customer=kind != 3)
    assert told.acquired == pytest.approx(before[kind == 0].sum())
    assert told.grown == pytest.approx(0.3 * before[kind == 1].sum())
    assert told.shrunk == pytest.approx(-0.4 * before[kind == 2].sum())
    assert told.lost == pytest.approx(-before[kind == 3].sum())


@given(values_of, values_of, flags_of, flags_of)
def test_start_and_parts_sum_to_the_end(before, after, was, now):
    told = equity_bridge(before, after, was_customer=was, is_customer=now)
    assert fsum([told.start, told.acquired, told.grown, told.shrunk, told.lost]) == pytest.approx(told.end, abs=1e-7)
    assert told.by_customer.sum() == pytest.approx(told.end - told.start, abs=1e-6)
    back = equity_bridge(after, before, was_customer=now, is_customer=was)
    assert (back.acquired, back.lost) == pytest.approx((-told.lost, -told.acquired))
    assert back.grown + back.shrunk == pytest.approx(-told.grown - told.shrunk, abs=1e-6)


def test_values_that_are_not_numbers_are_refused():
    yes = np.array([True, True])
    with pytest.raises(ValueError, match=r"^after must be finite: 1 of 2 are not \(first at 1\)$"):
        equity_bridge([1, 2], [1, np.nan], was_customer=yes, is_customer=yes)
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got before 2, after 3"):
        equity_bridge([1, 2], [1, 2, 3], was_customer=yes, is_customer=np.array([True] * 3))
