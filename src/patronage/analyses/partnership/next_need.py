"""What each customer is likely to need next that it has not bought yet, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from patronage.analyses.partnership.need_baskets import Baskets, baskets, some
from patronage.analyses.partnership.need_chances import (
    Chances,
    Listed,
    Whole,
    chance_of,
    customer_kinds,
    learned_chances,
    listed_on,
    together,
)
from patronage.analyses.partnership.need_evidence import (
    NeedEvidence,
    activity_of,
    baskets_on,
    need_evidence,
    sampled_pairs,
    shelf_on,
)
from patronage.analyses.partnership.need_model import (
    LIST,
    Choice,
    Needs,
    because,
    chosen_scores,
    learned_needs,
    listed_needs,
    popular,
    scores_of,
)
from patronage.evidence.engine import Columns
from patronage.evidence.queries.baskets import numbers_within
from patronage.evidence.tables import Orders, Products
from patronage.findings.partnership import NextNeed
from patronage.kernels.next_need import HitGain, HitRate, hit_gain, hit_rate
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

TOP = 5
DIGITS = 6
AT_ONCE = 4000
"""Customers given lists at once."""

LARGEST_JUDGED = 2500
"""Customers that lists of the past are judged on; all customers are learned from."""

FEWEST_JUDGED = 30
"""Customers with a first purchase of an item in the held-out time, below which nothing can be judged."""

BOUGHT_BY_MANY = "bought by many"
"""What speaks for an item where nothing that the customer bought does."""

CLEARLY = 1.645
"""Standard errors by which a gain must exceed nothing to be believed: 95%, one-sided."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """The model on the last slice.

    repeated: share of purchases that were repeats. foreseen, came: purchases of the five first on each list, by chances
    learned on the slice before. chances: learned on both.
    """

    model: HitRate
    popular: HitRate
    gain: HitGain
    repeated: float
    foreseen: float
    came: int
    chances: Chances


@dataclass(frozen=True, slots=True)
class _Foretold:
    """The judged customers of a day, the ten first items for each, and the five first with what followed."""

    judged: Baskets
    ten: Whole
    five: Listed


def next_need(orders: Orders, products: Products | None, terms: Terms) -> NextNeed:
    """The five items that each customer active in the last year is likeliest to buy for the first time.

    Items are products, or categories where too many products have buyers and categories are given. Scores are those
    of the item regression; its ridge is chosen on the slice before the last, and hit rates are of the last slice, from
    which nothing was learned. What a customer bought before is no item of its list: repeats are for the models of
    repeat buying. Raises EstimationError without products, with a short history or with too few first purchases.
    Source: Steck (2019).
    """
    found = need_evidence(orders, products, terms.seed)
    pairs = sampled_pairs(found)
    earlier = baskets_on(found, pairs, 2)
    choice = chosen_scores(earlier)
    judged = _judged(found, pairs, earlier, choice)
    now = baskets_on(found, pairs, 0)
    return NextNeed(
        grade=Grade.BEHAVIOUR,
        level=found.level,
        items=int(now.shelf.items.size),
        evaluated_customers=judged.model.customers,
        hit_rate=judged.model.of_purchases,
        hit_rate_se=judged.model.error,
        popularity_hit_rate=judged.popular.of_purchases,
        better_than_popularity=judged.gain.gain > CLEARLY * judged.gain.error,
        horizon_days=found.slices.days,
        customers_hit=judged.model.of_customers,
        popularity_customers_hit=judged.popular.of_customers,
        gain=judged.gain.gain,
        gain_se=judged.gain.error,
        repeat_share=judged.repeated,
        foreseen=judged.foreseen,
        observed=judged.came,
        customers=orders.engine.write("customers", _lists(found, learned_needs(now, choice), judged.chances)),
    )


def _judged(found: NeedEvidence, pairs: Columns, earlier: Baskets, choice: Choice) -> _Judged:
    held = baskets_on(found, pairs, 1)
    customers = int(np.count_nonzero(held.later.any(axis=1)))
    if customers < FEWEST_JUDGED:
        told = f"{customers} customers bought an item for the first time in the last {found.slices.days} days"
        step = f"expected {FEWEST_JUDGED} or more: give a longer history or more customers"
        raise EstimationError(Fault("next_need", told, step))
    before = _foretold(found, earlier, choice)
    after = _foretold(found, held, choice)
    best, later = popular(after.judged), after.judged.later
    foreseen, _ = chance_of(learned_chances(before.five, found.slices.days), after.five)
    return _Judged(
        hit_rate(after.ten, later),
        hit_rate(best, later),
        hit_gain(after.ten, best, later),
        _repeated(pairs, after.judged),
        float(foreseen[after.five.items >= 0].sum()),
        after.five.hits,
        learned_chances(together(before.five, after.five), found.slices.days),
    )


def _foretold(found: NeedEvidence, on: Baskets, choice: Choice) -> _Foretold:
    """Lists for some customers of a day, learned from all."""
    judged = some(on, found.lot("judged", len(on.customers), LARGEST_JUDGED))
    scores = scores_of(judged, learned_needs(on, choice))
    ten = listed_needs(judged, scores, LIST)
    kinds = customer_kinds(activity_of(found, judged), on.day)
    return _Foretold(judged, ten, listed_on(judged, ten[:, :TOP], scores, kinds))


def _repeated(pairs: Columns, held: Baskets) -> float:
    """Share of the items bought in the slice that the judged customers had bought before."""
    known = np.isin(pairs["code"], held.shelf.items) & np.isin(pairs["customer"], held.customers)
    bought = known & pairs["bought_0"].astype(bool)
    return float(np.mean(pairs["age"][bought] >= held.day.age)) if bought.any() else 0.0


def _lists(found: NeedEvidence, needs: Needs, chances: Chances) -> Iterator[dict[str, Any]]:
    """The lists of all customers active in the last year, some thousand customers at a time."""
    on = shelf_on(found, found.day(0))
    people, numbered = found.engine.open(found.customers), found.engine.open(found.pairs)
    for start in range(0, found.customers.rows, AT_ONCE):
        pairs = found.engine.columns(numbers_within(numbered, start, start + AT_ONCE))
        known = found.engine.columns(numbers_within(people, start, start + AT_ONCE))
        everyone = baskets(pairs, found.day(0), on, look_ahead=False)
        here = some(everyone, np.flatnonzero(known["days_0"][everyone.customers - start] > 0))
        if here.customers.size:
            people_here = {name: values[here.customers - start] for name, values in known.items()}
            yield _rows(found, here, people_here, needs, chances)


def _rows(found: NeedEvidence, here: Baskets, people: Columns, needs: Needs, chances: Chances) -> dict[str, Any]:
    scores = scores_of(here, needs)
    listed = listed_on(here, listed_needs(here, scores, TOP), scores, customer_kinds(people, here.day))
    chance, days = chance_of(chances, listed)
    reason, lift = because(here, needs, listed.items)
    # The likeliest first: a higher score may fall into a bucket whose chance is believed to be lower.
    order = np.argsort(-chance, axis=1, kind="stable")
    items, reason = np.take_along_axis(listed.items, order, axis=1), np.take_along_axis(reason, order, axis=1)
    chance, days, lift = (np.take_along_axis(each, order, axis=1) for each in (chance, days, lift))
    there = items >= 0
    codes = here.shelf.items[items[there]]
    speaks = [-1 if place < 0 else int(here.shelf.items[place]) for place in reason[there].tolist()]
    return {
        "customer_id": np.repeat(people["customer_id"], there.sum(axis=1)),
        "rank": np.cumsum(there, axis=1)[there],
        "item": found.counts["item"][codes],
        "product": [_name(found, code) for code in codes.tolist()],
        "probability": np.round(chance[there], DIGITS),
        "lift": np.round(lift[there], DIGITS),
        "expected_in_days": np.round(days[there], DIGITS),
        "because": [BOUGHT_BY_MANY if code < 0 else _name(found, code) for code in speaks],
    }


def _name(found: NeedEvidence, code: int) -> str:
    """The name of an item, or its code where it has none."""
    name = found.names["name"][code]
    return " ".join(str(name).split() if name is not None else ()) or str(found.counts["item"][code])
