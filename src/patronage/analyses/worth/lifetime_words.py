"""How lifetime value was counted, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.analyses.worth.repeat_buying import WORDS
from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.findings.lifetime import Renewing
from patronage.kernels.repeat_buying import RepeatModel


@dataclass(frozen=True, slots=True)
class Counted:
    """What lifetime value was counted with.

    spending: how an order is valued, a sentence. calendar, costs: whether they are known. unidentified: what the data
    leave open of the model, empty where they identify it. history, horizon: years seen and years ahead. losing: how
    many customers' own orders lose money.
    """

    basis: ValueBasis
    model: RepeatModel
    unidentified: str
    history: float
    horizon: float
    spending: str
    calendar: bool
    costs: bool
    losing: int = 0


def lifetime_notes(counted: Counted, renewing: Renewing | None) -> tuple[str, ...]:
    """How value was counted, from the measure to the exceptions."""
    told = [f"Value is {counted.basis.words}.", _customer(counted), counted.spending, _costs(counted)]
    if counted.losing:
        told.append(_losing(counted.losing))
    if renewing is not None:
        told.append(_renewals(renewing))
    told.extend(_doubts(counted))
    if counted.basis.kind == REVENUE:
        told.append("Declare company.gross_margin or unit costs to see margin instead.")
    return tuple(told)


def _renewals(renewing: Renewing) -> str:
    one = renewing.customers == 1
    whose = (
        "The one contract-like customer is valued by its"
        if one
        else f"The {renewing.customers:,} contract-like customers are valued by their"
    )
    hangs = [
        f"{'less' if slope.slope < 0 else 'more'} often {words}"
        for slope, words in (
            (renewing.by_renewals, "the more were made"),
            (renewing.by_period, "the longer the period"),
        )
        if slope is not None
    ]
    told = (
        f"{whose} own periods, each renewal failing with {renewing.fails:.1%} by what was seen of "
        f"{'it' if one else 'them'}{''.join(f', {each}' for each in hangs)}; season does not move "
        f"{'it' if one else 'them'}."
    )
    if renewing.newcomers is not None:
        few = renewing.newcomers
        told += f" Of {few.customers:,} who have bought once and lately, each renews with a chance of {few.chance:.0%}."
    return told


def _customer(counted: Counted) -> str:
    days = f"A customer's value is its discounted purchase days by {WORDS[counted.model]}"
    worth = f"{days} times what one of them is expected to bring"
    if counted.calendar:
        return f"{worth}, times one calendar factor for all customers."
    return f"{worth}; no calendar is known, so season and trend are left out."


def _losing(customers: int) -> str:
    return (
        "Customers valued by their own net value per purchase day, since their days lose money in all or mostly: "
        f"{customers:,}. It is drawn to that of all such customers as far as their days leave it open, and may be "
        "below 0; totals include it."
    )


def _doubts(counted: Counted) -> list[str]:
    found: list[str] = []
    if counted.unidentified:
        found.append(
            f"The data do not identify {WORDS[counted.model]}: {counted.unidentified}; a weak prior holds it, so "
            "value is graded an assumption."
        )
    if counted.history < counted.horizon:
        found.append(
            f"The history of {counted.history:.1f} years is shorter than the horizon of {counted.horizon:g}: what lies "
            "beyond it rests on the shape of the model."
        )
    return found


def _costs(counted: Counted) -> str:
    if not counted.costs:
        return "No cost to serve is known, so none is taken off."
    return (
        "An order is taken to cost what the customer's orders cost over the last twelve months, on average of all "
        "customers where it bought nothing then."
    )
