"""How well lists of needs foretold the last slice, beside two lists that need no model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from patronage.analyses.partnership.need_again import Owned, Rhythm, habits_of, learned_rhythm, owned_items, relearned
from patronage.analyses.partnership.need_baskets import Baskets, Flags, Whole, some
from patronage.analyses.partnership.need_chances import (
    Chances,
    Listed,
    customer_kinds,
    learned_chances,
    listed_on,
    together,
)
from patronage.analyses.partnership.need_evidence import NeedEvidence, activity_of, baskets_on
from patronage.analyses.partnership.need_lists import (
    TOP,
    Ranked,
    all_bought,
    bestsellers,
    joined,
    own_favourites,
    ranked_again,
    ranked_new,
)
from patronage.analyses.partnership.need_model import (
    AT_ONCE,
    Choice,
    chosen_scores,
    learned_needs,
    listed_needs,
    popular,
    scores_of,
)
from patronage.evidence.engine import Columns
from patronage.kernels.due_again import Habits
from patronage.kernels.next_need import HitGain, HitRate, hit_gain, hit_rate
from patronage.vocabulary.errors import EstimationError, Fault

LARGEST_CHOSEN_ON = 2500
"""Customers of the slice before the last on whose lists chances are learned; the last slice judges all."""

FEWEST_JUDGED = 30
"""Customers with a purchase in the held-out time, below which nothing can be judged."""

BANDS = 5
"""Groups of about equal size, by chance, in which what came is set beside what was foreseen."""

AGAIN, NEW = "again", "new"


@dataclass(frozen=True, slots=True)
class Band:
    """Listed items of one kind and of alike chance: how many, and purchases foreseen and observed."""

    kind: str
    listed: int
    foreseen: float
    observed: int


@dataclass(frozen=True, slots=True)
class NewOnly:
    """Lists of items new to the customer alone, by the model and by popularity, on first purchases."""

    model: HitRate
    popular: HitRate


@dataclass(frozen=True, slots=True)
class Judged:
    """The lists on the last slice, and what is learned for the time ahead.

    own: of each customer's own most bought items. missed: customers who bought then and were not judged. repeated:
    share of purchases that were repeats. new: None where nobody bought anything new.
    """

    model: HitRate
    popular: HitRate
    own: HitRate
    over_popular: HitGain
    over_own: HitGain
    new: NewOnly | None
    missed: int
    repeated: float
    bands: list[Band]
    choice: Choice
    rhythm: Rhythm
    chances: Chances


@dataclass(frozen=True, slots=True)
class _Day:
    """Some customers of a day: their items, the habits of all, and their lists of new items."""

    on: Baskets
    owned: Owned
    habits: Habits
    new: Listed


def judged_needs(found: NeedEvidence, pairs: Columns) -> Judged:
    """Everything learned on the slice before the last, and judged on the last one.

    Raises EstimationError with fewer than FEWEST_JUDGED customers who bought then.
    """
    earlier = baskets_on(found, pairs, 2)
    choice, days = chosen_scores(earlier), found.slices.days
    lot = found.lot("judged", len(earlier.customers), LARGEST_CHOSEN_ON)
    before = _day(found, pairs, (earlier, lot), choice)
    last = baskets_on(found, pairs, 1)
    after = _day(found, pairs, (last, np.arange(len(last.customers))), choice)
    bought = all_bought(after.owned, after.on)
    _enough(int(np.count_nonzero(bought.any(axis=1))), days)
    rhythm = learned_rhythm(before.owned, before.habits, days)
    ranked = joined(
        ranked_again(after.owned, (rhythm, after.habits), len(after.on.customers), days),
        ranked_new(after.new, learned_chances(before.new, days)),
    )
    best, own = bestsellers(after.on), own_favourites(after.owned, after.on)
    model = hit_rate(ranked.items, bought)
    return Judged(
        model, hit_rate(best, bought), hit_rate(own, bought),
        hit_gain(ranked.items, best, bought), hit_gain(ranked.items, own, bought),
        _new_only(after), _buyers(found) - model.customers, 1 - float(after.on.later.sum() / bought.sum()),
        [*_bands(ranked, bought, AGAIN), *_bands(ranked, bought, NEW)],
        choice, relearned(rhythm, [(before.owned, before.habits), (after.owned, after.habits)], days),
        learned_chances(together(before.new, after.new), days),
    )  # fmt: skip


def _day(found: NeedEvidence, pairs: Columns, of: tuple[Baskets, Whole], choice: Choice) -> _Day:
    """Lists for the chosen rows of a day, learned from all."""
    on, chosen = of
    needs, everyone = learned_needs(on, choice), activity_of(found, on)
    habits = habits_of(owned_items(pairs, on, everyone), on)
    parts: list[Listed] = []
    for start in range(0, chosen.size, AT_ONCE):
        rows = chosen[start : start + AT_ONCE]
        here = some(on, rows)
        scores = scores_of(here, needs)
        kinds = customer_kinds({name: values[rows] for name, values in everyone.items()}, on.day)
        parts.append(listed_on(here, listed_needs(here, scores, TOP), scores, kinds))
    judged, people = some(on, chosen), {name: values[chosen] for name, values in everyone.items()}
    return _Day(judged, owned_items(pairs, judged, people), habits, reduce(together, parts))


def _enough(customers: int, days: int) -> None:
    if customers < FEWEST_JUDGED:
        told = f"{customers} customers who had bought before bought an item in the last {days} days"
        step = f"expected {FEWEST_JUDGED} or more: give a longer history or more customers"
        raise EstimationError(Fault("next_need", told, step))


def _new_only(after: _Day) -> NewOnly | None:
    if not after.on.later.any():
        return None
    best: Whole = popular(after.on)[:, :TOP]
    return NewOnly(hit_rate(after.new.items, after.on.later), hit_rate(best, after.on.later))


def _buyers(found: NeedEvidence) -> int:
    """Customers who bought anything in the last slice."""
    people = found.engine.open(found.customers)
    return int(found.engine.value((people.since_0 < found.slices.days).sum()) or 0)


def _bands(ranked: Ranked, bought: Flags, kind: str) -> list[Band]:
    """The listed items of one kind by rising chance."""
    there = (ranked.items >= 0) & (ranked.again == (kind == AGAIN))
    came = (np.take_along_axis(bought, np.maximum(ranked.items, 0), axis=1))[there]
    chance = ranked.chance[there]
    parts = np.array_split(np.argsort(chance, kind="stable"), BANDS)
    return [Band(kind, part.size, float(chance[part].sum()), int(came[part].sum())) for part in parts if part.size]
