"""The ledger: every proposal once, corrected for selection, in the order of the measured money at stake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from patronage.decisions.decision import Decision
from patronage.decisions.journal import JournalState
from patronage.decisions.overlap import with_conflicts
from patronage.decisions.selection import corrected
from patronage.decisions.shared_cost import with_shared_cost
from patronage.decisions.standing import decided_by_people, in_order
from patronage.evidence.engine import Engine

NOBODY: Mapping[str, JournalState] = {}


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
    rows = with_shared_cost(corrected(_once(proposals)))
    if engine is not None:
        rows = with_conflicts(rows, engine)
    return in_order(decided_by_people(rows, journal_states))


def _once(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    first: dict[str, Decision] = {}
    for decision in decisions:
        first.setdefault(decision.id, decision)
    return tuple(first.values())
