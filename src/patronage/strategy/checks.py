"""Cross-checks over the whole strategy file: ids that stand twice, ids that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from patronage.strategy.document import Document, Flaw, Keyed, Listing, text_of
from patronage.strategy.faults import located
from patronage.strategy.refusal import clipped, key_shown
from patronage.strategy.section import Check
from patronage.vocabulary.errors import nearest

RESERVED = ("us", "none", "nothing")
"""Ids that exist without being declared: the company itself, nobody, and the offer to do nothing."""

MAX_COMPARISONS = 20_000
"""Most pairs of ids that one check compares in search of the nearest: about a second."""


def ids_of(document: Document, section: str) -> dict[str, int]:
    """The ids that a section declares, each with the line of its first row, faulty rows among them."""
    found: dict[str, int] = {}
    for row in document.rows(section):
        name = text_of(row.node("id")) if isinstance(row, Keyed) else None
        if name is not None:
            found.setdefault(name, row.line)
    return found


def unique_ids(section: str) -> Check:
    """The check that no id of a section stands twice."""

    def check(document: Document) -> Iterator[Flaw]:
        first: dict[str, int] = {}
        for at, row in enumerate(document.rows(section)):
            name = text_of(row.node("id")) if isinstance(row, Keyed) else None
            if name is None:
                continue
            if name in first:
                place, path = located(document, (section, at, "id"))
                found = f"the id {clipped(name)} stands twice, first on line {first[name]}"
                yield document.flaw(place, path, found, "give each entry an id of its own")
            first.setdefault(name, row.line)

    return check


def known_ids(section: str, key: str, target: str, *, reserved: tuple[str, ...] = ()) -> Check:
    """The check that a key of a section's rows names an id that another section declares.

    It says nothing where the other section is no list, which is a fault of its own.
    """

    def check(document: Document) -> Iterator[Flaw]:
        if not isinstance(document.root.node(target), Listing | None):
            return
        known = ids_of(document, target)
        hints = max(1, MAX_COMPARISONS // max(1, len(known)))
        for at, row in enumerate(document.rows(section)):
            name = text_of(row.node(key)) if isinstance(row, Keyed) else None
            if name is None or name in known or name in reserved:
                continue
            place, path = located(document, (section, at, key))
            found = f"names {clipped(name)}, which no entry of {target} has as its id"
            yield document.flaw(place, path, found, _known(name, known, target, looked_up=hints > 0))
            hints -= 1

    return check


def _known(name: str, known: dict[str, int], target: str, *, looked_up: bool) -> str:
    if not known:
        return f"declare it under {target}"
    hint = nearest(name, known) if looked_up and len(name) <= 100 else ""
    if hint:
        return hint
    listed = ", ".join(key_shown(each) for each in list(known)[:8])
    return f"known there: {listed}{', ...' if len(known) > 8 else ''}"
