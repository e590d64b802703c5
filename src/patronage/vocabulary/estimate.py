"""Numbers that know how uncertain they are, in what unit, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade, weakest

Floats = NDArray[np.float64]
Draws = NDArray[np.float32]

LIKELY = 0.5
"""Probability above which something is more likely than not."""

SD_TO_P95 = 1.6448536
"""Standard deviations of a normal from its mean to its p95, and so from its p05 to its mean."""

LARGEST = float(np.finfo(np.float32).max)
"""Largest size of a draw, which is kept in single precision."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle nine tenths of what is believed: p05 to p95."""

    p05: float
    p95: float

    def holds(self, value: float) -> bool:
        """Whether a value lies inside, ends included."""
        return self.p05 <= value <= self.p95


@dataclass(frozen=True, slots=True)
class Estimate:
    """An uncertain number: mean, spread, quantiles, unit, grade and its draws.

    draws: (1,000,) float32 or None. Draw k of one estimate of a run belongs with draw k of every
    other, so sums, differences and comparisons are exact under the model.
    """

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    unit: str
    grade: Grade
    draws: Draws | None = field(default=None, compare=False, repr=False)

    @property
    def interval(self) -> Interval:
        """The 90% interval."""
        return Interval(self.p05, self.p95)

    def p_above(self, threshold: float) -> float:
        """Share of the draws above a threshold; 0 or 1 when the number is certain."""
        if self.draws is None:
            return float(self.mean > threshold)
        return float(np.mean(self.draws > threshold))

    def plus(self, other: Estimate) -> Estimate:
        """The sum, draw by draw; the unit must be the same, the weaker grade is kept."""
        _same_unit(self, other)
        return estimate(_draws_of(self, other) + _draws_of(other, self), self.unit, weakest((self.grade, other.grade)))

    def minus(self, other: Estimate) -> Estimate:
        """The difference, draw by draw; the unit must be the same, the weaker grade is kept."""
        _same_unit(self, other)
        return estimate(_draws_of(self, other) - _draws_of(other, self), self.unit, weakest((self.grade, other.grade)))

    def times(self, factor: float, unit: str | None = None) -> Estimate:
        """The number scaled by a constant, in a new unit where one is given."""
        return estimate(_draws_of(self, self) * factor, unit or self.unit, self.grade)


def estimate(draws: Floats | Draws, unit: str, grade: Grade, *, mean: float | None = None) -> Estimate:
    """An estimate from its draws.

    draws: (n,) finite, none beyond LARGEST. mean: the closed form where one is known, else the draws' own mean.
    Raises EstimationError where a draw or the mean is no such number, ValueError where the draws are no row.
    """
    values = np.asarray(draws, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ValueError("draws must be a non-empty row of numbers")
    _refuse_beyond(values, "draws", unit)
    p05, p50, p95 = (float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
    centre = float(values.mean()) if mean is None else float(mean)
    _refuse_beyond(np.array([centre]), "means", unit)
    # What is too small for a draw to hold becomes 0, which no reader of money can tell from it.
    with np.errstate(under="ignore"):
        kept = values.astype(np.float32) if values.size > 1 else None
    return Estimate(centre, float(values.std()), p05, p50, p95, unit, grade, kept)


def certain(value: float, unit: str, grade: Grade) -> Estimate:
    """A number without uncertainty of its own, such as a sum of measured rows."""
    return Estimate(value, 0.0, value, value, value, unit, grade)


def _refuse_beyond(values: Floats, name: str, unit: str) -> None:
    """Raises EstimationError where a value is not finite or larger than a draw can hold."""
    outside = ~(np.abs(values) <= LARGEST)
    if outside.any():
        first = int(np.argmax(outside))
        told = f"{int(outside.sum()):,} of {values.size:,} {name} are not numbers within {LARGEST:.3g} of 0"
        fault = f"{told} (first at {first}: {values[first]:g})"
        raise EstimationError(Fault(f"an estimate in {unit}", fault, "look for an amount or a rate of that size"))


def _same_unit(one: Estimate, other: Estimate) -> None:
    if one.unit != other.unit:
        raise ValueError(f"cannot join {one.unit!r} with {other.unit!r}")


def _draws_of(one: Estimate, other: Estimate) -> Floats:
    if one.draws is not None:
        return one.draws.astype(np.float64)
    size = 1 if other.draws is None else other.draws.size
    return np.full(size, one.mean)
