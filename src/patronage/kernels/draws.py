"""Seeded streams of random numbers, and what a row of draws says in five numbers."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite

QUANTILES = (0.05, 0.5, 0.95)


class Summary(NamedTuple):
    """Mean, standard deviation and quantiles of one row of draws."""

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float


class Summaries(NamedTuple):
    """Mean, standard deviation and quantiles of many estimates, each (estimates,)."""

    mean: Floats
    sd: Floats
    p05: Floats
    p50: Floats
    p95: Floats


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one estimand of one run.

    They hang on the run's seed and the estimand's name alone, so adding an estimand moves no other.
    """
    if not name:
        raise ValueError("a stream needs the name of its estimand")
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def summary(draws: ArrayLike) -> Summary:
    """Five numbers of one row of draws.

    draws: (draws,) finite. The standard deviation divides by the number of draws.
    """
    row = _draws(draws, axes=1)
    p05, p50, p95 = (float(q) for q in np.quantile(row, QUANTILES))
    return Summary(float(row.mean()), float(row.std()), p05, p50, p95)


def summaries(draws: ArrayLike) -> Summaries:
    """Five numbers of each estimate.

    draws: (draws, estimates) finite.
    """
    table = _draws(draws, axes=2)
    p05, p50, p95 = np.quantile(table, QUANTILES, axis=0)
    return Summaries(table.mean(axis=0), table.std(axis=0), p05, p50, p95)


def _draws(draws: ArrayLike, *, axes: int) -> Floats:
    array = finite(draws, "draws", axes=axes)
    if array.shape[0] == 0:
        raise ValueError("draws must not be empty")
    return array
