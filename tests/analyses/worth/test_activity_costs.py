"""Time-driven costs of activities, pools and customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from patronage.analyses.worth.activity_costs import activity_costs
from patronage.analyses.worth.customer_profit import customer_profit
from patronage.evidence.engine import Engine
from patronage.evidence.tables import ActivityEvents, Orders
from patronage.strategy.activities import Activities, Activity, Driver, Pool, Pools, TimeEquation
from patronage.strategy.quantity import Kind, Quantity, exactly
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
MakeEvents = Callable[..., ActivityEvents]
END = date(2024, 12, 31)


def pool(cost: float | Quantity, capacity: float, period: TimeUnit = TimeUnit.YEAR, **rest: Any) -> Pool:
    priced = cost if isinstance(cost, Quantity) else exactly(cost)
    return Pool("desk", "Desk", priced, exactly(capacity), period=period, **rest)


def activity(name: str, base: float | Quantity, per: Mapping[str, float] | None = None, **rest: Any) -> Activity:
    started = base if isinstance(base, Quantity) else exactly(base)
    equation = TimeEquation(started, {driver: exactly(each) for driver, each in (per or {}).items()})
    return Activity(name, name, "desk", equation, **rest)


def line(customer: str | None, day: str, amount: float, order: str, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order} | rest


@pytest.fixture
def make_events(engine: Engine, tmp_path: Path) -> MakeEvents:
    def build(rows: list[dict[str, Any]], drivers: tuple[str, ...] = ()) -> ActivityEvents:
        columns: dict[str, Any] = {"activity_id": pa.string(), "customer_id": pa.string(), "at": pa.timestamp("us")}
        columns |= dict.fromkeys(("quantity", "minutes", *drivers), pa.float64())
        filled = [dict.fromkeys(columns) | row | {"at": datetime.fromisoformat(row["at"])} for row in rows]
        pq.write_table(pa.Table.from_pylist(filled, schema=pa.schema(columns.items())), tmp_path / "events.parquet")
        return ActivityEvents(engine.open(tmp_path / "events.parquet"), engine, drivers)

    return build


def test_the_worked_example_of_time_driven_costing(make_terms: MakeTerms) -> None:
    """Source: Kaplan & Anderson (2004), customer service department of one quarter."""
    pools = Pools((pool(560_000, 700_000, TimeUnit.QUARTER),))
    done = Activities((
        activity("orders", 8, volume=exactly(49_000)),
        activity("inquiries", 44, volume=exactly(1_400)),
        activity("credit_checks", 50, volume=exactly(2_500)),
    ))  # fmt: skip
    found = activity_costs(pools, done, None, None, make_terms(END))
    (desk,) = found.pools
    assert desk.rate == pytest.approx(0.80)
    assert [use.unit_cost for use in found.activities] == pytest.approx([6.40, 35.20, 40.00])
    assert [use.cost for use in found.activities] == pytest.approx([313_600, 49_280, 100_000])
    assert (desk.used, desk.used_cost) == pytest.approx((578_600, 462_880))
    assert (desk.unused, desk.unused_cost) == pytest.approx((121_400, 97_120))
    assert (desk.shortage, desk.p_shortage, desk.period, found.from_evidence) == (False, 0.0, "quarter", False)
    assert (found.customers, found.counts, found.start) == (None, (), None)


@pytest.mark.parametrize(
    ("cost", "capacity", "rate"),
    [(200_000, 340_000, 0.59), (240_000, 10_400, 23.08), (240_000, 8_500, 28.24), (240_000, 6_000, 40.00)],
)
def test_rates_of_published_capacities(cost: float, capacity: float, rate: float, make_terms: MakeTerms) -> None:
    """Sources: extract of Kaplan's textbook (40 workers); costandprofitability.com, choice of capacity."""
    done = Activities((activity("work", 1, volume=exactly(1)),))
    found = activity_costs(Pools((pool(cost, capacity),)), done, None, None, make_terms(END))
    assert found.pools[0].rate == pytest.approx(rate, abs=0.005)


