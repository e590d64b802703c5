"""The decisions that stand accepted, and what was expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from patronage.decisions.decision import Status
from patronage.decisions.frozen_list import list_fault, list_file
from patronage.decisions.journal import binding, events, states
from patronage.evidence.acceptance import Acceptance
from patronage.study.committing import lists_folder
from patronage.study.digest import digest
from patronage.vocabulary.errors import ProjectError

if TYPE_CHECKING:
    from patronage.decisions.commitment import Commitment
    from patronage.decisions.decision import Move
    from patronage.decisions.journal import Event
    from patronage.study.project import Project


def acceptances_digest(project: Project) -> str:
    """Fingerprint of what people accepted and still stands, which runs hang on."""
    try:
        return digest([[asdict(one), kept.people.sha256] for one, kept in accepted(project)])
    except ProjectError as error:
        return digest([str(fault) for fault in error.faults])


def accepted(project: Project) -> Sequence[tuple[Acceptance, Commitment]]:
    """Each decision that stands accepted beside what it was accepted for, in the order of their accepts.

    Events of before commitments were written down are left out: nothing is known of their lists.
    Raises ProjectError for a journal that cannot be read.
    """
    journal = events(project.journal).events
    found: list[tuple[Acceptance, Commitment]] = []
    for name, state in states(journal).items():
        bound = binding(journal, name)
        commitment = bound and bound.commitment
        if state.status is Status.ACCEPTED and bound and commitment and state.about:
            found.append((_acceptance(project, bound, state.about, commitment), commitment))
    return found


def _acceptance(project: Project, bound: Event, about: Move, commitment: Commitment) -> Acceptance:
    day = date.fromisoformat(bound.at[:10])
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
    )
