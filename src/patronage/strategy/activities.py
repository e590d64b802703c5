"""The company's work as declared: pools with cost and capacity, and activities with their time equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from patronage.strategy.quantity import NOTHING, Quantity
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

ORDER_DRIVERS = ("lines", "units", "returns")
"""What a time equation may count where an activity is driven by orders and no events are given."""


class Category(StrEnum):
    """The eight categories of activities."""

    TRAINING = "training"
    PLANNING = "planning"
    MANUFACTURING = "manufacturing"
    SALES = "sales"
    SERVICE = "service"
    METRICS = "metrics"
    RULES = "rules"
    OTHER = "other"


class Driver(StrEnum):
    """What makes an activity happen once, where no events are given."""

    ORDER = "order"
    LINE = "line"
    RETURN = "return"
    CUSTOMER = "customer"
    """Once for every active customer and year."""


@dataclass(frozen=True, slots=True)
class Pool:
    """People or machines with a cost and a capacity.

    cost: per period, in the company's currency. practical_capacity: per period, in the unit.
    avoidable: share of the cost that goes when the work goes. line: of the strategy file.
    """

    id: str
    name: str
    cost: Quantity
    practical_capacity: Quantity
    unit: str = "minute"
    period: TimeUnit = TimeUnit.YEAR
    avoidable: Quantity = NOTHING
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Pools:
    """The declared pools, in the order of the file."""

    pools: tuple[Pool, ...]

    @property
    def by_id(self) -> dict[str, Pool]:
        """The pools under their ids."""
        return {pool.id: pool for pool in self.pools}


@dataclass(frozen=True, slots=True)
class TimeEquation:
    """Time of one occurrence: base plus, for each driver, its coefficient times the driver; in the pool's unit."""

    base: Quantity
    per: Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class Level:
    """A way of doing an activity more fully, on top of the levels before it.

    value, cost: what it adds to the level before, in the activity's period, in the company's currency.
    today: whether it is done today.
    """

    id: str
    name: str
    value: Quantity | None = None
    cost: Quantity = NOTHING
    today: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """Work that draws on a pool.

    driver: what one occurrence is where no events are given. volume: occurrences per period of the
    pool, where neither events nor a driver count them. value: per `period`. avoidable: share of the cost
    that goes when the activity goes, None for the pool's own. needs: ids of the needs that it serves.
    levels: beyond the plain activity, each on top of the one before.
    """

    id: str
    name: str
    pool: str
    time_equation: TimeEquation
    category: Category = Category.OTHER
    driver: Driver | None = None
    volume: Quantity | None = None
    value: Quantity | None = None
    owner: str | None = None
    today: bool = True
    avoidable: Quantity | None = None
    period: TimeUnit = TimeUnit.YEAR
    needs: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Activities:
    """The declared activities, in the order of the file."""

    activities: tuple[Activity, ...]

    @property
    def by_id(self) -> dict[str, Activity]:
        """The activities under their ids."""
        return {activity.id: activity for activity in self.activities}
