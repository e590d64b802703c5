"""Where decisions stand once people have spoken, and the order in which a ledger shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from patronage.decisions.decision import Decision, Status
from patronage.decisions.journal import JournalState
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.words import money

ORDER = {
    Status.PROPOSED: 0,
    Status.ACCEPTED: 0,
    Status.NOTHING_TO_GAIN: 1,
    Status.REFUSED: 2,
    Status.REJECTED: 3,
}
"""Proposals first, then what there is nothing to gain from, then refusals, then what people turned down."""


def decided_by_people(
    decisions: Iterable[Decision], journal_states: Mapping[str, JournalState]
) -> tuple[Decision, ...]:
    """The decisions with the status, owner and due date that people gave them.

    An accepted decision that is not among them any more gets a row that says so, so that nothing that was
    decided is lost from sight.
    """
    rows = tuple(_decided(decision, journal_states.get(decision.id)) for decision in decisions)
    known = {row.id for row in rows}
    gone = (state for name, state in journal_states.items() if name not in known and state.status is Status.ACCEPTED)
    return (*rows, *(row for state in gone if (row := _no_longer_proposed(state)) is not None))


def in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions as the ledger shows them."""
    return tuple(sorted(decisions, key=lambda each: (ORDER[each.status], -each.at_stake, each.id)))


def _no_longer_proposed(state: JournalState) -> Decision | None:
    if state.about is None:
        return None
    expected = f" {money(state.expected.mean, '')} was expected of it then." if state.expected else ""
    reason = f"Accepted on {state.at[:10]}; the present run no longer proposes it.{expected}"
    row = Decision(state.about, (), reason, Status.ACCEPTED, Grade.ASSUMPTION, 0.0)
    return replace(row, owner=state.owner, due=state.due)


def _decided(decision: Decision, state: JournalState | None) -> Decision:
    if state is None:
        return decision
    return replace(decision, status=state.status, owner=state.owner, due=state.due)
