"""Baskets of customers on a day of the past."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.partnership.need_baskets import Day, Shelf, baskets, shelf, some

THREE = Shelf(np.array([0, 2, 5]), np.ones(3), np.ones(3))


def pairs(*rows: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """Customer, code of the item, and how many days ago it was first bought."""
    customer, code, age = zip(*rows, strict=True)
    return {"customer": np.array(customer), "code": np.array(code), "age": np.array(age)}


def test_what_was_bought_by_a_day_is_owned_and_what_came_in_the_slice_after_is_later() -> None:
    known = pairs((0, 0, 70), (0, 2, 29), (0, 5, 30), (1, 2, 30), (2, 0, 10), (4, 5, 59), (4, 0, 1), (4, 3, 80))
    found = baskets(known, Day(1, 30), THREE, look_ahead=True)
    # Customer 2 owned nothing 30 days ago; item 3 is not on the shelf.
    assert found.customers.tolist() == [0, 1, 4]
    assert found.owned.toarray().tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert found.later.tolist() == [[False, True, False], [False] * 3, [True, False, False]]
    assert found.waits.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [29, 0, 0]]


def test_on_the_last_day_nothing_is_known_of_later() -> None:
    found = baskets(pairs((3, 0, 0), (3, 2, 50)), Day(0, 30), THREE, look_ahead=False)
    assert found.owned.toarray().tolist() == [[1, 1, 0]]
    assert found.later.shape == (0, 3)
    assert some(found, np.array([0])).customers.tolist() == [3]


def test_a_shelf_holds_what_enough_bought_and_is_still_sold() -> None:
    counts = {"owners_1": np.array([30, 9, 50, 20, 40]), "buyers_1": np.array([5, 9, 4, 7, 8])}
    found = shelf(counts, Day(1, 90), enough=10)
    assert found.items.tolist() == [0, 3, 4]
    assert found.owners.tolist() == [30, 20, 40]
    assert found.buyers.tolist() == [5, 7, 8]
    assert shelf(counts, Day(1, 90), enough=10, most=2).items.tolist() == [0, 4]


rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 99)), min_size=1, max_size=25)


@given(rows=st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 5)), st.integers(0, 99), min_size=1))
def test_nothing_is_both_owned_and_later(rows: dict[tuple[int, int], int]) -> None:
    known = pairs(*((customer, code, age) for (customer, code), age in rows.items()))
    found = baskets(known, Day(2, 20), THREE, look_ahead=True)
    assert not ((found.owned.toarray() > 0) & found.later).any()
    waits = found.waits.toarray()
    assert ((waits > 0) == found.later).all()
    assert waits.max(initial=0) <= 20
