"""The sections `pools` and `activities`: their keys, and what must hold between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator

from patronage.strategy.activities import (
    ORDER_DRIVERS,
    Activities,
    Activity,
    Category,
    Driver,
    Level,
    Pool,
    Pools,
    TimeEquation,
)
from patronage.strategy.checks import known_ids, unique_ids
from patronage.strategy.document import Document, Flaw, Keyed, Node, text_of
from patronage.strategy.faults import located
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
from patronage.strategy.quantity import NOTHING, Quantity
from patronage.strategy.refusal import RefusedError, clipped
from patronage.strategy.section import Section, row_lines, row_values, rows_made
from patronage.vocabulary.errors import nearest
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

CategoryWord = Annotated[Category, PlainValidator(choice_of(Category)), WithJsonSchema(choice_schema(Category))]
DriverWord = Annotated[Driver, PlainValidator(choice_of(Driver)), WithJsonSchema(choice_schema(Driver))]


def _nothing() -> Quantity:
    return NOTHING


class PoolEntry(StrictEntry):
    """People or machines with a cost and a capacity."""

    id: Identifier = Field(description="The pool's id, which activities name.")
    name: Name | None = Field(None, description="The pool's name.")
    cost: Positive = Field(description="What the pool costs in one period.")
    practical_capacity: Positive = Field(
        description="What the pool can do in one period, in its unit: 80% of paid time is usual."
    )
    unit: Name = Field("minute", description="Unit of the capacity and of the time equations.")
    period: TimeWord = Field(TimeUnit.YEAR, description="Period of cost, capacity and volumes.")
    avoidable: Share = Field(
        default_factory=_nothing,
        description="Share of the cost that goes when the work goes, 0 to 1.",
        json_schema_extra={"default": 0},
    )
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the figures are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")


class TimeEquationEntry(StrictEntry):
    """The time that one occurrence takes."""

    base: NonNegative = Field(description="Time of the plainest occurrence, in the pool's unit.")
    per: dict[str, AnyNumber] = Field(
        default_factory=dict[str, Quantity],
        description="Driver: time added for each one. A column of activity_events, or lines, units, returns of orders.",
    )

    @model_validator(mode="after")
    def _never_negative(self) -> TimeEquationEntry:
        saved = [name for name, each in self.per.items() if each.mean < 0]
        least = self.base.mean + sum(self.per[name].mean for name in saved)
        if least < 0:
            found = f"comes out negative ({least:.4g}) with one each of {', '.join(saved[:5])}"
            raise RefusedError(found, "raise base, or take less off per driver")
        return self


class LevelEntry(StrictEntry):
    """A way of doing an activity more fully, on top of the levels before it."""

    id: Identifier = Field(description="The level's id, its own within the activity.")
    name: Name | None = Field(None, description="The level's name.")
    value: AnyNumber | None = Field(None, description="What it adds to the worth of the level before it.")
    cost: NonNegative = Field(
        default_factory=_nothing,
        description="What it adds to the cost of the level before it.",
        json_schema_extra={"default": 0},
    )
    today: Flag = Field(False, description="Whether it is done today.")


class ActivityEntry(StrictEntry):
    """Work that draws on a pool."""

    id: Identifier = Field(description="The activity's id, which events and links name.")
    name: Name | None = Field(None, description="The activity's name.")
    category: CategoryWord = Field(Category.OTHER, description="One of eight categories.")
    pool: Identifier = Field(description="Id of the pool that does it.")
    time_equation: TimeEquationEntry = Field(description="Time of one occurrence: base, and per driver.")
    driver: DriverWord | None = Field(None, description="What one occurrence is, where no events are given.")
    volume: NonNegative | None = Field(
        None, description="Occurrences per period of the pool, where nothing counts them."
    )
    value: AnyNumber | None = Field(None, description="What the activity is worth a year, where nothing else says it.")
    period: TimeWord = Field(
        TimeUnit.YEAR, description="Unit of time of value and levels: a year unless said otherwise."
    )
    owner: Name | None = Field(None, description="Who answers for it.")
    today: Flag = Field(True, description="Whether it is done today.")
    avoidable: Share | None = Field(None, description="Share of its cost that goes with it; without it the pool's.")
    needs: list[Identifier] = Field(default_factory=list[str], description="Ids of the needs that it serves.")
    levels: list[LevelEntry] = Field(
        default_factory=list[LevelEntry], description="Ways of doing it more fully, each on top of the one before."
    )
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How the figures are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")

    @model_validator(mode="after")
    def _levels_in_order(self) -> ActivityEntry:
        ids = [level.id for level in self.levels]
        twice = [name for at, name in enumerate(ids) if name in ids[:at]]
        if twice:
            raise RefusedError(f"has the level {clipped(twice[0])} twice", "give each level an id of its own")
        below, name = self.today, "the activity itself"
        for level in self.levels:
            if level.today and not below:
                found = f"does the level {clipped(level.id)} today, but not {name} below it"
                raise RefusedError(found, "write today: true below it too, or today: false here")
            below, name = level.today, f"the level {clipped(level.id)}"
        return self


def _pools(entries: list[PoolEntry], node: Node) -> Pools:
    return Pools(rows_made(Pool, entries, node))


def _activities(entries: list[ActivityEntry], node: Node) -> Activities:
    rows = zip(entries, row_lines(node), strict=True)
    return Activities(tuple(_activity(entry, line) for entry, line in rows))


def _activity(entry: ActivityEntry, line: int) -> Activity:
    values = row_values(entry)
    values["time_equation"] = TimeEquation(entry.time_equation.base, entry.time_equation.per)
    values["levels"] = tuple(Level(**row_values(level)) for level in entry.levels)
    return Activity(**values, line=line)


def _countable_drivers(document: Document) -> Iterator[Flaw]:
    """Faults of drivers that nothing counts: the activity is driven by orders, and no events are given."""
    sources = document.root.node("sources")
    if isinstance(sources, Keyed) and sources.node("activity_events") is not None:
        return
    for at, row in enumerate(document.rows("activities")):
        equation = row.node("time_equation") if isinstance(row, Keyed) and text_of(row.node("driver")) else None
        per = equation.node("per") if isinstance(equation, Keyed) else None
        for name in per.entries if isinstance(per, Keyed) else ():
            if name not in ORDER_DRIVERS:
                place, path = located(document, ("activities", at, "time_equation", "per", name), at_key=True)
                found = f"counts {clipped(name)}, which orders do not give"
                hint = nearest(name, ORDER_DRIVERS) if len(name) <= 100 else ""
                step = hint or f"count one of {', '.join(ORDER_DRIVERS)}, or give activity_events under sources"
                yield document.flaw(place, path, found, step)


POOLS = Section("pools", "What work costs.", TypeAdapter(list[PoolEntry]), _pools, checks=(unique_ids("pools"),))
ACTIVITIES = Section(
    "activities",
    "The work that is done.",
    TypeAdapter(list[ActivityEntry]),
    _activities,
    checks=(
        unique_ids("activities"),
        known_ids("activities", "pool", "pools"),
        known_ids("activities", "needs.*", "needs"),
        _countable_drivers,
    ),
)
