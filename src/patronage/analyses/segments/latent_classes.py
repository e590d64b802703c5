"""Latent classes of measures and flags, and the clusters of k-means beside them."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# stepmix and scikit-learn ship no types; this file alone touches them here.

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

TOLERANCE = 1e-4
"""Gain of the mean log-likelihood below which a fit ends; stepmix's own default runs a thousand rounds."""

LEAST_VARIANCE = 0.01
"""Added to the variance of each measure within a class, so that no class collapses on equal values."""

SAME_OPTIMUM = 0.005
"""Log-likelihood per customer within which two starts ended at the same optimum."""

ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a matrix are: measures first, then groups of flags of which each row has one."""

    measures: int
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Classes:
    """A fitted mixture whose traits are independent within each class.

    weights: (classes,). means, variances: (classes, measures). flags: (classes, flags) chance of each flag. best_hit:
    share of starts that ended at the best optimum. bic: on the rows of the fit.
    """

    weights: Floats
    means: Floats
    variances: Floats
    flags: Floats
    best_hit: float
    bic: float

    @property
    def number(self) -> int:
        """How many classes there are."""
        return self.weights.size

    def log_likelihood(self, matrix: Floats) -> Floats:
        """Log density of each row, (rows,)."""
        joint = self._joint(matrix)
        top = joint.max(axis=1)
        return top + np.log(np.exp(joint - top[:, None]).sum(axis=1))

    def probabilities(self, matrix: Floats) -> Floats:
        """How likely each row belongs to each class, (rows, classes)."""
        joint = self._joint(matrix)
        weight = np.exp(joint - joint.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def members(self, matrix: Floats) -> Whole:
        """The likeliest class of each row, (rows,)."""
        return self._joint(matrix).argmax(axis=1)

    def _joint(self, matrix: Floats) -> Floats:
        measures, flags = matrix[:, : self.means.shape[1]], matrix[:, self.means.shape[1] :]
        spare = np.log(2 * np.pi * self.variances).sum(axis=1)
        squares = ((measures[:, None, :] - self.means) ** 2 / self.variances).sum(axis=2)
        return np.log(self.weights) - 0.5 * (spare + squares) + flags @ np.log(self.flags).T


def latent_classes(matrix: Floats, layout: Layout, number: int, *, starts: int, seed: int) -> Classes:
    """Classes by the EM algorithm, the best of several random starts."""
    from stepmix.stepmix import StepMix

    build: Any = StepMix
    with one_thread():
        mixture = build(
            n_components=number,
            measurement=_measurement(layout),
            abs_tol=TOLERANCE,
            max_iter=ROUNDS,
            n_init=starts,
            random_state=seed,
            progress_bar=0,
        ).fit(matrix)
        ends = np.asarray(mixture.lower_bound_buffer_, dtype=np.float64)
        hit = float(np.mean(ends > ends.max() - SAME_OPTIMUM))
        return _classes(mixture.get_parameters(), hit, float(mixture.bic(matrix)))


def _classes(parameters: dict[str, Any], best_hit: float, bic: float) -> Classes:
    """The fitted numbers, taken out of stepmix's nest; a chance of nothing is one in a million million."""
    weights = np.asarray(parameters["weights"], dtype=np.float64)
    parts: dict[str, dict[str, Any]] = parameters["measurement"]
    empty = np.empty((weights.size, 0))
    measures = parts.get("measures", {"means": empty, "covariances": empty})
    flags = [np.asarray(part["pis"]) for name, part in parts.items() if name.startswith("flags")]
    chances = np.maximum(np.hstack([empty, *flags]), 1e-12)
    return Classes(weights, np.asarray(measures["means"]), np.asarray(measures["covariances"]), chances, best_hit, bic)


def cluster_centres(measures: Floats, number: int, *, starts: int, seed: int) -> Floats:
    """Centres of k-means, (clusters, measures)."""
    from sklearn.cluster import KMeans

    build: Any = KMeans
    with one_thread():
        return np.asarray(build(number, n_init=starts, random_state=seed).fit(measures).cluster_centers_)


def nearest_centre(measures: Floats, centres: Floats) -> Whole:
    """The nearest centre of each row, (rows,)."""
    gaps = ((measures[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return gaps.argmin(axis=1)


def agreement(one: Whole, other: Whole) -> float:
    """Adjusted Rand index of two groupings: 1 for the same, about 0 for chance. Source: Hubert & Arabie (1985)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


@contextmanager
def one_thread() -> Generator[None]:
    """Linear algebra on one thread: sums come out the same on every machine, and no thread waits for another."""
    with _pools().limit(limits=1):
        yield


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    # Looking for the libraries' pools takes longer than a small fit: they are found once, after all are loaded.
    for name in ("sklearn.cluster", "stepmix.stepmix"):
        import_module(name)
    return ThreadpoolController()


def _measurement(layout: Layout) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if layout.measures:
        found["measures"] = {
            "model": "gaussian_diag", "n_columns": layout.measures, "reg_covar": LEAST_VARIANCE,
        }  # fmt: skip
    for index, size in enumerate(layout.groups):
        found[f"flags_{index}"] = {
            "model": "categorical", "n_columns": size, "integer_codes": False,
            "max_n_outcomes": size, "total_outcomes": size,
        }  # fmt: skip
    return found
