"""What a section of the strategy file is made of, so that a new one is a file of its own and a line in Strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from patronage.strategy.document import Document, Flaw, Listing, Node

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
