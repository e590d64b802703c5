"""A decision that stands accepted, as evidence of what was expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A decision as a person accepted it, with what was expected of it then.

    accepted_at: day of the accept. starts: first day of acting. listed: customers on its list. held_out: of these, left
    alone by chance. holdout: the share that chance was given. expected: mean, p05 and p95 of its value over the
    horizon, net of cost, None where it had none. gain_by_year: what it was to bring in each year before its cost,
    discounted. gain_days: days of acting within which all of it was to come in, None where it goes by the years.
    effect: that the value assumed, None where it had none. fault: why its list cannot be had, None where it can. ended:
    day on which people turned it down or opened it again, None while it stands. Currency.
    """

    id: str
    kind: str
    subject: str
    accepted_at: date
    starts: date
    listed: int
    held_out: int
    holdout: float
    expected: tuple[float, float, float] | None
    gain_by_year: tuple[float, ...]
    effect: float | None
    fault: str | None
    ended: date | None = None
    gain_days: float | None = None
