"""The section `exchanges`: who gives what to whom in the value chain, for what, and what else that needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator

from patronage.strategy.checks import known_ids, unique_ids
from patronage.strategy.document import Node
from patronage.strategy.exchange_checks import (
    circles_of_needs,
    consumers_unserved,
    givers_unpaid,
    money_from_nothing,
    with_itself,
)
from patronage.strategy.fields import (
    AnyNumber,
    Flag,
    GradeWord,
    Identifier,
    LongText,
    Name,
    NonNegative,
    Positive,
    Share,
    StrictEntry,
    TimeWord,
    choice_of,
    choice_schema,
)
from patronage.strategy.quantity import Quantity, exactly
from patronage.strategy.refusal import RefusedError
from patronage.strategy.section import Section, row_lines, row_values
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

ONE = exactly(1)
CLOSE = 1e-6
"""By how much fractions may miss one, from rounding."""

CLOSE_OF_RANGES = 0.02
"""By how much the means of fractions that are ranges may miss one."""


class ExchangeKind(StrEnum):
    """What sort of thing goes from one actor to another."""

    PRODUCT = "product"
    SERVICE = "service"
    INFORMATION = "information"
    MONEY = "money"
    INFLUENCE = "influence"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Dependency:
    """What else takes place when an exchange does.

    fraction: in how many of the cases, None for always; alternatives of one exchange have fractions. cardinality: how
    many times.
    """

    exchange: str
    fraction: Quantity | None = None
    cardinality: Quantity = ONE


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one actor gives to another.

    price: money for one occurrence, paid by the taker, or by the giver where the kind is money. valuation: what one
    occurrence is worth to the taker, in money. occurrences: per period and actor, None where other exchanges tell it.
    or_nothing: whether the fractions of its alternatives may leave cases in which none takes place.
    """

    id: str
    name: str
    from_id: str
    to_id: str
    object: str | None = None
    kind: ExchangeKind = ExchangeKind.OTHER
    price: Quantity | None = None
    valuation: Quantity | None = None
    occurrences: Quantity | None = None
    period: TimeUnit = TimeUnit.YEAR
    place: str | None = None
    time: str | None = None
    manner: str | None = None
    reason: str | None = None
    depends_on: tuple[Dependency, ...] = ()
    or_nothing: bool = False
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None

    @property
    def payer(self) -> str:
        """Who pays the price."""
        return self.from_id if self.kind is ExchangeKind.MONEY else self.to_id

    @property
    def payee(self) -> str:
        """Who is paid the price."""
        return self.to_id if self.kind is ExchangeKind.MONEY else self.from_id

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The questions, of the seven, that it leaves open."""
        answered = {
            "who": True,
            "what": self.object is not None,
            "to whom": True,
            "for what value": self.price is not None or self.valuation is not None,
            "where": self.place is not None,
            "when": self.time is not None,
            "how and why": self.manner is not None and self.reason is not None,
        }
        return tuple(question for question, known in answered.items() if not known)


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The declared exchanges, in the order of the file."""

    exchanges: tuple[Exchange, ...]

    @property
    def by_id(self) -> dict[str, Exchange]:
        """The exchanges under their ids."""
        return {exchange.id: exchange for exchange in self.exchanges}


def _one() -> Quantity:
    return ONE


KindWord = Annotated[ExchangeKind, PlainValidator(choice_of(ExchangeKind)), WithJsonSchema(choice_schema(ExchangeKind))]


class DependencyEntry(StrictEntry):
    """What else takes place when an exchange does."""

    exchange: Identifier = Field(description="Id of the exchange that takes place too.")
    fraction: Share | None = Field(
        None, description="In which share of the cases, among alternatives; without it always."
    )
    cardinality: Positive = Field(default_factory=_one, description="How many times.", json_schema_extra={"default": 1})


class ExchangeEntry(StrictEntry):
    """What one actor gives to another."""

    id: Identifier = Field(description="The exchange's id.")
    name: Name | None = Field(None, description="The exchange's name.")
    from_id: Identifier = Field(alias="from", description="Id of the actor who gives.")
    to_id: Identifier = Field(alias="to", description="Id of the actor who gets it.")
    object: Name | None = Field(None, description="What is given.")
    kind: KindWord = Field(ExchangeKind.OTHER, description="What sort of thing it is; money and influence count apart.")
    price: NonNegative | None = Field(
        None, description="Money for one occurrence, paid by `to`, or by `from` where the kind is money."
    )
    valuation: AnyNumber | None = Field(None, description="What one occurrence is worth to `to`, in money.")
    occurrences: NonNegative | None = Field(
        None, description="How often in a period, for each of the actor; without it as others that depend on it tell."
    )
    period: TimeWord = Field(TimeUnit.YEAR, description="Unit of time of occurrences: a year unless said otherwise.")
    place: LongText | None = Field(None, description="Where it takes place.")
    time: LongText | None = Field(None, description="When it takes place.")
    manner: LongText | None = Field(None, description="How it takes place.")
    reason: LongText | None = Field(None, description="Why it takes place.")
    depends_on: list[DependencyEntry] = Field(
        default_factory=list[DependencyEntry], description="What else takes place whenever it does."
    )
    or_nothing: Flag = Field(False, description="Whether its alternatives may leave cases in which none takes place.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the figures are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")

    @model_validator(mode="after")
    def _whole_fractions(self) -> ExchangeEntry:
        parts = [each.fraction for each in self.depends_on if each.fraction is not None]
        total = sum(part.mean for part in parts)
        slack = CLOSE_OF_RANGES if any(part.is_range for part in parts) else CLOSE
        if parts and total > 1 + slack:
            step = "make them add to one; leave fraction out of what always takes place"
            raise RefusedError(f"has fractions that add to {total:.6g}, more than one", step)
        if parts and total < 1 - slack and not self.or_nothing:
            step = "make them add to one, or write or_nothing: true where the rest is nothing"
            raise RefusedError(f"has fractions that add to {total:.6g}, less than one", step)
        return self


def _made(entries: list[ExchangeEntry], node: Node) -> Exchanges:
    return Exchanges(tuple(_exchange(entry, line) for entry, line in zip(entries, row_lines(node), strict=True)))


def _exchange(entry: ExchangeEntry, line: int) -> Exchange:
    values = row_values(entry)
    values["depends_on"] = tuple(Dependency(**row_values(each)) for each in entry.depends_on)
    return Exchange(**values, line=line)


EXCHANGES = Section(
    "exchanges",
    "Who gives what to whom.",
    TypeAdapter(list[ExchangeEntry]),
    _made,
    checks=(
        unique_ids("exchanges"),
        known_ids("exchanges", "from", "actors", reserved=("us",)),
        known_ids("exchanges", "to", "actors", reserved=("us",)),
        known_ids("exchanges", "depends_on.*.exchange", "exchanges"),
        with_itself,
        circles_of_needs,
        consumers_unserved,
        givers_unpaid,
        money_from_nothing,
    ),
)
