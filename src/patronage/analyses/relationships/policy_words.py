"""What an experiment says of whom to treat how, in words."""

from __future__ import annotations

from collections.abc import Mapping

from patronage.findings.relationships import ExperimentPolicy
from patronage.vocabulary.words import listed, money, money_range


def policy_words(found: ExperimentPolicy, currency: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """What to do, how far the arms can be trusted, and when it was looked at, a sentence each.

    names: of the declared segments, by id.
    """
    checks = found.checks
    sound = "The checks hold" if not checks.failed else f"The checks fail: {'; '.join(checks.failed)}"
    unsound = " (told only to look into what went wrong)" if checks.failed else ""
    return (
        f"Experiment {found.experiment}{unsound}: {policy_why(found, currency, names)}.",
        f"{sound}: {checks.words}.",
        f"{found.look.words[:1].upper()}{found.look.words[1:]}.",
        *(f"{note[:1].upper()}{note[1:]}." for note in found.notes),
    )


def policy_why(found: ExperimentPolicy, currency: str, names: Mapping[str, str]) -> str:
    """What to do, in words; names: of the declared segments, by id."""
    apart = [one for one in found.segments if one.treatment != found.default]
    gain = money_range(found.over_default, currency)
    optimism = found.claimed - found.claimed_value
    too_much = money(optimism, currency)
    naive = f"picking the best mean of each segment would claim {too_much} a customer more than it is worth"
    if apart:
        if len(apart) == len(found.segments) and len({one.treatment for one in apart}) == 1:
            return (
                f"{apart[0].treatment} for all in place of {found.default}: worth {gain} a customer, on customers that "
                f"it was not learned from; {naive}"
            )
        told = listed([f"{one.treatment} for {names.get(one.segment, one.segment)}" for one in apart])
        return (
            f"{found.default} for all but {told}: worth {gain} a customer over {found.default} for all, on customers "
            f"that it was not learned from; {naive}"
        )
    open_ones = [one for one in found.segments if one.needed is not None]
    least = min((one.needed or 0 for one in open_ones), default=None)
    test = "" if least is None else f"; {least:,} customers in each of two arms would show the clearest difference"
    today = "" if found.default_is_today else " (the best for all: no arm is named as today's, such as none or control)"
    return f"{found.default} for all{today}: no segment surely does better with another treatment{test}; {naive}"
