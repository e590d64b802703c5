"""Findings about what changed, what customers cost and what they bring today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """One period, both days inclusive, with its revenue, and its margin where one is known."""

    period: str
    start: date
    end: date
    revenue: float
    margin: float | None
    returns: float


@dataclass(frozen=True, slots=True)
class BridgeParts:
    """What the change consists of, in currency; the parts sum to the change to the cent."""

    won: float
    grown: float
    shrunk: float
    lost: float
    anonymous: float
    not_product: float


@dataclass(frozen=True, slots=True)
class Within:
    """The change of customers present in both periods, split exactly into price, volume and mix."""

    price: float
    volume: float
    mix: float


@dataclass(frozen=True, slots=True)
class ChangeBridge:
    """Revenue and margin between two periods, exactly, by who caused the change (M33).

    margin_parts: of the same customers, parted by their revenue; margin_grade: assumption where the margin is
    declared; both None where value is revenue. counts: customers won, grown, shrunk, lost, same. form: the name of
    the price, volume, mix form. customers: customer_id, place, from_revenue, to_revenue, change, part, from_value,
    to_value (in the value basis). by_place, by_segment: name, from_revenue, to_revenue, one column per part, change;
    every line is in them once (by_segment None without rules). by_product: product_id, product, from_units, to_units,
    from_revenue, to_revenue, price, volume, mix, of customers present in both periods (None where they bought none).
    """

    grade: Grade
    from_: PeriodTotal
    to: PeriodTotal
    parts: BridgeParts
    margin_parts: BridgeParts | None
    margin_grade: Grade | None
    within: Within
    form: str
    counts: Mapping[str, int]
    customers: StoredTable
    by_place: StoredTable | None
    by_segment: StoredTable | None
    by_product: StoredTable | None


@dataclass(frozen=True, slots=True)
class PoolUse:
    """One pool over its period: rate, capacity used and unused in its unit, and their cost, at the means.

    shortage: more is used than the practical capacity holds; p_shortage: in how many of the draws.
    """

    id: str
    unit: str
    period: str
    rate: float
    used: float
    unused: float
    used_cost: float
    unused_cost: float
    supplied_cost: float
    shortage: bool
    p_shortage: float
    rate_estimate: Estimate
    used_cost_estimate: Estimate


@dataclass(frozen=True, slots=True)
class ActivityUse:
    """One activity over its pool's period: what one occurrence takes and costs, how many, and their cost.

    counted_by: events, orders or declared volume. minutes: time of one occurrence, in the unit of its pool.
    events_start, events_end: the days that its events cover, which are taken to go on at the same rate over all days
    counted; None where events do not count it.
    """

    id: str
    pool: str
    counted_by: str
    category: str
    volume: float
    minutes: float
    unit_cost: float
    cost: float
    cost_estimate: Estimate
    events_start: date | None
    events_end: date | None


@dataclass(frozen=True, slots=True)
class CountCost:
    """What one of a countable thing (an order, a line, an event, one of its drivers) costs at the pools' rates.

    column: of the customers table, that holds how many of it each customer caused. cost: currency each; its mean
    is at the means of all inputs. avoidable: share of that cost that goes when the work goes.
    """

    column: str
    cost: Estimate
    avoidable: float


@dataclass(frozen=True, slots=True)
class ActivityCosts:
    """Time-driven cost of each activity and pool (M1); assigned and unused add to supplied to the cent.

    from_evidence: whether any volume was counted in the evidence. start, end: the days over which customers' costs
    are counted: those of the orders, or of the events where there are none. events_start, events_end: the days of these
    that events cover, of all activities together; each activity names its own. counts: what each counted thing costs; a
    customer's cost is its counts times these, so any draw of it can be had. uncounted: activities left out, with the
    reason. customers: customer_id, cost, avoidable_cost, minutes, p05, p95 (over those days, at the pools' rates), then
    the counts; None without evidence of customers. anonymous_cost: of work for no named customer over those days.
    """

    grade: Grade
    currency: str
    pools: tuple[PoolUse, ...]
    activities: tuple[ActivityUse, ...]
    from_evidence: bool
    start: date | None
    end: date | None
    events_start: date | None
    events_end: date | None
    counts: tuple[CountCost, ...]
    anonymous_cost: float
    uncounted: tuple[str, ...]
    customers: StoredTable | None


@dataclass(frozen=True, slots=True)
class ProfitPart:
    """One uncertain factor of every customer's profit: profit = sum of sign x each x column over the parts.

    column: of the customers table. each: margin of one unit of revenue, or cost of one of a counted thing.
    """

    column: str
    sign: int
    each: Estimate


@dataclass(frozen=True, slots=True)
class CustomerProfit:
    """Profit of each customer over the twelve months to the as-of date, after the activities it uses.

    years: length of the days counted, start to end; exactly 1 for a full year, less where the history is shorter. All
    sums are over those days; divided by years they are a year's.
    basis: margin_measured, margin_declared or revenue; unit says the same in words. total: of all named customers;
    anonymous_revenue, anonymous_profit: of lines without one. losing: customers whose chance of a loss is above one
    half, loss_total: their profit, negative; None where value is revenue and no cost is known.
    customers: customer_id, place, orders, lines, revenue, margin (in the basis), cost_to_serve, avoidable_cost,
    profit, p05, p95, p_loss, best first, then the columns of parts. parts: what makes profit, so that any draw of it
    can be had. thresholds: cost_per_order, customers_losing, share_losing, losing_already (those of them
    whose margin is below nothing before an order costs anything), money (their loss, positive): how many customers
    would lose money if handling an order cost that much, all else costing nothing.
    """

    grade: Grade
    basis: str
    unit: str
    start: date
    end: date
    active_customers: int
    revenue: float
    total: Estimate
    anonymous_revenue: float
    anonymous_profit: float
    cost_to_serve_known: bool
    losing: int | None
    loss_total: float | None
    customers: StoredTable
    parts: tuple[ProfitPart, ...]
    thresholds: StoredTable | None
    years: float = 1.0


@dataclass(frozen=True, slots=True)
class Whale:
    """The shape of one cumulative profit curve (M2).

    peak: highest cumulative profit, as a share of the total, or in currency where the total is not
    positive. peak_at: share of customers at the peak. erosion: peak less the total, same measure.
    """

    peak: float
    peak_at: float
    erosion: float
    in_currency: bool


@dataclass(frozen=True, slots=True)
class WhaleCurve:
    """Cumulative profit over customers from best to worst, raw and shrunk (M2).

    raw: customers ranked by their profit as measured, which bends the curve too far up, since luck ranks too.
    shrunk: the same with the margin of a purchase pulled to the mean of all the more, the fewer purchases tell it;
    None where no customer bought twice. credibility_of_one: weight that a single purchase carries of its own.
    peak_p10, _p50, _p90: of the raw peak over the draws of uncertain inputs, each ranked for itself; in currency
    where peaks_in_currency. top_tenth, top_fifth: their share of the total, or currency as raw says. curve:
    customers_share, raw, shrunk (cumulative shares of the total, or currency as raw says).
    """

    grade: Grade
    basis: str
    unit: str
    customers: int
    total: float
    raw: Whale
    shrunk: Whale | None
    credibility_of_one: float | None
    peak_p10: float
    peak_p50: float
    peak_p90: float
    peaks_in_currency: bool
    top_tenth: float
    top_fifth: float
    curve: StoredTable
