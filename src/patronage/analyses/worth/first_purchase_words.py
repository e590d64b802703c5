"""What the finding of first purchases says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from patronage.findings.first_purchase import KnownAtFirst, LevelOutlook
from patronage.vocabulary.errors import Fault
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.words import count, listed

OPEN_QUESTION = (
    "Whether a place, channel or product makes customers better, or better customers choose it, these data cannot "
    "tell; a test that draws by chance who is won where, or who is offered what first, would tell."
)

CALLED = {
    "place": "The place of the first purchase",
    "channel": "The channel of the first purchase",
    "category": "The category bought first",
    "product": "The product bought first",
    "segment": "The segment known at the first purchase",
}
MEASURES = {
    "worth_to_all": "worth in the first year",
    "orders_to_all": "repeat orders in the first year",
    "staying_to_all": "chance to be active after a year",
}


def nothing_known() -> Fault:
    """Why nothing is known at a first purchase."""
    return Fault(
        "orders",
        "name no place, channel or product of a purchase",
        "map place, channel_id or product_id under sources.orders",
    )


def no_two_levels(sizes: Sequence[Mapping[str, Any]], fewest: int) -> Fault:
    """Why no levels can be compared; sizes: as level_sizes gives them."""
    kinds = dict.fromkeys(row["kind"] for row in sizes)
    enough = [row["kind"] for row in sizes if row["level"] is not None and row["customers"] >= fewest]
    large = {kind: enough.count(kind) for kind in kinds}
    told = ", ".join(f"{kind} has {number:,}" for kind, number in large.items()) or "nothing is known of anybody"
    found = f"no two levels of one thing have {fewest} customers or more ({told})"
    return Fault("first purchases", found, "give a longer history, or map place, channel_id or product_id too")


def few_levels(kind: str, fewest: int) -> str:
    """Why one thing is left out that is known of customers."""
    return f"{CALLED[kind]} is left out: no two levels of it have {fewest} customers or more."


def segments_later(columns: Sequence[str]) -> str:
    """Why declared segments are left out."""
    return (
        f"Segments are left out: their rules read {listed(columns)}, which only later buying tells, so that they would "
        "be told by what they are to foretell."
    )


def why_known(found: KnownAtFirst, rows: Sequence[LevelOutlook], why_not: str, least: float) -> str:
    """What one thing known at the first purchase tells, in sentences; why_not: what the data leave open."""
    called, held = CALLED[found.known], ""
    if not found.identified:
        open_part = why_not or "the search for the maximum did not arrive"
        held = f" The data do not identify the model ({open_part}), so its intervals lean on a weak prior."
    if found.gain is None:
        return f"{called} cannot be judged here: too short a history to hold out a last third.{held}"
    score = f"log-likelihood of the last third {found.gain:+,.2f}"
    if not found.tells:
        return f"{called} tells nothing here ({score}, where {least:g} would count).{held}"
    return f"{called} tells how customers buy ({score}): {_apart(rows) or 'no single level is surely apart'}.{held}"


def _apart(rows: Sequence[LevelOutlook]) -> str:
    """The levels that are surely above and below all, in the first measure in which any is."""
    for measure, called in MEASURES.items():
        known = [(row, one) for row in rows if isinstance(one := getattr(row, measure), Estimate)]
        sure = sorted((each for each in known if not each[1].interval.holds(1.0)), key=lambda each: -each[1].mean)
        if sure:
            ends = sure if len(sure) < 4 else [*sure[:2], sure[-1]]
            told = [
                f"{row.level} {one.mean:.2f} times ({one.p05:.2f} to {one.p95:.2f}; {count(row.customers, 'customer')})"
                for row, one in ends
            ]
            return f"{called} beside the mean of all, {listed(told)}"
    return ""
