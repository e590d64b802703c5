"""Sums of money that come out the same, whatever the order in which parallel workers add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import FloatingScalar

PLACES = 6


def settled(total: FloatingScalar) -> FloatingScalar:
    """A sum of floats to six places, 0 over no rows."""
    return ibis.coalesce(total, 0.0).round(PLACES)
