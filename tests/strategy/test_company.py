from datetime import date

import pytest

from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit


def test_a_name_and_a_currency_are_enough():
    found = strategy_from_text("company: {name: Acme, currency: USD}").company
    assert (found.name, found.currency, found.horizon_years, found.time_unit) == ("Acme", "USD", 3.0, TimeUnit.WEEK)
    assert found.discount_rate == exactly(0.10)
    assert (found.gross_margin, found.gross_margin_grade, found.as_of) == (None, Grade.ASSUMPTION, None)


def test_every_key_is_read():
    found = strategy_from_text(
        "company:\n  name: Acme\n  currency: USD\n  horizon_years: 4.5\n  discount_rate: 0.08..0.12\n"
        "  time_unit: month\n  gross_margin: 0.3..0.45\n  gross_margin_grade: expert\n  as_of: 2011-09-30\n"
    ).company
    assert (found.horizon_years, found.time_unit, found.as_of) == (4.5, TimeUnit.MONTH, date(2011, 9, 30))
    assert found.discount_rate == quantity("0.08..0.12", Domain.PROBABILITY)
    assert (found.gross_margin, found.gross_margin_grade) == (quantity("0.3..0.45", Domain.PROBABILITY), Grade.EXPERT)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("horizon_years", "7", "is the number 7, expected 3 to 5 years"),
        ("horizon_years", "three", "is the text 'three', expected a number above 0"),
        ("horizon_years", "3..5", "is the text '3..5', expected a number above 0"),
        ("discount_rate", "10%", "is the text '10%', expected a share from 0 to 1; write 0.10"),
        ("gross_margin", "45", "is the number 45, expected a share from 0 to 1; write 0.45 if 45 percent is meant"),
        ("gross_margin", "0.6..0.4", "is the range 0.6..0.4, whose low end is above its high end; write 0.4..0.6"),
        (
            "time_unit",
            "weeks",
            "is the text 'weeks', expected one of day, week, month, quarter, year; did you mean 'week'?",
        ),
        (
            "gross_margin_grade",
            "guess",
            "is the text 'guess', expected one of experiment, choice, behaviour, survey, interview, expert, assumption",
        ),
        ("as_of", "2011-13-40", "is the text '2011-13-40', expected a day written as 2011-09-30"),
        ("as_of", "30/09/2011", "is the text '30/09/2011', expected a day written as 2011-09-30"),
        ("as_of", "2011", "is the number 2011, expected a day written as 2011-09-30"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(faults, key: str, value: str, message: str):
    text = f"company:\n  name: Acme\n  currency: USD\n  {key}: {value}\n"
    assert faults(text) == [f"strategy.yaml line 4, column {len(key) + 5}: company.{key}: {message}"]


@pytest.mark.parametrize(
    ("currency", "message"),
    [
        ("usd", "is the text 'usd', expected a currency code of three capital letters (ISO 4217); write USD"),
        (
            "Dollars",
            (
                "is the text 'Dollars', expected a currency code of three capital letters (ISO 4217); "
                "write a code such as EUR, GBP or USD"
            ),
        ),
        (
            "y" * 10_000,
            (
                f"is the text '{'y' * 40}'... (10,000 characters), expected a currency code of three capital letters "
                "(ISO 4217); write a code such as EUR, GBP or USD"
            ),
        ),
    ],
)
def test_a_currency_is_a_code(faults, currency: str, message: str):
    text = f"company: {{name: Acme, currency: {currency}}}"
    assert faults(text) == [f"strategy.yaml line 1, column 33: company.currency: {message}"]


def test_a_name_of_ten_thousand_characters_is_refused_without_repeating_it(faults):
    assert faults(f"company: {{name: {'x' * 10_000}, currency: USD}}") == [
        (
            f"strategy.yaml line 1, column 17: company.name: is '{'x' * 40}'... (10,000 characters), "
            "expected at most 200 characters; shorten it"
        )
    ]


def test_a_missing_key_is_told_with_its_meaning(faults):
    assert faults("company:\n  name: Acme\n") == [
        (
            "strategy.yaml line 2, column 3: company.currency: is missing; "
            "add it: the one currency of all money, as an ISO 4217 code such as EUR"
        )
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pools: []", "line 1, column 1: company: is missing; write company: {name: ..., currency: ...}"),
        ("company:", "line 1, column 1: company: has no value; write company: {name: ..., currency: ...}"),
        ("company: USD", "line 1, column 10: company: is the text 'USD', expected a group of keys"),
        ("company: [a]", "line 1, column 10: company: is a list, expected a group of keys"),
    ],
)
def test_a_file_without_its_company_is_refused(faults, text: str, message: str):
    assert faults(text) == [f"strategy.yaml {message}"]
