"""What an accepted decision was accepted for: its expectation and its list, frozen so that neither moves later."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from patronage.decisions.decision import Decision
from patronage.decisions.frozen_list import FrozenList, Person, frozen, frozen_data, frozen_of
from patronage.decisions.holdout import arms

RECENT = timedelta(days=92)
"""Age of the evidence at an accept up to which acting starts on the day of it; older evidence is a replay."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What stood behind a decision when a person accepted it.

    effect: that the value assumed, None where none is declared. one_off, yearly: cost in currency. years: of the
    horizon, None where the value is not told by year. holdout: share of the list that is left alone. held_out:
    how many customers that is. people: the list, those left alone included, whose file lies beside the journal.
    starts: first day of acting, from which its effect counts; None in events of before it was written down.
    gain_by_year: what was expected of it in each year of the horizon before its cost, discounted, in currency.
    gain_days: days of acting within which all of it was to come in, None where it goes by the years.
    """

    effect: float | None
    one_off: float
    yearly: float
    years: int | None
    holdout: float
    people: FrozenList
    held_out: int = 0
    starts: date | None = None
    gain_by_year: tuple[float, ...] = ()
    gain_days: float | None = None


def committed(decision: Decision, holdout: float, starts: date | None = None) -> Commitment:
    """The commitment that accepting a decision now makes; raises ProjectError where a holdout leaves an arm empty."""
    alone = arms(decision.id, (who for who, _ in people_of(decision)), holdout)[1] if holdout else 0
    cost = decision.cost
    years = len(decision.value_by_year) or None
    people = frozen(people_of(decision))
    gain = tuple(net + paid for net, paid in zip_longest(decision.value_by_year, cost.by_year, fillvalue=0.0))
    gain = gain if decision.value_by_year else ()
    effect, within = _effect(decision), decision.gain_days
    return Commitment(effect, cost.one_off, cost.yearly, years, holdout, people, alone, starts, gain, within)


def first_day(accepted: date, as_of: date) -> date:
    """The first day of acting where a person names none.

    It is the day of the accept, and never one that the list has seen. Where the evidence (up to as_of) ends more than a
    quarter before it, the past is replayed, and acting starts on the day after the evidence.
    """
    after = as_of + timedelta(days=1)
    return max(accepted, after) if accepted - as_of <= RECENT else after


def people_of(decision: Decision) -> Iterator[Person]:
    """Each customer on the list that the present run has for a decision, without holding them."""
    for row in decision.people.rows_one_by_one() if decision.people else ():
        yield str(row["customer_id"]), _amount(row.get("amount"))


def commitment_data(commitment: Commitment) -> dict[str, Any]:
    """A commitment as the journal writes it."""
    return {
        "effect": commitment.effect,
        "cost": {"one_off": commitment.one_off, "yearly": commitment.yearly},
        "years": commitment.years,
        "holdout": commitment.holdout,
        "held_out": commitment.held_out,
        "people": frozen_data(commitment.people),
        "starts": commitment.starts and commitment.starts.isoformat(),
        "gain_by_year": list(commitment.gain_by_year),
        **({} if commitment.gain_days is None else {"gain_days": commitment.gain_days}),
    }


def commitment_of(data: Any) -> Commitment:
    """A commitment as the journal has it; raises KeyError, TypeError or ValueError for what is none."""
    holdout = float(data["holdout"])
    if not 0 <= holdout < 1:
        raise ValueError(f"has a holdout of {holdout}, which is no share")
    cost, years, effect, starts = data["cost"], data["years"], data["effect"], data.get("starts")
    within = data.get("gain_days")
    if within is not None and finite(within) <= 0:
        raise ValueError(f"has a gain within {within} days, which is no time")
    return Commitment(
        None if effect is None else finite(effect),
        finite(cost["one_off"]),
        finite(cost["yearly"]),
        None if years is None else int(years),
        holdout,
        frozen_of(data["people"]),
        int(data.get("held_out", 0)),
        None if starts is None else date.fromisoformat(starts),
        tuple(finite(gain) for gain in data.get("gain_by_year", ())),
        None if within is None else finite(within),
    )


def finite(data: Any) -> float:
    """A number as the journal has it; raises ValueError where it is none that can be counted with."""
    number = float(data)
    if not math.isfinite(number):
        raise ValueError(f"has the number {number}, which cannot be counted with")
    return number


def _amount(value: Any) -> float | None:
    return None if value is None else float(value)


def _effect(decision: Decision) -> float | None:
    return None if decision.assumed is None else decision.assumed.effect
