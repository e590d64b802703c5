"""What the company's activities cost by time, and which customers cause that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.worth.activity_volumes import (
    DECLARED,
    EVENTS,
    MINUTES_OF,
    Time,
    Volume,
    Work,
    event_columns,
    volumes,
    work,
)
from patronage.analyses.worth.shared_draws import draw_rows, row_quantiles
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.activity_cost import (
    OCCURRENCES,
    RECORDED,
    UNTIMED,
    event_counts,
    event_counts_over,
    joined_counts,
    order_counts,
    total_counts,
)
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import ActivityEvents, Orders
from patronage.findings.worth import ActivityCosts, ActivityUse, CountCost, PoolUse
from patronage.kernels.costing import Balance, capacity_balance, capacity_rate
from patronage.strategy.activities import Activities, Pool, Pools
from patronage.strategy.quantity import Quantity
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.estimate import Estimate, Floats, certain, estimate
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.terms import Terms

BATCH = 10_000
"""Customers whose draws are held at once: 40 MB at 1,000 draws."""

LEVELS = 1000
"""Even quantiles that stand for a declared range where a mean has no closed form."""

UNITS_OF = {
    "orders": "order", "lines": "line", "units": "unit", "returns": "return", "returned_units": "returned unit",
    "active": "active customer-year", "minutes": "minute", "min": "minute", "hours": "hour", "h": "hour",
    OCCURRENCES: "event", UNTIMED: "event without minutes of its own", RECORDED: "recorded minute",
}  # fmt: skip
"""One of what is counted, for the unit of a cost."""


@dataclass(frozen=True, slots=True)
class Model:
    """Declared pools and counted activities, with the numbers of this run.

    totals: of every count over the window. scale: per activity, from the window to the period of its pool.
    """

    pools: tuple[Pool, ...]
    volumes: tuple[Volume, ...]
    totals: dict[str, float]
    scale: dict[str, float]
    terms: Terms

    def rate(self, pool: Pool, *, drawn: bool) -> Floats:
        """Cost of one unit of the pool's capacity: () its mean, or (draws,).

        The mean is that of the ratio, mean cost times the mean of 1 / capacity, since cost and capacity are declared
        apart: the ratio of the means would lie below what the draws believe. It multiplies what is used, and unused
        cost is what then remains of the mean cost, so assigned and unused still add to what is supplied.
        """
        return capacity_rate(
            self.value(pool.cost, f"pools.{pool.id}.cost", drawn=drawn), self.capacity(pool, drawn=drawn)
        )

    def capacity(self, pool: Pool, *, drawn: bool) -> Floats:
        """The capacity that cost is divided by: (draws,), or () its harmonic mean, even quantiles standing for it."""
        declared = pool.practical_capacity
        if drawn or not declared.is_range:
            return self.value(declared, f"pools.{pool.id}.practical_capacity", drawn=drawn)
        levels = (np.arange(LEVELS) + 0.5) / LEVELS
        return np.asarray(1 / np.mean(1 / declared.quantiles(levels)), dtype=np.float64)

    def value(self, quantity: Quantity, stream: str, *, drawn: bool) -> Floats:
        """A declared quantity: its mean, or its draws."""
        return quantity.draws(self.terms.draws, self.terms.seed, stream) if drawn else np.asarray(quantity.mean)

    def amount(self, volume: Volume, time: Time, *, drawn: bool) -> Floats:
        """How many of what takes time there are over the pool's period."""
        if time.column is None:
            declared = volume.activity.volume
            stream = f"activities.{volume.activity.id}.volume"
            return np.asarray(0.0) if declared is None else self.value(declared, stream, drawn=drawn)
        return np.asarray(self.totals[time.column] * self.scale[volume.activity.id])

    def used(self, volume: Volume, *, drawn: bool) -> Floats:
        """Capacity that an activity uses over the pool's period, in the pool's unit."""
        parts = [
            self.amount(volume, time, drawn=drawn) * self.value(time.each, time.stream, drawn=drawn)
            for time in volume.times
        ]
        return np.sum(np.broadcast_arrays(*parts), axis=0)


