"""Sums, counts and numbers that come out the same on every engine, in whatever order its workers add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.rounding import rounded

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, FloatingScalar, FloatingValue, IntegerScalar

PLACES = 6


def settled(total: FloatingScalar) -> FloatingScalar:
    """A sum of floats to six places, 0 over no rows."""
    return rounded(ibis.coalesce(total, number(0.0)), PLACES)


def counted(condition: BooleanValue) -> IntegerScalar:
    """How many rows meet a condition, 0 over no rows."""
    # Not a sum of truths, which is a number of 128 bits on DuckDB, stored as a float, and missing over no rows.
    return ibis.ifelse(condition, 1, ibis.null("int64")).count()


def whole(total: IntegerScalar) -> IntegerScalar:
    """A sum of whole numbers below 2^53 as one of 64 bits, which DuckDB makes 128 bits wide."""
    return total.cast("float64").cast("int64")


def is_known(value: FloatingValue) -> BooleanValue:
    """Whether a number is there: neither missing nor not a number, which ibis takes for missing on Spark alone."""
    return value.notnull() & ~value.isnan()


def number(value: float) -> FloatingScalar:
    """A plain number as a float on every engine."""
    # Ibis writes 0.0 without a type, and both engines take it for a decimal of two digits.
    return ibis.literal(repr(float(value))).cast("float64")
