"""The randomised test that would settle what an action does, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.kernels.sample_size import POWER, customers_per_arm, smallest_lift
from patronage.vocabulary.words import count, percent

LEAST = 1e-5
"""Rise below which no test is sized: it would take a billion customers."""

WITHOUT = "do without"

STILL = "are still active"
"""What is known of those whose chance to buy again is not, but who are told to be active with some chance."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a test of an action would watch.

    action, outcome: what is done to a customer, and what it then does, as in "get a call" and "buy
    again within a year". base: share with that outcome without the action, or STILL. reach: how far the share rises
    for each unit of the action's effect. customers: how many there are to test on. told: what base is the share of.
    """

    action: str
    outcome: str
    base: float
    reach: float
    customers: int
    told: str = WITHOUT


def trial_words(trial: Trial, effect: float | None) -> str:
    """The test in one or two sentences, sized to show this effect; None where no effect is in sight."""
    base = min(max(trial.base, 0.0), 1.0)
    watch = f"watch how many {trial.outcome} (about {percent(base)} {trial.told})"
    lift = min((effect or 0.0) * trial.reach, 1 - base)
    if lift < LEAST:
        return f"Let chance decide which half of the {count(trial.customers, 'customer')} {trial.action}, and {watch}."
    arm = customers_per_arm(base, lift)
    if 2 * arm <= trial.customers:
        return (
            f"Let chance pick {2 * arm:,} of the {count(trial.customers, 'customer')}, let half of these "
            f"{trial.action}, and {watch}: a rise of {_points(lift)} shows with {POWER:.0%} power."
        )
    return _too_few(trial, base, lift, 2 * arm, watch)


def _too_few(trial: Trial, base: float, lift: float, needed: int, watch: str) -> str:
    short = f"Showing a rise of {_points(lift)} takes {needed:,} customers and there are {trial.customers:,}"
    if trial.customers < 2:
        return f"{short}: no test can settle this here; {watch} and judge by the case."
    shown = smallest_lift(base, trial.customers // 2)
    if shown is None:
        return f"{short}: no rise is large enough to show in so few; {watch} and judge by the case."
    return (
        f"{short}: let chance decide which half {trial.action}, {watch}, "
        f"and know that only a rise of {_points(shown)} or more would show with {POWER:.0%} power."
    )


def _points(lift: float) -> str:
    return f"{100 * lift:.2g} percentage points"
