from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.decisions.holdout import arms, held_out, holdout_share, much_held_out
from patronage.vocabulary.errors import ProjectError


def test_the_holdout_is_the_same_on_every_machine() -> None:
    # Reckoned once with sha256sum, over the two ids with the byte 1F between them.
    held = [name for name in map(str, range(40)) if held_out("0173998b15", name, 0.1)]
    assert held == ["5", "19", "35"]


@given(st.text(max_size=12), st.text(max_size=12), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_out_those_of_a_smaller_one_too(decision: str, customer: str, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert held_out(decision, customer, low) <= held_out(decision, customer, high)
    assert not held_out(decision, customer, 0.0)
    assert held_out(decision, customer, 1.0)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_the_share_is_exact_in_expectation(share: float) -> None:
    customers = 20_000
    held = sum(held_out(decision, f"c{one}", share) for decision in ("a", "b") for one in range(customers // 2))
    assert held == pytest.approx(customers * share, abs=4 * (customers * share * (1 - share)) ** 0.5)


def test_two_decisions_hold_out_different_customers() -> None:
    customers = [str(one) for one in range(2_000)]
    both = sum(held_out("a", name, 0.5) and held_out("b", name, 0.5) for name in customers)
    assert both == pytest.approx(500, abs=90)


@pytest.mark.parametrize(("text", "share"), [("10%", 0.1), ("0.1", 0.1), (" 12.5% ", 0.125), ("50%", 0.5)])
def test_a_share_is_read_as_percentage_or_number(text: str, share: float) -> None:
    assert holdout_share(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lots", "--holdout: 'lots' is no share; write it as 10% or 0.1"),
        ("", "--holdout: '' is no share; write it as 10% or 0.1"),
        ("0%", "--holdout: 0% holds nobody out; leave --holdout out, or give a share as 10%"),
        ("100%", "--holdout: 100% leaves nobody to act on; give a smaller share, such as 10%"),
        ("-5%", "--holdout: '-5%' is no share between 0% and 100%; write it as 10% or 0.1"),
        ("10", "--holdout: '10' is no share between 0% and 100%; write it as 10% or 0.1"),
        ("nan", "--holdout: 'nan' is no share between 0% and 100%; write it as 10% or 0.1"),
    ],
)
def test_what_is_no_share_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProjectError, match=f"^{re.escape(message)}$"):
        holdout_share(text)


def test_an_arm_with_nobody_is_refused() -> None:
    message = "--holdout: 0.10% of 2 customers holds out nobody; give a larger share, or leave it out"
    with pytest.raises(ProjectError, match=f"^{re.escape(message)}$"):
        arms("a", ["x", "y"], 0.001)
    message = "--holdout: 100% of 2 customers leaves nobody to act on; give a smaller share, or leave it out"
    with pytest.raises(ProjectError, match=f"^{re.escape(message)}$"):
        arms("a", ["x", "y"], 0.9999)
    assert sum(arms("a", map(str, range(100)), 0.1)) == 100


def test_holding_out_more_than_half_is_warned_of() -> None:
    assert much_held_out(0.5) is None
    assert much_held_out(0.6) == "--holdout: 60% of the customers are left alone, more than are acted on"
