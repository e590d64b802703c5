"""The cost of handling an order at which customers would lose money, where nobody knows that cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from patronage.decisions.decision import Basis, BreakEven, Decision, Move, refused
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import MARGIN_MEASURED
from patronage.evidence.queries.losses import losing_revenue
from patronage.findings.worth import CustomerProfit
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, listed, money

WORTH_A_WORD = (0.05, 0.20)
"""Shares of customers losing at which a threshold is told."""

LIFT = "give unit costs, or count the work in activity_events, to see who it is"

COUNT = "declare the activities and count the work in activity_events, to see who it is"

FIGURES = ("cost_per_order", "customers_losing", "losing_already")


def loss_threshold(
    profit: CustomerProfit, move: Move, questions: tuple[str, ...], terms: Terms, engine: Engine
) -> Decision:
    """What handling an order would have to cost before customers lose money: a refusal with its threshold in words."""
    rows = [] if profit.thresholds is None else profit.thresholds.records()
    told = [row for share in WORTH_A_WORD if (row := _first_above(rows, share)) is not None]
    distinct = list({float(row["cost_per_order"]): row for row in told}.values())
    if not distinct:
        because = f"No proposal, because neither margin nor the cost of handling an order is known: {LIFT}."
        return refused(move, questions, because)
    if profit.basis == MARGIN_MEASURED and not profit.cost_to_serve_known:
        why = f"what handling an order costs is not known: {COUNT}"
    else:
        why = f"margin and cost are not both measured: {LIFT}"
    because = f"{_threshold_words(distinct, terms)}; no proposal, because {why}."
    first = distinct[0]
    figures: dict[str, float | int | str] = {name: first[name] for name in FIGURES}
    losing = engine.records(losing_revenue(engine.open(profit.customers), float(first["cost_per_order"])))[0]
    row = refused(move, questions, because, at_stake=max(float(losing["revenue"]), 0.0))
    return replace(
        row,
        break_even=BreakEven(float(first["cost_per_order"]), f"{terms.currency} for handling an order"),
        evidence=(Basis("customer_profit", len(rows), "thresholds", figures),),
    )


def _threshold_words(rows: list[dict[str, Any]], terms: Terms) -> str:
    """How many lose already, and how many do, those included, at each cost of an order."""
    already = int(rows[0]["losing_already"])
    told = [(already, "before an order costs anything")] if already else []
    for row in rows:
        cost = money(float(row["cost_per_order"]), terms.currency)
        told.append((int(row["customers_losing"]), f"if handling an order costs more than {cost}"))
    (number, when), *more = told
    first = f"{count(number, 'customer loses', 'customers lose')} money {when}"
    return listed([first, *(f"{number:,} {when}" for number, when in more)])


def _first_above(rows: list[dict[str, Any]], share: float) -> dict[str, Any] | None:
    """The lowest cost per order at which this share of customers begins to lose, else the highest at which any does."""
    losing = sorted((row for row in rows if _beginning(row)), key=lambda row: float(row["cost_per_order"]))
    above = [row for row in losing if float(row["share_losing"]) * _beginning(row) / row["customers_losing"] >= share]
    return above[0] if above else losing[-1] if losing else None


def _beginning(row: dict[str, Any]) -> int:
    """How many customers lose at this cost who do not at none."""
    return int(row["customers_losing"]) - int(row["losing_already"])
