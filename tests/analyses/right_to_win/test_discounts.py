"""Discounts beyond those usual for a quantity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.right_to_win.discounts import unexplained_discounts


def rows(*each: tuple[float, float, float]) -> dict[str, Any]:
    """Quantity, list amount and discount of rows of one product."""
    quantity, gross, discount = (np.array(values, dtype=float) for values in zip(*each, strict=True))
    amount = gross - np.nan_to_num(discount)
    return {"product": np.zeros(len(each), dtype=int), "quantity": quantity, "amount": amount, "discount": discount}


def test_only_what_exceeds_the_median_of_the_band_counts() -> None:
    """Shares 0, 10 and 25 percent in the middle band: 15 percent of 200 are beyond; the large rows all have 30."""
    table = rows((10, 100, 0), (10, 100, 10), (10, 200, 50), (1000, 900, 270), (1000, 900, 270))
    assert unexplained_discounts(table) == pytest.approx(30.0)


def test_rows_without_a_known_discount_say_nothing() -> None:
    nan = float("nan")
    assert unexplained_discounts(rows((1, 10, nan), (1, 10, nan))) == 0.0
    assert unexplained_discounts(rows((1, 10, nan), (1, 10, 0), (1, 10, 0), (1, 10, 5))) == pytest.approx(5.0)


@given(st.lists(st.tuples(st.floats(0.1, 1000), st.floats(1, 1000), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_unexplained_lies_between_nothing_and_all_discounts(cells: list[tuple[float, float, float]]) -> None:
    table = rows(*((quantity, gross, gross * share) for quantity, gross, share in cells))
    found = unexplained_discounts(table)
    assert -1e-9 <= found <= table["discount"].sum() + 1e-9
