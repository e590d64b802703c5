"""The luck of customers in their lifetime value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from patronage.analyses.worth.own_luck import value_luck
from patronage.vocabulary.terms import Terms

IDS = np.array(["a", "b", "c"], dtype=object)


def test_a_customer_has_one_luck_whoever_asks_and_another_in_another_run(make_terms: Callable[..., Terms]) -> None:
    terms = make_terms(date(2024, 12, 31))
    three = value_luck(IDS, ([5.0, 6.0, 7.0], [1.0, 2.0, 9.0]), [[0, 1, 2]], 3, terms)
    alone = value_luck(IDS[1:2], ([6.0], [2.0]), [[0]], 1, terms)
    np.testing.assert_array_equal(three[1], alone[0])
    other = value_luck(IDS[1:2], ([6.0], [2.0]), [[0]], 1, make_terms(date(2024, 12, 31), seed=terms.seed + 1))
    assert abs(np.corrcoef(other[0], alone[0])[0, 1]) < 0.15
