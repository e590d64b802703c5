"""Rounding that comes out the same on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import Value

Number = TypeVar("Number", bound="Value")

_WHOLE = 2**53
"""From here on every float is whole."""


@ibis.udf.scalar.builtin(name="round")
def _nearest(value: float) -> float: ...  # pyright: ignore[reportReturnType]  body lives in the engine


def rounded(value: Number, places: int = 0) -> Number:
    """A float to a number of decimal places, halves away from 0."""
    # Asked for places, DuckDB rounds the binary number and Spark its shortest decimal, which part at halves. And
    # ibis makes whole numbers of 64 bits of what it rounds to none, too short for large floats.
    scale = 10**places
    return ibis.ifelse(value.abs() < _WHOLE, _nearest(value * scale) / scale, value)
