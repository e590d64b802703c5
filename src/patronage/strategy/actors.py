"""The section `actors`: everyone in the industry's value chain, the consumer first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator

from patronage.strategy.checks import unique_ids
from patronage.strategy.document import Node
from patronage.strategy.fields import (
    AnyNumber,
    GradeWord,
    Identifier,
    LongText,
    Name,
    NonNegative,
    Positive,
    StrictEntry,
    TimeWord,
    choice_of,
    choice_schema,
)
from patronage.strategy.quantity import NOTHING, Quantity, exactly
from patronage.strategy.quantity_grammar import Domain, number
from patronage.strategy.refusal import RefusedError, unexpected
from patronage.strategy.section import Section, rows_made
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

ONE = exactly(1)
MAX_TIER = 100


class ActorKind(StrEnum):
    """What an actor is to us."""

    US = "us"
    CONSUMER = "consumer"
    """Uses what the chain makes; its money is where all money of the chain comes from."""
    CUSTOMER = "customer"
    """Buys from us or further down; brings money of its own where its consumers are not on the map."""
    SUPPLIER = "supplier"
    RIVAL = "rival"
    INFLUENCER = "influencer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone in the value chain.

    count: how many of them there are. tier: steps from the consumer, 0 for the consumer, None where not declared.
    expenses: of each, per period, beyond what the exchanges tell. investment: of each, once. next_best: what each
    would net per period elsewhere, None where not declared.
    """

    id: str
    name: str
    kind: ActorKind
    count: Quantity = ONE
    tier: int | None = None
    expenses: Quantity = NOTHING
    investment: Quantity = NOTHING
    next_best: Quantity | None = None
    period: TimeUnit = TimeUnit.YEAR
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None


OURSELVES = Actor("us", "us", ActorKind.US)
"""The company itself, as it is where the file does not declare it."""


@dataclass(frozen=True, slots=True)
class Actors:
    """The declared actors, in the order of the file."""

    actors: tuple[Actor, ...]

    @property
    def by_id(self) -> dict[str, Actor]:
        """The actors under their ids, the company itself among them."""
        return {OURSELVES.id: OURSELVES} | {actor.id: actor for actor in self.actors}

    def of_kind(self, kind: ActorKind) -> tuple[Actor, ...]:
        """The actors of one kind, in the order of the file."""
        return tuple(actor for actor in self.actors if actor.kind is kind)


def _tier(value: object) -> int:
    tier = number(value, Domain.NON_NEGATIVE)
    if tier != int(tier) or tier > MAX_TIER:
        raise unexpected(value, f"a whole number from 0 to {MAX_TIER}")
    return int(tier)


def _one() -> Quantity:
    return ONE


def _nothing() -> Quantity:
    return NOTHING


KindWord = Annotated[ActorKind, PlainValidator(choice_of(ActorKind)), WithJsonSchema(choice_schema(ActorKind))]
Tier = Annotated[int, PlainValidator(_tier), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_TIER})]


class ActorEntry(StrictEntry):
    """Someone in the value chain."""

    id: Identifier = Field(description="The actor's id, which exchanges and offers name.")
    name: Name | None = Field(None, description="The actor's name.")
    kind: KindWord = Field(description="What the actor is to us.")
    count: Positive = Field(
        default_factory=_one, description="How many of them there are.", json_schema_extra={"default": 1}
    )
    tier: Tier | None = Field(None, description="Steps from the consumer, who is at 0.")
    expenses: NonNegative = Field(
        default_factory=_nothing,
        description="What each spends in a period beyond what the exchanges tell.",
        json_schema_extra={"default": 0},
    )
    investment: NonNegative = Field(
        default_factory=_nothing, description="What each spends once.", json_schema_extra={"default": 0}
    )
    next_best: AnyNumber | None = Field(None, description="What each would net in a period elsewhere.")
    period: TimeWord = Field(TimeUnit.YEAR, description="Unit of time of the money: a year unless said otherwise.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the figures are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")

    @model_validator(mode="after")
    def _us_is_us(self) -> ActorEntry:
        if self.id in {"none", "nothing"}:
            raise RefusedError(f"has the id {self.id}, which stands for nobody", "give the actor another id")
        if self.id == OURSELVES.id and self.kind is not ActorKind.US:
            found = f"has the id us, which is the company itself, and the kind {self.kind}"
            raise RefusedError(found, "write kind: us, or give the actor another id")
        if self.kind is ActorKind.US and self.id != OURSELVES.id:
            raise RefusedError("is of kind us under another id", "write id: us, and what it is called under name")
        return self


def _made(entries: list[ActorEntry], node: Node) -> Actors:
    return Actors(rows_made(Actor, entries, node))


ACTORS = Section(
    "actors",
    "Everyone in the value chain.",
    TypeAdapter(list[ActorEntry]),
    _made,
    checks=(unique_ids("actors"),),
)