def activity_costs(
    pools: Pools, activities: Activities, orders: Orders | None, events: ActivityEvents | None, terms: Terms
) -> ActivityCosts:
    """Cost of each activity and pool by time, unused capacity apart, and each customer's share.

    A customer's interval is exact under the declared ranges: its cost is a sum of counts times a few uncertain costs,
    drawn together. Raises EstimationError when nothing counts any activity, or a time comes out negative.
    Source: Kaplan & Anderson (2004), time-driven activity-based costing.
    """
    found = work(orders, events, terms.as_of)
    counted, uncounted = volumes(pools, activities, found)
    if not counted:
        told = tuple(Fault("activities", reason) for reason in uncounted)
        raise EstimationError(*(told or (Fault("activities", "none is done today", "declare one with a volume"),)))
    engine = orders.engine if orders is not None else events.engine if events is not None else None
    kept, totals = _counts(found, counted, engine)
    model = _model(pools, counted, totals, found, terms)
    _refuse_negative(model)
    costs = _count_costs(model)
    customers = None if kept is None or engine is None else _customers(engine, kept, model, costs)
    recorded = [found.covered[volume.activity.id].period for volume in counted if volume.counted_by == EVENTS]
    return ActivityCosts(
        grade=weakest(_grades(model)),
        currency=terms.currency,
        pools=tuple(_pool_use(model, pool) for pool in model.pools),
        activities=tuple(_activity_use(model, volume, found) for volume in counted),
        from_evidence=any(volume.counted_by != DECLARED for volume in counted),
        start=None if found.window is None else found.window.period.start,
        end=None if found.window is None else found.window.period.end,
        events_start=min((period.start for period in recorded), default=None),
        events_end=max((period.end for period in recorded), default=None),
        counts=costs,
        anonymous_cost=sum(totals.get(f"anonymous:{cost.column}", 0.0) * cost.cost.mean for cost in costs),
        uncounted=tuple(uncounted),
        customers=customers,
    )


def _counts(found: Work, counted: list[Volume], engine: Engine | None) -> tuple[StoredTable | None, dict[str, float]]:
    """The counts of each customer over the days that are counted, stored, and their totals."""
    tables: list[Any] = []
    if found.orders is not None and found.window is not None:
        tables.append(order_counts(found.orders, found.window.period, found.window.years))
    wanted = event_columns(counted)
    if found.events is not None and found.window is not None and wanted:
        counts = event_counts(found.events, found.window.period, wanted)
        times = {each.column: found.window.years / found.covered[each.activity].years for each in wanted}
        tables.append(event_counts_over(counts, {name: each for name, each in times.items() if each != 1}))
    if not tables or engine is None:
        return None, {}
    kept = engine.keep(joined_counts(tables), "counts")
    return kept, engine.records(total_counts(engine.open(kept)))[0]


def _model(pools: Pools, counted: list[Volume], totals: dict[str, float], found: Work, terms: Terms) -> Model:
    scale: dict[str, float] = {}
    for volume in counted:
        spanned = 1.0 if found.window is None else found.window.years
        scale[volume.activity.id] = 1 / (pools.by_id[volume.activity.pool].period.per_year * spanned)
    return Model(pools.pools, tuple(counted), totals, scale, terms)


def _refuse_negative(model: Model) -> None:
    faults: list[Fault] = []
    for volume in model.volumes:
        short = float(np.mean(model.used(volume, drawn=True) < 0))
        if short > 0:
            where = f"activities.{volume.activity.id}.time_equation"
            faults.append(Fault(where, f"gives negative time in {short:.1%} of its draws", "raise the base"))
    if faults:
        raise EstimationError(*faults)


def _pool_use(model: Model, pool: Pool) -> PoolUse:
    means, drawn = (_balance(model, pool, drawn=drawn) for drawn in (False, True))
    currency = model.terms.currency
    return PoolUse(
        id=pool.id,
        unit=pool.unit,
        period=pool.period.value,
        rate=float(means.rate),
        used=float(means.used),
        unused=float(means.unused),
        used_cost=float(means.assigned_cost),
        unused_cost=float(means.unused_cost),
        supplied_cost=float(means.supplied_cost),
        shortage=bool(means.shortage),
        p_shortage=float(np.mean(drawn.shortage)),
        rate_estimate=_estimate(drawn.rate, means.rate, f"{currency} per {_one_of(pool.unit)}", pool.grade),
        used_cost_estimate=_estimate(
            drawn.assigned_cost, means.assigned_cost, f"{currency} per {pool.period.value}", _pool_grade(model, pool)
        ),
    )


def _balance(model: Model, pool: Pool, *, drawn: bool) -> Balance:
    its = [model.used(volume, drawn=drawn) for volume in model.volumes if volume.activity.pool == pool.id]
    used = np.sum(np.broadcast_arrays(*its), axis=0) if its else np.asarray(0.0)
    cost = model.value(pool.cost, f"pools.{pool.id}.cost", drawn=drawn)
    found = capacity_balance(cost, model.capacity(pool, drawn=drawn), used)
    if drawn:
        return found
    # Minutes are set against the mean capacity; only the rate takes the harmonic one.
    held = pool.practical_capacity.mean
    return replace(found, unused=np.asarray(held - used), shortage=np.asarray(used > held))


