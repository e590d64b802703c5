"""Effects of many levels under normal laws whose scales are not known, averaged over all scales that may be."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, Whole, finite

SCALES = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4])
"""Scales over which the average is taken."""
USUAL_SCALE = 0.4
"""Standard deviation of the half-normal law of a scale, of effects on the logarithm."""
_WIDEST = 1e9


class ScaleAverage(NamedTuple):
    """Parameters and effects with their uncertainty, that of the scales included.

    at, covariance: mean and covariance over all scales, (columns,) and (columns, columns). scales: (kinds,) means.
    """

    at: Floats
    covariance: Floats
    scales: Floats


def scale_average(hessian: ArrayLike, pull: ArrayLike, kinds: ArrayLike) -> ScaleAverage:
    """The average over scales of x, whose negative log-likelihood is x'Hx / 2 - pull'x up to a constant.

    hessian: (columns, columns). pull: (columns,). kinds: (columns,) whole, -1 for a parameter that is free, else 0, 1,
    ... for an effect of that kind; effects of a kind are normal around 0 with one scale, which is half-normal with
    USUAL_SCALE. Each grid point of SCALES counts by its exact marginal likelihood. Sources: Gelman (2006) for the law
    of scales, Rue, Martino & Chopin (2009) for the average over a grid.
    """
    curve, slope, kind = _checked(hessian, pull, kinds)
    number = int(kind.max()) + 1
    weights, means, covariances = list[float](), list[Floats](), list[Floats]()
    grid = np.array(list(product(range(SCALES.size), repeat=number)), dtype=np.int64).reshape(-1, number)
    for places in grid:
        held = np.where(kind >= 0, SCALES[places[kind]] ** -2.0, 0.0)
        values, vectors = np.linalg.eigh(curve + np.diag(held))
        values = np.maximum(values, 1 / _WIDEST)
        inverse = (vectors / values) @ vectors.T
        mean = inverse @ slope
        laws = np.log(held[kind >= 0]).sum() - np.log(values).sum()
        weights.append(0.5 * float(slope @ mean + laws) + float(_LOG_WEIGHTS[places].sum()))
        means.append(mean)
        covariances.append(inverse)
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    each = np.array(means)
    middle: Floats = share @ each
    off = each - middle
    covariance = np.tensordot(share, np.array(covariances), axes=1) + off.T @ (share[:, None] * off)
    return ScaleAverage(middle, covariance, share @ SCALES[grid])


def _log_weights() -> Floats:
    """The log of the half-normal law at each scale, times the width that the scale stands for."""
    edges = np.concatenate([[0.0], (SCALES[1:] + SCALES[:-1]) / 2, [SCALES[-1] + (SCALES[-1] - SCALES[-2]) / 2]])
    return np.log(np.diff(edges)) - SCALES**2 / (2 * USUAL_SCALE**2)


_LOG_WEIGHTS = _log_weights()


def _checked(hessian: ArrayLike, pull: ArrayLike, kinds: ArrayLike) -> tuple[Floats, Floats, Whole]:
    curve, slope = finite(hessian, "hessian", axes=2), finite(pull, "pull", axes=1)
    kind = np.asarray(kinds)
    if curve.shape != (slope.size, slope.size) or kind.shape != slope.shape:
        raise ValueError(
            f"hessian, pull and kinds must be of one size, got shapes {curve.shape}, {slope.shape}, {kind.shape}"
        )
    if not slope.size or not np.issubdtype(kind.dtype, np.integer) or kind.min() < -1 or not 0 <= kind.max() <= 1:
        raise ValueError("kinds must be whole, -1 for free parameters, 0 and at most 1 for effects")
    return curve, slope, kind.astype(np.int64)
