"""The section `identity`: what tells that several customer ids are one customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema

from patronage.strategy.document import Document, Flaw, Keyed, Listing, Node, Scalar
from patronage.strategy.fields import MAX_NAME, LongText, StrictEntry
from patronage.strategy.quantity_grammar import Domain, number
from patronage.strategy.refusal import RefusedError, clipped, unexpected
from patronage.strategy.section import Section
from patronage.vocabulary.errors import nearest
from patronage.vocabulary.identity import IdentityRules, Likeness

THRESHOLD = 0.95
REVIEW = 0.5
_NAME = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
_NAMES = {"type": "array", "items": _NAME, "minItems": 1}


def _column(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME:
        raise unexpected(value, "the name of a column of customers")
    return value


def _columns(value: object) -> tuple[str, ...]:
    found = tuple(map(_column, cast("list[object]", value))) if isinstance(value, list) else (_column(value),)
    if not found:
        raise RefusedError("is an empty list", "name a column of customers")
    if len(set(found)) < len(found):
        raise RefusedError(f"is {clipped(', '.join(found))}, which names a column twice", "name each once")
    return found


def _keys(value: object) -> tuple[tuple[str, ...], ...]:
    return tuple(map(_columns, _listed(value, "[email, vat_id]")))


def _several(value: object) -> tuple[str, ...]:
    return _columns(_listed(value, "[name, email]"))


def _listed(value: object, example: str) -> list[object]:
    items: list[object] = list(cast("list[object]", value)) if isinstance(value, list) else []
    if not items:
        raise unexpected(cast("object", value), f"a list of columns of customers, such as {example}")
    return items


def _probability(value: object) -> float:
    return number(value, Domain.PROBABILITY)


Keys = Annotated[
    tuple[tuple[str, ...], ...],
    PlainValidator(_keys),
    WithJsonSchema({"type": "array", "items": {"anyOf": [_NAME, _NAMES]}, "minItems": 1}),
]
Several = Annotated[tuple[str, ...], PlainValidator(_several), WithJsonSchema(_NAMES)]
Probability = Annotated[
    float, PlainValidator(_probability), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
]


class LikenessEntry(StrictEntry):
    """Customers told to be one by how alike they are; needs the extra identity."""

    columns: Several = Field(description="Columns of customers that are compared, such as [name, email, geography].")
    threshold: Probability = Field(THRESHOLD, description="Probability from which on two ids are merged.")
    review: Probability = Field(REVIEW, description="Probability from which on a pair is put up for review.")


class IdentityEntry(StrictEntry):
    """What tells that several customer ids are one customer."""

    exact: Keys | None = Field(
        None,
        description="Columns of customers whose equal values tell one customer; those in a list count together.",
    )
    overrides: LongText | None = Field(
        None, description="CSV of reviewed pairs: customer_id, same_as or different_from, who, when, why."
    )
    alike: LikenessEntry | None = Field(None, description="Merge by probability, told by likeness.")


def _made(entry: IdentityEntry, _node: Node) -> IdentityRules:
    alike = entry.alike and Likeness(entry.alike.columns, entry.alike.threshold, entry.alike.review)
    return IdentityRules(entry.exact or (), entry.overrides, alike)


def _known_columns(document: Document) -> Iterator[Flaw]:
    """Columns that no source of customers gives, and rules that need such a source."""
    node, customers = document.root.node("identity"), _customers(document)
    if not isinstance(node, Keyed):
        return
    for path, named in _named(node):
        name = str(named.value)
        if customers is None:
            yield document.flaw(named, path, f"names {clipped(name)}, and no source gives customers", "map customers")
        elif name not in customers or name == "customer_id":
            hint = nearest(name, customers) or f"it gives {', '.join(customers)}"
            yield document.flaw(
                named, path, f"names {clipped(name)}, which the source of customers does not give", hint
            )


def _ordered_shares(document: Document) -> Iterator[Flaw]:
    """A review that begins above the threshold, where nothing is left to be reviewed."""
    node = document.root.node("identity")
    alike = node.node("alike") if isinstance(node, Keyed) else None
    if not isinstance(alike, Keyed):
        return
    shares: dict[str, Any] = {"threshold": THRESHOLD, "review": REVIEW}
    for name in shares:
        given = alike.node(name)
        if isinstance(given, Scalar) and isinstance(given.value, int | float):
            shares[name] = given.value
    if shares["review"] > shares["threshold"]:
        found = f"reviews pairs from {shares['review']:g} on and merges them from {shares['threshold']:g} on already"
        yield document.flaw(alike, "identity.alike", found, "give review a smaller share than threshold")


def _named(node: Keyed) -> Iterator[tuple[str, Scalar]]:
    """The names of columns in the section, each with its key."""
    alike = node.node("alike")
    columns = alike.node("columns") if isinstance(alike, Keyed) else None
    for path, listed in (("identity.exact", node.node("exact")), ("identity.alike.columns", columns)):
        for item in listed.items if isinstance(listed, Listing) else ():
            for inner in item.items if isinstance(item, Listing) else (item,):
                if isinstance(inner, Scalar) and isinstance(inner.value, str):
                    yield path, inner


def _customers(document: Document) -> list[str] | None:
    """The columns that the source of customers maps, None where there is no such source."""
    sources = document.root.node("sources")
    customers = sources.node("customers") if isinstance(sources, Keyed) else None
    columns = customers.node("columns") if isinstance(customers, Keyed) else None
    return [name for name in columns.entries if name != "customer_id"] if isinstance(columns, Keyed) else None


IDENTITY = Section(
    "identity",
    "Which customer ids are one customer.",
    TypeAdapter(IdentityEntry),
    _made,
    checks=(_known_columns, _ordered_shares),
)
