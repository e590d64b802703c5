"""The section `segments`: groups of customers that the company declares by a rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import Field, TypeAdapter

from patronage.strategy.checks import unique_ids
from patronage.strategy.document import Keyed, Listing, Node, Place
from patronage.strategy.fields import GradeWord, Identifier, LongText, Name, Positive, Rule, StrictEntry
from patronage.strategy.quantity import Quantity
from patronage.strategy.section import Section, row_lines
from patronage.vocabulary.expressions import Expression
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """A declared segment.

    rule: which customers belong, None for all of them. rule_text: as written. basis: what sets the
    segment apart. status: what the company does about it. size: customers, where no data count them.
    rule_place: where the rule stands in the strategy file.
    """

    id: str
    name: str
    rule: Expression | None
    rule_text: str
    basis: str | None = None
    status: str | None = None
    size: Quantity | None = None
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None
    rule_place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """The declared segments, in the order of the file: a customer belongs to the first whose rule holds."""

    segments: tuple[SegmentRule, ...]

    @property
    def by_id(self) -> dict[str, SegmentRule]:
        """The segments under their ids."""
        return {segment.id: segment for segment in self.segments}


class SegmentEntry(StrictEntry):
    """A group of customers."""

    id: Identifier = Field(description="The segment's id.")
    name: Name | None = Field(None, description="The segment's name.")
    rule: Rule = Field(description="Which customers belong: a condition such as geography = 'UK', or all.")
    basis: Name | None = Field(None, description="What sets the segment apart, such as need, size or place.")
    status: Name | None = Field(None, description="What the company does about it, such as served, target or left.")
    size: Positive | None = Field(None, description="Number of customers, where no data count them.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the size is known.")
    evidence: LongText | None = Field(None, description="Where the size comes from.")


def _made(entries: list[SegmentEntry], node: Node) -> SegmentRules:
    return SegmentRules(
        tuple(
            SegmentRule(
                entry.id,
                entry.name or entry.id,
                entry.rule.expression,
                entry.rule.text,
                basis=entry.basis,
                status=entry.status,
                size=entry.size,
                grade=entry.grade,
                evidence=entry.evidence,
                line=line,
                rule_place=place,
            )
            for entry, line, place in zip(entries, row_lines(node), _rule_places(node), strict=True)
        )
    )


def _rule_places(node: Node) -> list[Place | None]:
    rows = node.items if isinstance(node, Listing) else ()
    rules = [row.node("rule") if isinstance(row, Keyed) else None for row in rows]
    return [None if rule is None else Place(rule.line, rule.column) for rule in rules]


SEGMENTS = Section(
    "segments", "Groups of customers.", TypeAdapter(list[SegmentEntry]), _made, checks=(unique_ids("segments"),)
)