def test_packaging_takes_the_minutes_of_its_time_equation(make_terms: MakeTerms, make_events: MakeEvents) -> None:
    """Source: Kaplan & Anderson (2004), packaging: 0.5, and 6.5 for special handling, and 2.0 by air."""
    parcels = {"plain": (0, 0), "special": (1, 0), "air": (0, 1), "both": (1, 1)}
    rows = [{"activity_id": "pack", "customer_id": who, "at": "2024-03-01", "special": special, "air": air}
            for who, (special, air) in parcels.items()]  # fmt: skip
    events = make_events([*rows, {**rows[0], "customer_id": None, "at": "2024-01-01"}], ("special", "air"))
    done = Activities((activity("pack", 0.5, {"special": 6.5, "air": 2.0}),))
    found = activity_costs(Pools((pool(1_000, 1_000),)), done, None, events, make_terms(END))
    assert found.customers is not None
    minutes = {row["customer_id"]: row["minutes"] for row in found.customers.records()}
    assert minutes == {"plain": 0.5, "special": 7.0, "air": 2.5, "both": 9.0}
    assert found.anonymous_cost == 0.5
    assert (found.activities[0].volume, found.activities[0].counted_by) == (5.0, "events")


def test_recorded_minutes_stand_for_themselves(make_terms: MakeTerms, make_events: MakeEvents) -> None:
    rows = [
        {"activity_id": "call", "customer_id": "a", "at": "2024-01-01", "minutes": 90.0},
        {"activity_id": "call", "customer_id": "a", "at": "2024-02-01", "quantity": 3.0},
        {"activity_id": "call", "customer_id": "a", "at": "2023-12-31", "minutes": 900.0},
    ]
    done = Activities((activity("call", 0.5),))
    hours = Pools((pool(1_000, 100, unit="hour"),))
    found = activity_costs(hours, done, None, make_events(rows), make_terms(END))
    assert found.customers is not None
    (row,) = found.customers.records()
    assert (row["minutes"], row["cost"]) == (180.0, 30.0)
    assert (found.activities[0].volume, found.activities[0].minutes) == (4.0, 0.75)


ORDERS = [
    line("a", "2024-01-01", 10.0, "1", quantity=2.0),
    line("a", "2024-01-01", 10.0, "1", quantity=3.0),
    line("a", "2024-06-01", -10.0, "C1", quantity=-2.0),
    line("b", "2024-07-01", 10.0, "2", quantity=1.0),
    line("b", "2024-07-01", 3.0, "2", quantity=1.0, is_product=False),
    line(None, "2024-08-01", 10.0, "3", quantity=1.0),
    line("old", "2023-12-31", 10.0, "0", quantity=1.0),
    line(None, "2024-09-01", 0.0, "written off", quantity=-40.0),
]


def test_orders_lines_returns_and_customers_drive_costs(make_orders: Build, make_terms: MakeTerms) -> None:
    done = Activities((
        activity("take", 10, {"units": 1}, driver=Driver.ORDER),
        activity("pick", 2, driver=Driver.LINE),
        activity("take_back", 20, driver=Driver.RETURN, avoidable=exactly(1.0)),
        activity("keep", 30, driver=Driver.CUSTOMER),
        activity("plan", 5, volume=exactly(12)),
        activity("later", 5, today=False),
    ))  # fmt: skip
    pools = Pools((pool(2_000, 1_000, avoidable=exactly(0.5)),))
    found = activity_costs(pools, done, make_orders(ORDERS, as_of=END), None, make_terms(END))
    assert found.customers is not None
    rows = {row["customer_id"]: row for row in found.customers.records()}
    # a: one order of 5 units in 2 lines, one returned line, one account; 2 currency a minute.
    assert rows["a"]["minutes"] == 10 + 5 + 2 * 2 + 20 + 30
    assert rows["a"]["cost"] == 138.0
    assert rows["a"]["avoidable_cost"] == pytest.approx(2 * (20 + 0.5 * 49))
    assert rows["b"]["cost"] == 2 * (10 + 1 + 2 + 30)
    assert set(rows) == {"a", "b"}
    assert found.anonymous_cost == 2 * (10 + 1 + 2)
    assert {use.id: use.volume for use in found.activities} == {
        "take": 3,
        "pick": 4,
        "take_back": 1,
        "keep": 2,
        "plan": 12,
    }
    assert found.pools[0].used == 69 + 43 + 13 + 60
    assert (found.start, found.end) == (date(2024, 1, 1), END)


def daily(start: str, days: int, customer: str = "a", name: str = "call") -> list[dict[str, Any]]:
    first = date.fromisoformat(start)
    return [
        {"activity_id": name, "customer_id": customer, "at": (first + timedelta(days=day)).isoformat()}
        for day in range(days)
    ]


