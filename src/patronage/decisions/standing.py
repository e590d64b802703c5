"""Where decisions stand once people have spoken, and the order in which a ledger shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from patronage.decisions.decision import Decision, Status
from patronage.decisions.journal import JournalState

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
    """The decisions with the status, owner and due date that people gave them."""
    return tuple(_decided(decision, journal_states.get(decision.id)) for decision in decisions)


def in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions as the ledger shows them."""
    return tuple(sorted(decisions, key=lambda each: (ORDER[each.status], -each.at_stake, each.id)))


def _decided(decision: Decision, state: JournalState | None) -> Decision:
    if state is None:
        return decision
    return replace(decision, status=state.status, owner=state.owner, due=state.due)
