"""The whale curve: cumulative profit over customers from best to worst, its peak and what is lost behind it."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from patronage.kernels.arrays import Floats, finite
from patronage.kernels.selection import Shrunk


@dataclass(frozen=True, slots=True)
class Whale:
    """Cumulative profit, from no customer to all of them.

    customers_share: (points,) from 0 to 1. cumulative: (points,) share of the total, or currency where
    in_currency is true, since a share of a total that is not positive has no meaning. peak, erosion
    (peak less total): in the same measure. peak_at: share of customers at the peak.
    """

    customers_share: Floats
    cumulative: Floats
    total: float
    peak: float
    peak_at: float
    erosion: float
    in_currency: bool


class PeakSums(NamedTuple):
    """What some customers add to the peak in each draw: profit, profit of winners, winners; each (draws,)."""

    total: Floats
    gained: Floats
    winners: Floats
    customers: int


class PeakSpread(NamedTuple):
    """The peak over the draws, each draw ranked for itself; a share of the total, or currency."""

    p10: float
    p50: float
    p90: float
    peak_at: float
    in_currency: bool


def profit_order(profits: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Places of customers from best to worst; equal profits keep their order."""
    return np.argsort(-finite(profits, "profits", axes=1), kind="stable")


def whale_curve(profits: ArrayLike) -> Whale:
    """The curve of these profits, one point per customer after the first at 0.

    profits: (customers,) in currency, at least one.
    Source: Kaplan & Narayanan (2001); Cooper & Kaplan (1991).
    """
    ranked = np.sort(finite(profits, "profits", axes=1))[::-1]
    if ranked.size == 0:
        raise ValueError("profits must not be empty")
    total = fsum(ranked)
    winners = int(np.count_nonzero(ranked > 0))
    in_currency = total <= 0
    measure = 1.0 if in_currency else total
    cumulative = np.concatenate([[0.0], np.cumsum(ranked)]) / measure
    end = total / measure
    # Summing in another order may miss the exact total by its last digit.
    cumulative[-1] = end
    peak = max(end, float(cumulative[winners]))
    return Whale(
        np.arange(ranked.size + 1) / ranked.size,
        cumulative,
        total,
        peak,
        winners / ranked.size,
        peak - end,
        in_currency,
    )


def share_of_best(curve: Whale, customers_share: float) -> float:
    """Cumulative profit that the best customers_share of customers make, between points by a straight line."""
    if not 0 <= customers_share <= 1:
        raise ValueError(f"customers_share must lie from 0 to 1, got {customers_share}")
    return float(np.interp(customers_share, curve.customers_share, curve.cumulative))


def thinned(curve: Whale, points: int = 200) -> Whale:
    """The same curve by few points for a chart; the two ends and the peak are kept."""
    if points < 3:
        raise ValueError(f"points must be at least 3 (both ends and the peak), got {points}")
    last = curve.cumulative.size - 1
    if last < points:
        return curve
    top = round(curve.peak_at * last)
    kept = np.unique(np.concatenate([np.linspace(0, last, points - 1).round().astype(int), [top]]))
    return Whale(
        curve.customers_share[kept],
        curve.cumulative[kept],
        curve.total,
        curve.peak,
        curve.peak_at,
        curve.erosion,
        curve.in_currency,
    )


def peak_sums(profits: ArrayLike) -> PeakSums:
    """What these customers add to the peak of each draw.

    profits: (draws, customers). The peak is the sum of all profits above 0, whatever the order, so no draw needs
    sorting and sums of parts of the customers may be added.
    """
    table = finite(profits, "profits", axes=2)
    above = np.maximum(table, 0.0)
    return PeakSums(
        table.sum(axis=1), above.sum(axis=1), np.count_nonzero(above, axis=1).astype(np.float64), table.shape[1]
    )


def added_peaks(one: PeakSums, other: PeakSums) -> PeakSums:
    """The sums of two sets of customers together."""
    return PeakSums(
        one.total + other.total,
        one.gained + other.gained,
        one.winners + other.winners,
        one.customers + other.customers,
    )


def peak_spread(sums: PeakSums) -> PeakSpread:
    """Quantiles of the peak over the draws, in currency where the total of any draw is not positive."""
    if sums.customers == 0 or sums.total.size == 0:
        raise ValueError("a peak needs at least one customer and one draw")
    in_currency = bool((sums.total <= 0).any())
    peaks = sums.gained if in_currency else sums.gained / sums.total
    p10, p50, p90 = (float(q) for q in np.quantile(peaks, (0.1, 0.5, 0.9)))
    return PeakSpread(p10, p50, p90, float(np.mean(sums.winners)) / sums.customers, in_currency)


def expected_peak(told: Shrunk) -> tuple[float, float]:
    """Peak in currency and share of customers at it that true profits are expected to have, given noisy ones.

    Ranking noisy profits bends the curve too far up, and ranking their corrected means not far enough; the expected
    sum of the true profits above 0 is neither: sum of m Phi(m/s) + s phi(m/s) over customers.
    """
    sure = told.sd == 0
    scaled = told.corrected / np.where(sure, 1.0, told.sd)
    chance = np.where(sure, told.corrected > 0, special.ndtr(scaled))
    bell = np.where(sure, 0.0, np.exp(-0.5 * scaled**2) / np.sqrt(2 * np.pi))
    return float(np.sum(told.corrected * chance + told.sd * bell)), float(np.mean(chance))
