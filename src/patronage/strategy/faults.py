"""The faults that a strict model finds in a section, each with its line, its column and its key, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from patronage.strategy.document import Document, Entry, Flaw, Keyed, Listing, Node, Place, text_of
from patronage.strategy.refusal import RefusedError, key_shown, unexpected
from patronage.strategy.section import Section
from patronage.vocabulary.errors import nearest

Step = str | int
Schema = Mapping[str, Any]

_EXPECTED = {
    "model_type": "a group of keys",
    "model_attributes_type": "a group of keys",
    "dict_type": "a group of keys",
    "list_type": "a list, one entry per line that starts with -",
    "tuple_type": "a list, one entry per line that starts with -",
}


def section_flaws(error: ValidationError, section: Section[Any], document: Document) -> Iterator[Flaw]:
    """Every fault that the strict model of a section found.

    A value at a place that the document itself has faulted is passed over.
    """
    faulted = {flaw.place for flaw in document.flaws}
    for detail in error.errors(include_url=False):
        steps = (section.name, *detail["loc"])
        place, path = located(document, steps, at_key=detail["type"] == "extra_forbidden")
        if place not in faulted:
            yield document.flaw(place, path, *_words(detail, section, steps))


def located(document: Document, steps: Sequence[Step], *, at_key: bool = False) -> tuple[Place, str]:
    """The place of a value, or of its key, and its path in words, such as pools[service].cost.

    Of a key that is absent, the place of the group that lacks it.
    """
    node: Node = document.root
    place = Place(node.line, node.column)
    path = ""
    for step in steps:
        found, told = _descended(node, step)
        path += told
        if found is None:
            continue
        node = found.node if isinstance(found, Entry) else found
        shown = found if at_key else node
        place = Place(shown.line, shown.column)
    return place, path.removeprefix(".")


def unknown_key(key: str, known: Sequence[str], section: Section[Any] | None = None) -> tuple[str, str]:
    """What is wrong with a key that is not known, and what to do."""
    listed = ", ".join(known)
    if section is not None and key in section.later:
        return "belongs to a later release", f"take it out; this one reads {listed}"
    hint = nearest(key, known) if len(key) <= 100 else ""
    return "is not a known key", hint or f"known here: {listed}"


def _words(detail: ErrorDetails, section: Section[Any], steps: Sequence[Step]) -> tuple[str, str]:
    match detail["type"]:
        case "value_error":
            reason = detail.get("ctx", {}).get("error")
            return (reason.found, reason.next_step) if isinstance(reason, RefusedError) else (str(reason), "")
        case "missing":
            meaning = _schema_at(section, steps).get("description", "")
            return "is missing", f"add it: {meaning[:1].lower()}{meaning[1:].rstrip('.')}" if meaning else "add it"
        case "extra_forbidden":
            known = list(_schema_at(section, steps[:-1]).get("properties", {}))
            return unknown_key(str(steps[-1]), known, section if len(steps) == 2 else None)
        case kind:
            refusal = unexpected(detail["input"], _EXPECTED.get(kind, "another kind of value"))
            return refusal.found, refusal.next_step


def _descended(node: Node, step: Step) -> tuple[Node | Entry | None, str]:
    if isinstance(step, int):
        item = node.items[step] if isinstance(node, Listing) and step < len(node.items) else None
        name = text_of(item.node("id")) if isinstance(item, Keyed) else None
        return item, f"[{name}]" if name and name.isidentifier() else f"[row {step + 1}]"
    told = f".{key_shown(step)}"
    return (node.entries.get(step) if isinstance(node, Keyed) else None), told


def _schema_at(section: Section[Any], steps: Sequence[Step]) -> Schema:
    """The part of the section's JSON Schema that a path below it leads to, empty where it leads nowhere."""
    whole = _schema(section)
    at: Schema = whole
    for step in steps[1:]:
        at = _resolved(at, whole)
        below = at.get("items") if isinstance(step, int) else at.get("properties", {}).get(step)
        at = cast("Schema", below if isinstance(below, dict) else at.get("additionalProperties") or {})
    return _resolved(at, whole)


@cache
def _schema(section: Section[Any]) -> Schema:
    return section.adapter.json_schema()


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """A schema with its reference followed and the branch for "absent" left out; own words win."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    inner = options[0] if len(options) == 1 else schema
    if "$ref" not in inner:
        return {**inner, **({"description": schema["description"]} if "description" in schema else {})}
    followed = whole["$defs"][inner["$ref"].removeprefix("#/$defs/")]
    return {**followed, **({"description": schema["description"]} if "description" in schema else {})}
