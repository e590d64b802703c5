"""The customers of an accepted decision who are left alone, so that its effect can be measured against them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from patronage.vocabulary.errors import Fault, ProjectError
from patronage.vocabulary.words import percent

MUCH = 0.5
"""Share held out above which most customers are left alone, which is rarely meant."""

EXAMPLE = "write it as 10% or 0.1"

DRAWS = 2.0**64


def held_out(decision: str, customer: str, share: float) -> bool:
    """Whether chance leaves a customer of a decision alone: the same answer on every machine and in every run.

    It is the first 64 bits of the SHA-256 of both ids, read as a number from 0 to 1, below the share.
    """
    drawn = hashlib.sha256(f"{decision}\x1f{customer}".encode("utf-8", "surrogatepass")).digest()[:8]
    return int.from_bytes(drawn, "big") / DRAWS < share


def holdout_share(text: str) -> float:
    """The share that a text such as 10% or 0.1 gives, above 0 and below 1; raises ProjectError for any other."""
    number = text.strip().removesuffix("%")
    try:
        share = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise ProjectError(Fault("--holdout", f"{text!r} is no share", EXAMPLE)) from None
    if share == 0:
        raise ProjectError(
            Fault("--holdout", f"{text} holds nobody out", "leave --holdout out, or give a share as 10%")
        )
    if share == 1:
        raise ProjectError(Fault("--holdout", f"{text} leaves nobody to act on", "give a smaller share, such as 10%"))
    if not 0 < share < 1:
        raise ProjectError(Fault("--holdout", f"{text!r} is no share between 0% and 100%", EXAMPLE))
    return share


def arms(decision: str, customers: Iterable[str], share: float) -> tuple[int, int]:
    """How many customers are acted on and how many are left alone; raises ProjectError where either is nobody."""
    treated = alone = 0
    for customer in customers:
        if held_out(decision, customer, share):
            alone += 1
        else:
            treated += 1
    if not treated or not alone:
        who = "holds out nobody" if not alone else "leaves nobody to act on"
        change = "larger" if not alone else "smaller"
        fault = f"{percent(share)} of {treated + alone:,} customers {who}"
        raise ProjectError(Fault("--holdout", fault, f"give a {change} share, or leave it out"))
    return treated, alone


def much_held_out(share: float) -> str | None:
    """A warning where most of the customers are left alone."""
    if share <= MUCH:
        return None
    return f"--holdout: {percent(share)} of the customers are left alone, more than are acted on"
