"""Names of today's treatment."""

from __future__ import annotations

import pytest

from patronage.analyses.relationships.arm_names import todays_arms


@pytest.mark.parametrize(
    "name",
    ["none", " None ", "control", "Control group", "control_group", "baseline", "Business as usual", "holdout",
     "hold-out", "today", "No mail", "No E-Mail", "no_contact", "no offer"],
)  # fmt: skip
def test_the_usual_names_of_todays_treatment_are_known_whole(name: str) -> None:
    assert todays_arms(["visit", name]) == [1]


@pytest.mark.parametrize(
    "name", ["no-fee account", "no minimum order", "no deposit", "control call", "A", "new", "nonesuch", "not mailed"]
)
def test_a_name_that_only_starts_like_one_of_them_is_not_todays(name: str) -> None:
    assert todays_arms([name, "visit"]) == []


def test_every_arm_that_is_named_so_is_told() -> None:
    assert todays_arms(["none", "call", "Control"]) == [0, 2]
