"""Findings about what customers need next and do not buy from us yet."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.evidence.store import StoredTable
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class NextNeed:
    """What each customer is likely to need next, and when (M29).

    level: product or category. hit_rate, popularity_hit_rate: share of held-out purchases among the ten
    first, by the model and by plain popularity. customers: customer_id, rank, item, product, probability
    (calibrated on the held-out period), lift, expected_in_days.
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
