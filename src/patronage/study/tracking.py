"""Accepted decisions, expected against measured, as the last run told them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.findings.trust import Arms, Tracked, TrackRecord
from patronage.study.accepted import accepted
from patronage.study.shelf import last_run_of

if TYPE_CHECKING:
    from patronage.evidence.acceptance import Acceptance
    from patronage.study.project import Project

NOT_RUN = "too_early"
"""Verdict on a decision that no run has looked at since it was accepted."""


def track(project: Project) -> tuple[Tracked, ...]:
    """Every decision that stands accepted, in the order of their accepts, those accepted after the last run too.

    Raises ProjectError where there is no run or the journal cannot be read, and AbsentError where the last run could
    not measure anything, with the reason.
    """
    standing = [one for one, _ in accepted(project)]
    if not standing:
        project.require()
        return ()
    run = last_run_of(project, "track_record")
    record: TrackRecord = run.finding("track_record")
    known = {row.id: row for row in record.decisions}
    return tuple(known.get(one.id) or _not_run(one, record) for one in standing)


def _not_run(one: Acceptance, record: TrackRecord) -> Tracked:
    arms = Arms(one.listed - one.held_out, one.held_out)
    why = "accepted after the last run, which knows nothing of it: patronage run DIR"
    return Tracked(
        one.id, one.kind, one.subject, one.accepted_at, one.starts, record.as_of, arms, None, None, None, None, None,
        NOT_RUN, why,
    )  # fmt: skip
