"""Chances that what a list names is bought, and when, learned from lists of the past and what followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.partnership.need_baskets import Baskets, Day
from patronage.kernels.credibility import credible_means

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Columns = Mapping[str, NDArray[Any]]

PACE = (2, 4, 8)
"""Purchase days of a year from which a customer counts as buying at the next pace."""

BUCKETS = 5
"""Groups of listed items by score, of about one size."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Lists of one day with the scores of their items and what the customers were like.

    items, scores: (rows, top). kind: (rows,) of customer: its pace, and whether it bought in the slice before.
    bought: (rows, top) whether bought in the slice after; waits: days until then, 0 where not; both None for the end.
    """

    items: Whole
    scores: Floats
    kind: Whole
    bought: Flags | None
    waits: Floats | None

    @property
    def hits(self) -> int:
        """How many of the listed items were bought, 0 where that is not known."""
        return 0 if self.bought is None else int(np.count_nonzero(self.bought))


@dataclass(frozen=True, slots=True)
class Chances:
    """Chance of purchase and days until it, by kind of customer and bucket of score.

    edges: (BUCKETS - 1,) scores. chance, days: (kinds x BUCKETS,).
    """

    edges: Floats
    chance: Floats
    days: Floats


def customer_kinds(activity: Columns, day: Day) -> Whole:
    """The kind of each customer on a day: how many purchase days in a year, and whether it bought lately.

    activity: days_k and since_k of numbered_customers, one row per customer.
    """
    pace = np.searchsorted(np.array(PACE), activity[f"days_{day.number}"], side="right")
    lately = activity[f"since_{day.number}"] <= day.days
    return (2 * pace + lately).astype(np.int64)


def listed_on(found: Baskets, listed: Whole, scores: Floats, kinds: Whole) -> Listed:
    """A day's lists, with what followed where it is known. listed: (rows, top). scores: (rows, items)."""
    at = np.maximum(listed, 0)
    told = np.take_along_axis(scores, at, axis=1)
    if not found.later.shape[0]:
        return Listed(listed, told, kinds, None, None)
    there = listed >= 0
    bought = np.take_along_axis(found.later, at, axis=1) & there
    waits = np.zeros(listed.shape)
    rows, places = np.nonzero(bought)
    waits[rows, places] = np.asarray(found.waits[rows, listed[rows, places]]).ravel()
    return Listed(listed, told, kinds, bought, waits)


def together(one: Listed, other: Listed) -> Listed:
    """Lists of two days as one, so that chances rest on more than one season."""
    known_one, known_other = _known(one), _known(other)
    wide = min(one.items.shape[1], other.items.shape[1])
    return Listed(
        np.vstack([one.items[:, :wide], other.items[:, :wide]]),
        np.vstack([one.scores[:, :wide], other.scores[:, :wide]]),
        np.concatenate([one.kind, other.kind]),
        np.vstack([known_one[0][:, :wide], known_other[0][:, :wide]]),
        np.vstack([known_one[1][:, :wide], known_other[1][:, :wide]]),
    )


def learned_chances(past: Listed, days: int) -> Chances:
    """Chances by kind and bucket, each pulled towards the mean of all by as much as its few cases allow.

    days: of the slice, half of which is the wait where nothing was ever bought.
    """
    bought, wait = _known(past)
    there = past.items >= 0
    edges = np.quantile(past.scores[there], np.arange(1, BUCKETS) / BUCKETS)
    cell = _cells(past, edges)[there]
    size = (2 * len(PACE) + 2) * BUCKETS
    hit = bought[there].astype(np.float64)
    count, sums = np.bincount(cell, minlength=size), np.bincount(cell, hit, minlength=size)
    chance = _filled(credible_means(count, sums, sums), float(hit.mean()), count)
    waits = wait[there]
    wait_sums, squares = np.bincount(cell, waits, minlength=size), np.bincount(cell, waits**2, minlength=size)
    mean_wait = float(waits.sum() / hit.sum()) if hit.any() else days / 2
    return Chances(edges, chance, _filled(credible_means(sums, wait_sums, squares), mean_wait, sums))


def chance_of(chances: Chances, listed: Listed) -> tuple[Floats, Floats]:
    """Chance of each listed item and expected days until it is bought, both (rows, top)."""
    cell = _cells(listed, chances.edges)
    return chances.chance[cell], chances.days[cell]


def _cells(listed: Listed, edges: Floats) -> Whole:
    bucket = np.searchsorted(edges, listed.scores, side="right")
    return (listed.kind[:, None] * BUCKETS + bucket).astype(np.int64)


def _known(past: Listed) -> tuple[Flags, Floats]:
    if past.bought is None or past.waits is None:
        raise ValueError("chances are learned from lists whose outcome is known")
    return past.bought, past.waits


def _filled(found: Any, mean: float, count: Floats | Whole) -> Floats:
    """The believed means, and the mean of all where there is no case or where one case each tells nothing."""
    if not found.identified:
        return np.full(len(count), mean)
    return np.where(np.asarray(count) > 0, np.maximum(found.corrected, 0.0), mean)
