from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.faces.words import cell, money, percent, span
from patronage.vocabulary.estimate import Estimate, certain
from patronage.vocabulary.grade import Grade


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "GBP 0"),
        (-310.4, "GBP -310"),
        (45_600.0, "GBP 45,600"),
        (1_234_567.0, "GBP 1.23m"),
        (-12_345_678.0, "GBP -12.3m"),
    ],
)
def test_money_is_told_in_few_figures(value: float | None, text: str) -> None:
    assert money(value, "GBP") == text


def test_money_without_a_named_currency_is_a_bare_number() -> None:
    assert money(12.0, "XXX") == "12"


def test_an_interval_is_told_beside_its_mean() -> None:
    value = Estimate(120_000, 1, 80_000, 119_000, 160_000, "GBP", Grade.BEHAVIOUR)
    assert span(value, "GBP") == "GBP 120,000 (80,000 to 160,000)"
    assert span(certain(5, "GBP", Grade.BEHAVIOUR), "GBP") == "GBP 5 (5 to 5)"


def test_shares_and_cells_are_told_plainly() -> None:
    assert percent(0.1234, 1) == "12.3%"
    assert percent(None) == "-"
    assert [cell(value) for value in (None, True, 3, 1234567, 0.12345, 98765.4, "x")] == [
        "-", "yes", "3", "1,234,567", "0.123", "98,765", "x",
    ]  # fmt: skip


@given(st.floats(-1e12, 1e12))
def test_money_has_a_minus_only_when_its_rounded_amount_has(value: float) -> None:
    assert ("-" in money(value, "GBP")) == (round(value) < 0)
