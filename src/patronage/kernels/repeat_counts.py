"""Histories of repeat buying, grouped: how many customers share each (x, t_x, T)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from patronage.kernels.arrays import Floats, Whole, finite, not_negative, same_length
from patronage.kernels.compiled import compiled

DAYS_PER_UNIT = (1.0, 7.0, 365.25 / 12, 365.25 / 4, 365.25)
"""Days, weeks, months, quarters and years: times that are whole days in one of these are looked up, not sorted."""
MOST_LEVELS = 1_000_000
_NEAR = 1e-8

Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class RepeatCounts:
    """One row per history that occurs, in ascending order of (T, t_x, x).

    x: repeat purchase occasions after the first. t_x: time from the first occasion to the last, 0 where x is 0.
    T: time from the first occasion to the end of what is known. n: customers with that history, may be a weight.
    All (rows,) float64, t_x and T in one time unit of the caller's choice.
    """

    x: Floats
    t_x: Floats
    T: Floats
    n: Floats

    @property
    def customers(self) -> float:
        """The number of customers."""
        return float(self.n.sum())

    @property
    def repeats(self) -> float:
        """The repeat purchases of all customers."""
        return float(self.n @ self.x)


class Levels(NamedTuple):
    """A column as its distinct values (ascending; some may not occur) and the place of each row among them."""

    values: Floats
    place: Codes


class Pairs(NamedTuple):
    """The distinct (x, T) of many customers, and the pair of each customer."""

    x: Floats
    T: Floats
    place: Codes


class Triples(NamedTuple):
    """The distinct (x, t_x, T) of many customers, and the triple of each customer."""

    x: Floats
    t_x: Floats
    T: Floats
    place: Codes


def repeat_counts(x: ArrayLike, t_x: ArrayLike, T: ArrayLike, n: ArrayLike | None = None) -> RepeatCounts:
    """The distinct histories among customers, each with the number of customers that share it.

    x, t_x, T: (customers,) as in RepeatCounts. n: weight of each, default 1.
    Raises ValueError for histories that cannot be: x not whole, t_x beyond T, a last repeat without a repeat.
    """
    x, t_x, age = checked_histories(x, t_x, T)
    if x.size == 0:
        raise ValueError("repeat buying needs at least one customer, got none")
    by_x, by_t, by_T = levels(x), levels(t_x), levels(age)
    sizes = len(by_t.values), len(by_x.values)
    code = _joined((by_T.place, by_t.place, by_x.place), sizes)
    if n is None:
        code.sort()
        distinct, count, runs = _runs(code)
        code, count = distinct[:runs], count[:runs]
    else:
        weight = not_negative(n, "n", axes=1)
        same_length(x=x, n=weight)
        code, inverse = np.unique(code, return_inverse=True)
        count = totals(inverse, weight, len(code))
    rest, at_x = np.divmod(code, sizes[1])
    at_T, at_t = np.divmod(rest, sizes[0])
    return RepeatCounts(by_x.values[at_x], by_t.values[at_t], by_T.values[at_T], count)


def checked_histories(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The three columns as float64, or a ValueError that says which history cannot be."""
    x = not_negative(x, "x", axes=1)
    t_x = not_negative(t_x, "t_x", axes=1)
    age = finite(T, "T", axes=1)
    same_length(x=x, t_x=t_x, T=age)
    _refuse(x != np.floor(x), "x must be whole", x)
    _refuse(t_x > age * (1 + 1e-12), "t_x must not exceed T", t_x)
    _refuse((t_x > 0) & (x == 0), "t_x must be 0 where x is 0", t_x)
    _refuse((t_x == 0) & (x > 0), "t_x must be above 0 where x is", t_x)
    return x, t_x, age


def levels(values: Floats) -> Levels:
    """A column as levels: a look-up where its values are whole days in a usual unit, else by sorting."""
    values = np.ascontiguousarray(values)
    for per_unit in DAYS_PER_UNIT:
        if not _on_grid(values[:50], per_unit):
            continue
        place, top = _grid_places(values, per_unit, _NEAR)
        if 0 <= top <= MOST_LEVELS:
            return Levels(np.arange(top + 1) / per_unit, place)
    distinct, places = np.unique(values, return_inverse=True)
    return Levels(distinct, places.astype(np.int32))


