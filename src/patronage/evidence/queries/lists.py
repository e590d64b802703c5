"""Working lists of decisions: the customers that an action is about, with the money of each."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from patronage.evidence.queries.sums import is_known, number
from patronage.vocabulary.estimate import SD_TO_P95

if TYPE_CHECKING:
    from datetime import date

    from ibis.expr.types import Table

SD_OF_INTERVAL = 2 * SD_TO_P95
"""Length of a normal 90% interval in standard deviations."""

DAYS_OF_A_YEAR = 365
"""Days that count as the twelve months up to one of them, that one included."""

UNKNOWN = "unknown"

PEOPLE = ("customer_id", "place", "amount", "value", "why")
"""Columns of every working list."""


@dataclass(frozen=True, slots=True)
class Band:
    """Bounds of a chance, the lower one included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Acting:
    """What acting on one customer costs and how often it works; effect None where nobody knows."""

    cost: float
    effect: float | None


def slipping(customers: Table, band: Band) -> Table:
    """Customers whose chance of being still active lies in a band and who have value to lose.

    customers: of lifetime_value. One row per customer_id: place, segment (buying type), amount (revenue of the last
    twelve months), risk (value over the horizon that is lost if it left, times the chance that it did), spread (sd of
    risk), base (chance that it is active), outcome (chance that it buys within twelve months), room (the chance that it
    is not active), gain and noise as in by_mean_room. Currency.
    """
    p = _.p_alive
    told = customers.filter(is_known(p) & is_known(_.value) & (_.value > 0) & (p >= band.low) & (p < band.high))
    lost = (1 - p) / p
    rows = told.select(
        "customer_id", "place", "orders", "last_day",
        segment=_segment(), amount=ibis.coalesce(_.revenue_12m, 0.0), risk=_.value * lost,
        spread=(_.p95 - _.p05) / SD_OF_INTERVAL * lost, base=p, outcome=_.p_buys_12m, room=1 - p,
    )  # fmt: skip
    return by_mean_room(rows.mutate(why=_seen(rows, rows.base)))


def by_mean_room(rows: Table) -> Table:
    """The rows of slipping with gain (risk for each unit of effect) and noise (spread likewise), in currency.

    Both are over the mean room of the segment's rows, so that successes fall where customers are leaving; to be
    taken anew whenever rows are left out, else the largest effect saves more than is at risk.
    """
    mean_room = ibis.window(group_by="segment")
    parted = rows.drop(*({"mean_room"} & set(rows.columns))).mutate(mean_room=_.room.mean().over(mean_room))
    return parted.mutate(gain=_.risk / _.mean_room, noise=_.spread / _.mean_room)


def lapsed(customers: Table, paid: Table, below: float) -> Table:
    """Customers who have very likely left, with what they brought and what a second life would be worth.

    customers: of lifetime_value. paid: of last_year_paid. One row per customer_id, columns as in slipping: amount
    (paid), gain (value of a second life), room (the chance that it left), risk (their product).
    """
    p = _.p_alive
    gone = customers.filter(is_known(p) & (p < below) & is_known(_.second_life) & (_.second_life > 0))
    rows = gone.mutate(segment=_segment(), gain=_.second_life).inner_join(paid, "customer_id")
    rows = rows.select(
        "customer_id", "place", "orders", "last_day", "segment", "gain",
        amount=_.paid, noise=_.gain, base=p, outcome=_.p_buys_12m,
        room=1 - p,
        risk=_.gain * (1 - p),
    )  # fmt: skip
    return rows.mutate(why=_seen(rows, rows.base))


def last_year_paid(days: Table) -> Table:
    """What each customer paid in the twelve months up to its last purchase, since one who left brought little lately.

    days: of repeat_buying (customer_id, day, revenue). One row per customer_id: paid, in currency.
    """
    bought = days.select("customer_id", "revenue", day=days.day.cast("date"))
    last = bought.mutate(last=bought.day.max().over(ibis.window(group_by="customer_id")))
    lately = last.filter(last["last"].delta(last.day, unit="day") < DAYS_OF_A_YEAR)
    return lately.group_by("customer_id").aggregate(paid=lately.revenue.sum())


