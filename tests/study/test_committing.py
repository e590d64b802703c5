from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from patronage.decisions.commitment import Commitment
from patronage.decisions.decision import Decision, Move, Status
from patronage.decisions.frozen_list import frozen
from patronage.decisions.journal import Action, Event
from patronage.study.committing import commitment_for
from patronage.vocabulary.errors import ProjectError
from patronage.vocabulary.grade import Grade

ROW = Decision(Move("retain", "some", "today", "other"), (), "Because.", Status.PROPOSED, Grade.BEHAVIOUR, 5.0)
FROZEN = Commitment(0.05, 1.0, 0.0, 3, 0.1, frozen([("a", 1.0)]))
ACCEPTED = Event("2012-01-05T09:00:00Z", ROW.id, Action.ACCEPT, "Ann", about=ROW.move, commitment=FROZEN)


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
        commitment_for(ROW, action, "20%", before)


def test_accepting_again_keeps_what_was_committed_to_first() -> None:
    assert commitment_for(ROW, "accept", None, ACCEPTED) is FROZEN
    assert commitment_for(ROW, "accept", "10%", ACCEPTED) is FROZEN


def test_only_accepting_commits_to_anything() -> None:
    assert commitment_for(ROW, "reject", None, ACCEPTED) is None
    assert commitment_for(ROW, "reopen", None, None) is None
    made = commitment_for(ROW, "accept", None, None)
    assert made is not None
    assert made.holdout == 0
