"""The law of what an offer is worth to a customer: benefits that come each with a probability, added up exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from patronage.kernels.arrays import Floats, finite, same_length, share

MOST_VALUES = 1 << 17
"""Most different sums of benefits that are told one by one."""

NODES = 64
"""Points of the common factor at which benefits are independent."""


@dataclass(frozen=True, slots=True)
class ValueLaw:
    """Every value that can come about, (values,) ascending, in the unit of the benefits; chances sum to 1."""

    values: Floats
    chances: Floats

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.values @ self.chances)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(((self.values - self.mean) ** 2) @ self.chances))

    def p_of(self, value: float) -> float:
        """Chance of this value."""
        return float(self.chances[self.values == value].sum())

    def p_above(self, value: float) -> float:
        """Chance of more than a value, such as of more than the price premium."""
        return float(self.chances[self.values > value].sum())

    def quantile(self, level: float) -> float:
        """The least value that is not exceeded with at least this chance."""
        place = int(np.searchsorted(np.cumsum(self.chances), level * (1 - 1e-12)))
        return float(self.values[min(place, self.values.size - 1)])


def value_law(benefits: ArrayLike, probabilities: ArrayLike, *, common: float = 0.0) -> ValueLaw:
    """The law of the sum of benefits, (terms,), that each come about with their probability, or not at all.

    common: share, from 0 to 1, of what decides each benefit that they have in common: each comes about where a normal
    variable of its own falls below the quantile of its probability, and two such variables correlate by `common`. 0
    makes them independent. Raises ValueError for probabilities outside 0 to 1, and for more different sums than
    MOST_VALUES. Source: Vasicek (1987) for the one factor; sums by convolution.
    """
    each, chance = finite(benefits, "benefits", axes=1), finite(probabilities, "probabilities", axes=1)
    same_length(benefits=each, probabilities=chance)
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError(f"probabilities must lie from 0 to 1, got {chance.min()} to {chance.max()}")
    share(common, "common", ends=True)
    given, weights = _given_factor(chance, common)
    values, chances = np.zeros(1), np.ones((weights.size, 1))
    for place in np.flatnonzero((each != 0) & (chance > 0)):
        comes = given[:, place, None]
        summed = np.concatenate([values, values + each[place]])
        values, at = np.unique(summed, return_inverse=True)
        if values.size > MOST_VALUES:
            raise ValueError(f"the benefits add up to more than {MOST_VALUES:,} different sums")
        parts = np.concatenate([chances * (1 - comes), chances * comes], axis=1)
        chances = np.stack([np.bincount(at, row, values.size) for row in parts])
    return ValueLaw(values, weights @ chances)


def _given_factor(chance: Floats, common: float) -> tuple[Floats, Floats]:
    """The probabilities at each point of the common factor, (points, terms), and the weights of the points."""
    if common == 0:
        return chance[None], np.ones(1)
    rule: tuple[Floats, Floats] = np.polynomial.hermite_e.hermegauss(NODES)
    at, weights = rule[0][:, None], rule[1] / rule[1].sum()
    bound: Floats = np.asarray(ndtri(chance))
    if common == 1:
        # All hang on the factor alone: benefits come about together, the likelier ones always with the others.
        edges = np.unique(np.concatenate([[0.0], chance, [1.0]]))
        middle = (edges[1:] + edges[:-1]) / 2
        return (middle[:, None] < chance[None]).astype(np.float64), np.diff(edges)
    below: Floats = (bound - math.sqrt(common) * at) / math.sqrt(1 - common)
    return ndtr(below), weights