def bought_once(customers: Table, days: Table, before: date) -> Table:
    """Customers with one purchase day, on or before a day, who count as certainly active.

    customers: of lifetime_value. days: of repeat_buying. One row: customers, value (over the horizon), amount
    (revenue of that one day). Currency.
    """
    once = customers.filter((_.orders == 1) & (_.p_alive >= 1) & (_.last_day.cast("date") <= ibis.date(before)))
    paid = days.group_by("customer_id").aggregate(paid=days.revenue.sum())
    rows = once.left_join(paid, "customer_id")
    return rows.aggregate(
        customers=rows.count(), value=ibis.coalesce(rows.value.sum(), 0.0), amount=ibis.coalesce(rows.paid.sum(), 0.0)
    )


def category_gaps(gaps: Table, customers: Table | None, years: float, covered: float = 1.0) -> Table:
    """The one category for each customer that an offer would bring most, of those it does not buy yet.

    gaps: of category_gap. customers: of lifetime_value, None where it is not known. years: discounted length of the
    horizon, in years of an undiminished customer. covered: years of data in value_12m, at most 1. One row per
    customer_id: segment (category), amount (uptake times value, a year), gain (value of one adoption, for as many
    years as the customer is expected to stay), base (uptake without an offer), room, risk (gain times room), noise,
    place, why. Currency.
    """
    if customers is None:
        rows = gaps.mutate(place=ibis.null("string"), stays=number(years))
    else:
        lives = customers.select("customer_id", "place", stays=_years_left(customers, years, covered))
        rows = gaps.inner_join(lives, "customer_id")
    rows = rows.filter(rows.value_if_adopted > 0).mutate(gain=_.value_if_adopted * _.stays).filter(_.gain > 0)
    order = ibis.window(group_by="customer_id", order_by=[_.gain.desc(), _.category])
    best = rows.mutate(place_in_row=ibis.row_number().over(order)).filter(_.place_in_row == 0)
    return best.select(
        "customer_id", "place", "gain",
        segment=_.category, amount=_.uptake * _.value_if_adopted, noise=_.gain, base=_.uptake, outcome=_.uptake,
        room=1 - _.uptake, risk=_.gain * (1 - _.uptake),
        why=_joined("does not buy ", best.category, "; ", _percent(best.uptake), "% of its like took it up unasked"),
    )  # fmt: skip


def below_price(customers: Table, scale: float, years: float) -> Table:
    """Customers who pay less than product, volume and month explain.

    customers: of price_discipline. scale: leakage beyond noise over the leakage of all who pay less. years:
    discounted length of the horizon. One row per customer_id, columns as in slipping: segment (place, or unknown),
    amount (leakage a year), gain (over the horizon), revenue (a year). base and room do not differ between customers.
    """
    rows = customers.filter(_.leakage > 0).mutate(amount=_.leakage * scale)
    index = (rows.price_index * 100).round().cast("int64")
    return rows.select(
        "customer_id", "place", "revenue", "amount",
        segment=ibis.coalesce(rows.place, UNKNOWN), gain=rows.amount * years, noise=rows.amount * years,
        base=number(0.0), outcome=number(0.0), room=number(1.0), risk=rows.amount * years,
        why=_joined("pays ", index, "% of what product, volume and month explain, over ", rows.lines, " lines"),
    )  # fmt: skip


def leaking_places(candidates: Table, number: int) -> Table:
    """The places that leak most, first ones first: segment, amount (a year), revenue, customers."""
    sums = candidates.group_by("segment").aggregate(
        amount=candidates.amount.sum(), revenue=candidates.revenue.sum(), customers=candidates.count()
    )
    return sums.order_by(sums.amount.desc(), sums.segment).limit(number)


def summed_leakage(customers: Table) -> Table:
    """One row: leakage (of all customers who pay less than expected, before noise is taken out), in currency a year."""
    return customers.aggregate(leakage=ibis.coalesce(customers.leakage.sum(where=customers.leakage > 0), 0.0))


def pace_of_life(customers: Table, above: float, covered: float = 1.0) -> Table:
    """What active customers bring over the horizon beside what they bring a year, both before cost to serve.

    above: least chance of being active. covered: years of data in value_12m, at most 1. One row: value (over the
    horizon, were they certainly active), yearly (value_12m for a whole year), in currency; null where there is no such
    customer.
    """
    p = _.p_alive
    active = customers.filter(is_known(p) & (p >= above) & is_known(_.value) & (_.value > 0) & (_.value_12m > 0))
    before_cost = _before_cost(active) / active.p_alive
    return active.aggregate(value=before_cost.sum(), yearly=active.value_12m.sum() / number(covered))


