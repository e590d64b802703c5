"""What several experiments on the same action show together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from patronage.kernels.arrays import finite, same_length


@dataclass(frozen=True, slots=True)
class PooledEffect:
    """The mean of the effects of all experiments like these, and how they differ.

    standard_error: of the mean. spread: sd of the true effects around it, 0 where chance explains their differences.
    """

    mean: float
    standard_error: float
    spread: float


def pooled_effect(effects: ArrayLike, standard_errors: ArrayLike) -> PooledEffect:
    """The random-effects mean of independent effects.

    effects, standard_errors: (experiments,), the latter above 0. One experiment stands for itself, with a spread of 0,
    since nothing tells of any other. Source: DerSimonian & Laird (1986).
    """
    each, error = finite(effects, "effects", axes=1), finite(standard_errors, "standard_errors", axes=1)
    same_length(effects=each, standard_errors=error)
    if not each.size or not (error > 0).all():
        raise ValueError("there must be at least one effect, each with a standard error above 0")
    # Weights are taken relative to the largest, so that very small errors overflow nothing.
    least = float(error.min())
    weight = (least / error) ** 2
    mean = float(weight @ each / weight.sum())
    heterogeneity = float(weight @ (each - mean) ** 2) / least**2
    scale = float(weight.sum() - weight @ weight / weight.sum()) / least**2
    between = max(0.0, (heterogeneity - (each.size - 1)) / scale) if each.size > 1 else 0.0
    variance = error**2 + between
    share = variance.min() / variance
    return PooledEffect(
        float(share @ each / share.sum()), math.sqrt(float(variance.min() / share.sum())), math.sqrt(between)
    )
