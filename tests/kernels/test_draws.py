"""Streams and summaries of draws."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.draws import stream, summaries, summary


def test_five_draws_have_the_summary_worked_by_hand():
    # 1..5: variance (4 + 1 + 0 + 1 + 4) / 5 = 2; the 5% point lies a fifth of a step above the least.
    assert summary([3, 1, 2, 5, 4]) == pytest.approx((3.0, 2**0.5, 1.2, 3.0, 4.8))
    assert np.array(summaries([[1], [2], [3], [4], [5]]))[:, 0] == pytest.approx((3.0, 2**0.5, 1.2, 3.0, 4.8))


def test_a_stream_is_seeded_by_the_hash_of_seed_and_name():
    key = int(hashlib.sha256(b"7:lifetime_value.total").hexdigest(), 16)
    assert stream(7, "lifetime_value.total").random(4) == pytest.approx(np.random.default_rng(key).random(4), abs=0)


def test_streams_of_two_names_are_normal_and_unrelated():
    one, other = stream(1, "season").normal(size=20_000), stream(1, "trend").normal(size=20_000)
    told = summary(one)
    assert told.mean == pytest.approx(0, abs=0.03)
    assert told.sd == pytest.approx(1, abs=0.02)
    assert told.p95 == pytest.approx(1.645, abs=0.05)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


@given(arrays(float, st.integers(1, 30), elements=st.floats(-1e6, 1e6)), st.integers(0, 9), st.floats(0.1, 10))
def test_a_summary_forgets_order_and_follows_scale(draws, seed, factor):
    told = summary(draws)
    mixed = summary(np.random.default_rng(seed).permutation(draws) * factor)
    assert np.array(mixed) == pytest.approx(np.array(told) * factor, rel=1e-9, abs=1e-6)
    assert told.p05 <= told.p50 <= told.p95


def test_draws_that_are_empty_or_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"^draws must not be empty$"):
        summary([])
    with pytest.raises(ValueError, match=r"^draws must be finite: 1 of 2 are not \(first at 0\)$"):
        summary([np.nan, 1])
    with pytest.raises(ValueError, match=r"^a stream needs the name of its estimand$"):
        stream(1, "")