def largest(customers: Table, number: int) -> Table:
    """The customers with the most value over the horizon, best first.

    customers: of lifetime_value. One row per customer_id: place, orders, last_day, segment, revenue_12m, value, p05,
    p95, p_alive, share (of the value of all customers with value above 0).
    """
    worth = customers.filter(is_known(_.value) & (_.value > 0))
    rows = worth.mutate(share=worth.value / worth.value.sum().over(), segment=_segment())
    kept = rows.select(
        "customer_id",
        "place",
        "orders",
        "last_day",
        "segment",
        "revenue_12m",
        "value",
        "p05",
        "p95",
        "p_alive",
        "share",
    )
    return kept.order_by(kept.value.desc(), kept.customer_id).limit(number)


def repeat_rows(repeat: Table, customer_ids: list[str]) -> Table:
    """Rows of repeat_buying of the named customers whom the model was fitted on: customer_id, x, t_x, age (days)."""
    return repeat.filter(repeat.fitted & repeat.customer_id.isin(customer_ids)).select("customer_id", "x", "t_x", "age")


def worth_acting_on(candidates: Table, acting: Acting | None) -> Table:
    """The candidates whom acting can pay for.

    Their expected gain exceeds its cost at the known effect, and what can be saved or won at all (risk) does.
    """
    if acting is None:
        return candidates.filter(_.gain > 0)
    able = candidates.filter(_.risk > acting.cost)
    return able if acting.effect is None else able.filter(_.gain * acting.effect > acting.cost)


def segment_sums(candidates: Table) -> Table:
    """Candidates added up, most money first.

    One row per segment: customers, amount, gain, noise (independent between customers), base, outcome and room (means).
    """
    sums = candidates.group_by("segment").aggregate(
        customers=candidates.count(),
        amount=candidates.amount.sum(),
        gain=candidates.gain.sum(),
        noise=(candidates.noise * candidates.noise).sum().sqrt(),
        base=candidates.base.mean(),
        outcome=candidates.outcome.mean(),
        room=candidates.room.mean(),
    )
    return sums.order_by(sums.gain.desc(), sums.segment)


def people(candidates: Table, segment: str, acting: Acting | None) -> Table:
    """The working list of one segment, most value first.

    One row per customer_id: place, amount, value (expected net value of acting, null where the effect is not
    known), why (plain words). Currency.
    """
    chosen = candidates.filter(candidates.segment == segment)
    known = acting is not None and acting.effect is not None
    value = (
        _.gain * acting.effect - acting.cost
        if acting is not None and acting.effect is not None
        else ibis.null("float64")
    )
    rows = chosen.select("customer_id", "place", "amount", "gain", "why", value=value)
    first = rows.value if known else rows.gain
    return rows.order_by(first.desc(), rows.customer_id).select(*PEOPLE)


def as_people(rows: Table) -> Table:
    """A working list made elsewhere, in its order: not a number and an empty place become null.

    One row per customer_id: place, amount, value, why. Currency.
    """
    value = ibis.ifelse(rows.value.isnan(), ibis.null("float64"), rows.value)
    return rows.select("customer_id", "amount", "why", place=rows.place.nullif(""), value=value).select(*PEOPLE)


def _years_left(customers: Table, most: float, covered: float) -> Any:
    """Discounted years of buying before a customer, within 0 and most: value over that of a year, both before cost."""
    told = is_known(customers.value) & (customers.value_12m > 0)
    years = _before_cost(customers) / customers.value_12m * number(covered)
    return ibis.ifelse(told, years.clip(0.0, most), number(0.0))


def _before_cost(customers: Table) -> Any:
    """Value over the horizon before cost to serve, as value_12m is."""
    return customers.value + ibis.coalesce(customers.cost_to_serve, 0.0)


def _segment() -> Any:
    return ibis.coalesce(_.buying_type, UNKNOWN)


def _seen(rows: Table, chance: Any) -> Any:
    """Why a customer is on a list of those who are leaving or left, in plain words."""
    bought = ibis.ifelse(rows.orders == 1, ibis.literal("bought once"), _joined("bought on ", rows.orders, " days"))
    return _joined(
        bought, ", last on ", rows.last_day.cast("date"), "; ", _percent(chance), "% likely to be still active"
    )


def _joined(*parts: Any) -> Any:
    """Texts and columns as one text."""
    texts: list[Any] = [ibis.literal(part) if isinstance(part, str) else part.cast("string") for part in parts]
    return functools.reduce(lambda whole, text: whole.concat(text), texts)


def _percent(chance: Any) -> Any:
    return (chance * 100).round().cast("int64")
