"""The decisions that people accepted, and what was expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from patronage.decisions.frozen_list import list_fault, list_file
from patronage.decisions.journal import Action, binding, events
from patronage.evidence.acceptance import Acceptance
from patronage.study.committing import lists_folder
from patronage.study.digest import digest
from patronage.vocabulary.errors import ProjectError

if TYPE_CHECKING:
    from patronage.decisions.commitment import Commitment
    from patronage.decisions.decision import Move
    from patronage.decisions.journal import Event
    from patronage.study.project import Project


OLD = "accepted before lists were kept, so that nobody knows whom it was about"
"""Why nothing can be measured of an accept of before commitments were written down."""


def acceptances_digest(project: Project) -> str:
    """Fingerprint of what people accepted and still stands, which runs hang on."""
    try:
        return fingerprint(accepted(project))
    except ProjectError as error:
        return digest([str(fault) for fault in error.faults])


def fingerprint(each: Sequence[tuple[Acceptance, Commitment | None]]) -> str:
    """Fingerprint of accepted decisions and of their lists."""
    return digest([[asdict(one), kept and kept.people.sha256] for one, kept in each])


def accepted(project: Project) -> Sequence[tuple[Acceptance, Commitment | None]]:
    """Each decision that was accepted beside what it was accepted for, in the order of the first events on it.

    One that people turned down or opened again stays, up to that day, where acting had begun before: what it brought is
    known all the same. None beside an accept of before commitments were written down, of whose list nothing is known.
    Raises ProjectError for a journal that cannot be read.
    """
    journal = events(project.journal).events
    found: list[tuple[Acceptance, Commitment | None]] = []
    for name, last in {event.id: event for event in journal}.items():
        bound = binding(journal, name)
        if bound is None or bound.about is None:
            continue
        ended = None if last.action is Action.ACCEPT else date.fromisoformat(last.at[:10])
        one = _acceptance(project, bound, bound.about, ended)
        if ended is None or ended > max(one.starts, one.accepted_at):
            found.append((one, bound.commitment))
    return found


def _acceptance(project: Project, bound: Event, about: Move, ended: date | None) -> Acceptance:
    day, commitment = date.fromisoformat(bound.at[:10]), bound.commitment
    if commitment is None:
        return Acceptance(bound.id, about.kind, about.subject, day, day, 0, 0, 0.0, None, (), None, OLD, ended)
    kept, expected = commitment.people, bound.expected
    fault = list_fault(list_file(lists_folder(project), bound.id, kept), kept)
    return Acceptance(
        bound.id,
        about.kind,
        about.subject,
        day,
        commitment.starts or day,
        kept.number,
        commitment.held_out,
        commitment.holdout,
        expected and (expected.mean, expected.p05, expected.p95),
        commitment.gain_by_year,
        commitment.effect,
        fault and str(fault),
        ended,
        commitment.gain_days,
    )