@pytest.mark.parametrize(("start", "days"), [("2024-07-01", 184), ("2024-02-01", 182), ("2024-01-01", 366)])
def test_events_of_half_a_year_beside_orders_of_two_cost_what_a_year_costs(
    make_orders: Build, make_terms: MakeTerms, make_events: MakeEvents, start: str, days: int
) -> None:
    orders = [
        line("a", f"{year}-{month:02d}-05", 50.0, f"{year}{month}") for year in (2023, 2024) for month in range(1, 13)
    ]
    done = Activities((activity("call", 10), activity("take", 5, driver=Driver.ORDER)))
    terms = make_terms(END)
    known = make_orders(orders, as_of=END)
    found = activity_costs(Pools((pool(10_000, 10_000),)), done, known, make_events(daily(start, days)), terms)
    # One call of ten minutes a day and an order of five minutes a month, at 1 currency a minute.
    yearly = 10 * days * (1 if days > 365 else 2)  # the shorter ones are six whole months
    assert found.customers is not None
    (row,) = found.customers.records()
    assert row["cost"] == pytest.approx(yearly + 60)
    assert found.pools[0].used == pytest.approx(yearly + 60)
    assert (found.start, found.end) == (date(2024, 1, 1), END)
    first = date.fromisoformat(start)
    assert (found.events_start, found.events_end) == (first, first + timedelta(days=days - 1))
    profit = customer_profit(known, found, terms)
    assert profit.total.mean / profit.years == pytest.approx(600 - yearly - 60)


def test_an_activity_recorded_since_july_costs_as_much_a_year_as_one_recorded_all_year(
    make_orders: Build, make_terms: MakeTerms, make_events: MakeEvents
) -> None:
    orders = [line("a", f"{year}-01-05", 50.0, f"{year}") for year in (2023, 2024)]
    done = Activities((activity("call", 10), activity("visit", 10), activity("audit", 10)))
    audits = daily("2024-10-01", 5, name="audit")
    events = make_events(daily("2024-01-01", 366) + daily("2024-07-01", 184, name="visit") + audits)
    known = make_orders(orders, as_of=END)
    found = activity_costs(Pools((pool(10_000, 10_000),)), done, known, events, make_terms(END))
    call, visit, audit = found.activities
    assert (call.volume, visit.volume, audit.volume) == pytest.approx((366, 2 * 184, 5))
    assert (call.events_start, call.events_end) == (date(2024, 1, 1), END)
    assert (visit.events_start, visit.events_end) == (date(2024, 7, 1), END)
    # Five days tell nothing of when the records of audits began.
    assert (audit.events_start, audit.events_end) == (date(2024, 1, 1), END)
    assert (found.events_start, found.events_end) == (date(2024, 1, 1), END)
    assert found.customers is not None
    (row,) = found.customers.records()
    assert (row["call:untimed"], row["visit:untimed"]) == pytest.approx((366, 2 * 184))
    assert row["cost"] == pytest.approx(10 * (366 + 2 * 184 + 5))
    alone = activity_costs(Pools((pool(10_000, 10_000),)), done, None, events, make_terms(END))
    assert [use.volume for use in alone.activities] == pytest.approx([366, 2 * 184, 5])


def test_events_from_before_the_orders_count_over_the_days_of_the_orders(
    make_orders: Build, make_terms: MakeTerms, make_events: MakeEvents
) -> None:
    orders = [line("a", f"2024-{month:02d}-01", 50.0, f"{month}") for month in range(7, 13)]
    done = Activities((activity("call", 10),))
    found = activity_costs(
        Pools((pool(10_000, 10_000),)),
        done,
        make_orders(orders, as_of=END),
        make_events(daily("2023-06-01", 580)),
        make_terms(END),
    )
    assert found.customers is not None
    assert found.customers.records()[0]["cost"] == pytest.approx(1840)
    assert found.pools[0].used == pytest.approx(2 * 1840)
    assert (found.events_start, found.events_end) == (date(2024, 7, 1), END)


