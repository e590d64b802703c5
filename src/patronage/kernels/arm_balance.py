"""Whether the arms of a randomised test are as chance draws them, and their outcomes freed of what came before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from patronage.kernels.arrays import Floats, finite, not_negative, positive, same_length
from patronage.kernels.experiment import sample_ratio_p
from patronage.kernels.policy import Cells

LEAST_EXPECTED = 5.0
"""Customers expected in a cell from which on the chi-square law holds well enough (Cochran, 1954)."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the customers of a test brought before it, added up: (folds, segments, arms) each.

    x, x_squares: sums of it and of its squares. cross: sums of its products with the outcomes.
    """

    x: ArrayLike
    x_squares: ArrayLike
    cross: ArrayLike


def freed_of_past(cells: Cells, past: Past) -> Cells:
    """The same cells with outcomes freed of what history foretold, the mean of each segment left as it was.

    One slope within segments and arms is taken from all folds; it moves no mean of a randomised arm but by chance.
    Source: Deng, Xu, Kohavi & Walker (2013), CUPED.
    """
    n, y, yy = (np.asarray(each, dtype=np.float64) for each in (cells.units, cells.y, cells.y_squares))
    x, xx, xy = finite(past.x, "x"), not_negative(past.x_squares, "x_squares"), finite(past.cross, "cross")
    if not n.shape == x.shape == xx.shape == xy.shape:
        raise ValueError(f"cells and past must have one shape, got {n.shape}, {x.shape}, {xx.shape} and {xy.shape}")
    units, seen, told = (np.maximum(each.sum(axis=0), 1.0) if each is n else each.sum(axis=0) for each in (n, x, y))
    spread = float((xx.sum(axis=0) - seen**2 / units).sum())
    if spread <= 1e-12 * float(xx.sum()):
        return cells
    slope = float((xy.sum(axis=0) - seen * told / units).sum()) / spread
    middle = (x.sum(axis=(0, 2)) / np.maximum(n.sum(axis=(0, 2)), 1.0))[None, :, None]
    left = yy - 2 * slope * (xy - middle * y) + slope**2 * (xx - 2 * middle * x + n * middle**2)
    return Cells(n, y - slope * (x - n * middle), np.maximum(left, 0.0))


def split_p(units: ArrayLike, shares: ArrayLike) -> float:
    """P of a split at least so uneven when chance draws each arm with its share; below 0.001 is a mismatch.

    units: (arms,) customers. shares: (arms,) > 0, of any sum. Two arms by the exact binomial test, more by Pearson's
    chi-square. Source: Fabijan et al. (2019).
    """
    seen, planned = not_negative(units, "units", axes=1), positive(shares, "shares", axes=1)
    if same_length(units=seen, shares=planned) < 2 or seen.sum() == 0:
        raise ValueError(f"there must be customers in at least 2 arms, got {seen.tolist()}")
    part = planned / planned.sum()
    if seen.size == 2:
        return sample_ratio_p(int(seen[0]), int(seen[1]), float(part[0]))
    return float(stats.chisquare(seen, part * seen.sum()).pvalue)


def mixing_p(units: ArrayLike) -> float:
    """P of arms shared out so unlike between segments by chance; 1 where too few customers tell.

    units: (segments, arms) customers. Pearson's test of independence over the segments with enough in every arm.
    """
    table = not_negative(units, "units", axes=2)
    arms = table.sum(axis=0)
    if arms.size < 2 or not (arms > 0).all():
        raise ValueError(f"there must be customers in at least 2 arms, got {arms.tolist()}")
    expected = np.outer(table.sum(axis=1), arms / arms.sum())
    told = table[(expected >= LEAST_EXPECTED).all(axis=1)]
    if len(told) < 2 or not (told.sum(axis=0) > 0).all():
        return 1.0
    return float(stats.chi2_contingency(told, correction=False).pvalue)


def past_apart(units: ArrayLike, past: Past, default: int) -> Floats:
    """By how many standard errors each arm brought more than the default before the test; (arms,), 0 for itself.

    units: (folds, segments, arms). About normal where chance drew the arms.
    """
    count = not_negative(units, "units", axes=3).sum(axis=(0, 1))
    x, xx = finite(past.x, "x", axes=3).sum(axis=(0, 1)), not_negative(past.x_squares, "x_squares").sum(axis=(0, 1))
    if not 0 <= default < count.size:
        raise ValueError(f"default must be one of {count.size} arms from 0, got {default}")
    if not (count >= 2).all():
        raise ValueError(f"every arm must have at least 2 customers, got {count.tolist()}")
    error = np.maximum(xx - x**2 / count, 0.0) / (count - 1) / count
    apart, wide = x / count - (x / count)[default], np.sqrt(error + error[default])
    # Where nobody differs, rounding is all that is left.
    known = wide > 1e-9 * np.sqrt(xx / count).max()
    told = np.divide(apart, wide, out=np.zeros_like(apart), where=known)
    told[default] = 0.0
    return np.asarray(told, dtype=np.float64)
