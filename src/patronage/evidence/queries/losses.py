"""Customers who cost more than they bring, and the cheapest thing that would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.queries.lists import SD_OF_INTERVAL

if TYPE_CHECKING:
    from patronage.evidence.relation import Relation

REPRICE, SERVE_CHEAPER, LET_GO = "reprice", "serve_cheaper", "let_go"


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


def loss_makers(customers: Relation, remedies: Remedies) -> Relation:
    """Customers who very likely lose money that would be saved if they were not served, each with its remedy.

    customers: of customer_profit. One row per customer_id: place, segment (reprice, serve_cheaper or let_go, the first
    that ends the loss), amount (revenue a year), shortfall (avoidable cost less margin, a year, above 0), sd (of
    the profit), avoidable_cost, margin, p_loss, why. Currency.
    """
    rows = customers.mutate(shortfall=_.avoidable_cost - _.margin, sd=(_.p95 - _.p05) / SD_OF_INTERVAL)
    rows = rows.filter((rows.p_loss >= remedies.sure) & (rows.shortfall > 0))
    dearer = ibis.greatest(rows.revenue, 0.0) * remedies.dearer
    fewer = rows.avoidable_cost * remedies.fewer
    lost_for_good = rows.shortfall - dearer - fewer > remedies.beyond * rows.sd
    segment = ibis.cases((rows.shortfall <= dearer, REPRICE), (~lost_for_good, SERVE_CHEAPER), else_=LET_GO)
    money = rows.shortfall.round().cast("int64").cast("string")
    return rows.select(
        "customer_id", "place", "shortfall", "sd", "avoidable_cost", "margin", "p_loss",
        segment=segment, amount=rows.revenue,
        why=ibis.literal("costs ") + money + ibis.literal(" a year more to serve than it brings, over ")
        + rows.orders.cast("string") + ibis.literal(" orders"),
    )  # fmt: skip


def loss_sums(losses: Relation) -> Relation:
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


def loss_list(losses: Relation, segment: str, years: float, cost: float) -> Relation:
    """The working list of one remedy, most value first.

    One row per customer_id: place, amount (revenue a year), value (loss avoided over the horizon, less the cost of
    acting), why. Currency.
    """
    chosen = losses.filter(losses.segment == segment)
    rows = chosen.select("customer_id", "place", "amount", "why", value=chosen.shortfall * years - cost)
    return rows.order_by(rows.value.desc(), rows.customer_id).select("customer_id", "place", "amount", "value", "why")


def kept_by_unavoidable_cost(customers: Relation, sure: float) -> Relation:
    """Customers who show a loss, but pay for what serving them adds.

    One row: customers, contribution (margin less avoidable cost, which would go with them). Currency a year.
    """
    rows = customers.filter((_.p_loss >= sure) & (_.margin >= _.avoidable_cost))
    left = rows.margin - rows.avoidable_cost
    return rows.aggregate(customers=rows.count(), contribution=ibis.coalesce(left.sum(), 0.0))


def margin_rate(customers: Relation) -> Relation:
    """One row: rate, the margin of all customers of customer_profit as a share of their revenue; null without any."""
    return customers.aggregate(rate=customers.margin.sum() / customers.revenue.sum().nullif(0.0))
