"""The section `needs`: the jobs that customers want done, how much each matters and how well it is met."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field, TypeAdapter

from patronage.strategy.checks import known_ids, unique_ids
from patronage.strategy.document import Node
from patronage.strategy.fields import Flag, GradeWord, Identifier, LongText, Name, Share, StrictEntry
from patronage.strategy.quantity import Quantity
from patronage.strategy.section import Section, rows_made
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class Need:
    """A job that customers want done.

    outcome: what they judge it by; unit: in what that is measured. importance, satisfaction: shares, None where not
    declared. segment: whose need it is, None for every segment. served: whether any offer serves it today.
    """

    id: str
    name: str
    job: str
    outcome: str | None = None
    unit: str | None = None
    importance: Quantity | None = None
    satisfaction: Quantity | None = None
    segment: str | None = None
    served: bool = True
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The declared needs, in the order of the file."""

    needs: tuple[Need, ...]

    @property
    def by_id(self) -> dict[str, Need]:
        """The needs under their ids."""
        return {need.id: need for need in self.needs}


class NeedEntry(StrictEntry):
    """A job that customers want done."""

    id: Identifier = Field(description="The need's id, which activities and offers name.")
    name: Name | None = Field(None, description="The need's name.")
    job: LongText = Field(description="The job that customers want done, in their words.")
    outcome: LongText | None = Field(None, description="What they judge it by, such as time without a machine.")
    unit: Name | None = Field(None, description="Unit of the outcome, such as minutes.")
    importance: Share | None = Field(None, description="How much it matters to them, 0 to 1.")
    satisfaction: Share | None = Field(None, description="How well it is met today, 0 to 1.")
    segment: Identifier | None = Field(None, description="Id of the segment whose need it is; without it, of all.")
    served: Flag = Field(True, description="Whether any offer serves it today; false marks a gap that is known.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the figures are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")


def _made(entries: list[NeedEntry], node: Node) -> Needs:
    return Needs(rows_made(Need, entries, node))


NEEDS = Section(
    "needs",
    "The jobs that customers want done.",
    TypeAdapter(list[NeedEntry]),
    _made,
    checks=(unique_ids("needs"), known_ids("needs", "segment", "segments")),
)
