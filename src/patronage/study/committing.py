"""What accepting a decision commits to, and the list of customers that is kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.decisions.commitment import Commitment, committed, people_of
from patronage.decisions.decision import Decision
from patronage.decisions.frozen_list import frozen, list_fault, list_file, write_list
from patronage.decisions.holdout import holdout_share
from patronage.decisions.journal import Action, Event, events, states
from patronage.vocabulary.errors import Fault, ProjectError
from patronage.vocabulary.words import percent

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.study.shelf import Run


def commitment_for(decision: Decision, action: str, holdout: str | None, bound: Event | None) -> Commitment | None:
    """What a person commits to: for an accepted decision what it was accepted for first, None unless it accepts.

    bound: the accept that this one is held to. Raises ProjectError for a holdout that is no share, that comes with
    another action or after the fact, or that leaves an arm with nobody.
    """
    if action != Action.ACCEPT:
        if holdout is not None:
            raise ProjectError(Fault("--holdout", f"goes with accept, not with {action}", "leave it out"))
        return None
    share = None if holdout is None else holdout_share(holdout)
    if bound is not None:
        _unchanged(share, bound)
        if bound.commitment is not None:
            return bound.commitment
    if share is not None and not (decision.people and decision.people.rows):
        fault = f"{decision.id} has no list of customers, so there is nobody to leave alone"
        raise ProjectError(Fault("--holdout", fault, "leave it out"))
    return committed(decision, share or 0.0)


def keep_list(run: Run, decision: Decision, commitment: Commitment) -> None:
    """Writes the list of a commitment where its file is not whole and the present run still has that very list."""
    kept = commitment.people
    if kept is None:
        return
    path = list_file(lists_folder(run), decision.id, kept)
    if list_fault(path, kept) is not None and frozen(people_of(decision)) == kept:
        write_list(path, people_of(decision))


def lists_folder(run: Run) -> Path:
    """Where the customers of each accepted decision lie, as they were when it was accepted."""
    return run.project.folder / "lists"


def commitments(run: Run) -> dict[str, Commitment]:
    """What each decision that stands accepted was accepted for, where that was written down."""
    found = states(events(run.project.journal).events)
    return {name: state.commitment for name, state in found.items() if state.commitment}


def _unchanged(share: float | None, bound: Event) -> None:
    was = bound.commitment.holdout if bound.commitment else 0.0
    if share is None or share == was:
        return
    how = f"with a holdout of {percent(was)}" if was else "without a holdout"
    fault = f"{bound.id} was accepted {how} on {bound.at[:10]}, and a holdout cannot be changed after the fact"
    raise ProjectError(Fault("--holdout", fault, "leave it out"))
