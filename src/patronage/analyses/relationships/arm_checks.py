"""Whether an experiment is what it is taken for: arms that chance has drawn, looked at when it was to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy import special

from patronage.analyses.relationships.tested_cells import TestedCells
from patronage.findings.relationships import Checks, Look
from patronage.kernels.arm_balance import mixing_p, past_apart, split_p
from patronage.kernels.experiment import lasting_errors
from patronage.vocabulary.estimate import SD_TO_P95, Floats
from patronage.vocabulary.words import count, listed

MOST_DAYS = 3650
"""Most days that outcomes are watched for; a larger number is no plan that anybody has."""

UNEVEN = 0.001
"""P below which the arms are not those that chance drew."""

WATCH_DAYS = 365
"""Days after the last treatment for which outcomes count where nothing else was set: a test is watched for a year."""


def last_watched(row: dict[str, Any]) -> tuple[date, int]:
    """The last day whose outcomes count, and how many days after the last treatment that is; row: of its span."""
    told, last = row["watch_days"], row["last"]
    watch = WATCH_DAYS if told is None else int(min(told, MOST_DAYS))
    watch = min(watch, (date.max - last).days)
    return last + timedelta(days=watch), watch


def look_at(row: dict[str, Any], as_of: date) -> Look:
    """When the experiment of a span is looked at, on a day of the evidence."""
    end, watch = last_watched(row)
    whole = (end - row["start"]).days
    days = (min(end, as_of) - row["start"]).days
    seen = count(days, "day")
    if as_of < end:
        errors = lasting_errors(planned=whole / days)
        words = (
            f"the test runs until {end}: looked at after {seen} of outcomes, by the data of {as_of}, with intervals "
            f"that hold however early and often it is looked at"
        )
        return Look(days, watch, running=True, planned=whole / days, errors=errors, words=words)
    plan = "as a test is that sets no other end" if row["watch_days"] is None else "as the column watch_days says"
    words = (
        f"the test was watched for {seen}, until {end}, {plan}: the intervals are those of that one look, and later "
        f"data move nothing"
    )
    return Look(days, watch, running=False, planned=1.0, errors=SD_TO_P95, words=words)


def checked(found: TestedCells, arms: Sequence[dict[str, Any]], default: int) -> tuple[Checks, Floats]:
    """The checks of an experiment, and by how many standard errors the past of each arm lies from the default's."""
    shares = [arm["planned_share"] for arm in arms]
    planned = all(share is not None and share > 0 for share in shares)
    units = found.units
    sizes = units.sum(axis=0)
    split = split_p(sizes, shares if planned else np.ones(len(arms)))
    mixing = mixing_p(units)
    apart = past_apart(found.raw.units, found.past, default)
    # Of several arms one is allowed to be the farthest.
    farthest = 2 * float(special.ndtr(-float(np.abs(apart).max())))
    past = min(1.0, farthest * max(len(arms) - 1, 1))
    before, failed = _past(found, apart, default), list[str]()
    told = listed([f"{name} {int(size):,}" for name, size in zip(found.arms, sizes, strict=True)])
    if split < UNEVEN:
        lift = "" if planned else "; where other shares were meant, give them in the column planned_share"
        meant = "the shares they were to have" if planned else "equal shares"
        failed.append(f"its arms ({told}) are too far from {meant} for chance{lift}")
    if mixing < UNEVEN:
        failed.append("its arms are shared out otherwise from segment to segment, which one chance for all never does")
    if past < UNEVEN:
        why = "what customers had brought in the twelve months before it is too unlike for chance to have drawn them"
        failed.append(f"{why} ({before})")
    meant = "planned" if planned else "equal"
    words = (
        f"arms of {told} customers against {meant} shares ({_p(split)}), shared out alike between segments "
        f"({_p(mixing)}), and what customers had brought in the twelve months before it: {before} ({_p(past)})"
    )
    return Checks(split, planned, mixing, past, tuple(failed), words), apart


def _past(found: TestedCells, apart: Floats, default: int) -> str:
    told = [f"{name} {far:+.1f}" for name, far in zip(found.arms, apart.tolist(), strict=True) if far != 0]
    return f"{listed(told)} standard errors from {found.arms[default]}" if told else "the same in all arms"


def _p(value: float) -> str:
    return "P below 0.001" if value < UNEVEN else f"P {value:.2f}"
