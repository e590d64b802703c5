"""The cost of handling an order at which customers would lose money, where nobody knows that cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from patronage.decisions.decision import Basis, BreakEven, Decision, Move, refused
from patronage.decisions.words import count, money
from patronage.findings.worth import CustomerProfit
from patronage.vocabulary.terms import Terms

WORTH_A_WORD = (0.05, 0.20)
"""Shares of customers losing at which a threshold is told."""

LIFT = "give unit costs, or count the work in activity_events, to see who it is"


def loss_threshold(profit: CustomerProfit, move: Move, questions: tuple[str, ...], terms: Terms) -> Decision:
    """What handling an order would have to cost before customers lose money: a refusal with its threshold in words."""
    rows = [] if profit.thresholds is None else profit.thresholds.records()
    told = [row for share in WORTH_A_WORD if (row := _first_above(rows, share)) is not None]
    distinct = list({float(row["cost_per_order"]): row for row in told}.values())
    if not distinct:
        because = f"No proposal, because neither margin nor the cost of handling an order is known: {LIFT}."
        return refused(move, questions, because)
    words = [
        f"{count(int(row['customers_losing']), 'customer loses', 'customers lose')} money if handling an order costs "
        f"more than {money(float(row['cost_per_order']), terms.currency)}"
        for row in distinct
    ]
    because = f"{', and '.join(words)}; no proposal, because margin and cost are not both measured: {LIFT}."
    first = distinct[0]
    figures: dict[str, float | int | str] = {name: first[name] for name in ("cost_per_order", "customers_losing")}
    row = refused(move, questions, because, at_stake=max(float(first["money"] or 0.0), 0.0))
    return replace(
        row,
        break_even=BreakEven(float(first["cost_per_order"]), f"{terms.currency} for handling an order"),
        evidence=(Basis("customer_profit", len(rows), "thresholds", figures),),
    )


def _first_above(rows: list[dict[str, Any]], share: float) -> dict[str, Any] | None:
    """The lowest cost per order at which at least this share of customers loses, else the highest at which any does."""
    losing = sorted((row for row in rows if row["customers_losing"]), key=lambda row: float(row["cost_per_order"]))
    above = [row for row in losing if float(row["share_losing"]) >= share]
    return above[0] if above else losing[-1] if losing else None
