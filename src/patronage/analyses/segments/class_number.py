"""How many classes of customers there are: as many as come back in another draw and foresee customers not seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from patronage.analyses.segments.latent_classes import (
    Floats,
    Layout,
    Whole,
    agreement,
    cluster_centres,
    latent_classes,
    nearest_centre,
)
from patronage.findings.segments import ClassCount

FEWEST, MOST = 2, 7
STARTS = 4
"""Random starts of the fit of each part, so that a number of classes has as many for every part."""

PARTS = 3
"""Groups of customers, drawn apart: each is fitted alone, and scored by the fits of the others."""

LARGEST_PART = 1000
ROWS_OF_A_CLASS = 8
"""Customers of a part for each class, below which no more classes are tried."""

GOOD = 0.8
"""Stability that counts as good. Source: Steinley (2004), who names 0.65 moderate and 0.9 excellent."""

MODERATE = 0.65
ERRORS = 2.0
"""Standard errors of the gain in holdout log-likelihood that one class more must bring."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The number of classes, why, what was tried, and how stable as many clusters of k-means are."""

    number: int
    why: str
    tried: tuple[ClassCount, ...]
    kmeans_stability: float


@dataclass(frozen=True, slots=True)
class _Trial:
    """One number of classes: its figures, and the log-likelihood of each customer by the fits without it."""

    count: ClassCount
    held_out: Floats


def chosen_number(matrix: Floats, points: Floats, layout: Layout, seed: int) -> Chosen | None:
    """The best number of classes from 2 to 7; None where one class alone foresees customers better.

    matrix, points: (customers, columns) in one random order, the second for k-means. Stability is the mean adjusted
    Rand index between fits on groups of customers that have nobody in common, compared on all of them, after
    Dolnicar & Leisch (2010).
    """
    size = min(LARGEST_PART, len(matrix) // PARTS)
    parts = [slice(index * size, (index + 1) * size) for index in range(PARTS)]
    rows = matrix[: PARTS * size]
    most = min(MOST, size // ROWS_OF_A_CLASS, *(len(np.unique(rows[part], axis=0)) for part in parts))
    if most < FEWEST:
        return None
    alone = _trial(rows, parts, layout, 1, seed)
    trials = [_trial(rows, parts, layout, number, seed) for number in range(FEWEST, most + 1)]
    if all(trial.held_out.mean() <= alone.held_out.mean() for trial in trials):
        return None
    number, why = _choice(trials)
    counts = tuple(trial.count for trial in trials)
    return Chosen(number, why, counts, _kmeans_stability(points[: PARTS * size], parts, number, seed))


def _trial(rows: Floats, parts: list[slice], layout: Layout, number: int, seed: int) -> _Trial:
    fits = [
        latent_classes(rows[part], layout, number, starts=STARTS if number > 1 else 1, seed=seed + index)
        for index, part in enumerate(parts)
    ]
    scores = np.array([fit.log_likelihood(rows) for fit in fits])
    for index, part in enumerate(parts):
        scores[index, part] = 0.0
    held_out = scores.sum(axis=0) / (len(parts) - 1)
    count = ClassCount(
        classes=number,
        stability=_pairwise([fit.members(rows) for fit in fits]),
        holdout_log_likelihood=float(held_out.mean()),
        bic=float(np.mean([fit.bic for fit in fits])),
        best_hit=float(np.mean([fit.best_hit for fit in fits])),
    )
    return _Trial(count, held_out)


def _pairwise(groupings: list[Whole]) -> float:
    return float(np.mean([agreement(one, other) for one, other in combinations(groupings, 2)]))


def _kmeans_stability(points: Floats, parts: list[slice], number: int, seed: int) -> float:
    centres = [
        cluster_centres(points[part], number, starts=STARTS, seed=seed + index) for index, part in enumerate(parts)
    ]
    return _pairwise([nearest_centre(points, each) for each in centres])


def _choice(trials: list[_Trial]) -> tuple[int, str]:
    """Among the stable numbers the one from which no larger stable one foresees customers clearly better."""
    best = max(trials, key=lambda trial: trial.count.stability)
    bar = GOOD if best.count.stability >= GOOD else best.count.stability
    stable = [trial for trial in trials if trial.count.stability >= bar]
    chosen = stable[0]
    for trial in stable[1:]:
        gain = trial.held_out - chosen.held_out
        if gain.mean() > ERRORS * gain.std() / np.sqrt(len(gain)):
            chosen = trial
    return chosen.count.classes, _why(chosen.count, trials, bar)


def _why(chosen: ClassCount, trials: list[_Trial], bar: float) -> str:
    numbers = f"{trials[0].count.classes} to {trials[-1].count.classes}" if len(trials) > 1 else str(FEWEST)
    kept = f"{chosen.classes} classes are kept of {numbers} tried: "
    if bar < GOOD:
        advice = "read them as a description" if chosen.stability >= MODERATE else "do not build on them"
        return (
            f"{kept}no number comes back well among other customers, this one best (stability {chosen.stability:.2f}, "
            f"where {GOOD:.2f} is good), so {advice}."
        )
    why = (
        f"they come back among other customers (stability {chosen.stability:.2f}, where {GOOD:.2f} is good), and no "
        f"larger number that does so foresees customers held out better by over {ERRORS:.0f} standard errors"
    )
    lowest = min(trials, key=lambda trial: trial.count.bic).count
    if lowest.classes != chosen.classes:
        why += f"; BIC alone would take {lowest.classes} (stability {lowest.stability:.2f})"
    return f"{kept}{why}."
