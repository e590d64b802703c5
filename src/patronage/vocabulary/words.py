"""Money, counts and shares as a reader would say them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

MILLION = 1e6

NO_CURRENCY = "XXX"
"""The code of money whose currency nobody has named; it is left out before amounts."""


class Uncertain(Protocol):
    """A figure with its 90% interval."""

    @property
    def mean(self) -> float:
        """The mean."""
        ...

    @property
    def p05(self) -> float:
        """The lower end."""
        ...

    @property
    def p95(self) -> float:
        """The upper end."""
        ...


def money(amount: float, currency: str) -> str:
    """An amount such as GBP 1,234, GBP -3.40 or GBP 2.35 million; without a code where the currency is not known."""
    size = abs(amount)
    sign = "-" if amount < 0 and round(size, 2) > 0 else ""
    if size >= MILLION:
        told = f"{size / MILLION:,.2f} million"
    elif round(size, 2) >= 10 or round(size, 2) == round(size):
        told = f"{size:,.0f}"
    else:
        told = f"{size:.2f}"
    return f"{_code(currency)}{sign}{told}"


def short_money(amount: float, currency: str) -> str:
    """An amount in few letters for tables and screens, without parts of one: GBP 1.23m, GBP 45,600, GBP -310."""
    size = abs(amount)
    if size >= MILLION:
        return f"{_code(currency)}{amount / MILLION:,.{1 if size >= 10 * MILLION else 2}f}m"
    return f"{_code(currency)}{amount:z,.0f}"


def money_range(value: Uncertain, currency: str) -> str:
    """An uncertain amount with its 90% interval, such as GBP 120 (GBP 80 to GBP 170); alone where both ends read so."""
    told, low, high = (money(amount, currency) for amount in (value.mean, value.p05, value.p95))
    return told if told == low == high else f"{told} ({low} to {high})"


def count(number: int, one: str, many: str = "") -> str:
    """A number of things, such as 1 customer or 2,140 customers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as a percentage with two digits that matter."""
    size = abs(share)
    if 0 < size < 0.00005:
        return "less than 0.01%"
    digits = 0 if size >= 0.1 or size == 0 else 1 if size >= 0.01 else 2
    return f"{share:.{digits}%}"


def years(number: float) -> str:
    """A stretch of years, such as 1 year or 2.5 years."""
    return f"{number:g} {'year' if number == 1 else 'years'}"


def listed(words: Sequence[str]) -> str:
    """Words joined as in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _code(currency: str) -> str:
    """The code of a currency before an amount; nothing where nobody has named it."""
    return f"{currency} " if currency not in ("", NO_CURRENCY) else ""
