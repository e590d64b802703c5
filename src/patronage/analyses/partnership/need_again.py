"""Items that a customer has bought before and is likely to buy again, learned from slices of the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from patronage.analyses.partnership.need_baskets import Baskets, Columns, Flags, Floats, Whole
from patronage.kernels.due_again import (
    Due,
    Habits,
    Purchases,
    due_again,
    item_habits,
    logistic_chance,
    logistic_weights,
    purchases,
)

SHAPES = (1.0, 2.0, 5.0, 15.0)
"""Tried shapes of the gaps: 1 for no rhythm at all, 15 for a spread of a quarter of the mean."""

POOLINGS = (1.0, 4.0)
"""Tried weights of the item's own habits, in gaps of the customer."""

PAIRS_TO_CHOOSE = 40_000
"""Pairs that shape and pooling are chosen on; weights are learned from all."""

SMALLEST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Owned:
    """Items that customers of a day had bought by then, one entry per pair, in the order of rows.

    rows: of the baskets. known: item is its place on the shelf. fresh: (pairs,) share of the item's owners who bought
    it of late. pace, silence: (pairs,) purchase days of the customer's year, days since its last. bought: whether
    bought in the slice after, None for the end.
    """

    rows: Whole
    known: Purchases
    fresh: Floats
    pace: Floats
    silence: Floats
    bought: Flags | None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How chances of buying again are made: shape of gaps, pooling in gaps, and weights of the features."""

    shape: float
    pooling: float
    weights: Floats


def owned_items(pairs: Columns, on: Baskets, activity: Columns) -> Owned:
    """The pairs of a day's customers and shelf. pairs: of timed items. activity: of the customers, row by row."""
    k, items = on.day.number, on.shelf.items
    place = np.full(max(int(pairs["code"].max(initial=0)), int(items.max(initial=0))) + 1, -1)
    place[items] = np.arange(items.size)
    had = (place[pairs["code"]] >= 0) & (pairs["age"] >= on.day.age) & np.isin(pairs["customer"], on.customers)
    days, since = pairs[f"days_{k}"][had].astype(np.float64), pairs[f"since_{k}"][had].astype(np.float64)
    item = place[pairs["code"][had]]
    rows = np.searchsorted(on.customers, pairs["customer"][had])
    known = purchases(item, days, pairs["age"][had] - on.day.age - since, since)
    fresh = (on.shelf.buyers + 1) / (on.shelf.owners + 5)
    pace, silence = activity[f"days_{k}"].astype(np.float64), activity[f"since_{k}"].astype(np.float64)
    bought = pairs[f"bought_{k - 1}"][had].astype(np.bool_) if k else None
    return Owned(rows.astype(np.int64), known, fresh[item], pace[rows], silence[rows], bought)


def habits_of(owned: Owned, on: Baskets) -> Habits:
    """How the items of a day's shelf are bought again, by all customers of the day."""
    return item_habits(owned.known, on.shelf.items.size)


def learned_rhythm(past: Owned, habits: Habits, within: int) -> Rhythm:
    """Shape and pooling under which the calibrated chances make what came likeliest. past: with its outcome."""
    some = _every(past, -(-past.rows.size // PAIRS_TO_CHOOSE))
    came = _outcome(some)
    found: list[tuple[float, Rhythm]] = []
    for shape in SHAPES:
        for pooling in POOLINGS:
            features = _features(some, due_again(some.known, habits, within, shape=shape, pooling=pooling).chance)
            weights = logistic_weights(features, came)
            told = logistic_chance(features, weights)
            height = float(np.sum(special.xlogy(came, told) + special.xlog1py(1 - came, -told)))
            # Rounded, so that what differs only by the order of a machine's sums is a tie.
            found.append((float(f"{height:.9g}"), Rhythm(shape, pooling, weights)))
    return relearned(max(found, key=lambda each: each[0])[1], [(past, habits)], within)


def relearned(rhythm: Rhythm, days: list[tuple[Owned, Habits]], within: int) -> Rhythm:
    """The same shape and pooling with weights learned on several days together."""
    features = [_features(past, _due(rhythm, past, habits, within).chance) for past, habits in days]
    came = np.concatenate([_outcome(past) for past, _ in days])
    return Rhythm(rhythm.shape, rhythm.pooling, logistic_weights(np.vstack(features), came))


def again_chances(rhythm: Rhythm, owned: Owned, habits: Habits, within: int) -> Due:
    """Chance of each pair within the time, and the days until then."""
    due = _due(rhythm, owned, habits, within)
    return Due(logistic_chance(_features(owned, due.chance), rhythm.weights), due.wait)


def _due(rhythm: Rhythm, owned: Owned, habits: Habits, within: int) -> Due:
    return due_again(owned.known, habits, within, shape=rhythm.shape, pooling=rhythm.pooling)


def _every(past: Owned, step: int) -> Owned:
    """The pairs at equal steps, so that all customers have their share."""
    known = past.known
    few = Purchases(known.item[::step], known.days[::step], known.span[::step], known.since[::step])
    bought = None if past.bought is None else past.bought[::step]
    return Owned(past.rows[::step], few, past.fresh[::step], past.pace[::step], past.silence[::step], bought)


def _outcome(past: Owned) -> Floats:
    if past.bought is None:
        raise ValueError("a rhythm is learned from pairs whose outcome is known")
    return past.bought.astype(np.float64)


def _features(owned: Owned, chance: Floats) -> Floats:
    """The odds of the rhythm, and what tells whether customer and item are still there at all."""
    odds = special.logit(np.clip(chance, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE))
    signs = (owned.known.days, owned.fresh, owned.pace, owned.silence + 1)
    return np.column_stack([np.ones(odds.size), odds, *(np.log(sign) for sign in signs)])
