"""The Gaussian process behind the calendar: level, trend, season, shared shock and noise of the log factor."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import linalg

from patronage.kernels.arrays import Floats, Whole

LEVEL_SD = 1.0  # log factor of a stationary model that may be off as a whole
TREND_SD = 0.25  # log factor a year, before any evidence
HARMONICS = 4  # of a season with more positions than a year has months

# Candidate sizes on the log scale with their weights before any evidence. Long memory weighs most: the likelihood
# judges each period by those before it and so says little about slow drift, which makes totals miss.
SEASON_SD = ((0.0, 0.2), (0.07, 0.25), (0.18, 0.3), (0.45, 0.25))
SHOCK_SD = ((0.01, 0.1), (0.03, 0.15), (0.06, 0.25), (0.12, 0.25), (0.25, 0.15), (0.5, 0.1))
PERSISTENCE = ((0.0, 0.1), (0.5, 0.2), (0.8, 0.3), (0.95, 0.4))
NOISE_SD = ((0.0, 0.5), (0.06, 0.5))


class Sizes(NamedTuple):
    """One candidate: sd of season, shock and single-period noise (log scale), persistence of the shock."""

    season: float
    shock: float
    persistence: float
    noise: float


class Observed(NamedTuple):
    """Log of occasions over expected, its Poisson variance, places in time and positions in a year, each (used,)."""

    log_ratio: Floats
    error: Floats
    at: Whole
    cycle: int


WORKING = Sizes(0.2, 0.15, 0.7, 0.05)  # wide enough to follow the data while counts are turned into logs


def candidates() -> tuple[list[Sizes], Floats]:
    """All combinations of sizes with their weights."""
    rows = list(product(SEASON_SD, SHOCK_SD, PERSISTENCE, NOISE_SD))
    weights = np.array([[weight for _, weight in row] for row in rows]).prod(axis=1)
    return [Sizes(*(value for value, _ in row)) for row in rows], weights


def evidence(seen: Observed, sizes: list[Sizes]) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of each candidate, and what it expects of each period with and without shock and noise.

    Returns (candidates,), (candidates, used) and (candidates, used).
    """
    gap = np.abs(seen.at[:, None] - seen.at)
    table: Floats = np.array(sizes)
    season, shock, persistence, noise = (table[:, place, None, None] for place in range(4))
    smooth: Floats = _drift(seen.at, seen) + season**2 * season_kernel(gap, seen.cycle)
    rough: Floats = shock**2 * np.where(gap == 0, 1.0, persistence**gap) + noise**2 * np.eye(seen.at.size)
    total: Floats = smooth + rough + np.diag(seen.error)
    root = np.linalg.cholesky(total)
    column = np.broadcast_to(seen.log_ratio[:, None], (len(sizes), seen.at.size, 1))
    solved = np.asarray(np.linalg.solve(total, column))[..., 0]
    likelihood = -0.5 * solved @ seen.log_ratio - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    mean = (smooth @ solved[..., None])[..., 0]
    return likelihood - 0.5 * seen.at.size * np.log(2 * np.pi), mean + (rough @ solved[..., None])[..., 0], mean


def posterior(seen: Observed, size: Sizes, wanted: Whole, first: int) -> tuple[Floats, Floats]:
    """Mean and a root of the covariance of: log factors at the wanted places, the season of each position, the trend.

    The trend stands still after the last period used; a caller adds its damped growth. Returns (k,), (k, k) with
    k = wanted + cycle + 1.
    """
    joint = _joint(seen, size, wanted, first)
    used = seen.at.size
    root = linalg.cholesky(joint[:used, :used] + np.diag(seen.error), lower=True)
    cross = linalg.solve_triangular(root, joint[:used, used:], lower=True)
    mean = cross.T @ linalg.solve_triangular(root, seen.log_ratio, lower=True)
    values, vectors = np.linalg.eigh(joint[used:, used:] - cross.T @ cross)
    return mean, vectors * np.sqrt(np.maximum(values, 0.0))


def season_kernel(gap: Whole, cycle: int) -> Floats:
    """Covariance, 1 at gap 0, of a season that sums to 0: free by position up to 13 of them, else smooth."""
    if cycle <= 13:
        return (np.where(gap % cycle == 0, 1.0, 0.0) - 1 / cycle) * cycle / (cycle - 1)
    order = np.arange(1, HARMONICS + 1)
    weight = (1 / order) / (1 / order).sum()
    return np.cos(2 * np.pi * gap[..., None] * order / cycle) @ weight


def _years(at: Whole, seen: Observed) -> Floats:
    """Years of trend from each place to the last one used, 0 after it."""
    return np.minimum(at - seen.at[-1], 0) / seen.cycle


def _drift(at: Whole, seen: Observed) -> Floats:
    """Covariance that level and trend give to the places."""
    years = _years(at, seen)
    return LEVEL_SD**2 + TREND_SD**2 * np.outer(years, years)


def _joint(seen: Observed, size: Sizes, wanted: Whole, first: int) -> Floats:
    """Prior covariance of the factor at used and wanted places, the season and the trend."""
    places = np.concatenate([seen.at, wanted])
    gap = np.abs(places[:, None] - places)
    shock = size.shock**2 * np.where(gap == 0, 1.0, size.persistence**gap) + size.noise**2 * (gap == 0)
    positions = np.arange(seen.cycle) - first
    start, end = places.size, places.size + seen.cycle
    joint = np.zeros((end + 1, end + 1))
    joint[:start, :start] = _drift(places, seen) + shock + size.season**2 * season_kernel(gap, seen.cycle)
    across = size.season**2 * season_kernel(np.abs(places[:, None] - positions), seen.cycle)
    joint[:start, start:end], joint[start:end, :start] = across, across.T
    joint[start:end, start:end] = size.season**2 * season_kernel(np.abs(positions[:, None] - positions), seen.cycle)
    joint[:start, end] = joint[end, :start] = TREND_SD**2 * _years(places, seen)
    joint[end, end] = TREND_SD**2
    return joint
