"""The section `offers`: what customers can choose among, rivals' offers and doing nothing with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, TypeAdapter, model_validator

from patronage.strategy.checks import known_ids, named_ids, unique_ids
from patronage.strategy.document import Document, Flaw, Keyed, Node, Scalar, text_of
from patronage.strategy.faults import located
from patronage.strategy.fields import (
    Flag,
    GradeWord,
    Identifier,
    LongText,
    Name,
    NonNegative,
    StrictEntry,
    TimeWord,
)
from patronage.strategy.quantity import NOTHING, Quantity
from patronage.strategy.refusal import RefusedError, clipped
from patronage.strategy.section import Section, row_lines, row_values
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

US = "us"
NOBODY = "none"
DO_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Element:
    """A part of an offer.

    cost: per customer and period of the offer, None where not declared. included: whether it is part of the offer as
    it is sold, else it may be added. needs: ids of the needs that it serves.
    """

    id: str
    name: str
    cost: Quantity | None = None
    included: bool = True
    needs: tuple[str, ...] = ()
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What customers can choose.

    owner: us, none, or a rival's id. price, cost: per customer and period, in the company's currency, None where not
    declared; cost is what serving the customer costs the owner. needs: ids of the needs that it serves.
    """

    id: str
    name: str
    owner: str = US
    price: Quantity | None = None
    cost: Quantity | None = None
    period: TimeUnit = TimeUnit.YEAR
    elements: tuple[Element, ...] = ()
    needs: tuple[str, ...] = ()
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None


INACTION = Offer(DO_NOTHING, DO_NOTHING, NOBODY, price=NOTHING, cost=NOTHING)
"""The offer to do nothing, as it is where the file does not declare it."""


@dataclass(frozen=True, slots=True)
class Offers:
    """The declared offers, in the order of the file."""

    offers: tuple[Offer, ...]

    @property
    def by_id(self) -> dict[str, Offer]:
        """The offers under their ids, the offer to do nothing among them."""
        return {DO_NOTHING: INACTION} | {offer.id: offer for offer in self.offers}

    @property
    def ours(self) -> tuple[Offer, ...]:
        """The company's own offers."""
        return tuple(offer for offer in self.offers if offer.owner == US)


class ElementEntry(StrictEntry):
    """A part of an offer."""

    id: Identifier = Field(description="The element's id, its own within the offer.")
    name: Name | None = Field(None, description="The element's name.")
    cost: NonNegative | None = Field(None, description="What it costs the owner for each customer and period.")
    included: Flag = Field(True, description="Whether it is part of the offer as sold; false: it may be added.")
    needs: list[Identifier] = Field(default_factory=list[str], description="Ids of the needs that it serves.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the cost is known.")
    evidence: LongText | None = Field(None, description="Where the cost comes from.")


class OfferEntry(StrictEntry):
    """What customers can choose."""

    id: Identifier = Field(description="The offer's id, which value drivers name.")
    name: Name | None = Field(None, description="The offer's name.")
    owner: Identifier | None = Field(None, description="Whose offer it is: us, none, or a rival; without it us.")
    price: NonNegative | None = Field(None, description="What a customer pays in one period.")
    cost: NonNegative | None = Field(None, description="What serving a customer costs the owner in one period.")
    period: TimeWord = Field(TimeUnit.YEAR, description="Unit of time of price and cost: a year unless said otherwise.")
    elements: list[ElementEntry] = Field(default_factory=list[ElementEntry], description="The parts of the offer.")
    needs: list[Identifier] = Field(default_factory=list[str], description="Ids of the needs that it serves.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How price and cost are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")

    @model_validator(mode="after")
    def _inaction_is_nobodys(self) -> OfferEntry:
        if self.id == DO_NOTHING and self.owner not in {None, NOBODY}:
            found = f"is the offer to do nothing, and has the owner {clipped(str(self.owner))}"
            raise RefusedError(found, f"write owner: {NOBODY}, or give the offer another id")
        if self.id == DO_NOTHING and self.price is not None and self.price.mean != 0:
            found = "is the offer to do nothing, and has a price"
            raise RefusedError(found, "take price out; what doing nothing costs a customer is a value driver")
        return self

    @model_validator(mode="after")
    def _elements_of_their_own(self) -> OfferEntry:
        ids = [element.id for element in self.elements]
        if len(set(ids)) < len(ids):
            twice = next(name for at, name in enumerate(ids) if name in ids[:at])
            raise RefusedError(f"has the element {clipped(twice)} twice", "give each element an id of its own")
        return self


def _made(entries: list[OfferEntry], node: Node) -> Offers:
    return Offers(tuple(_offer(entry, line) for entry, line in zip(entries, row_lines(node), strict=True)))


def _offer(entry: OfferEntry, line: int) -> Offer:
    values = row_values(entry)
    values["owner"] = entry.owner or (NOBODY if entry.id == DO_NOTHING else US)
    values["elements"] = tuple(Element(**row_values(element)) for element in entry.elements)
    return Offer(**values, line=line)


def _known_owners(document: Document) -> Iterator[Flaw]:
    """Faults of owners that are no actor, where the file says which actors are rivals."""
    actors = document.rows("actors")
    if any(isinstance(row, Keyed) and text_of(row.node("kind")) == "rival" for row in actors):
        yield from known_ids("offers", "owner", "actors", reserved=(US, NOBODY))(document)


def _needs_served(document: Document) -> Iterator[Flaw]:
    """Faults of needs that no offer serves, where any offer says which needs it serves."""
    served = {name for key in ("needs.*", "elements.*.needs.*") for _, name in named_ids(document, "offers", key)}
    for at, row in enumerate(document.rows("needs") if served else ()):
        name = text_of(row.node("id")) if isinstance(row, Keyed) else None
        if name is None or name in served or _known_gap(row):
            continue
        place, path = located(document, ("needs", at))
        step = "add it to the needs of an offer, or write served: false where none serves it yet"
        yield document.flaw(place, path, "is a need that no offer serves", step)


def _known_gap(row: Node) -> bool:
    served = row.node("served") if isinstance(row, Keyed) else None
    return isinstance(served, Scalar) and served.value is False


OFFERS = Section(
    "offers",
    "What customers can choose among.",
    TypeAdapter(list[OfferEntry]),
    _made,
    checks=(
        unique_ids("offers"),
        known_ids("offers", "needs.*", "needs"),
        known_ids("offers", "elements.*.needs.*", "needs"),
        _known_owners,
        _needs_served,
    ),
)
