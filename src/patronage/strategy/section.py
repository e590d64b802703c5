"""What a section of the strategy file is made of, so that a new one is a file of its own and a line in Strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter

from patronage.strategy.document import Document, Flaw, Listing, Node
from patronage.strategy.fields import StrictEntry

T = TypeVar("T")

Check = Callable[[Document], Iterable[Flaw]]
"""A cross-check over the nodes of the whole file, so that it works beside rows that are faulty themselves."""


@dataclass(frozen=True, slots=True)
class Section(Generic[T]):
    """One section: its key, its strict model, how the model becomes a frozen value, its cross-checks.

    made: gets the validated model and the section's node, for line numbers. later: keys that later
    releases read, named as such when refused.
    """

    name: str
    description: str
    adapter: TypeAdapter[Any]
    made: Callable[[Any, Node], T]
    checks: tuple[Check, ...] = ()
    required: bool = False
    later: frozenset[str] = frozenset()


def row_lines(node: Node) -> list[int]:
    """The line of each row of a section that is a list."""
    return [item.line for item in node.items] if isinstance(node, Listing) else []


def rows_made(kind: Callable[..., T], entries: Sequence[StrictEntry], node: Node) -> tuple[T, ...]:
    """A frozen value of each entry with its line; lists become tuples, and a name that is not given is the id."""
    return tuple(kind(**row_values(entry), line=line) for entry, line in zip(entries, row_lines(node), strict=True))


def row_values(entry: StrictEntry) -> dict[str, Any]:
    """The values of an entry by name, lists as tuples, a name that is not given as the id."""
    values = {
        key: tuple(cast("list[object]", each)) if isinstance(each, list) else each for key, each in dict(entry).items()
    }
    return values | {"name": values["name"] or values["id"]} if "name" in values else values
