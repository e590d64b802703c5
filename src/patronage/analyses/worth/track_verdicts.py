"""What to make of an accepted decision that was measured, in a word and in a sentence."""

from __future__ import annotations

from dataclasses import replace

from patronage.analyses.worth.arm_effects import Compared
from patronage.findings.trust import Ranged, Tracked
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, money_range, percent

AS_EXPECTED, MORE, LESS = "as_expected", "more_than_expected", "less_than_expected"
HARMFUL, OPEN = "harmful", "open"
LEAST_ACTED = 0.1
"""Share of the list that must have been acted on, beyond those left alone, for an effect on one of them to be told."""

APART = 0.05
"""Difference of the shares of two arms from which what others do on them is no part of both alike."""

TOO_EARLY, NO_HOLDOUT, UNEVEN_ARMS, NOT_MEASURABLE = "too_early", "no_holdout", "uneven_arms", "not_measurable"


def judged(row: Tracked, found: Compared, terms: Terms) -> Tracked:
    """The row with its verdict: by the effect where one was assumed and could be told, else by the money.

    It is judged by the lasting interval, so that it stays true however often it is asked.
    """
    if row.effect is not None and row.effect.assumed is not None:
        name = _verdict(row.effect.share, row.effect.assumed)
    elif row.measured is not None:
        name = _verdict(row.measured, None if row.expected is None else row.expected.mean)
    else:
        name = OPEN
    return replace(row, verdict=name, why=_why(row, name, found, terms))


def uneven_words(found: Compared, share: float) -> str:
    """Why arms of these sizes cannot be compared."""
    arms = found.arms
    return (
        f"{arms.treated:,} customers acted on and {arms.holdout:,} left alone are known to the evidence, where chance "
        f"left {percent(share)} alone: so uneven a split tells of customers lost from one arm, not of an effect"
    )


def elsewhere_words(row: Tracked) -> str:
    """The warning that lists of other accepted decisions hold customers of this one; empty where none does."""
    both, arms = row.elsewhere, row.arms
    if row.measured is None or not (both.holdout or both.treated):
        return ""
    alone, acted = both.holdout / max(arms.holdout, 1), both.treated / max(arms.treated, 1)
    told = (
        f"lists of other accepted decisions of the same days hold {count(both.holdout, 'customer')} left alone here "
        f"({percent(alone)}) and {both.treated:,} of those acted on ({percent(acted)}): "
    )
    if abs(alone - acted) > APART:
        return (
            told + "what is measured is this together with what they do, since they reach one arm more than the other"
        )
    return told + "what is measured is what this adds beside them, not what it does by itself"


def _verdict(measured: Ranged, expected: float | None) -> str:
    if measured.p95 < 0:
        return HARMFUL
    if expected is not None and measured.p05 > expected:
        return MORE
    if expected is not None and measured.p95 < expected:
        return LESS
    return AS_EXPECTED if measured.p05 > 0 and expected is not None else OPEN


def _why(row: Tracked, verdict: str, found: Compared, terms: Terms) -> str:
    said = {
        AS_EXPECTED: "it works, about as well as was assumed",
        MORE: "it works better than was assumed",
        LESS: "it works less than was assumed",
        HARMFUL: "it does harm",
        OPEN: "it cannot yet be told from no effect",
    }
    parts = [said[verdict]]
    if row.effect is not None:
        share = row.effect.share
        parts.append(
            f"it worked for {percent(share.mean)} ({percent(share.p05)} to {percent(share.p95)}) of the "
            f"{count(row.arms.treated, 'customer')} acted on"
            + ("" if row.effect.assumed is None else f", where {percent(row.effect.assumed)} was assumed")
        )
    if row.measured is not None:
        brought = f"{money_range(row.measured, terms.currency)} more came in than without it"
        told = "" if row.expected is None else f", {money_range(row.expected, terms.currency)} expected"
        parts.append(brought + told)
    if row.effect is None and found.complied < LEAST_ACTED:
        parts.append("too few of its list were acted on to tell for whom it works")
    if found.complied < 1:
        parts.append(f"{percent(found.complied)} more of those to be treated were acted on than of those left alone")
    if found.unknown:
        parts.append(f"{count(found.unknown, 'customer')} of its list are no longer known and are left out")
    return "; ".join(parts)
