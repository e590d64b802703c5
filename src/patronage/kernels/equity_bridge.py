"""What moved the value of all customers between two valuations."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Flags, Floats, finite, same_length


@dataclass(frozen=True, slots=True)
class EquityParts:
    """Parts of the change, in currency: start + acquired + grown + shrunk + lost = end, to the last digits.

    shrunk and lost are 0 or below unless values themselves are negative. by_customer: (customers,) the change of
    each. part: (customers,) 0 acquired, 1 grown, 2 shrunk, 3 lost, -1 in neither valuation.
    """

    start: float
    acquired: float
    grown: float
    shrunk: float
    lost: float
    end: float
    by_customer: Floats
    part: np.ndarray[tuple[int], np.dtype[np.int8]]


def equity_bridge(before: ArrayLike, after: ArrayLike, *, was_customer: Flags, is_customer: Flags) -> EquityParts:
    """The change of value of each customer, and its sums by part.

    before, after: (customers,) value at the two days, ignored where the customer was none on that day.
    was_customer, is_customer: (customers,) whether the customer counts at the first and at the second day; the caller
    says who counts as lost. No change counts as grown by 0.
    """
    first = np.where(was_customer, finite(before, "before", axes=1), 0.0)
    second = np.where(is_customer, finite(after, "after", axes=1), 0.0)
    same_length(before=first, after=second, was_customer=was_customer, is_customer=is_customer)
    part = parts_of(first, second, was_customer, is_customer)
    change = second - first
    acquired, grown, shrunk, lost = (_exact_change(first, second, part == code) for code in range(4))
    return EquityParts(fsum(first), acquired, grown, shrunk, lost, fsum(second), change, part)


def parts_of(
    first: Floats, second: Floats, was_customer: Flags, is_customer: Flags
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """The part of each customer: 0 new, 1 grown or the same, 2 shrunk, 3 gone, -1 in neither period."""
    both = np.where(second >= first, 1, 2)
    known = np.where(was_customer, np.where(is_customer, both, 3), np.where(is_customer, 0, -1))
    return known.astype(np.int8)


def _exact_change(first: Floats, second: Floats, chosen: Flags) -> float:
    """Sum of changes without the rounding of single differences."""
    return fsum([*second[chosen].tolist(), *(-first[chosen]).tolist()])
