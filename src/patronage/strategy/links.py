"""The section `links`: which activities help, need, exclude or come before each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator

from patronage.strategy.checks import known_ids
from patronage.strategy.document import Node
from patronage.strategy.fields import (
    GradeWord,
    Identifier,
    LongText,
    NonNegative,
    StrictEntry,
    TimeWord,
    choice_of,
    choice_schema,
)
from patronage.strategy.link_checks import at_odds, circles_of_requires, to_itself
from patronage.strategy.quantity import Quantity
from patronage.strategy.refusal import RefusedError
from patronage.strategy.section import Section, rows_made
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit


class LinkKind(StrEnum):
    """How one activity bears on another."""

    LOWERS_COST = "lowers_cost"
    """Counts where both are on."""
    RAISES_VALUE = "raises_value"
    """Counts where both are on."""
    REQUIRES = "requires"
    """The first is on only where the second is."""
    CONFLICTS = "conflicts"
    """With an amount it costs that where both are on, without one the two exclude each other."""
    PRECEDES = "precedes"
    """The first comes before the second; carries no money."""


HELPING = frozenset({LinkKind.LOWERS_COST, LinkKind.RAISES_VALUE})
"""The kinds that bring money where both activities are on."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one activity does to another.

    amount: money per `period`, >= 0; None for requires, precedes and activities that exclude each other.
    line: of the strategy file.
    """

    from_id: str
    to_id: str
    kind: LinkKind
    amount: Quantity | None = None
    period: TimeUnit = TimeUnit.YEAR
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None

    @property
    def excludes(self) -> bool:
        """Whether the two activities can never both be on."""
        return self.kind is LinkKind.CONFLICTS and self.amount is None


@dataclass(frozen=True, slots=True)
class Links:
    """The declared links, in the order of the file."""

    links: tuple[Link, ...]


KindWord = Annotated[LinkKind, PlainValidator(choice_of(LinkKind)), WithJsonSchema(choice_schema(LinkKind))]


class LinkEntry(StrictEntry):
    """What one activity does to another."""

    from_id: Identifier = Field(alias="from", description="Id of the activity that the link starts from.")
    to_id: Identifier = Field(alias="to", description="Id of the activity that it bears on.")
    kind: KindWord = Field(
        description="lowers_cost, raises_value: counts when both are on; requires: from needs to; conflicts: costs its "
        "amount when both are on, without an amount the two exclude each other; precedes: no money."
    )
    amount: NonNegative | None = Field(None, description="Money that the link brings, or that the conflict costs.")
    period: TimeWord = Field(TimeUnit.YEAR, description="Unit of time of the amount: per year unless said otherwise.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the amount is known.")
    evidence: LongText | None = Field(None, description="Where the amount comes from.")

    @model_validator(mode="after")
    def _money_where_it_counts(self) -> LinkEntry:
        if self.kind in HELPING and self.amount is None:
            found = f"is {self.kind} and does not say by how much"
            raise RefusedError(found, "add amount: the money that it brings a year")
        if self.kind in {LinkKind.REQUIRES, LinkKind.PRECEDES} and self.amount is not None:
            step = "take amount out, or add a link that is lowers_cost or raises_value"
            raise RefusedError(f"is {self.kind}, which carries no money, and has an amount", step)
        return self


def _made(entries: list[LinkEntry], node: Node) -> Links:
    return Links(rows_made(Link, entries, node))


LINKS = Section(
    "links",
    "What activities do to each other.",
    TypeAdapter(list[LinkEntry]),
    _made,
    checks=(
        known_ids("links", "from", "activities"),
        known_ids("links", "to", "activities"),
        to_itself,
        at_odds,
        circles_of_requires,
    ),
)
