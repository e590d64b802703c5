"""Findings about where the company holds its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class PriceDiscipline:
    """Price dispersion that neither product, volume nor time explains (4.69, 4.83b).

    Of the twelve months to the as-of date, from `since` on. lines: rows with a price, one per customer, product, order
    and price; apart from them stand free_lines, without one. unjudged_lines: of products with too few rows. slips:
    beyond a factor of three of the expected price. explained_by_volume, explained_by_time, unexplained_share: of the
    variance of log price within products. leakage: currency a year that customers with a lasting level below the price
    expected for the same product, volume and month pay less, noise of single rows taken out. raw_leakage: the same
    before taking the noise out. discount_leakage: currency a year of discounts beyond the usual one for the
    quantity, None where no discount or list price is known. by_place, by_segment, by_product: name, revenue and leakage
    (currency a year), dispersion (deviation of log price from its expectation), lines, and customers or product_id.
    customers: customer_id, place, revenue, leakage (currency a year), price_index (lasting level, 1 = as
    expected), raw_index (paid over expected), lines.
    """

    grade: Grade
    lines: int
    products: int
    explained_by_volume: float
    explained_by_time: float
    unexplained_share: float
    leakage: Estimate
    raw_leakage: float
    discount_leakage: float | None
    why: str
    since: date
    free_lines: int
    unjudged_lines: int
    slips: int
    by_place: StoredTable | None
    by_segment: StoredTable | None
    by_product: StoredTable
    customers: StoredTable
