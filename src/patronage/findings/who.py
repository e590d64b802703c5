"""Findings about who the customers are and what their order lines say at first sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patronage.evidence.store import StoredTable
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class ColumnQuality:
    """What one canonical column holds: share of lines without a value, distinct values, least and most as text."""

    name: str
    given: bool
    missing_share: float
    distinct: int
    least: str | None
    most: str | None


@dataclass(frozen=True, slots=True)
class QuarantineReason:
    """One reason for which rows were set aside, how many, and where the first of them is found, such as `line 62`."""

    reason: str
    rows: int
    first_place: str


@dataclass(frozen=True, slots=True)
class IdRule:
    """What one rule of `identity` did, after those before it.

    merged: customer ids that it joined to another. kept_apart: pairs that it would have joined and a review forbids.
    """

    rule: str
    merged: int
    kept_apart: int


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value that more customer ids share than one person could have, so that it merged nobody."""

    rule: str
    value: str
    ids: int


@dataclass(frozen=True, slots=True)
class MergedIds:
    """How many customer ids the sources have, how many customers these make, and by which rule."""

    ids: int
    customers: int
    rules: tuple[IdRule, ...]
    shared_values: tuple[SharedValue, ...]


@dataclass(frozen=True, slots=True)
class CurrencyLines:
    """Order lines of one other currency that were converted.

    own_amount: their money in that currency. amount: in the project's. oldest_rate_days: the greatest age of a rate on
    the day of its line.
    """

    currency: str
    lines: int
    own_amount: float
    amount: float
    oldest_rate_days: int


@dataclass(frozen=True, slots=True)
class MissingRates:
    """Days, both inclusive, for which a currency has no rate, and the order lines dated on them, all set aside."""

    currency: str
    first_day: date
    last_day: date
    lines: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One line of the books beside what the evidence adds up to, in currency."""

    period: str
    line: str
    booked: float
    measured: float
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether the difference is at most half a percent of what is booked, or one unit of currency."""
        return abs(self.difference) <= max(1.0, 0.005 * abs(self.booked))


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """The order lines in figures: totals, period, quality, and what does not reconcile.

    Money in currency over all good lines up to the as-of date, net of returns. rows_in = quarantined + lines +
    later_lines: later_lines are good and dated after the as-of date, and count in nothing else here but the quality
    of columns; later_amount is their money, net of returns. note: how far the as-of date lies after the last order
    of all, empty where it does not. orders: numbers of returns included; purchase_orders: those with a line that is
    no return. currencies: what a rates table converted, over all good lines; missing_rates: what it could not.
    unread_books: lines of the accounts that the evidence cannot be held against, each with the reason. months: one
    row per calendar month (month, revenue, orders, customers, lines, anonymous, returns). not_product: one row per
    code kept apart (product_id, product, lines, amount). quarantined_rows: every row set aside, with its place in
    the source, all of its reasons, and its cells as they stand there. merged_ids and merged_customers: customers
    under several ids, None where nothing declares them; the table has one row per id of such a customer:
    customer_id (as in the sources), merged_id (as everywhere else), place (0 for the id that was known first, which
    names the customer). tax: of the lines, as taken off where the source's amounts include it, else as given beside
    them; tax_words: what was done about it.
    """

    grade: Grade
    currency: str
    as_of: date
    first_day: date
    last_day: date
    rows_in: int
    quarantined: int
    lines: int
    later_lines: int
    later_amount: float
    note: str
    orders: int
    purchase_orders: int
    customers: int
    revenue: float
    product_revenue: float
    anonymous_lines: int
    anonymous_revenue: float
    anonymous_share: float
    return_lines: int
    return_amount: float
    returns_tied_share: float | None
    not_product_lines: int
    not_product_amount: float
    repeated_lines: int
    value_basis: str
    columns: tuple[ColumnQuality, ...]
    quarantine: tuple[QuarantineReason, ...]
    merged_ids: MergedIds | None
    tax_words: str
    tax: float
    currencies: tuple[CurrencyLines, ...]
    missing_rates: tuple[MissingRates, ...]
    books: tuple[Reconciliation, ...]
    unread_books: tuple[str, ...]
    months: StoredTable
    not_product: StoredTable
    quarantined_rows: StoredTable
    merged_customers: StoredTable | None = None


@dataclass(frozen=True, slots=True)
class TypeSize:
    """How many customers buy in one way, and their revenue in the last twelve months."""

    customers: int
    revenue: float


@dataclass(frozen=True, slots=True)
class BuyingType:
    """How each customer buys, before any model: contract_like, regular, irregular, once.

    told_share: of customers, with gaps enough to tell. contract_gaps: from how many even gaps on a customer counts as
    contract_like, so that at most a tenth of them are even by chance; None where even gaps are no more than chance, and
    nobody counts so. customers: customer_id, buying_type, told (false where too few
    gaps tell, which counts as irregular or once), occasions, median_gap_days, gap_cv, period (a natural period such as
    month, for contract_like), last_day, revenue_12m; null where there is none.
    """

    grade: Grade
    types: Mapping[str, TypeSize]
    told_share: float
    customers: StoredTable
    contract_gaps: int | None = None


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Retention and revenue by month of the first purchase.

    retention_month_1, _6, _12: share of customers with a purchase in that month of age, over the
    cohorts old enough, weighted by size; None where none is. cells: cohort (first of month), age (months),
    customers (cohort size), active, retention, revenue.
    """

    grade: Grade
    cohorts: int
    retention_month_1: float | None
    retention_month_6: float | None
    retention_month_12: float | None
    best_cohort: str | None
    worst_cohort: str | None
    cells: StoredTable
