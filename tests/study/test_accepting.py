"""The customers of accepted decisions as evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from patronage.decisions.commitment import Commitment
from patronage.decisions.decision import Move
from patronage.decisions.frozen_list import frozen, list_file, write_list
from patronage.decisions.holdout import held_out
from patronage.decisions.journal import Action, Event, append
from patronage.evidence.embedded import embedded_engine
from patronage.study.accepting import acceptances
from patronage.study.committing import lists_folder
from patronage.study.project import Project


@pytest.fixture
def accept(tmp_path: Path) -> Callable[..., str]:
    """Accepts a decision on customers, with a holdout or without; gives its id."""

    def build(subject: str, customers: list[str], holdout: float) -> str:
        move, project = Move("retain", subject, "today", "call"), Project(tmp_path)
        people = [(who, 1.0) for who in customers]
        kept = frozen(people)
        write_list(list_file(lists_folder(project), move.id, kept), people)
        alone = sum(held_out(move.id, who, holdout) for who in customers)
        made = Commitment(0.1, 0.0, 0.0, 3, holdout, kept, alone, date(2024, 1, 2), (1.0, 1.0, 1.0))
        append(project.journal, Event("2024-01-02T09:00:00+00:00", move.id, Action.ACCEPT, "me", None, None, None, None,
                                      move, made))  # fmt: skip
        return move.id

    return build


def test_lists_without_a_holdout_stand_beside_those_that_chance_has_parted(
    accept: Callable[..., str], tmp_path: Path
) -> None:
    engine = embedded_engine(tmp_path / "engine")
    whole = accept("these", ["a", "b"], 0.0)
    assert acceptances(Project(tmp_path), engine).table is None
    parted = accept("those", [f"c{place}" for place in range(20)], 0.5)
    found = acceptances(Project(tmp_path), engine)
    assert found.table is not None
    rows = engine.records(found.table)
    assert [row["treated"] for row in rows if row["decision_id"] == whole] == [True, True]
    told = {row["customer_id"]: row["treated"] for row in rows if row["decision_id"] == parted}
    assert told == {f"c{place}": not held_out(parted, f"c{place}", 0.5) for place in range(20)}
    engine.close()