def test_the_published_quarter_comes_out_of_dated_events(
    make_orders: Build, make_terms: MakeTerms, make_events: MakeEvents
) -> None:
    # Kaplan & Anderson, HBR November 2004: 560,000 a quarter for 700,000 minutes; here every day has its share of work.
    work = {"order": (49_000, 8), "inquiry": (1_400, 44), "credit": (2_500, 50)}
    days = [date(2004, 1, 1) + timedelta(days=day) for day in range(91)]
    rows = [
        {"activity_id": name, "customer_id": "a", "at": day.isoformat(), "quantity": times / 91}
        for name, (times, _) in work.items()
        for day in days
    ]
    orders = make_orders([line("a", day, 1.0, day) for day in ("2004-01-01", "2004-03-31")], as_of=days[-1])
    found = activity_costs(
        Pools((pool(560_000, 700_000, TimeUnit.QUARTER),)),
        Activities(tuple(activity(name, minutes) for name, (_, minutes) in work.items())),
        orders,
        make_events(rows, ("quantity",)),
        make_terms(days[-1]),
    )
    (used,) = found.pools
    assert (used.used, used.used_cost, used.unused_cost) == pytest.approx((578_600, 462_880, 97_120))
    assert [each.cost for each in found.activities] == pytest.approx([313_600, 49_280, 100_000])
    assert found.customers is not None
    assert found.customers.records()[0]["cost"] == pytest.approx(462_880)


def test_volumes_are_scaled_to_the_period_of_the_pool(make_orders: Build, make_terms: MakeTerms) -> None:
    done = Activities((activity("take", 10, driver=Driver.ORDER),))
    rows = [line("a", "2024-10-01", 1.0, "1"), line("a", "2024-12-31", 1.0, "2")]
    found = activity_costs(Pools((pool(100, 100, TimeUnit.MONTH),)), done, make_orders(rows), None, make_terms(END))
    assert found.activities[0].volume == pytest.approx(2 / 3)
    assert found.start == date(2024, 10, 1)


def test_a_range_gives_each_customer_its_own_interval(make_orders: Build, make_terms: MakeTerms) -> None:
    cost = Quantity(Kind.NORMAL, (2_000.0, 200.0))
    taking = Quantity(Kind.NORMAL, (10.0, 1.0))
    done = Activities((activity("take", taking, driver=Driver.ORDER), activity("pick", 2, driver=Driver.LINE)))
    found = activity_costs(Pools((pool(cost, 1_000),)), done, make_orders(ORDERS, as_of=END), None, make_terms(END))
    assert found.customers is not None
    row = next(row for row in found.customers.records() if row["customer_id"] == "a")
    seed = np.random.default_rng(7)
    drawn = seed.normal(2.0, 0.2, 400_000) * (seed.normal(10, 1, 400_000) + 4)
    assert row["cost"] == 28.0
    assert (row["p05"], row["p95"]) == pytest.approx(tuple(np.quantile(drawn, (0.05, 0.95))), rel=0.02)
    assert found.pools[0].rate_estimate.p95 == pytest.approx(2.0 + 1.645 * 0.2, rel=0.01)
    assert found.grade is Grade.ASSUMPTION


def test_an_activity_that_nothing_counts_is_left_out_with_the_reason(make_orders: Build, make_terms: MakeTerms) -> None:
    done = Activities((
        activity("take", 10, driver=Driver.ORDER),
        activity("call", 10),
        activity("pack", 1, {"unit": 1.0}, driver=Driver.LINE),
    ))  # fmt: skip
    found = activity_costs(Pools((pool(100, 100),)), done, make_orders(ORDERS), None, make_terms(END))
    assert [use.id for use in found.activities] == ["take"]
    assert found.uncounted == (
        "call: nothing counts it; give it a driver and orders, a volume, or activity_events",
        "pack: its time equation counts unit, which the evidence does not give; did you mean 'units'?",
    )


def test_nothing_counted_at_all_is_refused(make_terms: MakeTerms) -> None:
    pools = Pools((pool(100, 100),))
    with pytest.raises(EstimationError, match="activities: call: nothing counts it; give it a driver and orders"):
        activity_costs(pools, Activities((activity("call", 10),)), None, None, make_terms(END))
    with pytest.raises(EstimationError, match="activities: none is done today; declare one with a volume"):
        activity_costs(pools, Activities(()), None, None, make_terms(END))


def test_time_below_zero_is_refused(make_terms: MakeTerms, make_events: MakeEvents) -> None:
    rows = [{"activity_id": "pack", "customer_id": "a", "at": "2024-01-01", "saved": float(each)} for each in (0, 3)]
    done = Activities((activity("pack", 5, {"saved": -2.0}),))
    with pytest.raises(
        EstimationError, match=r"activities.pack.time_equation: gives -1 to one of its events, and time"
    ):
        activity_costs(Pools((pool(100, 100),)), done, None, make_events(rows, ("saved",)), make_terms(END))


def test_draws_of_time_below_zero_are_refused(make_terms: MakeTerms) -> None:
    wild = activity("call", Quantity(Kind.NORMAL, (1.0, 1.0)), volume=exactly(10))
    with pytest.raises(EstimationError, match=r"activities.call.time_equation: gives negative time in 1\d\.\d% of its"):
        activity_costs(Pools((pool(100, 100),)), Activities((wild,)), None, None, make_terms(END))


