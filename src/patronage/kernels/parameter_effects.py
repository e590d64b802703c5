"""What uncertain parameters do to totals, without computing the totals at every draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from patronage.kernels.arrays import Floats, finite, positive
from patronage.kernels.draws import stream

STEP = 1.5
"""How many standard deviations out along each axis the totals are computed."""
FARTHEST = 3.0
"""No draw lies more standard deviations out than this along an axis."""


class Parameters(NamedTuple):
    """Positive parameters whose logarithms are normal: their values (parameters,) and covariance of the logarithms."""

    values: Floats
    covariance: Floats


def parameter_factors(
    parameters: Parameters, totals: Callable[[Floats], Floats], *, draws: int, seed: int, name: str
) -> Floats:
    """Factors of mean 1 by which drawn parameters move totals: (totals, draws).

    totals: from parameters to positive totals, (totals,). They are computed at the values and twice along each axis of
    the covariance; between, their logarithm is a quadratic along each axis, and the axes add. A total that is 0 at the
    values keeps factor 1. name: of the estimand, whose stream the draws are.
    """
    centre, covariance = _checked(parameters)
    normal = stream(seed, name).standard_normal((draws, centre.size)).clip(-FARTHEST, FARTHEST)
    variances, axes = np.linalg.eigh(covariance)
    spread = axes * np.sqrt(np.maximum(variances, 0.0))
    middle = finite(totals(np.exp(centre)), "totals", axes=1)
    effect = np.zeros((middle.size, draws))
    for axis in range(centre.size):
        if not spread[:, axis].any():
            continue
        up, down = (_log_ratio(totals(np.exp(centre + way * STEP * spread[:, axis])), middle) for way in (1, -1))
        z = normal[:, axis] / STEP
        effect += np.outer((up - down) / 2, z) + np.outer((up + down) / 2, z**2)
    factors = np.exp(effect)
    return factors / factors.mean(axis=1, keepdims=True)


def _checked(parameters: Parameters) -> tuple[Floats, Floats]:
    values = positive(parameters.values, "parameters", axes=1)
    covariance = finite(parameters.covariance, "covariance", axes=2)
    if covariance.shape != (values.size, values.size):
        raise ValueError(f"covariance must be {values.size} x {values.size}, got shape {covariance.shape}")
    return np.log(values), covariance


def _log_ratio(moved: Floats, middle: Floats) -> Floats:
    both = (moved > 0) & (middle > 0)
    return np.where(both, np.log(np.where(both, moved, 1.0)) - np.log(np.where(both, middle, 1.0)), 0.0)
