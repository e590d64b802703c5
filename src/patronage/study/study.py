"""Opens a project and runs it, or finds that nothing has changed since it was run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.study.accepted import acceptances_digest
from patronage.study.digest import file_digest
from patronage.study.inputs import inputs_of, recorded_files, recorded_source
from patronage.study.options import RunOptions
from patronage.study.project import Project
from patronage.study.shelf import Run, last_run, last_run_of
from patronage.vocabulary.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable


def quiet(_: str) -> None:
    """Says nothing of the steps of a run."""


@dataclass(frozen=True, slots=True)
class Study:
    """A project folder ready to be run and read."""

    project: Project

    def run(self, options: RunOptions | None = None, say: Callable[[str], None] = quiet) -> Run:
        """The finished run: the last one where nothing changed, else a new one.

        Raises PatronageError with every fault of the strategy file or the evidence, and leaves the
        last good run as it was.
        """
        self.project.require()
        chosen = options or RunOptions()
        if not chosen.again and (unchanged := _unchanged(self.project, chosen)):
            return unchanged
        # Joining the rooms imports the engine and every analysis: seconds that an unchanged run must not pay.
        from patronage.study.joining import new_run

        return new_run(self.project, chosen, say)

    def last_run(self) -> Run:
        """The last good run; raises ProjectError when there is none."""
        return last_run(self.project)

    def last_run_of(self, finding: str) -> Run:
        """The last good run that has a finding: one of everything, or a later one of that finding alone."""
        return last_run_of(self.project, finding)


def open_study(folder: str | Path) -> Study:
    """The study of a project folder; raises ProjectError when it has no strategy.yaml."""
    project = Project(Path(folder))
    project.require()
    return Study(project)


def _unchanged(project: Project, options: RunOptions) -> Run | None:
    """The last run, where neither strategy file, sources, accepted decisions, code nor options changed since."""
    last = project.last(partial=options.only is not None)
    if last is None or last.record is None or last.record.get("version") != VERSION:
        return None
    record = last.record
    if record.get("accepted") != acceptances_digest(project):
        return None
    if record.get("options") != options.digest or record.get("strategy") != file_digest(project.strategy):
        return None
    for source in record["inputs"]:
        known = recorded_files(source)
        now = inputs_of(project.folder, recorded_source(source), known)
        if [(file.path, file.sha256) for file in now] != [(file.path, file.sha256) for file in known]:
            return None
    found = Run(project, last.folder, record)
    return found if found.whole else None
