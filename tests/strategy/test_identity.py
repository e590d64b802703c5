"""What tells that several customer ids are one customer is declared strictly."""

from __future__ import annotations

from collections.abc import Callable

import jsonschema
import pytest

from patronage.strategy.schema import strategy_schema
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.identity import IdentityRules, Likeness

COMPANY = "company: {name: Acme, currency: USD}\n"
SOURCES = (
    "sources:\n  customers: {from: c.csv, columns: {customer_id: id, name: name, email: mail, vat_id: vat, zip: zip}}\n"
)


def test_every_key_reaches_the_rules() -> None:
    text = (
        "identity:\n  exact: [email, [name, zip]]\n  overrides: same.csv\n"
        "  alike: {columns: [name, email], threshold: 0.99, review: 0.7}\n"
    )
    found = strategy_from_text(COMPANY + SOURCES + text).identity
    assert found == IdentityRules((("email",), ("name", "zip")), "same.csv", Likeness(("name", "email"), 0.99, 0.7))
    assert strategy_from_text(COMPANY).identity is None
    assert strategy_from_text(COMPANY + "identity: {overrides: same.csv}\n").identity == IdentityRules((), "same.csv")
    alike = strategy_from_text(COMPANY + SOURCES + "identity: {alike: {columns: [name]}}\n").identity
    assert alike == IdentityRules(alike=Likeness(("name",), 0.95, 0.5))


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        ("{exact: email}", "exact: is the text 'email', expected a list of columns of customers"),
        ("{exact: []}", "exact: is a list, expected a list of columns of customers, such as [email, vat_id]"),
        ("{exact: [mail]}", "names 'mail', which the source of customers does not give; did you mean 'email'?"),
        ("{exact: [customer_id]}", "names 'customer_id', which the source of customers does not give"),
        ("{exact: [[name, name]]}", "identity.exact: is 'name, name', which names a column twice; name each once"),
        ("{alike: {columns: [name], threshold: 2}}", "threshold: is the number 2, expected a share from 0 to 1"),
        ("{alike: {columns: [name], threshold: 0.4}}", "reviews pairs from 0.5 on and merges them from 0.4 on already"),
        ("{alike: {columns: [names]}}", "names 'names', which the source of customers does not give; did you mean"),
        ("{exact: [email], keys: 1}", "identity.keys: is not a known key"),
    ],
)  # fmt: skip
def test_faults_are_told_with_their_place(
    faults_below_company: Callable[[str], list[str]], identity: str, message: str
) -> None:
    (fault,) = faults_below_company(f"{SOURCES}identity: {identity}\n")
    assert "line 4" in fault
    assert message in fault


def test_columns_need_a_source_of_customers(faults_below_company: Callable[[str], list[str]]) -> None:
    assert faults_below_company("identity: {exact: [email]}\n") == [
        "strategy.yaml line 2, column 20: identity.exact: names 'email', and no source gives customers; map customers"
    ]


def test_the_schema_takes_what_the_reader_takes() -> None:
    checker = jsonschema.Draft202012Validator(strategy_schema())
    company = {"name": "Acme", "currency": "USD"}
    good = {"exact": ["email", ["name", "zip"]], "overrides": "same.csv", "alike": {"columns": ["name"]}}
    assert checker.is_valid({"company": company, "identity": good})
    for bad in ({"exact": "email"}, {"exact": []}, {"alike": {}}, {"alike": {"columns": ["name"], "threshold": 2}}):
        assert not checker.is_valid({"company": company, "identity": bad})