def pairs(x: Floats, T: Floats) -> Pairs:
    """The distinct (x, T) that occur, in ascending order of (T, x)."""
    by_x, by_T = levels(x), levels(T)
    width = len(by_x.values)
    if width * len(by_T.values) <= 16 * MOST_LEVELS:
        code, index = _occurring((by_T.place, by_x.place), (len(by_T.values), width))
    else:
        code, places = np.unique(by_T.place.astype(np.int64) * width + by_x.place, return_inverse=True)
        index = places.astype(np.int32)
    at_T, at_x = np.divmod(code, width)
    return Pairs(by_x.values[at_x], by_T.values[at_T], index)


def triples(x: Floats, t_x: Floats, T: Floats) -> Triples:
    """The distinct (x, t_x, T) that occur, in ascending order of (T, t_x, x)."""
    by_x, by_t, by_T = levels(x), levels(t_x), levels(T)
    sizes = len(by_t.values), len(by_x.values)
    code, place = np.unique(_joined((by_T.place, by_t.place, by_x.place), sizes), return_inverse=True)
    rest, at_x = np.divmod(code, sizes[1])
    at_T, at_t = np.divmod(rest, sizes[0])
    return Triples(by_x.values[at_x], by_t.values[at_t], by_T.values[at_T], place.astype(np.int32))


def totals(place: NDArray[np.integer], weights: Floats, size: int) -> Floats:
    """The weights summed by place, (size,)."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.float64, copy=False)


def _refuse(bad: NDArray[np.bool_], rule: str, values: Floats) -> None:
    if bad.any():
        first = int(np.argmax(bad))
        raise ValueError(f"{rule}: broken by {int(bad.sum())} of {bad.size} (first at {first}: {values[first]})")


def _on_grid(values: Floats, per_unit: float) -> bool:
    steps = values * per_unit
    return bool((np.abs(steps - np.rint(steps)) < _NEAR).all())


@compiled
def _grid_places(values: Floats, per_unit: float, near: float) -> tuple[Codes, float]:
    """The step of each value and the highest step; -1 when a value lies off the grid or far out."""
    index = np.empty(values.size, dtype=np.int32)
    top = 0.0
    for i in range(values.size):
        place = values[i] * per_unit
        step = np.floor(place + 0.5)
        if not abs(place - step) < near or not 0 <= step < 2e9:
            return index, -1.0
        index[i] = np.int32(step)
        top = max(top, step)
    return index, top


@compiled
def _joined(places: tuple[Codes, Codes, Codes], sizes: tuple[int, int]) -> Whole:
    at_T, at_t, at_x = places
    code = np.empty(at_T.size, dtype=np.int64)
    for i in range(at_T.size):
        code[i] = (np.int64(at_T[i]) * sizes[0] + at_t[i]) * sizes[1] + at_x[i]
    return code


@compiled
def _runs(code: Whole) -> tuple[Whole, Floats, int]:
    """The distinct values of a sorted array, how often each occurs, and how many they are."""
    distinct = np.empty(code.size, dtype=np.int64)
    count = np.zeros(code.size)
    runs = 0
    for i in range(code.size):
        if i == 0 or code[i] != code[i - 1]:
            distinct[runs] = code[i]
            runs += 1
        count[runs - 1] += 1.0
    return distinct, count, runs


@compiled
def _occurring(places: tuple[Codes, Codes], shape: tuple[int, int]) -> tuple[Whole, Codes]:
    """The cells of a grid that occur, ascending, and the rank of each customer's cell among them."""
    at_T, at_x = places
    rank = np.zeros(shape[0] * shape[1], dtype=np.int32)
    for i in range(at_T.size):
        rank[at_T[i] * shape[1] + at_x[i]] = 1
    found = np.empty(rank.sum(), dtype=np.int64)
    place = 0
    for cell in range(rank.size):
        if rank[cell]:
            found[place] = cell
            rank[cell] = place
            place += 1
    index = np.empty(at_T.size, dtype=np.int32)
    for i in range(at_T.size):
        index[i] = rank[at_T[i] * shape[1] + at_x[i]]
    return found, index
