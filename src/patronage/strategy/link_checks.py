"""What links between activities may not say together: to itself, at odds with another, round in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from patronage.strategy.circles import circles, told_circle
from patronage.strategy.document import Document, Flaw, Keyed, text_of
from patronage.strategy.faults import located
from patronage.strategy.refusal import clipped

_KEEP_ONE = "take one of the two out"


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row of links says, faulty rows among them."""

    at: int
    line: int
    start: str
    end: str
    kind: str
    priced: bool

    @property
    def excludes(self) -> bool:
        return self.kind == "conflicts" and not self.priced


def to_itself(document: Document) -> Iterator[Flaw]:
    """The faults of links that lead from an activity to the same one."""
    for said in _said(document):
        if said.start == said.end:
            place, path = located(document, ("links", said.at, "to"))
            yield document.flaw(place, path, f"links {clipped(said.end)} to itself", "name another activity")


def at_odds(document: Document) -> Iterator[Flaw]:
    """The faults of links that contradict an earlier one between the same two activities, or repeat it."""
    earlier: dict[frozenset[str], list[_Said]] = {}
    for said in _said(document):
        if said.start == said.end:
            continue
        between = earlier.setdefault(frozenset((said.start, said.end)), [])
        told = next((told for each in between if (told := _contradiction(each, said))), None)
        if told is None:
            between.append(said)
        else:
            place, path = located(document, ("links", said.at))
            yield document.flaw(place, path, *told)


def circles_of_requires(document: Document) -> Iterator[Flaw]:
    """The faults of activities that require each other all round, each told at the first of its links."""
    rows = [said for said in _said(document) if said.kind == "requires" and said.start != said.end]
    steps: dict[str, list[str]] = {}
    first: dict[tuple[str, str], int] = {}
    for said in rows:
        steps.setdefault(said.start, []).append(said.end)
        first.setdefault((said.start, said.end), said.at)
    for circle in circles(steps):
        at = min(first[pair] for pair in zip(circle, (*circle[1:], circle[0]), strict=True))
        place, path = located(document, ("links", at))
        found = f"is part of a circle: {told_circle(circle, 'requires')}"
        yield document.flaw(place, path, found, "take one of these links out, or make them one activity: all or none")


def _contradiction(one: _Said, other: _Said) -> tuple[str, str] | None:
    """What is wrong with a link beside an earlier one between the same two activities, and what to do."""
    before = f"{one.start} {one.kind} {one.end} on line {one.line}"
    same_way = one.start == other.start
    kinds = {one.kind, other.kind}
    if kinds == {one.kind} and (same_way or one.kind == "conflicts"):
        return f"says again what {before} says", "keep one of the two"
    if kinds == {"precedes"}:
        return f"contradicts {before}", "keep the order that holds"
    if kinds == {"requires", "conflicts"}:
        return f"contradicts {before}: what an activity requires cannot conflict with it", _KEEP_ONE
    if (one.excludes or other.excludes) and kinds & {"lowers_cost", "raises_value"}:
        found = f"contradicts {before}: activities that exclude each other are never on together"
        return found, f"{_KEEP_ONE}, or give the conflict an amount"
    return None


def _said(document: Document) -> Iterator[_Said]:
    for at, row in enumerate(document.rows("links")):
        if isinstance(row, Keyed):
            start, end, kind = (text_of(row.node(key)) for key in ("from", "to", "kind"))
            if start is not None and end is not None and kind is not None:
                yield _Said(at, row.line, start, end, kind, row.node("amount") is not None)
