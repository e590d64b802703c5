"""What people do with decisions: accept, reject, reopen."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from patronage.decisions.decision import Decision, Status
from patronage.decisions.holdout import much_held_out
from patronage.decisions.journal import Action, Event, Expected, append_after, binding, events
from patronage.study.committing import Terms, commitment_for, keep_list
from patronage.study.decided import decided_ledger, silent
from patronage.vocabulary.errors import Fault, ProjectError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from patronage.study.shelf import Run

LIST_THEM = "list them with: patronage ledger DIR"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of a decision: the action, who does it, until when (YYYY-MM-DD), and why.

    holdout: the share of its customers to leave alone, as text, such as 10%. on: the first day of acting, YYYY-MM-DD.
    """

    action: str
    owner: str | None = None
    due: str | None = None
    why: str | None = None
    holdout: str | None = None
    on: str | None = None


def found_decision(run: Run, wanted: str, warn: Callable[[str], None] = silent) -> Decision:
    """The decision of that id, or of the only id that starts so.

    Raises ProjectError when none or more than one does.
    """
    rows = decided_ledger(run, warn)
    hits = [row for row in rows if row.id.startswith(wanted)] if wanted else []
    if len(hits) == 1:
        return hits[0]
    if hits:
        fault = Fault(
            wanted, f"fits {len(hits)} decisions", "give more letters: " + ", ".join(row.id for row in hits[:5])
        )
        raise ProjectError(fault)
    if not wanted.strip():
        fault = Fault("ID", "is empty, and a decision's id or its first letters are needed", LIST_THEM)
        raise ProjectError(fault)
    hint = nearest(wanted, [row.id for row in rows]) or LIST_THEM
    raise ProjectError(Fault(wanted, "no decision of the last run has this id", hint))


def decide(run: Run, wanted: str, verdict: Verdict) -> tuple[Decision, str | None]:
    """Writes a person's verdict to the journal; the decision as it stands then, and a warning about the journal.

    Raises ProjectError for an unknown decision or action, a date that is none, a row that proposes nothing.
    """
    warnings: list[str] = []
    decision = found_decision(run, wanted, warnings.append)
    faults = list(_faults(decision, verdict))
    if faults:
        raise ProjectError(*faults)
    journal = run.project.journal
    # Refused before the journal is touched, and then once more with nobody else writing to it.
    _event(run, decision, verdict, events(journal).events)
    event, torn = append_after(journal, lambda before: _kept(run, decision, _event(run, decision, verdict, before)))
    commitment = event.commitment
    if torn:
        warnings.insert(0, torn)
    much = much_held_out(commitment.holdout) if commitment else None
    told = [*warnings[:1], *([much] if much else [])]
    return found_decision(run, decision.id), "; ".join(told) or None


def _event(run: Run, decision: Decision, verdict: Verdict, before: Sequence[Event]) -> Event:
    """The event that a verdict is, after those before it: an accept keeps what its decision was accepted for first."""
    bound = binding(before, decision.id)
    terms = Terms(verdict.holdout, verdict.on, date.fromisoformat(run.record["as_of"]))
    commitment = commitment_for(decision, verdict.action, terms, bound)
    expected = decision.value and Expected(decision.value.mean, decision.value.p05, decision.value.p95)
    if commitment is not None and bound is not None and bound.commitment is not None:
        expected = bound.expected
    return Event(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        id=decision.id,
        action=Action(verdict.action),
        who=_person(),
        owner=verdict.owner,
        due=verdict.due,
        why=verdict.why,
        expected=expected,
        about=decision.move,
        commitment=commitment,
    )


def _kept(run: Run, decision: Decision, event: Event) -> Event:
    """The event, once the list that it speaks of is on disk."""
    if event.commitment is not None:
        keep_list(run, decision, event.commitment)
    return event


def _faults(decision: Decision, verdict: Verdict) -> Iterator[Fault]:
    actions = [str(action) for action in Action]
    if verdict.action not in actions:
        yield Fault(verdict.action, "is no verdict", nearest(verdict.action, actions) or "say accept, reject or reopen")
    if verdict.due is not None:
        try:
            date.fromisoformat(verdict.due)
        except ValueError:
            yield Fault("--due", f"{verdict.due!r} is no date", "write it as YYYY-MM-DD")
    if decision.status in (Status.REFUSED, Status.NOTHING_TO_GAIN) and verdict.action == Action.ACCEPT:
        yield Fault(
            decision.id, "proposes nothing, so there is nothing to accept", "its reason says what would lift it"
        )


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # Containers and services may run under a number without a name.
        return "unknown"
