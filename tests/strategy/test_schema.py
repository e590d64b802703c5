import json
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter

from patronage.strategy.schema import strategy_schema
from patronage.strategy.strategy import SECTIONS, strategy_from_text
from patronage.vocabulary.errors import StrategyError


def test_the_schema_has_every_section_and_asks_for_the_company_alone():
    schema = strategy_schema()
    assert list(schema["properties"]) == [
        "company",
        "sources",
        "identity",
        "pools",
        "activities",
        "links",
        "budgets",
        "costs_of_action",
        "segments",
        "needs",
        "offers",
        "value_drivers",
        "capabilities",
        "actors",
        "exchanges",
    ]
    assert schema["required"] == ["company"]
    assert schema["additionalProperties"] is False


def test_the_schema_is_plain_json_and_every_reference_leads_somewhere():
    text = json.dumps(strategy_schema())
    names = set(strategy_schema()["$defs"])
    assert {part.split('"')[0] for part in text.split("#/$defs/")[1:]} == names


@pytest.mark.parametrize("entry", strategy_schema()["$defs"].items(), ids=lambda entry: entry[0])
def test_every_key_is_described(entry):
    _, schema = entry
    assert schema["additionalProperties"] is False
    assert [key for key, about in schema["properties"].items() if not about.get("description")] == []


def test_every_section_has_a_schema_of_its_own():
    assert all(isinstance(section.adapter, TypeAdapter) for section in SECTIONS)
    assert len({section.name for section in SECTIONS}) == len(SECTIONS)


def test_the_forms_of_a_quantity_are_in_the_schema():
    margin = strategy_schema()["$defs"]["CompanyEntry"]["properties"]["discount_rate"]
    assert margin["default"] == 0.1
    assert [form.get("type") for form in margin["anyOf"]] == ["number", "string", "object", "object", "object"]
    assert margin["anyOf"][0] | {"description": ""} == {"type": "number", "minimum": 0, "maximum": 1, "description": ""}


def test_the_schema_is_a_valid_one():
    jsonschema.Draft202012Validator.check_schema(strategy_schema())


@pytest.mark.parametrize(
    "company",
    [
        {"name": "Acme"},
        {"name": "Acme", "currency": "usd"},
        {"name": "Acme", "currency": "USD", "horizon_years": 7},
        {"name": "Acme", "currency": "USD", "discount_rate": 10},
        {"name": "Acme", "currency": "USD", "discount_rate": "10%"},
        {"name": "Acme", "currency": "USD", "curency": "USD"},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(company: dict[str, object]):
    whole: Any = {"company": company}
    assert not jsonschema.Draft202012Validator(strategy_schema()).is_valid(whole)
    with pytest.raises(StrategyError):
        strategy_from_text(json.dumps(whole))
