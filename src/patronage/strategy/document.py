"""The strategy file as nodes that know their line and column, read without running or building anything."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.vocabulary.errors import Fault


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, a text, a truth value or nothing; line and column count from 1."""

    value: str | int | float | bool | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, with the place of the key, and its node."""

    node: Node
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """Keys with their nodes, in the order of the file."""

    entries: dict[str, Entry]
    line: int
    column: int

    def node(self, key: str) -> Node | None:
        """The node under a key, None where the key is absent or holds nothing."""
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.node, Scalar) and entry.node.value is None):
            return None
        return entry.node


Node = Scalar | Listing | Keyed


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the strategy file; in the order of the file."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """A fault and its place, so that faults of several readers can be told in the order of the file."""

    place: Place
    fault: Fault


@dataclass(frozen=True, slots=True)
class Document:
    """A strategy file whose YAML could be read; flaws: what is wrong with it that does not stop the reading."""

    name: str
    root: Keyed
    flaws: tuple[Flaw, ...] = ()

    def flaw(self, place: Place | Node | Entry, path: str, found: str, next_step: str = "") -> Flaw:
        """A fault at a place of this file, at the key of a path."""
        return flaw_at(self.name, place, found, next_step, path=path)

    def rows(self, section: str) -> tuple[Node, ...]:
        """The rows of a section that is a list, none where it is absent or no list."""
        node = self.root.node(section)
        return node.items if isinstance(node, Listing) else ()


def flaw_at(name: str, place: Place | Node | Entry, found: str, next_step: str = "", *, path: str = "") -> Flaw:
    """A fault of a file at a line and column, and, where it is known, at a key."""
    where = f"{name} line {place.line}, column {place.column}"
    fault = Fault(f"{where}: {path}" if path else where, found, next_step)
    return Flaw(Place(place.line, place.column), fault)


def plain(node: Node) -> object:
    """A node as plain numbers, texts, lists and dictionaries."""
    match node:
        case Scalar():
            return node.value
        case Listing():
            return [plain(item) for item in node.items]
        case Keyed():
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def text_of(node: Node | None) -> str | None:
    """The text that a node is, None where it is anything else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None
