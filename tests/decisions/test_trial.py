from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patronage.decisions.trial import Trial, trial_words


def trial(customers: int, base: float = 0.5) -> Trial:
    return Trial("get the offer", "buy again within a year", base, 1.0, customers)


def test_enough_customers_give_a_test_of_the_size_it_takes() -> None:
    # power.prop.test(p1 = .5, p2 = .6, power = .8) in R gives n = 387.3 in each arm.
    assert trial_words(trial(2000), 0.1) == (
        "Let chance pick 776 of the 2,000 customers, let half of these get the offer, and watch how many buy again "
        "within a year (about 50% do without): a rise of 10 percentage points shows with 80% power."
    )


def test_too_few_customers_are_told_what_they_can_show() -> None:
    assert trial_words(trial(100), 0.1) == (
        "Showing a rise of 10 percentage points takes 776 customers and there are 100: let chance decide which half "
        "get the offer, watch how many buy again within a year (about 50% do without), and know that only a rise of 27 "
        "percentage points or more would show with 80% power."
    )


def test_a_handful_of_customers_is_no_test() -> None:
    assert trial_words(trial(10, base=0.95), 0.02).endswith(
        "there are 10: no rise is large enough to show in so few; watch how many buy again within a year (about 95% do "
        "without) and judge by the case."
    )
    assert "no test can settle this here" in trial_words(trial(1), 0.1)


def test_without_an_effect_in_sight_the_test_has_no_size() -> None:
    assert trial_words(trial(40), None) == (
        "Let chance decide which half of the 40 customers get the offer, and watch how many buy again within a year "
        "(about 50% do without)."
    )


@given(st.integers(1, 10**6), st.floats(-0.5, 1.5), st.one_of(st.none(), st.floats(0, 2)))
def test_every_trial_can_be_said_in_one_line(customers: int, base: float, effect: float | None) -> None:
    told = trial_words(trial(customers, base), effect)
    assert told.endswith(".")
    assert "\n" not in told
