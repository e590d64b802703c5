"""The JSON Schema of the strategy file, with which editors complete and check it."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import TypeAdapter

from patronage.strategy.strategy import SECTIONS


def strategy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the file: one property for each section.

    It says what one value may be; what must hold between values is said by `load_strategy` alone.
    """
    inputs = [(section.name, "validation", section.adapter) for section in SECTIONS]
    by_section, shared = TypeAdapter.json_schemas(inputs)  # pyright: ignore[reportArgumentType]  the mode is a literal
    properties = {
        section.name: {**_absent_too(by_section[section.name, "validation"], section.required)}
        | {"description": section.description}
        for section in SECTIONS
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "patronage strategy file",
        "description": "What a company declares: strategy.yaml. Every uncertain number may be a range.",
        "type": "object",
        "properties": properties,
        "required": [section.name for section in SECTIONS if section.required],
        "additionalProperties": False,
        "$defs": _referenced(properties, shared.get("$defs", {})),
    }


def _referenced(properties: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The definitions that the properties lead to; those of parsed values, which no file holds, fall away."""
    found: dict[str, Any] = {}
    waiting = _names_in(properties)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting |= _names_in(definitions[name])
    return dict(sorted(found.items()))


def _names_in(schema: dict[str, Any]) -> set[str]:
    return set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))


def _absent_too(schema: dict[str, Any], required: bool) -> dict[str, Any]:
    return schema if required else {"anyOf": [schema, {"type": "null"}]}
