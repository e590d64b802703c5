"""How forecasts compare with what happened since: errors, intervals, ranking and totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite, same_length, share
from patronage.kernels.draws import stream


@dataclass(frozen=True, slots=True)
class PointErrors:
    """Errors of point forecasts, in the unit of what was forecast.

    bias: mean of forecast less actual. correlation: Pearson's, None where either side is constant.
    """

    mae: float
    rmse: float
    bias: float
    correlation: float | None


class TotalsCoverage(NamedTuple):
    """How forecast totals met actual ones: origins, share inside the interval, and mean relative bias."""

    origins: int
    inside: float
    bias: float


def point_errors(actual: ArrayLike, forecast: ArrayLike) -> PointErrors:
    """Mean absolute and root mean squared error, bias and correlation.

    Both: (units,), at least one; a missing value is refused, never skipped.
    """
    happened, said = _pair(actual, forecast, "forecast")
    gap = said - happened
    return PointErrors(
        float(np.mean(np.abs(gap))), float(np.sqrt(np.mean(gap**2))), float(np.mean(gap)), _correlation(happened, said)
    )


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of actual values from low to high, ends included.

    All: (units,). An interval upside down is refused.
    """
    happened, lower = _pair(actual, low, "low")
    _, upper = _pair(actual, high, "high")
    if (lower > upper).any():
        first = int(np.argmax(lower > upper))
        raise ValueError(f"low must not exceed high, got {lower[first]} above {upper[first]} at {first}")
    return float(np.mean((happened >= lower) & (happened <= upper)))


def randomised_pit(actual: ArrayLike, draws: ArrayLike, *, seed: int = 1) -> Floats:
    """Where each actual value fell in its forecast, uniform on 0 to 1 when forecasts are right.

    actual: (units,). draws: (draws, units). A value equal to draws is placed at random among them, so counts are
    judged as fairly as money. Source: Czado, Gneiting & Held (2009), equation 1.
    """
    happened, table = finite(actual, "actual", axes=1), finite(draws, "draws", axes=2)
    same_length(actual=happened, draws=table)
    below = np.count_nonzero(table < happened, axis=0)
    equal = np.count_nonzero(table == happened, axis=0)
    luck = stream(seed, "randomised_pit").random(happened.size)
    return (below + luck * (equal + 1)) / (table.shape[0] + 1)


def top_share(actual: ArrayLike, ranking: ArrayLike, top: float = 0.1) -> float | None:
    """Share of the actual total that the best units by the ranking made.

    actual, ranking: (units,). top: share of units. Units tied at the edge count in part, so order plays no role. None
    where the actual total is not positive. Ranked by actual itself it is the most that could be had.
    """
    share(top, "top", ends=True)
    happened, said = _pair(actual, ranking, "ranking")
    total = float(happened.sum())
    if total <= 0:
        return None
    places = top * happened.size
    edge = float(np.sort(said)[::-1][min(int(places), happened.size - 1)])
    above, level = said > edge, said == edge
    part = (places - np.count_nonzero(above)) / np.count_nonzero(level)
    return float(happened[above].sum() + part * happened[level].sum()) / total


def lift(actual: ArrayLike, ranking: ArrayLike, top: float = 0.1) -> float | None:
    """How many times more the best units by the ranking made than as many taken blindly; None as in top_share."""
    made = top_share(actual, ranking, share(top, "top"))
    return None if made is None else made / top


def totals_coverage(actual: ArrayLike, draws: ArrayLike, level: float = 0.9) -> TotalsCoverage:
    """How often the middle share of the drawn totals held the actual total, over rolling origins.

    actual: (origins,). draws: (draws, origins). bias: mean of drawn mean over actual, less 1; actual must be above 0.
    """
    share(level, "level")
    happened, table = finite(actual, "actual", axes=1), finite(draws, "draws", axes=2)
    same_length(actual=happened, draws=table)
    if happened.size == 0 or (happened <= 0).any():
        raise ValueError("actual totals must be positive, and there must be at least one")
    low, high = np.quantile(table, ((1 - level) / 2, (1 + level) / 2), axis=0)
    ratios: Floats = np.mean(table, axis=0) / happened
    return TotalsCoverage(happened.size, coverage(happened, low, high), float(np.mean(ratios)) - 1)


def _pair(actual: ArrayLike, other: ArrayLike, name: str) -> tuple[Floats, Floats]:
    happened, said = finite(actual, "actual", axes=1), finite(other, name, axes=1)
    same_length(**{"actual": happened, name: said})
    if happened.size == 0:
        raise ValueError("actual must not be empty")
    return happened, said


def _correlation(one: Floats, other: Floats) -> float | None:
    if _constant(one) or _constant(other):
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _constant(values: Floats) -> bool:
    """Whether values differ by no more than the rounding of their size."""
    return float(np.ptp(values)) <= 1e-12 * float(np.abs(values).max())
