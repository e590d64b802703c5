"""Two laws of what a customer will bring, weighed by the chance of either."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from patronage.kernels.arrays import Floats, not_negative, same_length, share

POINTS = tuple((np.arange(40) + 0.5) / 40)
"""Levels at which a law is told so that it can be mixed."""


class Law(NamedTuple):
    """Mean and variance of each customer, (customers,), and its quantiles at POINTS, (customers, points)."""

    mean: Floats
    variance: Floats
    points: Floats


class Mixed(NamedTuple):
    """Mean and variance, (customers,), and quantiles, (customers, levels), of the mixture."""

    mean: Floats
    variance: Floats
    quantiles: Floats


def mixed_laws(one: Law, other: Law, chance: float, levels: tuple[float, ...]) -> Mixed:
    """The law of customers of whom each follows the one law with a chance and the other without it.

    Quantiles are read off the points of both, each standing for an equal part of its law.
    """
    share(chance, "chance")
    for level in levels:
        share(level, "level")
    same_length(
        one=not_negative(one.variance, "variance", axes=1), other=not_negative(other.variance, "variance", axes=1)
    )
    mean = chance * one.mean + (1 - chance) * other.mean
    square = chance * (one.variance + one.mean**2) + (1 - chance) * (other.variance + other.mean**2)
    values = np.concatenate([one.points, other.points], axis=1)
    weight = np.repeat([chance, 1 - chance], len(POINTS)) / len(POINTS)
    order = np.argsort(values, axis=1, kind="stable")
    reached = np.cumsum(weight[order], axis=1)
    places = [np.minimum((reached < level - 1e-12).sum(axis=1), values.shape[1] - 1) for level in levels]
    ordered = np.take_along_axis(values, order, axis=1)
    quantiles = np.take_along_axis(ordered, np.stack(places, axis=1), axis=1)
    return Mixed(mean, np.maximum(square - mean**2, 0.0), quantiles)
