"""What each customer is likely to need next, again or for the first time, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from patronage.analyses.partnership.need_again import habits_of, owned_items
from patronage.analyses.partnership.need_baskets import Baskets, baskets, some
from patronage.analyses.partnership.need_chances import customer_kinds, listed_on
from patronage.analyses.partnership.need_evidence import (
    NeedEvidence,
    activity_of,
    baskets_on,
    need_evidence,
    sampled_pairs,
    shelf_on,
)
from patronage.analyses.partnership.need_judgement import AGAIN, NEW, Judged, judged_needs
from patronage.analyses.partnership.need_lists import DIGITS, TOP, joined, ranked_again, ranked_new
from patronage.analyses.partnership.need_model import Needs, because, learned_needs, listed_needs, scores_of
from patronage.evidence.engine import Columns
from patronage.evidence.queries.baskets import numbers_within
from patronage.evidence.tables import Orders, Products
from patronage.findings.partnership import NextNeed
from patronage.kernels.due_again import Habits
from patronage.kernels.next_need import HitGain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

AT_ONCE = 4000
"""Customers given lists at once."""

BOUGHT_BY_MANY = "bought by many"
"""What speaks for a new item where nothing that the customer bought does."""

CLEARLY = 1.645
"""Standard errors by which a gain must exceed nothing to be believed: 95%, one-sided."""


@dataclass(frozen=True, slots=True)
class _Learned:
    """What lists of today are made with, and the last day known."""

    judged: Judged
    needs: Needs
    habits: Habits
    today: date


def next_need(orders: Orders, products: Products | None, terms: Terms) -> NextNeed:
    """The five items that each customer active in the last year is likeliest to buy next, again or for the first time.

    Items are products, or categories where too many products have buyers and categories are given. Chances of buying
    again come from the rhythm of customer and item, those of new items from the item regression; both are calibrated on
    slices of the past, so they rank on one scale. All choices are made on the slice before the last, and the last one,
    from which nothing was learned, judges the lists. Raises EstimationError without products, with a short history or
    with too few purchases. Source: Steck (2019) for new items, kernels.due_again for the others.
    """
    found = need_evidence(orders, products, terms.seed)
    pairs = sampled_pairs(found)
    judged = judged_needs(found, pairs)
    learned = _learned(found, pairs, judged, orders.as_of)
    bands = [asdict(band) for band in judged.bands]
    totals = {kind: [band for band in judged.bands if band.kind == kind] for kind in (AGAIN, NEW)}
    return NextNeed(
        grade=Grade.BEHAVIOUR,
        level=found.level,
        items=int(learned.habits.gap.size),
        list_length=TOP,
        horizon_days=found.slices.days,
        evaluated_customers=judged.model.customers,
        not_evaluated_customers=judged.missed,
        hit_rate=judged.model.of_purchases,
        hit_rate_se=judged.model.error,
        popularity_hit_rate=judged.popular.of_purchases,
        own_hit_rate=judged.own.of_purchases,
        better_than_popularity=_clear(judged.over_popular),
        better_than_own=_clear(judged.over_own),
        verdict=_verdict(judged),
        customers_hit=judged.model.of_customers,
        popularity_customers_hit=judged.popular.of_customers,
        own_customers_hit=judged.own.of_customers,
        gain=judged.over_popular.gain,
        gain_se=judged.over_popular.error,
        gain_over_own=judged.over_own.gain,
        gain_over_own_se=judged.over_own.error,
        repeat_share=judged.repeated,
        new_hit_rate=None if judged.new is None else judged.new.model.of_purchases,
        new_popularity_hit_rate=None if judged.new is None else judged.new.popular.of_purchases,
        foreseen=sum(band.foreseen for band in judged.bands),
        observed=sum(band.observed for band in judged.bands),
        foreseen_again=sum(band.foreseen for band in totals[AGAIN]),
        observed_again=sum(band.observed for band in totals[AGAIN]),
        customers=orders.engine.write("customers", _lists(found, learned)),
        calibration=orders.engine.write("calibration", [{name: [b[name] for b in bands] for name in bands[0]}]),
    )


def _learned(found: NeedEvidence, pairs: Columns, judged: Judged, today: date) -> _Learned:
    now = baskets_on(found, pairs, 0)
    habits = habits_of(owned_items(pairs, now, activity_of(found, now)), now)
    return _Learned(judged, learned_needs(now, judged.choice), habits, today)


def _clear(gain: HitGain) -> bool:
    return gain.gain > CLEARLY * gain.error


def _verdict(judged: Judged) -> str:
    """Whether the lists are worth more than what needs no model, in words."""
    better = [
        name
        for name, gain in (("popularity", judged.over_popular), ("own favourites", judged.over_own))
        if _clear(gain)
    ]
    worse = [name for name in ("popularity", "own favourites") if name not in better]
    told = f"of what was bought, {judged.model.of_purchases:.1%} stood among the {TOP} first of the lists, "
    told += f"{judged.own.of_purchases:.1%} among each customer's own most bought items, "
    told += f"{judged.popular.of_purchases:.1%} among the bestsellers"
    return told + (f"; the lists do not clearly beat {' or '.join(worse)}" if worse else "; the lists beat both")


def _lists(found: NeedEvidence, learned: _Learned) -> Iterator[dict[str, Any]]:
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
            yield _rows(found, here, (pairs, people_here), learned)


def _rows(found: NeedEvidence, here: Baskets, of: tuple[Columns, Columns], learned: _Learned) -> dict[str, Any]:
    pairs, people = of
    judged, days = learned.judged, found.slices.days
    scores = scores_of(here, learned.needs)
    new = listed_on(here, listed_needs(here, scores, TOP), scores, customer_kinds(people, here.day))
    owned = owned_items(pairs, here, people)
    ranked = joined(
        ranked_again(owned, (judged.rhythm, learned.habits), here.customers.size, days),
        ranked_new(new, judged.chances),
    )
    reason, lift = because(here, learned.needs, np.where(ranked.again, -1, ranked.items))
    there = ranked.items >= 0
    codes, again = here.shelf.items[ranked.items[there]], ranked.again[there]
    speaks = np.where(reason[there] < 0, -1, here.shelf.items[np.maximum(reason[there], 0)])
    speaks = np.where(again, codes, speaks)
    wait = np.round(ranked.wait[there], DIGITS)
    return {
        "customer_id": np.repeat(people["customer_id"], there.sum(axis=1)),
        "rank": np.cumsum(there, axis=1)[there],
        "item": found.counts["item"][codes],
        "product": [_name(found, code) for code in codes.tolist()],
        "kind": np.where(again, AGAIN, NEW).tolist(),
        "probability": ranked.chance[there],
        "expected_in_days": wait,
        "expected_on": [learned.today + timedelta(days=days) for days in np.ceil(wait).astype(int).tolist()],
        "lift": np.round(lift[there], DIGITS),
        "because": [BOUGHT_BY_MANY if code < 0 else _name(found, code) for code in speaks.tolist()],
    }


def _name(found: NeedEvidence, code: int) -> str:
    """The name of an item, or its code where it has none."""
    name = found.names["name"][code]
    return " ".join(str(name).split() if name is not None else ()) or str(found.counts["item"][code])
