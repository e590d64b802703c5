"""Customers with few gaps who renew like those who are told."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.young_contracts import FewGaps, young_contracts

MONTH = 365.25 / 12


def few(*rows: tuple[float, float, float, float, float]) -> FewGaps:
    return FewGaps(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


def test_kinds_are_taken_where_chance_makes_few_of_them() -> None:
    told = young_contracts(
        few(
            (1, 30, 30, 5, 40),  # bought again after a month, and lately
            (1, 27, 27, 5, 3), (1, 34, 34, 5, 3),  # as by chance beside it
            (1, 30, 30, 90, 9), (1, 27, 27, 90, 6), (1, 34, 34, 90, 8),  # long gone: no more than chance
            (2, 29, 32, 5, 30), (2, 29, 31, 90, 12),
            (3, 29, 40, 5, 50),  # one of the gaps is no month
        ),
        MONTH, 0.03, 4,
    )  # fmt: skip
    assert told.active.tolist() == [True, True, False]
    assert told.gone.tolist() == [False, True, False]
    assert (round(told.low, 2), round(told.high, 2), round(told.late, 2)) == (28.15, 32.72, 45.66)
    # Those with three gaps are not taken, so only four make a customer known.
    assert told.entry == 4


def test_a_customer_is_known_from_the_gaps_at_which_it_is_taken_gone_or_not() -> None:
    rows = [(gaps, 30.0, 31.0, silent, 20.0) for gaps in (1, 2, 3) for silent in (3.0, 80.0)]
    assert young_contracts(few(*rows), MONTH, 0.03, 4).entry == 1
    assert young_contracts(few(*rows[2:]), MONTH, 0.03, 4).entry == 2
    assert young_contracts(few((1, 30, 30, 3, 20)), MONTH, 0.03, 4).entry == 4


def test_simulated_random_buyers_are_not_taken_and_renewing_ones_are() -> None:
    random = np.random.default_rng(3)
    for contracts in (0, 300):
        gaps = random.integers(1, 4, 3_000)
        spans = np.ceil(random.exponential(40, (3_000, 3)))
        spans[:contracts] = 30 + random.integers(-1, 3, (contracts, 3))
        used = np.where(np.arange(3) < gaps[:, None], spans, np.nan)
        silent = random.integers(0, 30, 3_000)
        rows = FewGaps(gaps.astype(float), np.nanmin(used, 1), np.nanmax(used, 1), silent.astype(float), np.ones(3_000))
        told = young_contracts(rows, MONTH, 0.03, 4)
        assert told.active.tolist() == [False, contracts > 0, contracts > 0]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 60), st.integers(0, 60), st.integers(0, 90),
                          st.integers(1, 50)), min_size=1, max_size=30))  # fmt: skip
def test_every_kind_taken_was_seen_and_entry_lies_within_its_bounds(rows) -> None:
    told = young_contracts(few(*((g, a, a + b, s, n) for g, a, b, s, n in rows)), MONTH, 0.03, 4)
    for gaps in (1, 2, 3):
        inside = [a > told.low and a + b <= told.high and g == gaps for g, a, b, _, _ in rows]
        assert any(inside) or not (told.active[gaps - 1] or told.gone[gaps - 1])
    assert 1 <= told.entry <= 4


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: young_contracts(few((1, 30, 20, 5, 1)), MONTH, 0.1, 4), "shortest must not exceed longest"),
        (
            lambda: young_contracts(few((1, 30, 30, 5, 1)), 0.0, 0.1, 4),
            "period must be above 0 and told at least 1, got 0.0 and 4",
        ),
    ],
)
def test_impossible_gaps_are_refused(act, message) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        act()