def _activity_use(model: Model, volume: Volume, found: Work) -> ActivityUse:
    activity = volume.activity
    pool = next(pool for pool in model.pools if pool.id == activity.pool)
    used, rate = float(model.used(volume, drawn=False)), float(model.rate(pool, drawn=False))
    if volume.occurrences is not None:
        times = model.totals[volume.occurrences] * model.scale[activity.id]
    else:
        times = 0.0 if activity.volume is None else activity.volume.mean
    minutes = used / times if times else activity.time_equation.base.mean
    drawn = model.used(volume, drawn=True) * model.rate(pool, drawn=True)
    unit = f"{model.terms.currency} per {pool.period.value}"
    covered = found.covered[activity.id].period if volume.counted_by == EVENTS else None
    return ActivityUse(
        id=activity.id,
        pool=pool.id,
        counted_by=volume.counted_by,
        category=activity.category.value,
        volume=times,
        minutes=minutes,
        unit_cost=minutes * rate,
        cost=used * rate,
        cost_estimate=_estimate(drawn, used * rate, unit, weakest((activity.grade, pool.grade))),
        events_start=None if covered is None else covered.start,
        events_end=None if covered is None else covered.end,
    )


def _count_costs(model: Model) -> tuple[CountCost, ...]:
    """What each counted thing costs, over all activities that it drives."""
    columns = dict.fromkeys(time.column for volume in model.volumes for time in volume.times if time.column is not None)
    return tuple(_count_cost(model, column) for column in columns)


def _count_cost(model: Model, column: str) -> CountCost:
    mean, avoidable = 0.0, 0.0
    drawn = np.zeros(model.terms.draws)
    grades: list[Grade] = []
    for volume in model.volumes:
        pool = next(pool for pool in model.pools if pool.id == volume.activity.pool)
        share = pool.avoidable if volume.activity.avoidable is None else volume.activity.avoidable
        for time in volume.times:
            if time.column == column:
                each = float(model.rate(pool, drawn=False)) * time.each.mean
                mean += each
                avoidable += each * share.mean
                drawn += model.rate(pool, drawn=True) * model.value(time.each, time.stream, drawn=True)
                grades += [pool.grade, volume.activity.grade]
    unit = f"{model.terms.currency} per {_one_of(column)}"
    return CountCost(column, _estimate(drawn, mean, unit, weakest(grades)), avoidable / mean if mean else 0.0)


def _one_of(counted: str) -> str:
    """One of what a column counts or a pool's capacity is told in; columns of events name their activity."""
    activity, _, what = counted.rpartition(":")
    one = UNITS_OF.get(what, what.removesuffix("s") if activity else what)
    return f"{one} of {activity}" if activity else one


def _customers(engine: Engine, kept: StoredTable, model: Model, costs: tuple[CountCost, ...]) -> StoredTable | None:
    named = engine.open(kept)
    named = named.filter(named.customer_id.notnull())
    names = [cost.column for cost in costs]
    if not names or engine.value(named.count()) == 0:
        return None
    minutes = np.array([_minutes_each(model, name) for name in names])

    def batches() -> Iterator[dict[str, NDArray[np.generic]]]:
        for batch in engine.batches(named.select("customer_id", *names).order_by("customer_id"), size=BATCH):
            yield _costed(batch, costs, minutes)

    return engine.write("customers", batches())


def _costed(batch: Columns, costs: tuple[CountCost, ...], minutes: Floats) -> dict[str, NDArray[np.generic]]:
    counts = np.column_stack([batch[cost.column] for cost in costs])
    each = np.array([cost.cost.mean for cost in costs])
    cost = counts @ each
    drawn = draw_rows([one.cost for one in costs])
    low, high = (cost, cost) if drawn is None else row_quantiles(counts.astype(np.float32) @ drawn, (0.05, 0.95))
    return {
        "customer_id": batch["customer_id"],
        "cost": cost,
        "avoidable_cost": counts @ (each * np.array([one.avoidable for one in costs])),
        "minutes": counts @ minutes,
        "p05": low,
        "p95": high,
        **{one.column: counts[:, place] for place, one in enumerate(costs)},
    }


def _minutes_each(model: Model, column: str) -> float:
    """Minutes that one of a counted column takes over all activities whose pools count in minutes or hours."""
    total = 0.0
    for volume in model.volumes:
        unit = next(pool.unit for pool in model.pools if pool.id == volume.activity.pool)
        total += sum(
            time.each.mean * MINUTES_OF.get(unit.lower(), 0.0) for time in volume.times if time.column == column
        )
    return total


def _pool_grade(model: Model, pool: Pool) -> Grade:
    return weakest([pool.grade, *(one.activity.grade for one in model.volumes if one.activity.pool == pool.id)])


def _grades(model: Model) -> Iterator[Grade]:
    for volume in model.volumes:
        yield volume.activity.grade
        yield from (pool.grade for pool in model.pools if pool.id == volume.activity.pool)


def _estimate(draws: Floats, mean: Floats | float, unit: str, grade: Grade) -> Estimate:
    """An estimate whose mean is at the means of its inputs; certain where no input is a range."""
    return certain(float(mean), unit, grade) if np.ptp(draws) == 0 else estimate(draws, unit, grade, mean=float(mean))
