"""Figures as a person reads them, the same on the screen and in the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from patronage.vocabulary.words import NO_CURRENCY, count, short_money

if TYPE_CHECKING:
    from patronage.vocabulary.words import Uncertain


def money(value: float | None, currency: str) -> str:
    """An amount a person reads: GBP 1.23m, GBP 45,600, GBP -310; a dash for none."""
    return "-" if value is None else short_money(value, currency)


def span(value: Uncertain | None, currency: str) -> str:
    """A mean with its 90% interval, GBP 120,000 (80,000 to 160,000), or alone where the interval tells nothing more."""
    if value is None:
        return "-"
    return money(value.mean, currency) + beyond(*(money(end, "") for end in (value.mean, value.p05, value.p95)))


def beyond(mean: str, low: str, high: str) -> str:
    """An interval as it follows its mean, all three as they are told; nothing where both ends read as the mean."""
    return "" if mean == low == high else f" ({low} to {high})"


def chance(value: float) -> str:
    """A probability counted over draws, never surer than so many draws can be."""
    if value > 0.99:
        return "over 99%"
    return "under 1%" if value < 0.01 else f"{value:.0%}"


def numbered(number: int, one: str) -> str:
    """A number of things: 1 customer, 2,140 customers."""
    return count(number, one)


def unit_of(text: str) -> str:
    """A unit as a reader sees it: without the code that stands for a currency nobody has named."""
    told = text.replace(f"{NO_CURRENCY} per {NO_CURRENCY}", "").replace(f"{NO_CURRENCY} ", "")
    return told.replace(NO_CURRENCY, "money")


def percent(value: float | None, digits: int = 0) -> str:
    """A share as a percentage; a dash for none."""
    return "-" if value is None else f"{value:.{digits}%}"


def words_of(name: str) -> str:
    """A name from the code as a reader sees it: let_go_or_reprice as let go or reprice."""
    return name.replace("_", " ")


def sentence(text: str) -> str:
    """Words of a finding as a sentence beside others: with a capital and a full stop."""
    whole = text[:1].upper() + text[1:]
    return whole if not whole or whole.endswith((".", "!", "?")) else whole + "."


def cell(value: Any, digits: int = 3) -> str:
    """Any value of a table as text; digits: how many of a number below 1,000 are told."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:z,.0f}" if abs(value) >= 1000 else _few_digits(value, digits)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _few_digits(value: float, digits: int) -> str:
    """A number below 1,000 with so many digits that matter, never as a power of ten; rounding noise is 0."""
    if abs(value) < 1e-6:
        return "0"
    text = f"{value:.{digits}g}"
    return format(Decimal(text), "f") if "e-" in text else f"{float(text):,g}"
