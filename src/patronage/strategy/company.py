"""The section `company`: who declares, in which money, over which horizon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import Field, TypeAdapter

from patronage.strategy.document import Node
from patronage.strategy.fields import Currency, Day, GradeWord, HorizonYears, Name, Share, StrictEntry, TimeWord
from patronage.strategy.quantity import Quantity, exactly
from patronage.strategy.section import Section
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

DEFAULT_DISCOUNT_RATE = exactly(0.10)
DEFAULT_HORIZON = 3.0


@dataclass(frozen=True, slots=True)
class Company:
    """The company and the terms it counts in.

    currency: ISO 4217. horizon_years: 3 to 5. discount_rate: per year, a share. gross_margin: share
    of revenue where no unit cost is known, None where the company declares none. as_of: last day
    counted, None for the day of the last good order.
    """

    name: str
    currency: str
    horizon_years: float = DEFAULT_HORIZON
    discount_rate: Quantity = DEFAULT_DISCOUNT_RATE
    time_unit: TimeUnit = TimeUnit.WEEK
    gross_margin: Quantity | None = None
    gross_margin_grade: Grade = Grade.ASSUMPTION
    as_of: date | None = None


def _discount_rate() -> Quantity:
    return DEFAULT_DISCOUNT_RATE


class CompanyEntry(StrictEntry):
    """The company and the terms it counts in."""

    name: Name = Field(description="The company's name.")
    currency: Currency = Field(description="The one currency of all money, as an ISO 4217 code such as EUR.")
    horizon_years: HorizonYears = Field(DEFAULT_HORIZON, description="Years that value is counted over, 3 to 5.")
    discount_rate: Share = Field(
        default_factory=_discount_rate,
        description="Discount rate per year, as a share.",
        json_schema_extra={"default": DEFAULT_DISCOUNT_RATE.mean},
    )
    time_unit: TimeWord = Field(TimeUnit.WEEK, description="Unit in which rates are stated.")
    gross_margin: Share | None = Field(
        None, description="Share of revenue left after the cost of goods, where no unit cost is known."
    )
    gross_margin_grade: GradeWord = Field(Grade.ASSUMPTION, description="How the margin is known.")
    as_of: Day | None = Field(None, description="Last day counted; without it the day of the last good order.")


def _made(entry: CompanyEntry, _node: Node) -> Company:
    return Company(**entry.values())


COMPANY = Section("company", "Who declares, in which money.", TypeAdapter(CompanyEntry), _made, required=True)
