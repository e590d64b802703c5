"""Findings about where the company holds its price."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class PriceDiscipline:
    """Price dispersion that neither product, volume nor time explains (4.69, 4.83b).

    unexplained_share: of the variance of log price within products. leakage: currency a year below
    the price expected for the same product, volume and month, beyond what noise of that size would give.
    raw_leakage: before taking the noise out. discount_leakage: discounts given that volume does not explain,
    None where no discount or list price is known. by_place, by_product: name, revenue, leakage,
    dispersion. customers: customer_id, place, revenue, leakage, price_index (1 = as expected), lines.
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
    by_place: StoredTable | None
    by_segment: StoredTable | None
    by_product: StoredTable
    customers: StoredTable
