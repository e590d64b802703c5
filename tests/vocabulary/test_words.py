from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.vocabulary.estimate import Estimate, certain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.words import count, listed, money, money_range, percent, short_money, years


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (0.0, "GBP 0"),
        (3.4, "GBP 3.40"),
        (18.0, "GBP 18"),
        (9.999, "GBP 10"),
        (1234.5, "GBP 1,234"),
        (-87.2, "GBP -87"),
        (-0.001, "GBP 0"),
        (2_345_678.0, "GBP 2.35 million"),
        (-1_000_000.0, "GBP -1.00 million"),
    ],
)
def test_money_is_said_with_the_digits_that_matter(amount: float, told: str) -> None:
    assert money(amount, "GBP") == told


@given(st.floats(-1e12, 1e12))
def test_money_of_any_size_is_one_line_with_its_currency(amount: float) -> None:
    told = money(amount, "EUR")
    assert told.startswith("EUR ")
    assert "\n" not in told
    assert "e+" not in told


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (0.4, "GBP 0"),
        (-310.4, "GBP -310"),
        (45_600.0, "GBP 45,600"),
        (1_234_567.0, "GBP 1.23m"),
        (-12.34e6, "GBP -12.3m"),
    ],
)
def test_money_on_a_screen_is_told_in_few_letters(amount: float, told: str) -> None:
    assert short_money(amount, "GBP") == told
    assert short_money(amount, "XXX") == told.removeprefix("GBP ")


@pytest.mark.parametrize("nobodys", ["XXX", ""])
def test_money_of_no_known_currency_has_no_code(nobodys: str) -> None:
    assert money(299.0, nobodys) == "299"
    assert money(-3.4, nobodys) == "-3.40"
    assert money(2_345_678.0, nobodys) == "2.35 million"


def test_a_range_shows_its_middle_and_ends() -> None:
    value = Estimate(120.0, 30.0, 80.0, 118.0, 170.0, "GBP", Grade.BEHAVIOUR)
    assert money_range(value, "GBP") == "GBP 120 (GBP 80 to GBP 170)"
    assert money_range(certain(120.2, "GBP", Grade.BEHAVIOUR), "GBP") == "GBP 120"


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0%"), (0.5, "50%"), (0.051, "5.1%"), (0.0019, "0.19%"), (0.00002, "less than 0.01%"), (1.0, "100%")],
)
def test_shares_keep_two_digits(share: float, told: str) -> None:
    assert percent(share) == told


def test_counts_years_and_lists_read_as_in_a_sentence() -> None:
    assert count(1, "customer") == "1 customer"
    assert count(2140, "customer") == "2,140 customers"
    assert count(2, "customer buys", "customers buy") == "2 customers buy"
    assert years(1.0) == "1 year"
    assert years(2.5) == "2.5 years"
    assert listed(["Spain"]) == "Spain"
    assert listed(["Spain", "France", "Peru"]) == "Spain, France and Peru"
