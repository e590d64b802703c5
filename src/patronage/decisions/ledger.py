"""The ledger: every proposal once, corrected for selection, in the order of the measured money at stake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from patronage.decisions.decision import Decision, Status
from patronage.decisions.journal import JournalState
from patronage.decisions.overlap import with_conflicts
from patronage.decisions.selection import corrected
from patronage.evidence.engine import Engine

NOBODY: Mapping[str, JournalState] = {}

ORDER = {
    Status.PROPOSED: 0,
    Status.ACCEPTED: 0,
    Status.NOTHING_TO_GAIN: 1,
    Status.REFUSED: 2,
    Status.REJECTED: 3,
}
"""Proposals first, then what there is nothing to gain from, then refusals, then what people turned down."""


def ledger(
    proposals: Sequence[Decision],
    journal_states: Mapping[str, JournalState] = NOBODY,
    engine: Engine | None = None,
) -> tuple[Decision, ...]:
    """The rows of the ledger.

    Each move once, the first row of it counts. Values are corrected for selection within their kind, people's
    decisions laid over, and with an engine the decisions that share customers named. Sorted by group of status, then
    by the money at stake, largest first, then by id.
    """
    rows = corrected(_once(proposals))
    if engine is not None:
        rows = with_conflicts(rows, engine)
    return in_order(decided_by_people(rows, journal_states))


def decided_by_people(
    decisions: Iterable[Decision], journal_states: Mapping[str, JournalState]
) -> tuple[Decision, ...]:
    """The decisions with the status, owner and due date that people gave them."""
    return tuple(_decided(decision, journal_states.get(decision.id)) for decision in decisions)


def in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions as the ledger shows them."""
    return tuple(sorted(decisions, key=lambda each: (ORDER[each.status], -each.at_stake, each.id)))


def _once(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    first: dict[str, Decision] = {}
    for decision in decisions:
        first.setdefault(decision.id, decision)
    return tuple(first.values())


def _decided(decision: Decision, state: JournalState | None) -> Decision:
    if state is None:
        return decision
    return replace(decision, status=state.status, owner=state.owner, due=state.due)
