"""The arrays that kernels take and give, and the checks at their door."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


def finite(values: ArrayLike, name: str, *, axes: int | None = None) -> Floats:
    """The values as float64, every one of them finite.

    axes: how many axes they must have. Raises ValueError that names the first bad entry.
    """
    array = np.asarray(values, dtype=np.float64)
    if axes is not None and array.ndim != axes:
        raise ValueError(f"{name} must have {axes} {'axis' if axes == 1 else 'axes'}, got shape {array.shape}")
    bad = ~np.isfinite(array)
    if bad.any():
        raise ValueError(f"{name} must be finite: {int(bad.sum())} of {array.size} are not (first at {_first(bad)})")
    return array


def not_negative(values: ArrayLike, name: str, *, axes: int | None = None) -> Floats:
    """The values as float64, finite and at least 0."""
    array = finite(values, name, axes=axes)
    bad = array < 0
    if bad.any():
        place = _first(bad)
        raise ValueError(
            f"{name} must not be negative: {int(bad.sum())} of {array.size} are (first at {place}: {_at(array, bad)})"
        )
    return array


def positive(values: ArrayLike, name: str, *, axes: int | None = None) -> Floats:
    """The values as float64, finite and above 0."""
    array = finite(values, name, axes=axes)
    bad = array <= 0
    if bad.any():
        place = _first(bad)
        raise ValueError(
            f"{name} must be positive: {int(bad.sum())} of {array.size} are not (first at {place}: {_at(array, bad)})"
        )
    return array


def codes(values: ArrayLike, name: str, groups: int) -> Whole:
    """The values as int64 codes of one axis, each from 0 to groups - 1."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must have 1 axis, got shape {array.shape}")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers, got {array.dtype}")
    if array.size and (array.min() < 0 or array.max() >= groups):
        raise ValueError(f"{name} must lie from 0 to {groups - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64)


def share(value: float, name: str, *, ends: bool = False) -> float:
    """The value, strictly between 0 and 1, or ends included."""
    inside = 0 <= value <= 1 if ends else 0 < value < 1
    if not inside:
        raise ValueError(f"{name} must lie {'from 0 to 1' if ends else 'between 0 and 1'}, got {value}")
    return float(value)


def ties(pairs: ArrayLike, name: str, size: int) -> tuple[Whole, Whole]:
    """The two columns of pairs of places, each from 0 to size - 1, no place tied to itself; empty for none."""
    table = np.asarray(pairs)
    if table.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if table.ndim != 2 or table.shape[1] != 2:
        raise ValueError(f"{name} must have 2 columns, got shape {table.shape}")
    first, second = (codes(table[:, side], name, size) for side in (0, 1))
    if (same := first == second).any():
        raise ValueError(f"{name} must tie two things, got {first[same][0]} with itself")
    return first, second


def group_sums(code: Whole, values: Floats, groups: int) -> Floats:
    """Sum of the values of each code; (groups,)."""
    return np.bincount(code, values, groups).astype(np.float64, copy=False)


def same_length(**arrays: NDArray[np.generic]) -> int:
    """The shared length of the last axis of the named arrays."""
    lengths = {name: array.shape[-1] if array.ndim else 1 for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"arrays must be of one length, got {told}")
    return next(iter(lengths.values()))


def _first(bad: Flags) -> int | tuple[int, ...]:
    place = tuple(int(axis[0]) for axis in np.nonzero(bad)) if bad.ndim else ()
    return place[0] if len(place) == 1 else place


def _at(array: Floats, bad: Flags) -> float:
    return float(array[bad][0]) if array.ndim else float(array)
