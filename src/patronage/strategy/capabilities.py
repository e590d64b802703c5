"""The section `capabilities`: what a company must be good at, and how good it and its rivals are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field, TypeAdapter, model_validator

from patronage.strategy.checks import ids_of, known_ids, named_ids, unique_ids
from patronage.strategy.document import Document, Flaw, Keyed, Node
from patronage.strategy.faults import located
from patronage.strategy.fields import GradeWord, Identifier, LongText, Name, NonNegative, Share, StrictEntry
from patronage.strategy.offers import US
from patronage.strategy.quantity import Quantity
from patronage.strategy.refusal import RefusedError, clipped
from patronage.strategy.section import Section, rows_made
from patronage.vocabulary.errors import nearest
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class Capability:
    """What a company must be good at.

    levels: by owner, ours under us, on one scale of 0 and more. needed_by: ids of segments, offers and activities.
    importance: share, None where not declared.
    """

    id: str
    name: str
    levels: Mapping[str, Quantity]
    needed_by: tuple[str, ...] = ()
    importance: Quantity | None = None
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None

    @property
    def rivals(self) -> Mapping[str, Quantity]:
        """The levels of everyone but us."""
        return {owner: level for owner, level in self.levels.items() if owner != US}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The declared capabilities, in the order of the file."""

    capabilities: tuple[Capability, ...]

    @property
    def by_id(self) -> dict[str, Capability]:
        """The capabilities under their ids."""
        return {capability.id: capability for capability in self.capabilities}


class CapabilityEntry(StrictEntry):
    """What a company must be good at."""

    id: Identifier = Field(description="The capability's id.")
    name: Name | None = Field(None, description="The capability's name.")
    levels: dict[str, NonNegative] = Field(
        description="How good each is at it, on one scale: us, and rivals by the ids that own offers or are actors."
    )
    needed_by: list[Identifier] = Field(
        default_factory=list[str], description="Ids of the segments, offers and activities that need it."
    )
    importance: Share | None = Field(None, description="How much it matters to those who need it, 0 to 1.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the levels are known.")
    evidence: LongText | None = Field(None, description="Where the levels come from.")

    @model_validator(mode="after")
    def _ours_among_them(self) -> CapabilityEntry:
        if US not in self.levels:
            raise RefusedError("has levels without ours", "write levels: {us: ..., a rival's id: ...}")
        return self


def _made(entries: list[CapabilityEntry], node: Node) -> Capabilities:
    return Capabilities(rows_made(Capability, entries, node))


def _known_rivals(document: Document) -> Iterator[Flaw]:
    """Faults of levels of rivals that own no offer and are no actor, where the file declares any."""
    owners = {name for _, name in named_ids(document, "offers", "owner")}
    known = {US, *owners, *ids_of(document, "actors")}
    if known <= {US, "none"}:
        return
    for at, row in enumerate(document.rows("capabilities")):
        levels = row.node("levels") if isinstance(row, Keyed) else None
        for name in levels.entries if isinstance(levels, Keyed) else ():
            if name not in known:
                place, path = located(document, ("capabilities", at, "levels", name), at_key=True)
                found = f"tells the level of {clipped(name)}, who owns no offer and is no actor"
                hint = nearest(name, sorted(known)) if len(name) <= 100 else ""
                yield document.flaw(place, path, found, hint or "declare the rival under actors")


CAPABILITIES = Section(
    "capabilities",
    "What the company must be good at.",
    TypeAdapter(list[CapabilityEntry]),
    _made,
    checks=(
        unique_ids("capabilities"),
        known_ids("capabilities", "needed_by.*", "segments", "offers", "activities"),
        _known_rivals,
    ),
)