def test_all_returns_and_no_customers_still_cost(make_orders: Build, make_terms: MakeTerms) -> None:
    done = Activities((activity("take_back", 20, driver=Driver.RETURN),))
    orders = make_orders([line(None, "2024-12-01", -1.0, "C1"), line(None, "2024-12-31", -1.0, "C2")])
    found = activity_costs(Pools((pool(100, 100),)), done, orders, None, make_terms(END))
    assert (found.customers, found.anonymous_cost) == (None, 40.0)


orders_of_a_year = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]), st.dates(date(2023, 6, 1), END), st.integers(-500, 500), st.integers(1, 4)
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=orders_of_a_year, figures=st.tuples(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0, 100)))
def test_assigned_and_unused_cost_is_what_was_supplied(
    rows: list[tuple[str | None, date, int, int]],
    figures: tuple[float, float, float],
    make_orders: Build,
    make_terms: MakeTerms,
) -> None:
    cost, capacity, minutes = figures
    lines = [line(who, f"{day}", cents / 100, f"{order}") for who, day, cents, order in rows]
    first = line("a", "2023-01-01", 1.0, "0")
    orders = make_orders([first, *lines], as_of=END)
    done = Activities((
        activity("take", minutes, {"lines": 0.5}, driver=Driver.ORDER),
        activity("take_back", 3.0, driver=Driver.RETURN),
        activity("keep", 7.0, driver=Driver.CUSTOMER),
    ))  # fmt: skip
    found = activity_costs(Pools((pool(cost, capacity),)), done, orders, None, make_terms(END))
    (desk,) = found.pools
    assert desk.used_cost + desk.unused_cost == pytest.approx(cost, abs=0.005)
    assert sum(use.cost for use in found.activities) == pytest.approx(desk.used_cost, rel=1e-9, abs=1e-6)
    stored: list[Any] = [] if found.customers is None else found.customers.records()
    # The pool's period is a calendar year, so what customers and nobody cost is all that is assigned.
    total = sum(row["cost"] for row in stored) + found.anonymous_cost
    assert total == pytest.approx(desk.used_cost, rel=1e-6, abs=1e-6)
    assert desk.shortage == (desk.used > capacity)


def test_the_mean_rate_of_uncertain_cost_and_capacity_is_that_of_their_ratio(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    cost = Quantity(Kind.PERT, (8_000.0, 10_000.0, 15_000.0))
    capacity = Quantity(Kind.PERT, (90_000.0, 100_000.0, 110_000.0))
    desk = replace(pool(cost, 1), practical_capacity=capacity)
    done = Activities((activity("take", 10, driver=Driver.ORDER), activity("pick", 2, driver=Driver.LINE)))
    found = activity_costs(Pools((desk,)), done, make_orders(ORDERS, as_of=END), None, make_terms(END))
    used = found.pools[0]
    # 1 / capacity is a beta of shapes 3 and 3 shifted: its mean is a hypergeometric function (Euler's integral).
    exact = 10_500 * hyp2f1(1, 3, 6, -20 / 90) / 90_000
    assert used.rate == used.rate_estimate.mean == pytest.approx(exact, rel=1e-6)
    assert used.rate > 10_500 / 100_000
    drawn = used.rate_estimate.draws
    assert drawn is not None
    assert float(drawn.mean()) == pytest.approx(used.rate, rel=0.005)
    assert used.used_cost + used.unused_cost == pytest.approx(10_500, abs=0.005)
    assert used.used + used.unused == pytest.approx(100_000)
    assert used.used_cost == pytest.approx(used.rate * used.used)
    assert sum(one.cost for one in found.activities) == pytest.approx(used.used_cost)


def test_units_of_costs_are_told_for_one(make_orders: Build, make_terms: MakeTerms) -> None:
    done = Activities((activity("take", 10, driver=Driver.ORDER), activity("pick", 2, driver=Driver.LINE)))
    minutes = replace(pool(2_000.0, 1_000), unit="minutes")
    found = activity_costs(Pools((minutes,)), done, make_orders(ORDERS, as_of=END), None, make_terms(END))
    assert {one.column: one.cost.unit for one in found.counts} == {"orders": "GBP per order", "lines": "GBP per line"}
    assert found.pools[0].rate_estimate.unit == "GBP per minute"
