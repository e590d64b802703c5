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

    level: what a category is here: the given category, or product families found in baskets. observed,
    predicted: adoptions in the held-out period. value_per_year: sum over customers of uptake times the value a year.
    wallet_refused: why share of wallet proper is not given. customers: customer_id, category,
    uptake, p05, p95, value_if_adopted (per year, value basis), value (uptake x value_if_adopted).
    categories: category, customers, adopters, uptake, value.
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
    customers: StoredTable
    by_category: StoredTable
