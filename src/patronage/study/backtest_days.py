"""The days that a backtest is asked for, held against the orders there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from patronage.vocabulary.errors import EvidenceError, Fault

LEAST_DAYS = 7
"""Days that every forecast of a rolled backtest must have ahead of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a backtest is asked for.

    as_of: last day known, inclusive. until: last day compared, inclusive; None for the day of the last good order.
    origins: how many forecasts in a row, evenly over the days between.
    """

    as_of: date
    until: date | None = None
    origins: int = 1


def asked_days(asked: Asked, first: date, last: date) -> tuple[date, date]:
    """The day known and the day compared; first and last are the days of the first and last order.

    Raises EvidenceError with everything that is wrong with the days.
    """
    as_of, until = asked.as_of, asked.until or last
    faults: list[Fault] = []
    if as_of < first:
        faults.append(Fault("--as-of", f"{as_of} is before the first order ({first})", f"give a day from {first} on"))
    elif as_of >= last:
        step = f"give a day before {last}, the day of the last order"
        faults.append(Fault("--as-of", f"nothing is known of the days after {as_of}", step))
    if asked.until is not None and until <= as_of:
        faults.append(Fault("--until", f"{until} is not after --as-of {as_of}", "give a later day"))
    if until > last:
        faults.append(Fault("--until", f"{until} is after the last order ({last})", f"give a day up to {last}"))
    most = max((until - as_of).days // LEAST_DAYS, 1)
    if asked.origins < 1 or (asked.origins > most and not faults):
        faults.append(Fault("--origins", f"{asked.origins} forecasts do not fit between the days", f"give 1 to {most}"))
    if faults:
        raise EvidenceError(*faults)
    return as_of, until


def windows(start: date, end: date, origins: int) -> list[tuple[date, date]]:
    """The days between cut into as many forecasts in a row, each from the end of the one before."""
    days = (end - start).days
    cuts = [start + timedelta(days=round(days * each / origins)) for each in range(origins + 1)]
    return list(pairwise(cuts))
