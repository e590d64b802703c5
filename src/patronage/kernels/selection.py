"""Correction of ranked values for the luck of those that came out on top."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite, not_negative, same_length

NODES = 200
"""Points of the scatter of true values; what is summed over them is smooth and falls off on both sides."""

ENOUGH = 5_000
"""Values that tell where the scatter lies."""

CELLS = 1_000_000
"""Values times points held at once."""

SLIM = 1e-12
"""Density, as a share of the highest, below which a point adds nothing."""

FAR = 40.0
"""Distance in log density below the likeliest scatter beyond which nothing is summed."""

LEAST, MOST = 1e-5, 1e5
"""Ends of the scatter looked at, the lower in typical errors, the upper in the larger of these and the spread."""

FLOOR = 1e-12
"""Least scatter looked at, in the larger of the spread and the typical error, so that its square stays above 0."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Values as measured and as they should be believed once ranked.

    raw, corrected, sd: (values,). prior_mean, prior_sd: of the true values around which they scatter.
    identified: false where one value alone tells nothing of how true values scatter; then corrected is raw.
    """

    raw: Floats
    corrected: Floats
    sd: Floats
    prior_mean: float
    prior_sd: float
    identified: bool


def shrunk(values: ArrayLike, errors: ArrayLike) -> Shrunk:
    """Posterior means and deviations of noisy values around their common mean, from two values on.

    values: (values,). errors: (values,) standard errors, >= 0; a value without error stays as it is. The prior of the
    common mean is flat; that of the standard deviation of true values is half-Cauchy with the median error as its
    scale, which leaves a proper posterior at two values, and is integrated out on a grid. Over that prior the corrected
    best is unbiased; at one scatter, where true values are all alike it still promises up to a third of an error too
    much, where they differ by some errors as much too little, for two values as for twenty.
    Source: Gelman (2006), prior distributions for variance parameters; with equal errors the shrinkage of Carvalho,
    Polson & Scott (2010), the horseshoe.
    """
    raw = finite(values, "values", axes=1)
    error = not_negative(errors, "errors", axes=1)
    k = same_length(values=raw, errors=error)
    if k == 0:
        raise ValueError("values must not be empty")
    if k == 1 or not error.any():
        return Shrunk(raw, raw.copy(), error.copy(), float(raw.mean()), float(raw.std()), k > 1)
    typical, middle = float(np.median(error[error > 0])), float(raw.mean())
    unit = max(float(raw.std()), typical)
    told = _integrated((raw - middle) / unit, (error / unit) ** 2, typical / unit)
    # Where no error is left after squaring, no value moves.
    corrected = np.where(error > 0, middle + told.corrected * unit, raw)
    return Shrunk(raw, corrected, told.sd * unit, middle + told.prior_mean * unit, told.prior_sd * unit, True)


def _integrated(raw: Floats, noise: Floats, scale: float) -> Shrunk:
    """The posterior with the scatter of true values integrated out; noise: variances, scale: of its prior."""
    reach = max(1.0, scale, float(np.sqrt(noise.max())))
    coarse = _evenly(math.log(max(scale * LEAST, FLOOR)), math.log(reach * MOST))
    # A few thousand values tell where to look: all of them only narrow it further.
    step = -(-raw.size // ENOUGH)
    density = _log_posterior(coarse, raw[::step], noise[::step], scale)
    near: Floats = coarse[density > density.max() - FAR]
    beside = float(coarse[1] - coarse[0])
    fine = _evenly(float(near[0]) - beside, float(near[-1]) + beside)
    density = _log_posterior(fine, raw, noise, scale)
    share = np.exp(density - density.max())
    return _mixed(fine[share > SLIM], share[share > SLIM] / share[share > SLIM].sum(), raw, noise)


def _mixed(log_scatter: Floats, share: Floats, raw: Floats, noise: Floats) -> Shrunk:
    """Means and deviations over the scatters, one after the other, so that memory holds no table of all values."""
    mean, square = np.zeros(raw.size), np.zeros(raw.size)
    middle = 0.0
    for place, part in zip(log_scatter.tolist(), share.tolist(), strict=True):
        weights = 1 / (noise + math.exp(2 * place))
        total = float(weights.sum())
        centre = float(weights @ raw) / total
        pull = noise * weights
        moved = pull * (centre - raw)
        mean += part * moved
        square += part * (moved**2 + noise * (1 - pull) + pull**2 / total)
        middle += part * centre
    spread = np.maximum(square - mean**2, 0.0)
    return Shrunk(raw, raw + mean, np.sqrt(spread), middle, float(share @ np.exp(log_scatter)), identified=True)


def _evenly(start: float, end: float) -> Floats:
    return start + (end - start) * np.arange(NODES, dtype=np.float64) / (NODES - 1)


def _log_posterior(log_scatter: Floats, raw: Floats, noise: Floats, scale: float) -> Floats:
    """Log density of the logarithm of the scatter, (nodes,), but for a constant; the common mean is integrated out."""
    parts = [_log_likelihood(each, raw, noise) for each in np.array_split(log_scatter, -(-NODES * raw.size // CELLS))]
    prior = -np.logaddexp(0.0, 2 * (log_scatter - math.log(scale)))
    return np.asarray(np.concatenate(parts) + prior + log_scatter, dtype=np.float64)


def _log_likelihood(log_scatter: Floats, raw: Floats, noise: Floats) -> Floats:
    variance = noise + np.exp(2 * log_scatter)[:, None]
    weights = 1 / variance
    total = weights.sum(axis=1)
    centre = weights @ raw / total
    misfit = (weights * (raw - centre[:, None]) ** 2).sum(axis=1)
    return np.asarray(-(np.log(variance).sum(axis=1) + np.log(total) + misfit) / 2, dtype=np.float64)
