from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.faces.words import cell, chance, money, numbered, percent, sentence, span, unit_of
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
    assert span(certain(5, "GBP", Grade.BEHAVIOUR), "GBP") == "GBP 5"
    assert span(Estimate(5.2, 0.1, 5.1, 5.2, 5.3, "GBP", Grade.BEHAVIOUR), "GBP") == "GBP 5"


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "over 99%"), (0.995, "over 99%"), (0.99, "99%"), (0.5, "50%"), (0.0, "under 1%")]
)
def test_a_chance_is_never_told_as_sure(value: float, text: str) -> None:
    assert chance(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.328e-05, "0.0000733"), (3.553e-15, "0"), (-0.5, "-0.5"), (999.4, "999"), (0.0123456, "0.0123"), (-0.2e-9, "0")],
)
def test_small_numbers_are_told_without_powers_of_ten(value: float, text: str) -> None:
    assert cell(value) == text


@given(st.floats(-1e9, 1e9))
def test_a_cell_is_near_its_number(value: float) -> None:
    assert float(cell(value).replace(",", "")) == pytest.approx(value, rel=0.006, abs=1e-6)


def test_a_currency_that_nobody_has_named_is_left_out_of_units() -> None:
    told = [unit_of(unit) for unit in ("GBP margin", "XXX revenue", "XXX", "XXX per XXX", "XXX for an order")]
    assert told == ["GBP margin", "revenue", "money", "", "for an order"]


def test_one_thing_is_told_without_the_letter_of_many() -> None:
    assert [numbered(number, "row") for number in (0, 1, 2140)] == ["0 rows", "1 row", "2,140 rows"]


def test_shares_and_cells_are_told_plainly() -> None:
    assert percent(0.1234, 1) == "12.3%"
    assert percent(None) == "-"
    assert [cell(value) for value in (None, True, 3, 1234567, 0.12345, 98765.4, "x")] == [
        "-", "yes", "3", "1,234,567", "0.123", "98,765", "x",
    ]  # fmt: skip


@given(st.floats(-1e12, 1e12))
def test_money_has_a_minus_only_when_its_rounded_amount_has(value: float) -> None:
    assert ("-" in money(value, "GBP")) == (round(value) < 0)


def test_words_beside_others_become_a_sentence() -> None:
    assert [sentence(text) for text in ("every season was seen", "It stands.", "")] == [
        "Every season was seen.", "It stands.", "",
    ]  # fmt: skip
