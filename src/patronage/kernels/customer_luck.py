"""The luck of single customers, draw by draw, and its sum over groups of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from patronage.kernels.arrays import Floats, Whole, codes, finite, not_negative, same_length
from patronage.kernels.compiled import compiled

Keys = NDArray[np.uint64]

_LEVELS = 4096
_CHANCES: Floats = (np.arange(_LEVELS) + 0.5) / _LEVELS
_QUANTILES: Floats = np.stack([ndtri(_CHANCES), -np.log(_CHANCES)])
"""Levels of a standard normal and of a standard exponential."""
_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@dataclass(frozen=True, slots=True)
class Lucky:
    """Customers, each (customers,): the key of its luck, the mean of its value and the standard deviation, >= 0."""

    keys: Keys
    mean: ArrayLike
    sd: ArrayLike


def luck_keys(customers: Iterable[str], *, seed: int, name: str) -> Keys:
    """The key of each customer's luck, (customers,), which hangs on the seed, the estimand's name and its id alone."""
    if not name:
        raise ValueError("luck needs the name of its estimand")
    start = hashlib.blake2b(f"{seed}:{name}:".encode(), digest_size=8)

    def key(customer: str) -> int:
        mixed = start.copy()
        mixed.update(customer.encode("utf-8", "surrogatepass"))
        return int.from_bytes(mixed.digest(), "big")

    return np.fromiter((key(customer) for customer in customers), dtype=np.uint64)


def luck_draws(customers: Lucky, groups: ArrayLike, count: int, *, draws: int) -> Floats:
    """Sums over the customers of each group of value less its mean, (count, draws).

    groups: (lists, customers) whole numbers below count: the group of each customer in each list. A customer has the
    same luck in every list, so equal groups have equal draws, and parts add to the whole draw by draw. Luck is
    independent between customers: gamma around the mean where the standard deviation is no larger than that (Wilson &
    Hilferty, 1931; variance within 0.5%), beyond it nothing or an exponential value, so that a positive value never
    falls below 0; normal where the mean is 0. Takes about 5 ns a customer and draw.
    """
    mean, sd = finite(customers.mean, "mean", axes=1), not_negative(customers.sd, "sd", axes=1)
    same_length(keys=customers.keys, mean=mean, sd=sd)
    listed = np.asarray(groups)
    if listed.ndim != 2 or listed.shape[1] != mean.size:
        raise ValueError(f"groups must be (lists, {mean.size}), got shape {listed.shape}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    placed: Whole = np.array([codes(row, "groups", count) for row in listed], dtype=np.int64).reshape(listed.shape)
    luck = np.zeros((count, draws))
    _add_luck(luck, placed, np.ascontiguousarray(customers.keys, dtype=np.uint64), (mean, sd), _QUANTILES)
    return luck


@compiled
def _add_luck(luck: Floats, groups: Whole, keys: Keys, moments: tuple[Floats, Floats], quantiles: Floats) -> None:
    means, sds = moments
    row = np.empty(luck.shape[1])
    for customer in range(keys.size):
        if sds[customer] > 0:
            _fill(row, keys[customer], means[customer], sds[customer], quantiles)
            for place in range(groups.shape[0]):
                group = groups[place, customer]
                for draw in range(row.size):
                    luck[group, draw] += row[draw]


@compiled
def _fill(row: Floats, key: np.uint64, mean: float, sd: float, quantiles: Floats) -> None:
    """One customer's value less its mean in every draw."""
    _fill_uniform(row, key)
    normal, exponential = quantiles
    spread = sd / abs(mean)
    if mean == 0.0:
        for draw in range(row.size):
            row[draw] = sd * normal[int(row[draw] * normal.size)]
    elif spread <= 1.0:
        centre, slope = 1.0 - spread * spread / 9.0, spread / 3.0
        for draw in range(row.size):
            root = max(centre + slope * normal[int(row[draw] * normal.size)], 0.0)
            row[draw] = mean * (root * root * root - 1.0)
    else:
        alive = 2.0 / (1.0 + spread * spread)
        scale, size = exponential.size / alive, mean / alive
        for draw in range(row.size):
            level = min(int(row[draw] * scale), exponential.size - 1)
            row[draw] = (size * exponential[level] if row[draw] < alive else 0.0) - mean


@compiled
def _fill_uniform(row: Floats, key: np.uint64) -> None:
    """Uniform numbers in [0, 1), by the mixing function of splitmix64 (Steele, Lea & Flood, 2014)."""
    state = key
    for draw in range(row.size):
        state += _GOLDEN
        mixed = (state ^ (state >> _30)) * _FIRST
        mixed = (mixed ^ (mixed >> _27)) * _SECOND
        row[draw] = np.float64((mixed ^ (mixed >> _31)) >> _11) / 9007199254740992.0
