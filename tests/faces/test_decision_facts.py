"""What a reader is told of a decision beside its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patronage.decisions.decision import Cost, Decision, Driver, Move, Status
from patronage.faces.decision_facts import decision_facts
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade

PROPOSAL = Decision(
    Move("retain", "regular buyers", "no contact", "a contact"), ("1.1",), "Because.", Status.PROPOSED,
    Grade.BEHAVIOUR, 1000.0, value=certain(2317.0, "GBP", Grade.BEHAVIOUR),
    value_raw=certain(2317.0, "GBP", Grade.BEHAVIOUR), p_better=1.0,
)  # fmt: skip


def facts(row: Decision) -> dict[str, str]:
    return dict(decision_facts(row, "GBP"))


def test_a_certain_value_is_one_number_and_a_chance_is_never_sure() -> None:
    told = facts(PROPOSAL)
    assert told["Before taking out luck"] == "GBP 2,317"
    assert told["Chance that it pays"] == "over 99%"


def test_a_driver_that_moves_nothing_is_not_told() -> None:
    still, moving = Driver("cost", 500.2, 500.4, Grade.ASSUMPTION), Driver("effect", 100.0, 900.0, Grade.ASSUMPTION)
    told = facts(replace(PROPOSAL, drivers=(still, moving)))
    assert told["Value if effect is low or high"] == "GBP 100 or GBP 900"
    assert not any("cost" in name for name in told)


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (Cost(549, 0), "GBP 549 once"),
        (Cost(0, 7324), "GBP 7,324 a year"),
        (Cost(5, 6), "GBP 5 once, GBP 6 a year"),
    ],
)
def test_only_costs_that_arise_are_told(cost: Cost, text: str) -> None:
    assert facts(replace(PROPOSAL, cost=cost))["Cost"] == text


@pytest.mark.parametrize(
    ("years", "text"),
    [(0.01, "under a month"), (0.08, "1 month"), (0.5, "6 months"), (0.97, "1 year"), (1.0, "1 year"),
     (2.46, "2.5 years")],
)  # fmt: skip
def test_a_payback_is_told_in_months_or_years(years: float, text: str) -> None:
    assert facts(replace(PROPOSAL, payback=years))["Payback"] == text


def test_many_questions_are_many() -> None:
    assert facts(PROPOSAL)["Answers question"] == "1.1"
    assert facts(replace(PROPOSAL, questions=("1.1", "2.3")))["Answers questions"] == "1.1, 2.3"
