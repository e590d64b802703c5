"""Coefficients of a time equation from recorded durations, none of them negative, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, optimize

from patronage.kernels.arrays import Floats, Whole, codes, not_negative, same_length
from patronage.kernels.costing import TimeEquation
from patronage.kernels.draws import stream

BLOCKS = 2000  # resampled units: enough for stable 90% intervals, and the cost stays the same for any number of rows


@dataclass(frozen=True, slots=True)
class TimeCoefficients:
    """Base minutes first, then minutes per unit of each driver.

    values, p05, p95: (1 + drivers,) >= 0. draws: (draws, 1 + drivers). explained: share of the variance of
    durations that the equation explains, in the rows it was fitted on.
    """

    values: Floats
    p05: Floats
    p95: Floats
    draws: Floats
    explained: float

    @property
    def equation(self) -> TimeEquation:
        """The equation that carries the draws."""
        return TimeEquation(self.draws[:, 0], self.draws[:, 1:])


def time_coefficients(
    minutes: ArrayLike,
    drivers: ArrayLike,
    *,
    together: NDArray[np.integer] | None = None,
    draws: int = 500,
    seed: int = 1,
) -> TimeCoefficients:
    """Non-negative least squares of durations on drivers, with a Bayesian bootstrap.

    minutes: (rows,) >= 0. drivers: (rows, drivers) >= 0. together: (rows,) codes of rows that share
    their noise (one employee, one day) and are resampled together. An interval is approximate for a coefficient
    whose truth is 0. Raises ValueError where drivers cannot be told apart.
    Source: Lawson & Hanson (1974), ch. 23; Rubin (1981).
    """
    y = not_negative(minutes, "minutes", axes=1)
    given = not_negative(drivers, "drivers", axes=2)
    same_length(minutes=y, drivers=given.T)
    design = np.column_stack([np.ones(y.size), given])
    scale = _scale(design)
    squares, cross = _block_sums(design / scale, y, _blocks(y.size, together, seed))
    values = _solve(squares.sum(axis=0), cross.sum(axis=0)) / scale
    weights = stream(seed, "time_coefficients").exponential(size=(draws, squares.shape[0]))
    sampled = [
        _solve(total, side) for total, side in zip(np.tensordot(weights, squares, axes=1), weights @ cross, strict=True)
    ]
    table = np.array(sampled) / scale
    p05, p95 = np.quantile(table, (0.05, 0.95), axis=0)
    spread = float(np.var(y))
    explained = 1 - float(np.mean((y - design @ values) ** 2)) / spread if spread > 0 else 1.0
    return TimeCoefficients(values, p05, p95, table, explained)


def _scale(design: Floats) -> Floats:
    rows, columns = design.shape
    if rows < 5 * columns:
        raise ValueError(f"{columns} coefficients need at least {5 * columns} recorded durations, got {rows}")
    scale = np.sqrt(np.mean(design**2, axis=0))
    if (scale == 0).any():
        raise ValueError(f"driver {int(np.argmin(scale)) - 1} is 0 in every row, so its minutes are not identified")
    unit = design / scale
    if linalg.eigvalsh(unit.T @ unit / rows)[0] < 1e-9:
        raise ValueError("drivers are not told apart: one is a mixture of the others (or of the base); drop one")
    return scale


def _blocks(rows: int, together: NDArray[np.integer] | None, seed: int) -> Whole:
    if together is None:
        return stream(seed, "time_coefficients.blocks").permutation(np.arange(rows) % min(rows, BLOCKS))
    _, code = np.unique(codes(together, "together", int(np.max(together)) + 1), return_inverse=True)
    if code.size != rows:
        raise ValueError(f"arrays must be of one length, got minutes {rows}, together {code.size}")
    if code.max() < 19:
        raise ValueError(f"an interval needs at least 20 groups of rows that belong together, got {code.max() + 1}")
    return code.astype(np.int64)


def _block_sums(design: Floats, y: Floats, block: Whole) -> tuple[Floats, Floats]:
    """Sums of x x' and x y over each block of rows."""
    blocks = int(block.max()) + 1
    columns = design.shape[1]
    squares = np.empty((blocks, columns, columns))
    cross = np.empty((blocks, columns))
    for one in range(columns):
        cross[:, one] = np.bincount(block, weights=design[:, one] * y, minlength=blocks)
        for other in range(columns):
            squares[:, one, other] = np.bincount(block, weights=design[:, one] * design[:, other], minlength=blocks)
    return squares, cross


def _solve(squares: Floats, cross: Floats) -> Floats:
    """The non-negative minimiser of b' squares b - 2 cross' b."""
    root = linalg.cholesky(squares)
    side = linalg.solve_triangular(root, cross, trans="T")
    return np.asarray(optimize.nnls(root, side)[0])
