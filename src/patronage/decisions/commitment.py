"""What an accepted decision was accepted for: its expectation and its list, frozen so that neither moves later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patronage.decisions.decision import Decision


@dataclass(frozen=True, slots=True)
class Commitment:
    """What stood behind a decision when a person accepted it.

    effect: that the value assumed, None where none is declared. one_off, yearly: cost in currency. years: of the
    horizon, None where the value is not told by year. holdout: share of the list that is left alone. people:
    customer_id and amount of each customer on the list, those left alone included.
    """

    effect: float | None
    one_off: float
    yearly: float
    years: int | None
    holdout: float
    people: tuple[tuple[str, float | None], ...]


def committed(decision: Decision, holdout: float) -> Commitment:
    """The commitment that accepting a decision now makes."""
    listed = decision.people.records() if decision.people is not None else []
    people = tuple((str(row["customer_id"]), _amount(row.get("amount"))) for row in listed)
    cost = decision.cost
    years = len(decision.value_by_year) or None
    return Commitment(_effect(decision), cost.one_off, cost.yearly, years, holdout, people)


def commitment_data(commitment: Commitment) -> dict[str, Any]:
    """A commitment as the journal writes it."""
    return {
        "effect": commitment.effect,
        "cost": {"one_off": commitment.one_off, "yearly": commitment.yearly},
        "years": commitment.years,
        "holdout": commitment.holdout,
        "people": [list(one) for one in commitment.people],
    }


def commitment_of(data: Any) -> Commitment:
    """A commitment as the journal has it; raises KeyError, TypeError or ValueError for what is none."""
    holdout = float(data["holdout"])
    if not 0 <= holdout < 1:
        raise ValueError(f"has a holdout of {holdout}, which is no share")
    cost, years, effect = data["cost"], data["years"], data["effect"]
    return Commitment(
        None if effect is None else float(effect),
        float(cost["one_off"]),
        float(cost["yearly"]),
        None if years is None else int(years),
        holdout,
        tuple((str(who), _amount(amount)) for who, amount in data["people"]),
    )


def _amount(value: Any) -> float | None:
    return None if value is None else float(value)


def _effect(decision: Decision) -> float | None:
    return None if decision.assumed is None else decision.assumed.effect
