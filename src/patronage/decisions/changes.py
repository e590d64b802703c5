"""What changed between two ledgers: new, gone, and moved by more than its noise, with the figures that moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from patronage.decisions.decision import Decision, Status
from patronage.vocabulary.estimate import SD_TO_P95, Estimate

SURE = 0.95
"""Least share of the shared draws in which a difference keeps its sign."""

SLIGHT = 0.05
"""Difference, as a share of the larger value, below which nothing is said to have moved."""

SAME_FIGURE = 0.01
"""Relative change of a figure below which it explains nothing."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure of the evidence that is no longer what it was."""

    finding: str
    name: str
    before: float | int | str
    after: float | int | str


@dataclass(frozen=True, slots=True)
class Moved:
    """A decision whose status changed, or whose value moved by more than its noise, and why.

    difference: of the means, in the unit of the value; None where one of them has no value.
    """

    before: Decision
    after: Decision
    difference: float | None
    because: tuple[FigureChange, ...]


@dataclass(frozen=True, slots=True)
class LedgerChanges:
    """The difference of two ledgers, each part in the order of the ledger it comes from."""

    new: tuple[Decision, ...]
    gone: tuple[Decision, ...]
    moved: tuple[Moved, ...]

    @property
    def none(self) -> bool:
        """Whether nothing is worth telling."""
        return not (self.new or self.gone or self.moved)


def changes(before: Sequence[Decision], after: Sequence[Decision]) -> LedgerChanges:
    """What is new, gone and moved from one ledger to the next.

    Two runs share their draws: draw k of one assumes what draw k of the other does. So a value has moved
    where the difference keeps its sign in 95% of the draws and is at least a twentieth of the larger value;
    where draws are missing or differ in number, where the difference of the means spans 1.645 standard deviations of
    both together. A changed status is told always.
    """
    old = {each.id: each for each in before}
    fresh = {each.id for each in after}
    pairs = [(old[each.id], each) for each in after if each.id in old]
    return LedgerChanges(
        tuple(each for each in after if each.id not in old),
        tuple(each for each in before if each.id not in fresh),
        tuple(_moved(one, other) for one, other in pairs if _status(one) != _status(other) or _differs(one, other)),
    )


def _moved(before: Decision, after: Decision) -> Moved:
    difference = after.value.mean - before.value.mean if before.value and after.value else None
    figures = sorted(_figures(before, after), key=lambda change: -_relative(change))
    return Moved(before, after, difference, tuple(figures))


def _status(decision: Decision) -> Status:
    """The tool's own view: what people decided is no change of the evidence."""
    decided = decision.status in (Status.ACCEPTED, Status.REJECTED)
    return (Status.PROPOSED if decision.value else Status.NOTHING_TO_GAIN) if decided else decision.status


def _differs(before: Decision, after: Decision) -> bool:
    if before.value is None or after.value is None:
        return False
    difference = after.value.mean - before.value.mean
    if abs(difference) < SLIGHT * max(abs(before.value.mean), abs(after.value.mean)):
        return False
    return _beyond_noise(before.value, after.value, difference)


def _beyond_noise(before: Estimate, after: Estimate, difference: float) -> bool:
    if before.draws is None or after.draws is None or before.draws.size != after.draws.size:
        return abs(difference) > SD_TO_P95 * float(np.hypot(before.sd, after.sd))
    draws = after.draws.astype(np.float64) - before.draws.astype(np.float64)
    return float(np.mean(draws * difference > 0)) >= SURE


def _figures(before: Decision, after: Decision) -> Iterator[FigureChange]:
    told = {(basis.finding, basis.table): basis for basis in before.evidence}
    for basis in after.evidence:
        last = told.get((basis.finding, basis.table))
        if last is None:
            continue
        for name, value in basis.figures.items():
            change = FigureChange(basis.finding, name, last.figures.get(name, "not told"), value)
            if _relative(change) > SAME_FIGURE:
                yield change


def _relative(change: FigureChange) -> float:
    """How large a change is beside the larger of both; 1 where a word changed, infinite never."""
    before, after = change.before, change.after
    if isinstance(before, str) or isinstance(after, str):
        return float(before != after)
    largest = max(abs(before), abs(after))
    return abs(after - before) / largest if largest > 0 else 0.0
