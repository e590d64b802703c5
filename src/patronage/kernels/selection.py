"""Correction of ranked values for the luck of those that came out on top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from patronage.kernels.arrays import Floats, finite, not_negative, same_length

LEAST_VALUES = 4  # Morris's factor (k - 3) / (k - 1) leaves no correction at three values or fewer


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Values as measured and as they should be believed once ranked.

    raw, corrected, sd: (values,). prior_mean, prior_sd: of the true values around which they scatter.
    identified: false where too few values tell how true values scatter; then corrected is raw.
    """

    raw: Floats
    corrected: Floats
    sd: Floats
    prior_mean: float
    prior_sd: float
    identified: bool


def shrunk(values: ArrayLike, errors: ArrayLike) -> Shrunk:
    """Posterior means and deviations of noisy values around their common mean.

    values: (values,). errors: (values,) standard errors, >= 0; a value without error stays as it is.
    With equal errors this is the James-Stein estimate around the grand mean.
    Source: Morris (1983), parametric empirical Bayes inference; prior variance by Paule & Mandel (1982).
    """
    raw = finite(values, "values", axes=1)
    noise = not_negative(errors, "errors", axes=1) ** 2
    k = same_length(values=raw, errors=noise)
    if k == 0:
        raise ValueError("values must not be empty")
    if k < LEAST_VALUES:
        return Shrunk(raw, raw.copy(), np.sqrt(noise), float(raw.mean()), 0.0, False)
    variance = _prior_variance(raw, noise)
    weights = 1 / _total(raw, noise, variance)
    centre = float(weights @ raw / weights.sum())
    pull = noise * weights * (k - 3) / (k - 1)
    corrected = raw + pull * (centre - raw)
    spread = noise * (1 - pull) + pull**2 * (1 / weights.sum() + 2 / (k - 3) * (raw - centre) ** 2)
    return Shrunk(raw, corrected, np.sqrt(spread), centre, float(np.sqrt(variance)), True)


def _prior_variance(raw: Floats, noise: Floats) -> float:
    """The variance of true values at which weighted squares meet their expectation, 0 where noise explains all."""
    spread = float(np.var(raw))
    if spread < 1e-200:
        return 0.0
    if _excess(0.0, raw, noise) <= 0:
        return 0.0
    # The weighted squares fall below k - 1 once the variance alone passes the whole sum of squares.
    return float(optimize.brentq(_excess, 0.0, spread * raw.size, args=(raw, noise), xtol=1e-12 * spread, rtol=1e-10))


def _excess(variance: float, raw: Floats, noise: Floats) -> float:
    weights = 1 / _total(raw, noise, variance)
    centre = weights @ raw / weights.sum()
    return float(weights @ (raw - centre) ** 2) - (raw.size - 1)


def _total(raw: Floats, noise: Floats, variance: float) -> Floats:
    # A floor far below the spread keeps values without error from infinite weight where nothing else differs.
    floor = max(1e-12 * float(np.var(raw)), 1e-200)
    return np.maximum(noise + variance, floor)
