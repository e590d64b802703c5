"""What accepting a decision commits to, and the list of customers that is kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from patronage.decisions.commitment import Commitment, committed, first_day, people_of
from patronage.decisions.decision import Decision
from patronage.decisions.frozen_list import frozen, list_fault, list_file, write_list
from patronage.decisions.holdout import holdout_share
from patronage.decisions.journal import Action, Event, events, states
from patronage.vocabulary.errors import Fault, ProjectError
from patronage.vocabulary.words import percent

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.study.project import Project
    from patronage.study.shelf import Run


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a person accepts, as text: the share of the customers to leave alone, and the first day of acting.

    as_of: last day of the evidence behind the decision.
    """

    holdout: str | None
    on: str | None
    as_of: date


def commitment_for(decision: Decision, action: str, terms: Terms, bound: Event | None) -> Commitment | None:
    """What a person commits to: for an accepted decision what it was accepted for first, None unless it accepts.

    bound: the accept that this one is held to. Raises ProjectError for a holdout that is no share, for terms that come
    with another action or after the fact, for a first day that the evidence has seen, and where an arm has nobody.
    """
    if action != Action.ACCEPT:
        given = {"--holdout": terms.holdout, "--on": terms.on}
        faults = [Fault(name, f"goes with accept, not with {action}", "leave it out") for name in given if given[name]]
        if faults:
            raise ProjectError(*faults)
        return None
    share = None if terms.holdout is None else holdout_share(terms.holdout)
    day = None if terms.on is None else _day(terms.on, terms.as_of)
    if bound is not None:
        _unchanged(share, day, bound)
        if bound.commitment is not None:
            return bound.commitment
    if share is not None and not (decision.people and decision.people.rows):
        fault = f"{decision.id} has no list of customers, so there is nobody to leave alone"
        raise ProjectError(Fault("--holdout", fault, "leave it out"))
    return committed(decision, share or 0.0, day or first_day(datetime.now(UTC).date(), terms.as_of))


def keep_list(run: Run, decision: Decision, commitment: Commitment) -> None:
    """Writes the list of a commitment where its file is not whole and the present run still has that very list."""
    kept = commitment.people
    path = list_file(lists_folder(run.project), decision.id, kept)
    if list_fault(path, kept) is not None and frozen(people_of(decision)) == kept:
        write_list(path, people_of(decision))


def lists_folder(project: Project) -> Path:
    """Where the customers of each accepted decision lie, as they were when it was accepted."""
    return project.folder / "lists"


def commitments(run: Run) -> dict[str, Commitment]:
    """What each decision that stands accepted was accepted for, where that was written down."""
    found = states(events(run.project.journal).events)
    return {name: state.commitment for name, state in found.items() if state.commitment}


def _day(text: str, as_of: date) -> date:
    """The first day of acting that a person names."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ProjectError(Fault("--on", f"{text!r} is no date", "write it as YYYY-MM-DD")) from None
    if day <= as_of:
        found = f"{text} is not after {as_of}, the last day of the evidence that the list was made from"
        step = "give the day on which acting starts, or run with an earlier --as-of and accept then"
        raise ProjectError(Fault("--on", found, step))
    return day


def _unchanged(share: float | None, day: date | None, bound: Event) -> None:
    was = bound.commitment.holdout if bound.commitment else 0.0
    faults: list[Fault] = []
    if share is not None and share != was:
        how = f"with a holdout of {percent(was)}" if was else "without a holdout"
        fault = f"{bound.id} was accepted {how} on {bound.at[:10]}, and a holdout cannot be changed after the fact"
        faults.append(Fault("--holdout", fault, "leave it out"))
    began = bound.commitment.starts if bound.commitment else None
    if day is not None and day != began:
        told = began or bound.at[:10]
        fault = f"{bound.id} was accepted to start on {told}, and the first day cannot be changed after the fact"
        faults.append(Fault("--on", fault, "leave it out"))
    if faults:
        raise ProjectError(*faults)
