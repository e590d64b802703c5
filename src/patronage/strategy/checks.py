"""Cross-checks over the whole strategy file: ids that stand twice, ids that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from patronage.strategy.document import Document, Flaw, Keyed, Listing, Node, text_of
from patronage.strategy.faults import Step, located
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


def named_ids(document: Document, section: str, key: str) -> Iterator[tuple[tuple[Step, ...], str]]:
    """The texts under a key of a section's rows, each with the steps that lead to it.

    key: one key, or several with dots between them, where * stands for every entry of a list: depends_on.*.exchange.
    """
    keys = key.split(".")
    for at, row in enumerate(document.rows(section)):
        yield from _below(row, keys, (section, at))


def known_ids(section: str, key: str, *targets: str, reserved: tuple[str, ...] = ()) -> Check:
    """The check that a key of a section's rows names an id that one of other sections declares.

    key: as `named_ids` takes it. It says nothing where another section is no list, which is a fault of its own.
    """

    def check(document: Document) -> Iterator[Flaw]:
        if not all(isinstance(document.root.node(target), Listing | None) for target in targets):
            return
        known = {name: line for target in targets for name, line in ids_of(document, target).items()}
        hints = max(1, MAX_COMPARISONS // max(1, len(known)))
        for steps, name in named_ids(document, section, key):
            if name in known or name in reserved:
                continue
            yield unknown_id(
                document, steps, name, _known(name, known, targets, reserved, looked_up=hints > 0), targets
            )
            hints -= 1

    return check


def unknown_id(document: Document, steps: Sequence[Step], name: str, next_step: str, targets: Sequence[str]) -> Flaw:
    """The fault of a text that no entry of the sections has as its id."""
    place, path = located(document, steps)
    return document.flaw(
        place, path, f"names {clipped(name)}, which no entry of {_either(targets)} has as its id", next_step
    )


def _below(node: Node, keys: Sequence[str], steps: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    if not keys:
        if (text := text_of(node)) is not None:
            yield steps, text
    elif keys[0] == "*":
        for at, item in enumerate(node.items if isinstance(node, Listing) else ()):
            yield from _below(item, keys[1:], (*steps, at))
    elif isinstance(node, Keyed) and (inner := node.node(keys[0])) is not None:
        yield from _below(inner, keys[1:], (*steps, keys[0]))


def _known(
    name: str, known: Mapping[str, int], targets: Sequence[str], reserved: Sequence[str], *, looked_up: bool
) -> str:
    hint = nearest(name, [*known, *reserved]) if looked_up and len(name) <= 100 else ""
    if hint:
        return hint
    if not known:
        return f"declare it under {_either(targets)}"
    listed = ", ".join(key_shown(each) for each in list(known)[:8])
    return f"known there: {listed}{', ...' if len(known) > 8 else ''}"


def _either(words: Sequence[str]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
