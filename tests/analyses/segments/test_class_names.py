"""Names of classes in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.segments.class_names import HIGH_AND_LOW, Apart, class_names


def test_the_farthest_traits_come_first_and_weak_ones_are_not_told() -> None:
    strong = Apart({"purchase_days": 1.2, "days_since_last": -0.8, "revenue_per_purchase_day": 0.4, "regular": 0.1}, 0)
    assert class_names([strong]) == ("Buys often, bought lately, large purchases",)


def test_a_class_of_once_buyers_says_so() -> None:
    assert class_names([Apart({"purchase_days": -1.0, "days_since_first": -0.9}, 0.97)]) == ("Bought once, new",)


def test_a_class_without_anything_of_its_own_is_like_the_average() -> None:
    assert class_names([Apart({"purchase_days": 0.1}, 0.0)]) == ("Like the average customer",)


def test_equal_classes_are_told_apart_by_weaker_traits_and_then_by_number() -> None:
    alike = Apart({"purchase_days": 1.0}, 0.0)
    weaker = Apart({"purchase_days": 1.0, "returned_share": 0.2}, 0.0)
    assert class_names([alike, weaker, alike, alike]) == (
        "Buys often",
        "Buys often, returns much",
        "Buys often (2)",
        "Buys often (3)",
    )


far = st.dictionaries(st.sampled_from(sorted(HIGH_AND_LOW)), st.floats(-3, 3))


@given(st.lists(st.builds(Apart, far, st.floats(0, 1)), min_size=1, max_size=8))
def test_names_are_unique_and_begin_with_a_capital(classes: list[Apart]) -> None:
    names = class_names(classes)
    assert len(set(names)) == len(classes)
    assert all(name and name[0].isupper() for name in names)
