from __future__ import annotations

from patronage.decisions.decision import Move, Status, nothing_to_gain
from patronage.decisions.journal import Action, Event, Expected, states
from patronage.decisions.standing import decided_by_people, in_order

MOVE = Move("retain", "regular buyers", "no contact", "a call")


def event(action: Action, move: Move = MOVE) -> Event:
    return Event("2011-12-10T09:00:00Z", move.id, action, "ann", expected=Expected(1200.0, -5.0, 3000.0), about=move)


def test_an_accepted_decision_that_is_no_longer_proposed_keeps_a_row() -> None:
    found = decided_by_people((), states([event(Action.ACCEPT)]))
    assert [(row.id, row.status) for row in found] == [(MOVE.id, Status.ACCEPTED)]
    assert found[0].reason == (
        "Accepted on 2011-12-10; the present run no longer proposes it. 1,200 was expected of it then."
    )


def test_a_rejected_or_reopened_decision_that_is_gone_stays_gone() -> None:
    assert decided_by_people((), states([event(Action.REJECT)])) == ()
    assert decided_by_people((), states([event(Action.ACCEPT), event(Action.REOPEN)])) == ()


def test_a_verdict_is_laid_over_the_row_it_is_about_and_over_no_other() -> None:
    other = Move("grow", "buyers without tea", "no offer", "an offer")
    rows = (nothing_to_gain(other, (), "nothing", at_stake=9.0), nothing_to_gain(MOVE, (), "nothing", at_stake=5.0))
    found = in_order(decided_by_people(rows, states([event(Action.ACCEPT)])))
    assert [(row.id, row.status) for row in found] == [
        (MOVE.id, Status.ACCEPTED),
        (other.id, Status.NOTHING_TO_GAIN),
    ]
