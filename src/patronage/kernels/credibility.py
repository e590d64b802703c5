"""How much a few observations of one group say beside those of all groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite, not_negative, same_length


@dataclass(frozen=True, slots=True)
class Credible:
    """Means of groups as measured and as they should be believed.

    raw, corrected, weight: (groups,); weight is what a group's own mean carries, 0 where it has no observation.
    within: variance of one observation around its group's mean. between: variance of the groups' means. centre:
    the mean that groups are pulled to. identified: false where no group has two observations; then corrected is raw.
    """

    raw: Floats
    corrected: Floats
    weight: Floats
    within: float
    between: float
    centre: float
    identified: bool

    @property
    def weight_of_one(self) -> float:
        """What a single observation carries of its own."""
        spread = self.within + self.between
        return self.between / spread if spread > 0 else 1.0


def credible_means(counts: ArrayLike, sums: ArrayLike, squares: ArrayLike) -> Credible:
    """Credibility-weighted mean of each group.

    counts: (groups,) observations, >= 0. sums, squares: (groups,) of the observations and of their squares. The
    centre is such that counts times corrected means sum to the sum of all observations.
    Source: Buehlmann & Straub (1970), with the unbiased estimators of both variances.
    """
    n = not_negative(counts, "counts", axes=1)
    total, square = finite(sums, "sums", axes=1), not_negative(squares, "squares", axes=1)
    same_length(counts=n, sums=total, squares=square)
    seen = n > 0
    raw = np.where(seen, total / np.where(seen, n, 1.0), 0.0)
    freedom = float(n.sum() - seen.sum())
    if freedom <= 0:
        return Credible(raw, raw.copy(), seen.astype(np.float64), 0.0, 0.0, 0.0, identified=False)
    # Sums of squares less squares of sums may fall below nothing by rounding.
    within = max(0.0, float((square[seen] - total[seen] * raw[seen]).sum())) / freedom
    between = _between(n[seen], raw[seen], within)
    weight = np.zeros(n.size)
    weight[seen] = _weight(n[seen], within, between)
    pulled = n * (1 - weight)
    centre = float(pulled @ raw / pulled.sum()) if pulled.sum() > 0 else 0.0
    return Credible(
        raw, np.where(seen, weight * raw + (1 - weight) * centre, 0.0), weight, within, between, centre, True
    )


def _between(n: Floats, raw: Floats, within: float) -> float:
    size = float(n.sum())
    spare = size - float(n @ n) / size
    if n.size < 2 or spare <= 0:
        return 0.0
    mean = float(n @ raw) / size
    return max(0.0, (float(n @ (raw - mean) ** 2) - (n.size - 1) * within) / spare)


def _weight(n: Floats, within: float, between: float) -> Floats:
    if between == 0:
        # Without any spread between groups only the common mean is believed, unless nothing scatters at all.
        return np.zeros(n.size) if within > 0 else np.ones(n.size)
    return n * between / (n * between + within)
