"""Findings about what customers need next and do not buy from us yet."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.evidence.store import StoredTable
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class NextNeed:
    """What each customer is likely to need next, again or for the first time, and when (M29).

    level: product or category. All rates are of lists of list_length items, judged on the last horizon_days, held out:
    hit_rate: share of what customers bought then (each item of a customer once, whether bought before or not) that
    stood on their lists; popularity_hit_rate, own_hit_rate: the same for the items that most customers bought in as
    many days before, and for those that each customer itself had bought on most days. gain, gain_over_own: hit_rate
    less theirs, with standard errors of their own, since all judge the same customers; better_than_...: clear of luck
    at 95%. verdict: the same in words. evaluated_customers: those with such a purchase and one in the year before;
    not_evaluated_customers: the others who bought then: new, gone for a year, without an item that is still sold, or
    not drawn where customers are many. customers_hit: share of the evaluated with at least one hit. repeat_share: of
    what they bought, bought before. new_...: lists of new items alone, on first purchases alone; None without such.
    foreseen, observed: purchases of listed items by chances learned on the time before, and as they came; ..._again:
    of items bought before. calibration: the same by kind and band of chance: kind, listed, foreseen, observed.
    customers: customer_id, rank, item, product, kind (again or new), probability (of a purchase within horizon_days),
    expected_in_days and expected_on (the day it comes, where it comes), lift (for a new item, how many times as often
    as by chance it is bought by those who bought the one that speaks most for it, else 1), because (that item, or the
    item itself).
    """

    grade: Grade
    level: str
    items: int
    list_length: int
    horizon_days: int
    evaluated_customers: int
    not_evaluated_customers: int
    hit_rate: float
    hit_rate_se: float
    popularity_hit_rate: float
    own_hit_rate: float
    better_than_popularity: bool
    better_than_own: bool
    verdict: str
    customers_hit: float
    popularity_customers_hit: float
    own_customers_hit: float
    gain: float
    gain_se: float
    gain_over_own: float
    gain_over_own_se: float
    repeat_share: float
    new_hit_rate: float | None
    new_popularity_hit_rate: float | None
    foreseen: float
    observed: int
    foreseen_again: float
    observed_again: int
    customers: StoredTable
    calibration: StoredTable


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
