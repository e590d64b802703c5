"""The section `value_drivers`: what an offer does for a customer beyond another offer, in money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, TypeAdapter, model_validator

from patronage.strategy.checks import known_ids, unique_ids
from patronage.strategy.document import Document, Flaw, Keyed, Node, plain, text_of
from patronage.strategy.faults import located
from patronage.strategy.fields import AnyNumber, GradeWord, Identifier, LongText, Share, StrictEntry, TimeWord
from patronage.strategy.offers import DO_NOTHING
from patronage.strategy.quantity import Quantity, exactly
from patronage.strategy.refusal import RefusedError, clipped
from patronage.strategy.section import Section, rows_made
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

FACTORS = ("metric", "change", "conversion")
"""What a benefit may be the product of."""

CERTAIN = exactly(1)


@dataclass(frozen=True, slots=True)
class Equation:
    """Which value equation a driver is a term of; segment: None for every customer."""

    offer: str
    reference: str
    segment: str | None


@dataclass(frozen=True, slots=True)
class ValueDriver:
    """What an offer does for a customer beyond the reference offer.

    benefit: money per customer and period, gross of price, below 0 where the customer is worse off; None where it is
    metric x change x conversion. common: share of what decides the equation's benefits that they have in common, None
    where not declared.
    """

    id: str
    offer: str
    reference: str = DO_NOTHING
    segment: str | None = None
    statement: str | None = None
    benefit: Quantity | None = None
    metric: Quantity | None = None
    change: Quantity | None = None
    conversion: Quantity | None = None
    probability: Quantity = CERTAIN
    period: TimeUnit = TimeUnit.YEAR
    common: Quantity | None = None
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None

    @property
    def factors(self) -> tuple[Quantity, ...]:
        """The quantities whose product is the benefit: one, or metric, change and conversion."""
        return tuple(each for each in (self.benefit, self.metric, self.change, self.conversion) if each is not None)

    @property
    def equation(self) -> Equation:
        """The equation that it is a term of."""
        return Equation(self.offer, self.reference, self.segment)


@dataclass(frozen=True, slots=True)
class ValueDrivers:
    """The declared value drivers, in the order of the file."""

    drivers: tuple[ValueDriver, ...]

    @property
    def equations(self) -> dict[Equation, tuple[ValueDriver, ...]]:
        """The drivers of each equation, in the order of the file."""
        found: dict[Equation, list[ValueDriver]] = {}
        for driver in self.drivers:
            found.setdefault(driver.equation, []).append(driver)
        return {equation: tuple(drivers) for equation, drivers in found.items()}

    @property
    def common(self) -> dict[Equation, Quantity]:
        """The share that the benefits of an equation have in common, of equations that declare one."""
        return {driver.equation: driver.common for driver in self.drivers if driver.common is not None}


def _certain() -> Quantity:
    return CERTAIN


class ValueDriverEntry(StrictEntry):
    """What an offer does for a customer beyond the reference offer."""

    id: Identifier = Field(description="The driver's id.")
    offer: Identifier = Field(description="Id of the offer that brings the benefit.")
    reference: Identifier = Field(DO_NOTHING, description="Id of the offer that it is compared with.")
    segment: Identifier | None = Field(None, description="Id of the segment whose customers have it; without it, all.")
    statement: LongText | None = Field(None, description="The claim in words, such as continuous production.")
    benefit: AnyNumber | None = Field(
        None, description="Money for each customer and period, gross of price; below 0 where the customer is worse off."
    )
    metric: AnyNumber | None = Field(None, description="In place of benefit: what the customer has, such as hours.")
    change: AnyNumber | None = Field(None, description="By how much the offer changes the metric, as a share.")
    conversion: AnyNumber | None = Field(None, description="What one unit of the metric is worth in money.")
    probability: Share = Field(
        default_factory=_certain,
        description="Chance that the benefit comes about, 0 to 1.",
        json_schema_extra={"default": 1},
    )
    period: TimeWord = Field(TimeUnit.YEAR, description="Unit of time of the benefit: a year unless said otherwise.")
    common: Share | None = Field(
        None, description="Share of what decides the equation's benefits that they have in common; without it none."
    )
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the figures are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")

    @model_validator(mode="after")
    def _one_benefit(self) -> ValueDriverEntry:
        given = [name for name in FACTORS if getattr(self, name) is not None]
        if self.benefit is not None and given:
            raise RefusedError(f"has benefit and {given[0]} both", "keep one of the two ways to state it")
        if self.benefit is None and len(given) < len(FACTORS):
            absent = [name for name in FACTORS if name not in given]
            found = f"has {' and '.join(given)} without {' and '.join(absent)}" if given else "states no benefit"
            raise RefusedError(found, "write benefit, or metric, change and conversion")
        return self


def _made(entries: list[ValueDriverEntry], node: Node) -> ValueDrivers:
    return ValueDrivers(rows_made(ValueDriver, entries, node))


def _beyond_itself(document: Document) -> Iterator[Flaw]:
    """Faults of drivers that compare an offer with itself."""
    for at, row in enumerate(document.rows("value_drivers")):
        if not isinstance(row, Keyed):
            continue
        offer, reference = text_of(row.node("offer")), row.node("reference")
        if offer is not None and offer == (DO_NOTHING if reference is None else text_of(reference)):
            place, path = located(document, ("value_drivers", at, "offer" if reference is None else "reference"))
            found = f"compares the offer {clipped(offer)} with itself"
            yield document.flaw(place, path, found, "name the next best alternative, or nothing")


def _one_common_factor(document: Document) -> Iterator[Flaw]:
    """Faults of drivers of one equation that declare different common factors."""
    first: dict[tuple[str | None, ...], tuple[object, int]] = {}
    for at, row in enumerate(document.rows("value_drivers")):
        common = row.node("common") if isinstance(row, Keyed) else None
        if not isinstance(row, Keyed) or common is None:
            continue
        equation = (
            text_of(row.node("offer")),
            text_of(row.node("reference")) or DO_NOTHING,
            text_of(row.node("segment")),
        )
        said, line = first.setdefault(equation, (plain(common), row.line))
        if said != plain(common):
            place, path = located(document, ("value_drivers", at, "common"))
            found = f"is another common factor of the same equation than line {line} has"
            yield document.flaw(place, path, found, "an equation has one: write it once")


VALUE_DRIVERS = Section(
    "value_drivers",
    "What offers do for customers.",
    TypeAdapter(list[ValueDriverEntry]),
    _made,
    checks=(
        unique_ids("value_drivers"),
        known_ids("value_drivers", "offer", "offers", reserved=(DO_NOTHING,)),
        known_ids("value_drivers", "reference", "offers", reserved=(DO_NOTHING,)),
        known_ids("value_drivers", "segment", "segments"),
        _beyond_itself,
        _one_common_factor,
    ),
)
