"""Customers who cost more than they bring, and the cheapest thing that would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from patronage.evidence.queries.lists import SD_OF_INTERVAL
from patronage.evidence.queries.sums import number

if TYPE_CHECKING:
    from ibis.expr.types import Table

REPRICE, SERVE_CHEAPER, BOTH, LET_GO = "reprice", "serve_cheaper", "both", "let_go"


@dataclass(frozen=True, slots=True)
class Remedies:
    """How far each remedy reaches, and how sure a loss must be before it is acted on.

    dearer: largest rise of price, as a share of revenue. fewer: largest part of the avoidable cost that a minimum order
    or a cheaper service saves. sure: least chance of a loss. beyond: standard deviations by which a loss must
    outlast both remedies before a customer is let go.
    """

    dearer: float
    fewer: float
    sure: float
    beyond: float


def loss_makers(customers: Table, remedies: Remedies, years: float = 1.0) -> Table:
    """Customers who very likely lose money that would be saved if they were not served, each with its remedy.

    customers: of customer_profit, counted over so many years. One row per customer_id: place, segment (reprice,
    serve_cheaper, both or let_go, the first that ends the loss; both where it may outlast the two by chance alone),
    amount (revenue), shortfall (avoidable cost less margin, above 0), sd (of the profit), avoidable_cost, margin,
    p_loss, why. Currency a year.
    """
    rows = customers.mutate(
        revenue=_.revenue / years, margin=_.margin / years, avoidable_cost=_.avoidable_cost / years,
        sd=(_.p95 - _.p05) / SD_OF_INTERVAL / years,
    )  # fmt: skip
    rows = rows.mutate(shortfall=_.avoidable_cost - _.margin)
    rows = rows.filter((rows.p_loss >= remedies.sure) & (rows.shortfall > 0))
    dearer = ibis.greatest(rows.revenue, 0.0) * remedies.dearer
    fewer = rows.avoidable_cost * remedies.fewer
    lost_for_good = rows.shortfall - dearer - fewer > remedies.beyond * rows.sd
    segment = ibis.cases(
        (rows.shortfall <= dearer, REPRICE), (rows.shortfall <= fewer, SERVE_CHEAPER), (~lost_for_good, BOTH),
        else_=LET_GO,
    )  # fmt: skip
    return rows.select(
        "customer_id", "place", "shortfall", "sd", "avoidable_cost", "margin", "p_loss",
        segment=segment, amount=rows.revenue, why=_why(rows),
    )  # fmt: skip


def _why(rows: Table) -> Any:
    """Why a customer is on the list, in plain words; money a year, orders of the days counted."""
    money = rows.shortfall.round().cast("int64").cast("string")
    served = ibis.literal("costs ") + money + ibis.literal(" a year more to serve than it brings, over ")
    bought = ibis.literal("brings ") + money + ibis.literal(" a year less than its goods cost, over ")
    orders = rows.orders.cast("int64")
    ending = ibis.ifelse(orders == 1, ibis.literal(" order"), ibis.literal(" orders"))
    return ibis.ifelse(rows.avoidable_cost > 0, served, bought) + orders.cast("string") + ending


def loss_sums(losses: Table) -> Table:
    """Loss makers added up, most money first.

    One row per remedy: customers, amount, shortfall, sd (errors add up, since customers share their inputs),
    avoidable_cost, margin, p_loss (mean). Currency a year.
    """
    sums = losses.group_by("segment").aggregate(
        customers=losses.count(),
        amount=losses.amount.sum(),
        shortfall=losses.shortfall.sum(),
        sd=losses.sd.sum(),
        avoidable_cost=losses.avoidable_cost.sum(),
        margin=losses.margin.sum(),
        p_loss=losses.p_loss.mean(),
    )
    return sums.order_by(sums.shortfall.desc(), sums.segment)


def loss_list(losses: Table, segment: str, years: float, cost: float, effect: float | None = 1.0) -> Table:
    """The working list of one remedy, most money first.

    years: discounted length of the horizon. cost: of acting on one customer. effect: share of customers for whom
    acting works, None where nobody knows. One row per customer_id: place, amount (revenue a year), value (loss that
    acting is expected to avoid over the horizon, less its cost; null at an unknown effect), why. Currency.
    """
    chosen = losses.filter(losses.segment == segment)
    value = ibis.null("float64") if effect is None else chosen.shortfall * (years * effect) - cost
    rows = chosen.select("customer_id", "place", "amount", "why", "shortfall", value=value)
    ordered = rows.order_by(rows.shortfall.desc(), rows.customer_id)
    return ordered.select("customer_id", "place", "amount", "value", "why")


def kept_by_unavoidable_cost(customers: Table, sure: float, years: float = 1.0) -> Table:
    """Customers who show a loss, but pay for what serving them adds.

    customers: of customer_profit, counted over so many years. One row: customers, contribution (margin less avoidable
    cost, which would go with them; currency a year), revenue (as counted).
    """
    rows = customers.filter((_.p_loss >= sure) & (_.margin >= _.avoidable_cost))
    left = (rows.margin - rows.avoidable_cost) / years
    return rows.aggregate(
        customers=rows.count(),
        contribution=ibis.coalesce(left.sum(), 0.0),
        revenue=ibis.coalesce(rows.revenue.sum(), 0.0),
    )


def losing_revenue(customers: Table, cost_per_order: float) -> Table:
    """One row: revenue of those customers of customer_profit who lose money once handling an order costs more."""
    losing = customers.filter(customers.margin <= customers.orders * number(cost_per_order))
    return losing.aggregate(revenue=ibis.coalesce(losing.revenue.sum(), 0.0))


def margin_rate(customers: Table) -> Table:
    """One row: rate, the margin of all customers of customer_profit as a share of their revenue; null without any."""
    return customers.aggregate(rate=customers.margin.sum() / customers.revenue.sum().nullif(0.0))
