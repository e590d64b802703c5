"""Names of classes in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.segments.class_names import HIGH_AND_LOW, Apart, class_names

OFTEN: dict[str, float] = {"purchase_days": 20.0, "returned_share": 0.3}


def test_the_farthest_traits_come_first_and_weak_ones_are_not_told() -> None:
    strong = Apart(
        {"purchase_days": 1.2, "days_since_last": -0.8, "revenue_per_purchase_day": 0.4, "regular": 0.1},
        0,
        {"purchase_days": 30.0, "days_since_last": 20.0, "revenue_per_purchase_day": 90.0, "regular": 0.6},
    )
    assert class_names([strong]) == ("Buys often, bought lately, large purchases",)


def test_a_class_of_once_buyers_says_so() -> None:
    means = {"purchase_days": 1.0, "days_since_first": 60.0}
    assert class_names([Apart({"purchase_days": -1.0, "days_since_first": -0.9}, 0.97, means)]) == ("Bought once, new",)


@pytest.mark.parametrize(
    ("trait", "far", "mean", "name"),
    [
        ("days_since_first", -0.9, 657.0, "Known less long"),
        ("days_since_first", -0.9, 150.0, "New"),
        ("days_since_first", 0.9, 200.0, "Known for longer"),
        ("days_since_first", 0.9, 657.0, "Long known"),
        ("purchase_days", 0.9, 5.0, "Buys more often"),
        ("purchase_days", -0.9, 15.0, "Buys less often"),
        ("days_since_last", -0.9, 300.0, "Seen less long ago"),
        ("days_since_last", 0.9, 60.0, "Last seen longer ago"),
        ("returned_share", 0.9, 0.02, "Returns more"),
        ("returned_share", -0.9, 0.2, "Returns less"),
        ("lines_per_purchase_day", 0.9, 1.5, "Wider baskets"),
        ("lines_per_purchase_day", -0.9, 12.0, "Narrower baskets"),
        ("regular", 0.9, 0.2, "More regular"),
        ("regular", -0.9, 0.8, "Less regular"),
    ],
)
def test_a_word_that_is_true_beside_others_alone_is_told_as_a_comparison(
    trait: str, far: float, mean: float, name: str
) -> None:
    assert class_names([Apart({trait: far}, 0.0, {trait: mean})]) == (name,)


def test_a_class_without_anything_of_its_own_is_like_the_average() -> None:
    assert class_names([Apart({"purchase_days": 0.1}, 0.0, OFTEN)]) == ("Like the average customer",)


def test_equal_classes_are_told_apart_by_weaker_traits_and_then_by_number() -> None:
    alike = Apart({"purchase_days": 1.0}, 0.0, OFTEN)
    weaker = Apart({"purchase_days": 1.0, "returned_share": 0.2}, 0.0, OFTEN)
    assert class_names([alike, weaker, alike, alike]) == (
        "Buys often",
        "Buys often, returns much",
        "Buys often (2)",
        "Buys often (3)",
    )


far = st.dictionaries(st.sampled_from(sorted(HIGH_AND_LOW)), st.floats(-3, 3))
means = st.dictionaries(st.sampled_from(sorted(HIGH_AND_LOW)), st.floats(0, 730))


@given(st.lists(st.builds(Apart, far, st.floats(0, 1), means), min_size=1, max_size=8))
def test_names_are_unique_and_begin_with_a_capital(classes: list[Apart]) -> None:
    names = class_names(classes)
    assert len(set(names)) == len(classes)
    assert all(name and name[0].isupper() for name in names)
