"""The ledger of a run with what people decided laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.decisions.journal import events, states
from patronage.decisions.ledger import decided_by_people, in_order

if TYPE_CHECKING:
    from patronage.decisions.decision import Decision
    from patronage.study.shelf import Run


def decided_ledger(run: Run) -> tuple[Decision, ...]:
    """The rows of a run's ledger as people left them, in the ledger's order."""
    return in_order(decided_by_people(run.ledger(), states(events(run.project.journal).events)))
