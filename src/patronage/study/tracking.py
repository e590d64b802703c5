"""Accepted decisions, expected against measured, as the last run told them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from patronage.findings.trust import Arms, Tracked, TrackRecord
from patronage.study.accepted import accepted
from patronage.study.decided import silent
from patronage.study.shelf import last_run_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.evidence.acceptance import Acceptance
    from patronage.study.project import Project

NOT_RUN = "too_early"
"""Verdict on a decision that no run has looked at since it was accepted."""


def track(project: Project, warn: Callable[[str], None] = silent) -> tuple[Tracked, ...]:
    """Every decision that was accepted and acted on, those accepted after the last run too.

    warn: told what treatments say of decisions that nobody accepted. Raises ProjectError where there is no run or the
    journal cannot be read, and AbsentError where the last run could not measure anything, with the reason.
    """
    standing = [one for one, _ in accepted(project)]
    if not standing:
        project.require()
        return ()
    run = last_run_of(project, "track_record")
    record: TrackRecord = run.finding("track_record")
    for told in record.unknown:
        warn(told)
    known = {row.id: row for row in record.decisions}
    return tuple(_now(one, known.get(one.id), record) for one in standing)


def _now(one: Acceptance, row: Tracked | None, record: TrackRecord) -> Tracked:
    """The row of the last run, or why there is none or it no longer holds."""
    if one.fault is not None:
        return replace(_not_run(one, record), verdict="not_measurable", why=one.fault)
    return row or _not_run(one, record)


def _not_run(one: Acceptance, record: TrackRecord) -> Tracked:
    arms = Arms(one.listed - one.held_out, one.held_out)
    why = "accepted after the last run, which knows nothing of it: patronage run DIR"
    return Tracked(
        one.id, one.kind, one.subject, one.accepted_at, one.starts, record.as_of, arms, None, None, None, None, None,
        NOT_RUN, why,
    )  # fmt: skip
