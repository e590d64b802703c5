import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patronage.strategy.schema import strategy_schema
from patronage.strategy.strategy import SECTIONS

PAGE = Path(__file__).parents[2] / "docs" / "strategy.md"
ELSEWHERE = {"sources", "identity"}
"""Sections that have pages of their own."""


def chapters() -> dict[str, str]:
    """The text below each heading of the page on the strategy file, by section."""
    parts = re.split(r"^## `(\w+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def keys(schema: dict[str, Any], whole: dict[str, Any], above: str = "") -> Iterator[str]:
    """Every key that a part of the schema may hold, with those above it, as the page writes them."""
    for option in (schema, *schema.get("anyOf", ())):
        if "$ref" in option:
            yield from keys(whole["$defs"][option["$ref"].removeprefix("#/$defs/")], whole, above)
        if option is not schema and option.get("type") == "array":
            yield from keys(option, whole, above)
    if isinstance(schema.get("items"), dict):
        yield from keys(schema["items"], whole, f"{above}[]." if above else "")
    for key, each in schema.get("properties", {}).items():
        path = f"{above}.{key}".replace("[]..", "[].").removeprefix(".")
        yield path
        if "low..high" not in str(each):
            yield from keys(each, whole, path)


def test_the_page_has_a_chapter_on_every_section_in_the_order_of_a_file():
    assert list(chapters()) == [section.name for section in SECTIONS]


@pytest.mark.parametrize("name", [section.name for section in SECTIONS if section.name not in ELSEWHERE])
def test_every_key_of_a_section_is_told_on_the_page(name: str):
    whole = strategy_schema()
    told = set(re.findall(r"`([^`\n]+)`", chapters()[name].replace("```", "")))
    needed = set(keys(whole["properties"][name], whole))
    if name == "costs_of_action":
        needed = {key.rpartition(".")[2] for key in needed}
    assert needed
    assert needed - told == set()
