"""How often each activity happens: counted in events, counted in orders, or declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from patronage.evidence.queries.activity_cost import (
    OCCURRENCES,
    RECORDED,
    UNTIMED,
    EventCount,
    event_activities,
    event_span,
    least_times,
)
from patronage.evidence.queries.periods import Window, counted_window, covered_window
from patronage.evidence.tables import ActivityEvents, Orders
from patronage.strategy.activities import Activities, Activity, Driver, Pools
from patronage.strategy.quantity import Quantity, exactly
from patronage.vocabulary.errors import EstimationError, Fault, nearest

MINUTES_OF = {"minute": 1.0, "minutes": 1.0, "min": 1.0, "hour": 60.0, "hours": 60.0, "h": 60.0}
"""Minutes of the units of capacity in which recorded minutes can be counted."""

EVENTS, ORDERS, DECLARED = "events", "orders", "declared volume"
"""What may count an activity."""

_FROM_ORDERS = {
    Driver.ORDER: ("orders", {"lines": "lines", "units": "units", "returns": "returns"}),
    Driver.LINE: ("lines", {"lines": "lines", "units": "units", "returns": "returns"}),
    Driver.RETURN: ("returns", {"lines": "returns", "units": "returned_units", "returns": "returns"}),
    Driver.CUSTOMER: ("active", {"lines": "lines", "units": "units", "returns": "returns"}),
}
"""For each driver the column of order counts that counts occurrences, and those that its time equation may use."""


@dataclass(frozen=True, slots=True)
class Work:
    """The evidence in which work is counted, and the days over which it is.

    window: those of the orders, or of the events where there are no orders. covered: for each activity with events, by
    its id, the part of them that its own events cover.
    """

    orders: Orders | None
    events: ActivityEvents | None
    window: Window | None
    covered: Mapping[str, Window] = field(default_factory=dict[str, Window])


@dataclass(frozen=True, slots=True)
class Time:
    """Time, in the unit of the pool, that each one of a counted column takes.

    column: None for a declared volume. stream: name of its draws.
    """

    column: str | None
    each: Quantity
    stream: str


@dataclass(frozen=True, slots=True)
class Volume:
    """How one activity is counted.

    counted_by: events, orders or declared volume. occurrences: the column that counts it, None where
    declared. times: what takes time. events: the counts that the events must give for it.
    """

    activity: Activity
    counted_by: str
    occurrences: str | None
    times: tuple[Time, ...]
    events: tuple[EventCount, ...] = ()


def work(orders: Orders | None, events: ActivityEvents | None, as_of: date) -> Work:
    """The evidence with the days over which it is counted."""
    first = None
    if orders is not None:
        first = orders.engine.value(orders.table.ordered_at.min())
    elif events is not None:
        first = events.engine.value(events.table["at"].min())
    if first is None:
        return Work(orders, None, None)
    window = counted_window(as_of, first.date())
    covered = {} if events is None else _covered(events, window)
    return Work(orders, events if covered else None, window, covered)


def _covered(events: ActivityEvents, whole: Window) -> dict[str, Window]:
    """The days that the events of each activity cover; of all events together where its own are too few to tell."""
    together = events.engine.records(event_span(events, whole.period))[0]
    if not together["days"]:
        return {}
    within = covered_window(whole, together["first"].date(), together["last"].date(), together["days"])
    return {
        row["activity_id"]: covered_window(within, row["first"].date(), row["last"].date(), row["days"])
        for row in events.engine.records(event_activities(events, whole.period))
    }


def volumes(pools: Pools, activities: Activities, found: Work) -> tuple[list[Volume], list[str]]:
    """The activities of today that something counts, and the others with the reason.

    Raises EstimationError with every activity whose equation gives negative time to an event.
    """
    told = [
        _volume(activity, pools.by_id[activity.pool].unit, found)
        for activity in activities.activities
        if activity.today
    ]
    counted = [each for each in told if isinstance(each, Volume)]
    _refuse_negative_times(found, counted)
    return counted, [each for each in told if isinstance(each, str)]


def event_columns(counted: Iterable[Volume]) -> list[EventCount]:
    """The counts that the events must give."""
    return [count for volume in counted for count in volume.events]


def _volume(activity: Activity, unit: str, found: Work) -> Volume | str:
    if activity.id in found.covered and found.events is not None:
        return _from_events(activity, unit, found.events.drivers)
    if activity.driver is not None and found.orders is not None:
        return _from_orders(activity, activity.driver)
    if activity.volume is not None:
        return _declared(activity)
    return f"{activity.id}: nothing counts it; give it a driver and orders, a volume, or activity_events"


def _from_events(activity: Activity, unit: str, drivers: tuple[str, ...]) -> Volume | str:
    lacking = _lacking(activity, drivers)
    if lacking:
        return lacking
    timed = unit.lower() in MINUTES_OF
    per = activity.time_equation.per
    counts = {what: EventCount(activity.id, what, timed) for what in (OCCURRENCES, UNTIMED, *per)}
    times = [Time(counts[UNTIMED].column, activity.time_equation.base, _stream(activity))]
    times += [Time(counts[driver].column, each, _stream(activity, driver)) for driver, each in per.items()]
    if timed:
        recorded = EventCount(activity.id, RECORDED, timed)
        counts[RECORDED] = recorded
        times.append(Time(recorded.column, exactly(1 / MINUTES_OF[unit.lower()]), "recorded"))
    return Volume(activity, EVENTS, counts[OCCURRENCES].column, tuple(times), tuple(counts.values()))


def _from_orders(activity: Activity, driver: Driver) -> Volume | str:
    occurrences, drivers = _FROM_ORDERS[driver]
    lacking = _lacking(activity, tuple(drivers))
    if lacking:
        return lacking
    times = [Time(occurrences, activity.time_equation.base, _stream(activity))]
    per = activity.time_equation.per
    times += [Time(drivers[name], each, _stream(activity, name)) for name, each in per.items()]
    return Volume(activity, ORDERS, occurrences, tuple(times))


def _declared(activity: Activity) -> Volume | str:
    lacking = _lacking(activity, ())
    if lacking:
        return lacking
    return Volume(activity, DECLARED, None, (Time(None, activity.time_equation.base, _stream(activity)),))


def _lacking(activity: Activity, known: tuple[str, ...]) -> str | None:
    unknown = [driver for driver in activity.time_equation.per if driver not in known]
    if not unknown:
        return None
    hint = " or ".join(filter(None, (nearest(driver, known) for driver in unknown)))
    named = ", ".join(unknown)
    tail = hint or "give activity_events with a column of that name, or take it out of the time equation"
    return f"{activity.id}: its time equation counts {named}, which the evidence does not give; {tail}"


def _stream(activity: Activity, driver: str | None = None) -> str:
    return f"activities.{activity.id}.{'base' if driver is None else f'per.{driver}'}"


def _refuse_negative_times(found: Work, counted: list[Volume]) -> None:
    if found.events is None or found.window is None:
        return
    equations = {
        volume.activity.id: (equation.base.mean, {name: each.mean for name, each in equation.per.items()})
        for volume in counted
        if volume.counted_by == EVENTS and (equation := volume.activity.time_equation).per
    }
    if not equations:
        return
    least = found.events.engine.records(least_times(found.events, found.window.period, equations))[0]
    faults = [
        Fault(
            f"activities.{activity}.time_equation",
            f"gives {time:.4g} to one of its events, and time cannot be negative",
            "raise the base or the coefficients",
        )
        for activity, time in least.items()
        if time is not None and time < 0
    ]
    if faults:
        raise EstimationError(*faults)
