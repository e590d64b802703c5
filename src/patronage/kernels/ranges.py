"""Distributions that a stated range stands for: their parameters, moments, quantiles and even draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri

from patronage.kernels.arrays import Floats
from patronage.kernels.draws import stream

NORMAL_95 = 1.6448536269514722
"""The 95% point of the standard normal, so that a 90% interval is twice this many sd wide."""

PERT_WEIGHT = 4.0
"""How much more the mode of a PERT range weighs than one of its ends."""

_GRID = np.linspace(-10.0, 10.0, 4001)
_HEIGHTS = np.exp(-(_GRID**2) / 2)
_GRID_WEIGHTS = _HEIGHTS / _HEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and standard deviation of a distribution."""

    mean: float
    sd: float


def normal_of_interval(low: float, high: float) -> tuple[float, float]:
    """Mean and sd of the normal whose 5% and 95% points are low and high."""
    _ordered(low, high)
    return (low + high) / 2, (high - low) / (2 * NORMAL_95)


def log_normal_of_interval(low: float, high: float) -> tuple[float, float]:
    """Mean and sd of the logarithm, for the log-normal whose 5% and 95% points are low and high; both > 0."""
    _ordered(low, high)
    if low <= 0:
        raise ValueError(f"a log-normal lies above 0, got low={low:g}")
    return normal_of_interval(math.log(low), math.log(high))


def logit_normal_of_interval(low: float, high: float) -> tuple[float, float]:
    """Mean and sd of the log-odds, for the logit-normal with these 5% and 95% points; both within (0, 1)."""
    _ordered(low, high)
    if low <= 0 or high >= 1:
        raise ValueError(f"a logit-normal lies between 0 and 1, got low={low:g}, high={high:g}")
    return normal_of_interval(float(logit(low)), float(logit(high)))


def log_normal_of_moments(mean: float, sd: float) -> tuple[float, float]:
    """Mean and sd of the logarithm, for the log-normal with this mean and sd; both > 0."""
    if not (mean > 0 and sd > 0):
        raise ValueError(f"mean and sd must be above 0, got mean={mean:g}, sd={sd:g}")
    ratio = math.log(sd) - math.log(mean)
    # The square of a ratio beyond all bounds cannot be held, and what is added to it does not count.
    variance = math.log1p((sd / mean) ** 2) if ratio < 300 else 2 * ratio
    return math.log(mean) - variance / 2, math.sqrt(variance)


def beta_of_moments(mean: float, sd: float) -> tuple[float, float]:
    """The two shapes of the beta with this mean and sd; mean within (0, 1), sd below its Bernoulli bound."""
    if not 0 < mean < 1:
        raise ValueError(f"the mean of a beta lies between 0 and 1, got {mean:g}")
    if not 0 < sd < math.sqrt(mean * (1 - mean)):
        raise ValueError(f"the sd of a beta with mean {mean:g} lies below {math.sqrt(mean * (1 - mean)):g}, got {sd:g}")
    size = (mean / sd) * ((1 - mean) / sd) - 1
    return mean * size, (1 - mean) * size


def pert_shapes(low: float, mode: float, high: float) -> tuple[float, float]:
    """The two shapes of the beta on [low, high] that a PERT range is.

    Source: Malcolm, Roseboom, Clark & Fazar (1959), with the mode weighing four times an end.
    """
    if not low <= mode <= high or not low < high:
        raise ValueError(f"expected low <= mode <= high and low < high, got {low:g}, {mode:g}, {high:g}")
    width = high - low
    return 1 + PERT_WEIGHT * (mode - low) / width, 1 + PERT_WEIGHT * (high - mode) / width


def log_normal_moments(mu: float, sigma: float) -> Moments:
    """Mean and sd of exp(N(mu, sigma))."""
    _spread(sigma)
    mean = math.exp(mu + sigma**2 / 2)
    return Moments(mean, mean * math.sqrt(math.expm1(sigma**2)))


def logit_normal_moments(mu: float, sigma: float) -> Moments:
    """Mean and sd of 1 / (1 + exp(-N(mu, sigma))).

    By the trapezoid rule on +-10 sd, which converges geometrically here: error below 1e-10 for sigma <= 30.
    """
    _spread(sigma)
    values = expit(mu + sigma * _GRID)
    mean = float(_GRID_WEIGHTS @ values)
    return Moments(mean, math.sqrt(float(_GRID_WEIGHTS @ (values - mean) ** 2)))


def beta_moments(a: float, b: float) -> Moments:
    """Mean and sd of a beta with shapes a and b."""
    _shapes(a, b)
    mean = a / (a + b)
    return Moments(mean, math.sqrt(mean * (1 - mean) / (a + b + 1)))


def pert_moments(low: float, mode: float, high: float) -> Moments:
    """Mean and sd of a PERT range."""
    inner = beta_moments(*pert_shapes(low, mode, high))
    return Moments(low + (high - low) * inner.mean, (high - low) * inner.sd)


def normal_quantile(u: Floats, *, mean: float, sd: float) -> Floats:
    """Quantiles of a normal; u: (n,) within (0, 1)."""
    _spread(sd)
    return mean + sd * ndtri(_inside(u))


def log_normal_quantile(u: Floats, *, mu: float, sigma: float) -> Floats:
    """Quantiles of a log-normal; u: (n,) within (0, 1)."""
    return np.exp(normal_quantile(u, mean=mu, sd=sigma))


def logit_normal_quantile(u: Floats, *, mu: float, sigma: float) -> Floats:
    """Quantiles of a logit-normal; u: (n,) within (0, 1)."""
    return np.asarray(expit(normal_quantile(u, mean=mu, sd=sigma)))


def beta_quantile(u: Floats, *, a: float, b: float) -> Floats:
    """Quantiles of a beta; u: (n,) within (0, 1)."""
    _shapes(a, b)
    return np.asarray(betaincinv(a, b, _inside(u)))


def pert_quantile(u: Floats, *, low: float, mode: float, high: float) -> Floats:
    """Quantiles of a PERT range; u: (n,) within (0, 1)."""
    a, b = pert_shapes(low, mode, high)
    return low + (high - low) * beta_quantile(u, a=a, b=b)


def even_uniforms(size: int, *, seed: int, name: str) -> Floats:
    """One uniform draw in each of `size` equal slices of (0, 1), in random order.

    So the draws of a stated range keep its quantiles to 1 / size, and two names' draws stay
    independent. Source: McKay, Beckman & Conover (1979), Latin hypercube sampling.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    source = stream(seed, name)
    slices = source.permutation(size)
    return np.clip((slices + source.random(size)) / size, 2.0**-53, 1 - 2.0**-53)


def _ordered(low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"low must be below high and both finite, got low={low:g}, high={high:g}")


def _spread(sd: float) -> None:
    if not (math.isfinite(sd) and sd > 0):
        raise ValueError(f"the spread must be above 0 and finite, got {sd:g}")


def _shapes(a: float, b: float) -> None:
    if not (math.isfinite(a) and math.isfinite(b) and a > 0 and b > 0):
        raise ValueError(f"the shapes of a beta must be above 0 and finite, got a={a:g}, b={b:g}")


def _inside(u: Floats) -> Floats:
    if not bool(np.all((u > 0) & (u < 1))):
        raise ValueError("u must lie between 0 and 1, ends excluded")
    return u
