"""The section `budgets`: the most that activities may cost together, in money or hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, cast

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema

from patronage.strategy.checks import known_ids, unique_ids
from patronage.strategy.document import Node
from patronage.strategy.fields import (
    MAX_NAME,
    GradeWord,
    Identifier,
    LongText,
    Name,
    NonNegative,
    StrictEntry,
    TimeWord,
    choice_of,
    choice_schema,
    identifier,
)
from patronage.strategy.quantity import Quantity
from patronage.strategy.refusal import RefusedError, unexpected
from patronage.strategy.section import Section, rows_made
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

ALL = "all"


class BudgetUnit(StrEnum):
    """What a budget is counted in."""

    MONEY = "money"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that activities may cost together.

    amount: per period, in the company's currency or in hours. activities: their ids, None for all of them.
    """

    id: str
    name: str
    amount: Quantity
    unit: BudgetUnit = BudgetUnit.MONEY
    activities: tuple[str, ...] | None = None
    period: TimeUnit = TimeUnit.YEAR
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Budgets:
    """The declared budgets, in the order of the file."""

    budgets: tuple[Budget, ...]


def _all_or_some(value: object) -> tuple[str, ...] | None:
    if value == ALL:
        return None
    if not isinstance(value, list):
        raise unexpected(value, "all, or a list of ids of activities")
    if not value:
        raise RefusedError("is an empty list", "write all, or name the activities")
    return tuple(identifier(each) for each in cast("list[object]", value))


_IDS = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": MAX_NAME}, "minItems": 1}
AllOrSome = Annotated[
    tuple[str, ...] | None, PlainValidator(_all_or_some), WithJsonSchema({"anyOf": [{"const": ALL}, _IDS]})
]
UnitWord = Annotated[BudgetUnit, PlainValidator(choice_of(BudgetUnit)), WithJsonSchema(choice_schema(BudgetUnit))]


class BudgetEntry(StrictEntry):
    """The most that activities may cost together."""

    id: Identifier = Field(description="The budget's id.")
    name: Name | None = Field(None, description="The budget's name.")
    amount: NonNegative = Field(description="The most that may be spent in one period, in the unit.")
    unit: UnitWord = Field(BudgetUnit.MONEY, description="money, in the company's currency, or hours.")
    activities: AllOrSome = Field(None, description="Ids of the activities that share it, or all.")
    period: TimeWord = Field(TimeUnit.YEAR, description="Unit of time of the amount: per year unless said otherwise.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the amount is known.")
    evidence: LongText | None = Field(None, description="Where the amount comes from.")


def _made(entries: list[BudgetEntry], node: Node) -> Budgets:
    return Budgets(rows_made(Budget, entries, node))


BUDGETS = Section(
    "budgets",
    "The most that activities may cost together.",
    TypeAdapter(list[BudgetEntry]),
    _made,
    checks=(unique_ids("budgets"), known_ids("budgets", "activities.*", "activities")),
)
