"""A declared number: certain, or a range with the distribution that it stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from patronage.kernels.ranges import (
    Moments,
    beta_moments,
    beta_quantile,
    even_uniforms,
    log_normal_moments,
    log_normal_quantile,
    logit_normal_moments,
    logit_normal_quantile,
    normal_quantile,
    pert_moments,
    pert_quantile,
)
from patronage.vocabulary.estimate import Estimate, Floats, certain
from patronage.vocabulary.estimate import estimate as estimate_of_draws
from patronage.vocabulary.grade import Grade

DRAWS = 1000
"""Draws of an estimate."""


class Kind(StrEnum):
    """What a quantity is distributed as, and what its parameters are."""

    NUMBER = "number"
    """parameters: the value."""
    NORMAL = "normal"
    """parameters: mean and sd."""
    LOG_NORMAL = "log_normal"
    """parameters: mean and sd of the logarithm."""
    LOGIT_NORMAL = "logit_normal"
    """parameters: mean and sd of the log-odds."""
    BETA = "beta"
    """parameters: the two shapes."""
    PERT = "pert"
    """parameters: low, mode and high."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of the strategy file; written: as the file has it."""

    kind: Kind
    parameters: tuple[float, ...]
    written: str = field(default="", compare=False)

    @property
    def mean(self) -> float:
        """The mean, in closed form (of a logit-normal by quadrature)."""
        return self._moments().mean

    @property
    def sd(self) -> float:
        """The standard deviation, 0 for a certain number."""
        return self._moments().sd

    @property
    def is_range(self) -> bool:
        """Whether the number is uncertain."""
        return self.kind is not Kind.NUMBER

    def quantiles(self, levels: Floats) -> Floats:
        """The quantiles at levels within (0, 1)."""
        match self.kind, self.parameters:
            case Kind.NORMAL, (mean, sd):
                return normal_quantile(levels, mean=mean, sd=sd)
            case Kind.LOG_NORMAL, (mu, sigma):
                return log_normal_quantile(levels, mu=mu, sigma=sigma)
            case Kind.LOGIT_NORMAL, (mu, sigma):
                return logit_normal_quantile(levels, mu=mu, sigma=sigma)
            case Kind.BETA, (a, b):
                return beta_quantile(levels, a=a, b=b)
            case Kind.PERT, (low, mode, high):
                return pert_quantile(levels, low=low, mode=mode, high=high)
            case _:
                return np.full(levels.shape, self.parameters[0])

    def draws(self, n: int, seed: int, name: str) -> Floats:
        """(n,) draws, one in each of n slices of equal probability, that hang on seed and name alone."""
        if not self.is_range:
            return np.full(n, self.parameters[0])
        return self.quantiles(even_uniforms(n, seed=seed, name=name))

    def estimate(self, unit: str, grade: Grade, seed: int, name: str, n: int = DRAWS) -> Estimate:
        """The quantity as an estimate with its closed-form mean and its draws."""
        if not self.is_range:
            return certain(self.parameters[0], unit, grade)
        return estimate_of_draws(self.draws(n, seed, name), unit, grade, mean=self.mean)

    def _moments(self) -> Moments:
        match self.kind, self.parameters:
            case Kind.NORMAL, (mean, sd):
                return Moments(mean, sd)
            case Kind.LOG_NORMAL, (mu, sigma):
                return log_normal_moments(mu, sigma)
            case Kind.LOGIT_NORMAL, (mu, sigma):
                return logit_normal_moments(mu, sigma)
            case Kind.BETA, (a, b):
                return beta_moments(a, b)
            case Kind.PERT, (low, mode, high):
                return pert_moments(low, mode, high)
            case _:
                return Moments(self.parameters[0], 0.0)


def exactly(value: float) -> Quantity:
    """A number that is taken as certain."""
    return Quantity(Kind.NUMBER, (float(value),), f"{value:g}")


NOTHING = exactly(0)
"""Zero, taken as certain."""
