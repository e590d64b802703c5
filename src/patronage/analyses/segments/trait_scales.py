"""Traits of behaviour put on scales on which customers can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

LOGGED = ("revenue_per_purchase_day", "days_since_last", "lines_per_purchase_day", "days_since_first")
"""Traits taken as logarithms: what a purchase brings, how recent and how wide it is, and how long ago all began."""

RETURN_BANDS = (0.0, 0.05)
"""Bounds of three bands of the returned share: nothing, at most this much of the revenue, more."""

SMALLEST_BAND = 0.05
"""Share of customers at either end within which bands of purchase days are joined."""

FARTHEST = 4.0
"""Standard deviations beyond which a value says no more, so that one giant does not make a class."""

SAME = 0.99
"""Correlation from which a trait repeats an earlier one."""


@dataclass(frozen=True, slots=True)
class TraitScales:
    """How raw traits become a matrix: first measures with mean 0 and deviation 1, then groups of flags.

    floor: of revenue, in currency. means, sds: of the logs of the kept measures. lowest, highest: bands of
    purchase days, each from 2^band to below 2^(band + 1). returns: whether returns differ between customers.
    """

    measures: tuple[str, ...]
    floor: float
    means: Floats
    sds: Floats
    lowest: int
    highest: int
    often: float
    often_sd: float
    returns: bool

    @property
    def groups(self) -> tuple[int, ...]:
        """Number of flags in each group: bands of purchase days, then bands of returns; those that differ alone."""
        bands = self.highest - self.lowest + 1
        return ((bands,) if bands > 1 else ()) + ((len(RETURN_BANDS) + 1,) if self.returns else ())

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return len(self.measures) + sum(self.groups)


def trait_scales(traits: Columns) -> TraitScales:
    """Scales on which the given customers have mean 0 and deviation 1; traits that do not differ are left out."""
    revenue = np.asarray(traits["revenue_per_purchase_day"], dtype=np.float64)
    floor = max(0.01 * float(np.median(revenue)), 0.01 * float(np.mean(np.abs(revenue))), 1e-12)
    logs = {name: _log(traits, name, floor) for name in LOGGED}
    kept: list[str] = []
    for name in LOGGED:
        if logs[name].std() > 1e-9 and not any(_repeats(logs[name], logs[other]) for other in kept):
            kept.append(name)
    often = np.log2(traits["purchase_days"])
    bands = np.floor(often).astype(int)
    lowest, highest = (int(q) for q in np.quantile(bands, (SMALLEST_BAND, 1 - SMALLEST_BAND), method="nearest"))
    return TraitScales(
        measures=tuple(kept),
        floor=floor,
        means=np.array([logs[name].mean() for name in kept]),
        sds=np.array([logs[name].std() for name in kept]),
        lowest=lowest,
        highest=highest,
        often=float(often.mean()),
        often_sd=float(often.std()) or 1.0,
        returns=np.unique(_return_band(traits)).size > 1,
    )


def scaled(traits: Columns, scales: TraitScales) -> Floats:
    """The matrix of the traits, (customers, scales.width)."""
    parts = [_measured(traits, scales)]
    if scales.highest > scales.lowest:
        bands = np.floor(np.log2(traits["purchase_days"])).astype(int)
        parts.append(_flags(np.clip(bands, scales.lowest, scales.highest) - scales.lowest, scales.groups[0]))
    if scales.returns:
        parts.append(_flags(_return_band(traits), len(RETURN_BANDS) + 1))
    return np.hstack(parts)


def spread_out(traits: Columns, scales: TraitScales) -> Floats:
    """The traits as points in space, for clusters by distance, (customers, measures + 1): purchase days come last."""
    often = (np.log2(traits["purchase_days"]) - scales.often) / scales.often_sd
    return np.hstack([_measured(traits, scales), np.clip(often, -FARTHEST, FARTHEST)[:, None]])


def _measured(traits: Columns, scales: TraitScales) -> Floats:
    logs = [_log(traits, name, scales.floor) for name in scales.measures]
    if not logs:
        return np.empty((len(traits["purchase_days"]), 0))
    return np.clip((np.column_stack(logs) - scales.means) / scales.sds, -FARTHEST, FARTHEST)


def _log(traits: Columns, name: str, floor: float) -> Floats:
    values = np.asarray(traits[name], dtype=np.float64)
    if name == "revenue_per_purchase_day":
        return np.log(np.maximum(values, floor))
    return np.log1p(values)


def _return_band(traits: Columns) -> NDArray[np.int64]:
    return np.digitize(np.asarray(traits["returned_share"], dtype=np.float64), RETURN_BANDS, right=True)


def _flags(codes: NDArray[Any], size: int) -> Floats:
    return np.eye(size)[codes]


def _repeats(one: Floats, other: Floats) -> bool:
    return abs(float(np.corrcoef(one, other)[0, 1])) > SAME
