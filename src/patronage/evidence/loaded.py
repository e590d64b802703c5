"""What loading a table gave: its good rows, its quarantine and what was seen on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.evidence.store import StoredTable


@dataclass(frozen=True, slots=True)
class RowReason:
    """One broken rule in words, how many rows broke it, and the first of them.

    first_row: its number over all files of the source, from 1. first_place: where people find it, such as `line 62`.
    """

    reason: str
    rows: int
    first_row: int
    first_place: str


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """What one canonical column holds over the good rows: least and most as text."""

    name: str
    given: bool
    missing_share: float
    distinct: int
    least: str | None
    most: str | None


@dataclass(frozen=True, slots=True)
class ApartLines:
    """Lines of one kind that look like no product.

    code: in capitals, or the description where there is no code. money: their sum, in the source's
    currency.
    """

    code: str
    description: str
    lines: int
    money: float


@dataclass(frozen=True, slots=True)
class ConvertedLines:
    """Good order lines of one currency that were converted.

    own_amount: their money as they count it. amount: in the project's currency. oldest_days: the greatest age of a rate
    on the day of its line.
    """

    currency: str
    lines: int
    own_amount: float
    amount: float
    oldest_days: int


@dataclass(frozen=True, slots=True)
class RateGap:
    """Days, first and last inclusive, on which a currency has no rate, and the lines dated on them, all set aside."""

    currency: str
    first_day: date
    last_day: date
    lines: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """One loaded table; rows_in = good + quarantine, always.

    given: canonical columns that the source maps. repeats: exact repeats among the good rows.
    read_as: how the source is written. left_out: rows that the mapping's `keep` left out, which are
    not among rows_in. apart: order lines that look like no product while the
    mapping keeps none apart; not_product: the expression that would. content: fingerprint of what was
    read, where the source is a table of a server. currencies: order lines that were converted, by currency.
    rate_gaps: days for which a currency has no rate. amounts: net or gross, as the source declares the money of order
    lines, which in the good rows is net of tax.
    """

    table: str
    good: StoredTable
    quarantine: StoredTable
    rows_in: int
    reasons: tuple[RowReason, ...]
    columns: tuple[ColumnSeen, ...]
    given: frozenset[str]
    repeats: int
    read_as: str = ""
    left_out: int = 0
    apart: tuple[ApartLines, ...] = ()
    not_product: str | None = None
    content: str | None = None
    currencies: tuple[ConvertedLines, ...] = ()
    rate_gaps: tuple[RateGap, ...] = ()
    amounts: str | None = None
