"""Figures as a person reads them, the same on the screen and in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patronage.vocabulary.estimate import Estimate


NO_CURRENCY = "XXX"
"""The code of money whose currency nobody has named; it is left out before amounts."""


def money(value: float | None, currency: str) -> str:
    """An amount a person reads: GBP 1.23m, GBP 45,600, GBP -310; a dash for none."""
    if value is None:
        return "-"
    size = abs(value)
    lead = f"{currency} " if currency not in ("", NO_CURRENCY) else ""
    if size >= 1e7:
        return f"{lead}{value / 1e6:,.1f}m"
    if size >= 1e6:
        return f"{lead}{value / 1e6:,.2f}m"
    return f"{lead}{value:z,.0f}"


def span(value: Estimate | None, currency: str) -> str:
    """A mean with its 90% interval: GBP 120,000 (80,000 to 160,000)."""
    if value is None:
        return "-"
    return f"{money(value.mean, currency)} ({money(value.p05, '')} to {money(value.p95, '')})"


def percent(value: float | None, digits: int = 0) -> str:
    """A share as a percentage; a dash for none."""
    return "-" if value is None else f"{value:.{digits}%}"


def words_of(name: str) -> str:
    """A name from the code as a reader sees it: let_go_or_reprice as let go or reprice."""
    return name.replace("_", " ")


def cell(value: Any) -> str:
    """Any value of a table as text."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
