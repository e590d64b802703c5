"""YAML text to nodes: no tags, no merge keys, bounded in size, depth and repetition."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# ruamel.yaml hides its types from checkers.

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from patronage.strategy.document import Document, Entry, Flaw, Keyed, Listing, Node, Place, Scalar, flaw_at
from patronage.strategy.refusal import clipped
from patronage.strategy.yaml_words import syntax_fault
from patronage.vocabulary.errors import Fault, StrategyError

MAX_CHARACTERS = 5_000_000
"""Longest text that is read: about 50,000 rows."""

MAX_NODES = 500_000
"""Most values that a file may stand for once its repetitions are written out."""

MAX_DEPTH = 24
"""Deepest nesting that is read."""

_START = "begin with company: {name: ..., currency: ...}, or let patronage init write a starting file"
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, str | float | bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


def read_document(text: str, name: str) -> Document:
    """The nodes of a strategy file.

    Keys that stand twice, tags, merge keys and unknown references are faults that the document
    carries on; raises StrategyError where the text is no YAML, is empty, is no mapping or is too large.
    """
    if len(text) > MAX_CHARACTERS:
        found = f"has {len(text):,} characters, and at most {MAX_CHARACTERS:,} are read"
        raise StrategyError(Fault(name, found, "keep data in tables and name them under sources"))
    builder = _Builder(name)
    for event in _events(text, name):
        builder.take(event)
    root = builder.root
    if root is None or (isinstance(root, Scalar) and root.value is None):
        raise StrategyError(Fault(name, "is empty", _START))
    if not isinstance(root, Keyed):
        sort = "a list" if isinstance(root, Listing) else "a single value"
        found = f"the file is {sort}, expected sections such as company:"
        raise StrategyError(flaw_at(name, root, found, _START).fault)
    return Document(name, root, tuple(builder.flaws))


def scalar_value(text: str) -> str | int | float | bool | None:
    """What an unquoted text stands for under the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0 if text[:2] in {"0o", "0x"} else 10) if len(text) <= 300 else float("inf")
    return float(text) if _DECIMAL.fullmatch(text) else text


def _events(text: str, name: str) -> Iterator[Any]:
    reader = YAML(typ="safe", pure=True)
    try:
        yield from reader.parse(text)
    except YAMLError as error:
        raise StrategyError(syntax_fault(error, text, name)) from error
    except (ValueError, IndexError, TypeError, AttributeError, AssertionError, NotImplementedError) as error:
        # The parser's own slips on text that is far from YAML; they carry no place.
        found = "cannot be read as YAML"
        raise StrategyError(Fault(name, found, "compare it with a file that patronage init writes")) from error


@dataclass(slots=True)
class _Frame:
    """A list or mapping whose end has not come yet."""

    place: Place
    keyed: bool
    anchor: str | None
    size_before: int
    items: list[Node] = field(default_factory=list[Node])
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    key: tuple[str, Place] | None = None
    key_is_bad: bool = False


class _Builder:
    """Nodes from parser events, without recursion."""

    def __init__(self, name: str) -> None:
        self.root: Node | None = None
        self.flaws: list[Flaw] = []
        self._name = name
        self._documents = 0
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._size = 0

    def take(self, event: Any) -> None:
        if isinstance(event, NodeEvent):
            place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
            self._count(1, place)
            self._refuse_tag(event, place)
            if isinstance(event, ScalarEvent):
                text = self._clean(event.value, place)
                node = Scalar(text if event.style else scalar_value(text), place.line, place.column)
                self._anchor(event.anchor, node, 1)
                self._put(node, text)
            elif isinstance(event, AliasEvent):
                self._put(self._repeated(str(event.anchor), place), None)
            elif isinstance(event, CollectionStartEvent):
                self._open(event, place)
        elif isinstance(event, CollectionEndEvent):
            self._close()
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
                self._stop(place, "a second document starts here, and a strategy file is one", "take the line --- out")

    def _open(self, event: Any, place: Place) -> None:
        if len(self._frames) >= MAX_DEPTH:
            found = f"is nested deeper than {MAX_DEPTH} levels"
            self._stop(place, found, "look for a bracket or an indentation too many")
        self._frames.append(_Frame(place, isinstance(event, MappingStartEvent), event.anchor, self._size - 1))

    def _close(self) -> None:
        frame = self._frames.pop()
        line, column = frame.place.line, frame.place.column
        node = Keyed(frame.entries, line, column) if frame.keyed else Listing(tuple(frame.items), line, column)
        self._anchor(frame.anchor, node, self._size - frame.size_before)
        self._put(node, None)

    def _put(self, node: Node, text: str | None) -> None:
        if not self._frames:
            self.root = node
            return
        frame = self._frames[-1]
        if not frame.keyed:
            frame.items.append(node)
        elif frame.key_is_bad:
            frame.key_is_bad = False
        elif frame.key is None:
            self._begin_key(frame, node, text)
        else:
            key, place = frame.key
            frame.entries[key] = Entry(node, place.line, place.column)
            frame.key = None

    def _begin_key(self, frame: _Frame, node: Node, text: str | None) -> None:
        place = Place(node.line, node.column)
        key = text if isinstance(node, Scalar) else None
        frame.key_is_bad = True
        if key is None:
            self._flaw(place, "a key must be a plain word or text", "write key: value")
        elif key == "<<":
            self._flaw(place, "merge keys (<<) are not read", "write the keys out")
        elif key in frame.entries:
            first = frame.entries[key].line
            found = f"the key {clipped(key)} stands twice, first on line {first}"
            self._flaw(place, found, "keep one of the two")
        else:
            frame.key_is_bad = False
            frame.key = (key, place)

    def _refuse_tag(self, event: Any, place: Place) -> None:
        tag = getattr(event, "ctag", None)
        if tag is not None:
            told = f"{tag.handle or ''}{tag.suffix or ''}"
            self._flaw(place, f"the tag {clipped(told)} is not read", "write the value without a tag")

    def _repeated(self, anchor: str, place: Place) -> Node:
        if anchor not in self._anchors:
            found = f"the reference {clipped('*' + anchor)} has no complete mark of that name above it"
            self._flaw(place, found, "write the value out")
            return Scalar(None, place.line, place.column)
        node, size = self._anchors[anchor]
        self._count(size - 1, place)
        return node

    def _anchor(self, anchor: object, node: Node, size: int) -> None:
        if anchor is not None:
            self._anchors[str(anchor)] = (node, size)

    def _count(self, size: int, place: Place) -> None:
        self._size += size
        if self._size > MAX_NODES:
            found = f"the file stands for more than {MAX_NODES:,} values once its repetitions are written out"
            self._stop(place, found, "keep data in tables and name them under sources")

    def _clean(self, text: str, place: Place) -> str:
        if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
            return text
        pairs = text.encode("utf-16-le", "surrogatepass")  # JSON writes such characters as two escapes
        try:
            return pairs.decode("utf-16-le")
        except UnicodeDecodeError:
            self._flaw(place, "holds half a character (a lone surrogate)", "write the character itself")
            return pairs.decode("utf-16-le", "replace")

    def _flaw(self, place: Place, found: str, next_step: str) -> None:
        self.flaws.append(flaw_at(self._name, place, found, next_step))

    def _stop(self, place: Place, found: str, next_step: str) -> None:
        self._flaw(place, found, next_step)
        raise StrategyError(*(flaw.fault for flaw in self.flaws))
