from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from patronage.decisions.decision import Decision, Move, Status
from patronage.decisions.journal import JournalState
from patronage.decisions.ledger import ledger
from patronage.decisions.standing import ORDER
from patronage.vocabulary.grade import Grade

MOVES = st.builds(Move, *(st.sampled_from(["a", "b", "c"]) for _ in range(4)))
ROWS = st.lists(
    st.builds(
        Decision,
        move=MOVES,
        questions=st.just(()),
        reason=st.just("Because."),
        status=st.sampled_from(list(Status)),
        grade=st.sampled_from(list(Grade)),
        at_stake=st.floats(0, 1e9),
    ),
    max_size=20,
)


@given(ROWS)
def test_each_move_stands_once_in_the_order_of_status_and_money(rows: list[Decision]) -> None:
    found = ledger(rows)
    assert {row.id for row in found} == {row.id for row in rows}
    assert len({row.id for row in found}) == len(found)
    keys = [(ORDER[row.status], -row.at_stake, row.id) for row in found]
    assert keys == sorted(keys)


@given(MOVES)
def test_an_id_hangs_on_the_move_alone_and_on_every_part_of_it(move: Move) -> None:
    assert move.id == Move(move.kind, move.subject, move.from_state, move.to_state).id
    shifted = Move(move.kind + move.subject, "", move.from_state, move.to_state)
    assert shifted.id != move.id
    assert len(move.id) == 10


def test_the_journal_lays_people_over_proposals(make_decision: Any) -> None:
    rows = [make_decision(name, at_stake=float(money)) for name, money in (("x", 1), ("y", 2), ("z", 3))]
    states = {
        rows[0].id: JournalState(Status.ACCEPTED, "Ann", "2012-01-31", None, "2011-12-10T00:00:00Z"),
        rows[2].id: JournalState(Status.REJECTED, None, None, "no", "2011-12-10T00:00:00Z"),
    }
    found = ledger(rows, states)
    assert [(row.move.subject, row.status, row.owner, row.due) for row in found] == [
        ("y", Status.PROPOSED, None, None),
        ("x", Status.ACCEPTED, "Ann", "2012-01-31"),
        ("z", Status.REJECTED, None, None),
    ]


def test_decisions_that_share_more_than_a_twentieth_of_the_shorter_list_name_each_other(
    make_decision: Any, engine: Any
) -> None:
    def listed(name: str, customers: range) -> Decision:
        ids = [f"c{number}" for number in customers]
        table = engine.write(name, [{"customer_id": ids, "value": [1.0] * len(ids)}])
        return make_decision(name, people=table)

    rows = [listed("many", range(100)), listed("few", range(90, 110)), listed("touching", range(109, 130))]
    found = {row.move.subject: row for row in ledger(rows, engine=engine)}
    assert found["many"].conflicts_with == (found["few"].id,)
    assert found["few"].conflicts_with == (found["many"].id,)  # 1 of 20 shared with the third is not above a twentieth
    assert found["touching"].conflicts_with == ()


def test_the_ledger_corrects_for_selection(make_decision: Any) -> None:
    random = np.random.default_rng(5)
    rows = [
        make_decision(str(place), value=mean + random.normal(0, 5, 1000)) for place, mean in enumerate((9, 5, 4, 1))
    ]
    top = next(row for row in ledger(rows) if row.move.subject == "0")
    assert top.value is not None
    assert top.value_raw is not None
    assert top.value.mean < top.value_raw.mean
