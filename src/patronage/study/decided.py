"""The ledger of a run with what people decided laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.decisions.journal import events, states
from patronage.decisions.standing import decided_by_people, in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.decisions.decision import Decision
    from patronage.study.shelf import Run


def silent(_: str) -> None:
    """Says nothing of what is awkward."""


def decided_ledger(run: Run, warn: Callable[[str], None] = silent) -> tuple[Decision, ...]:
    """The rows of a run's ledger as people left them, in the ledger's order.

    warn: told what was awkward about reading the journal, such as a torn last line that was set aside.
    """
    journal = events(run.project.journal)
    if journal.warning:
        warn(journal.warning)
    return in_order(decided_by_people(run.ledger(), states(journal.events)))
