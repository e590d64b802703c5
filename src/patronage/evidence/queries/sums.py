"""Sums that come out the same, whatever the order in which parallel workers add, and numbers that are floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import FloatingScalar

PLACES = 6


def settled(total: FloatingScalar) -> FloatingScalar:
    """A sum of floats to six places, 0 over no rows."""
    return ibis.coalesce(total, number(0.0)).round(PLACES)


def number(value: float) -> FloatingScalar:
    """A plain number as a float in every engine: ibis writes 0.0 without a type, and DuckDB stores that as a decimal."""
    return ibis.literal(repr(float(value))).cast("float64")
