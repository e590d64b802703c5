"""Findings about what customers need next and do not buy from us yet."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.evidence.store import StoredTable
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class NextNeed:
    """What each customer is likely to need next, and when (M29).

    Only items that the customer had not bought before count, as needs and as hits. level: product or category.
    hit_rate, popularity_hit_rate: share of the first purchases of the last horizon_days, held out, that were among the
    ten first of the customer's list, by the model and by what most customers bought in as many days before.
    evaluated_customers: those with such a purchase. gain: hit_rate less popularity's, with its own standard error,
    since both judge the same customers. customers_hit: share of them with at least one hit. repeat_share: of what they
    bought then, bought before: no list holds it. foreseen, observed: hits among the five first, by chances learned on
    the time before, and as they came. customers: customer_id, rank, item, product, probability (of a purchase within
    horizon_days, learned from the lists of the two last such times), lift (how many times as often as by chance the
    item is bought by those who bought the one that speaks most for it), expected_in_days (until the purchase, where it
    comes), because (the item that speaks most for it).
    """

    grade: Grade
    level: str
    items: int
    evaluated_customers: int
    hit_rate: float
    hit_rate_se: float
    popularity_hit_rate: float
    better_than_popularity: bool
    horizon_days: int
    customers_hit: float
    popularity_customers_hit: float
    gain: float
    gain_se: float
    repeat_share: float
    foreseen: float
    observed: int
    customers: StoredTable


@dataclass(frozen=True, slots=True)
class CategoryGap:
    """What customers with the same core buy and this one does not, valued by held-out uptake (M37).

    Learned from what the customers of one period of period_days bought in the next; a gap is a category not bought in
    the last such period. level: what a category is here, in words. observed, predicted: adoptions of the later period
    by the half of the customers that was held out; predicted_error: of their difference. value_per_year: sum over
    gaps of uptake times value. wallet_refused: why share of wallet proper is not given. customers: one row per gap of a
    customer of the last period: customer_id, category, uptake (chance within period_days, unasked), p05, p95
    (of the uptake), value_if_adopted (a year, in the basis; of a customer of that size), value (uptake x
    value_if_adopted). by_category: category, customers (who lack it), adopters (of the lacking_before, those who took
    it up in the later period), uptake (mean of those who lack it), value.
    """

    grade: Grade
    basis: str
    unit: str
    level: str
    categories: int
    predicted: float
    observed: float
    value_per_year: float
    wallet_refused: str
    predicted_error: float
    period_days: int
    customers: StoredTable
    by_category: StoredTable
