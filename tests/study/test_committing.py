from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from patronage.decisions.commitment import Commitment
from patronage.decisions.decision import Decision, Move, Status
from patronage.decisions.frozen_list import frozen
from patronage.decisions.journal import Action, Event
from patronage.study.committing import Terms, commitment_for
from patronage.vocabulary.errors import ProjectError
from patronage.vocabulary.grade import Grade

ROW = Decision(Move("retain", "some", "today", "other"), (), "Because.", Status.PROPOSED, Grade.BEHAVIOUR, 5.0)
FROZEN = Commitment(0.05, 1.0, 0.0, 3, 0.1, frozen([("a", 1.0)]), starts=date(2012, 1, 5))
ACCEPTED = Event("2012-01-05T09:00:00Z", ROW.id, Action.ACCEPT, "Ann", about=ROW.move, commitment=FROZEN)


AS_OF = date(2011, 12, 9)


def on_terms(holdout: str | None = None, on: str | None = None) -> Terms:
    return Terms(holdout, on, AS_OF)


EARLIER = "give the day on which acting starts, or run with an earlier --as-of and accept then"
FIRST = "and the first day cannot be changed after the fact; leave it out"
LATER = "and a holdout cannot be changed after the fact; leave it out"


@pytest.mark.parametrize(
    ("action", "before", "message"),
    [
        ("reject", None, "goes with accept, not with reject; leave it out"),
        ("accept", None, f"{ROW.id} has no list of customers, so there is nobody to leave alone; leave it out"),
        ("accept", ACCEPTED, f"{ROW.id} was accepted with a holdout of 10% on 2012-01-05, {LATER}"),
        (
            "accept",
            replace(ACCEPTED, commitment=None),
            f"{ROW.id} was accepted without a holdout on 2012-01-05, {LATER}",
        ),
    ],
)
def test_a_holdout_that_makes_no_sense_is_refused(action: str, before: Any, message: str) -> None:
    with pytest.raises(ProjectError, match=f"^--holdout: {re.escape(message)}$"):
        commitment_for(ROW, action, on_terms("20%"), before)


def test_accepting_again_keeps_what_was_committed_to_first() -> None:
    assert commitment_for(ROW, "accept", on_terms(), ACCEPTED) is FROZEN
    assert commitment_for(ROW, "accept", on_terms("10%", "2012-01-05"), ACCEPTED) is FROZEN


def test_only_accepting_commits_to_anything() -> None:
    assert commitment_for(ROW, "reject", on_terms(), ACCEPTED) is None
    assert commitment_for(ROW, "reopen", on_terms(), None) is None
    made = commitment_for(ROW, "accept", on_terms(on="2011-12-12"), None)
    assert made is not None
    assert (made.holdout, made.starts) == (0, date(2011, 12, 12))


@pytest.mark.parametrize(
    ("action", "on", "before", "message"),
    [
        ("reject", "2012-01-05", None, "goes with accept, not with reject; leave it out"),
        ("accept", "tomorrow", None, "'tomorrow' is no date; write it as YYYY-MM-DD"),
        (
            "accept",
            "2011-12-09",
            None,
            f"2011-12-09 is not after 2011-12-09, the last day of the evidence that the list was made from; {EARLIER}",
        ),
        (
            "accept",
            "2012-02-01",
            ACCEPTED,
            f"{ROW.id} was accepted to start on 2012-01-05, {FIRST}",
        ),
    ],
)
def test_a_first_day_that_makes_no_sense_is_refused(action: str, on: str, before: Any, message: str) -> None:
    with pytest.raises(ProjectError, match=f"^--on: {re.escape(message)}$"):
        commitment_for(ROW, action, on_terms(on=on), before)
