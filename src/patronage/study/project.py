"""A project folder: where the strategy file, the journal and the rebuildable results lie."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from patronage.study.sums import stands
from patronage.vocabulary.errors import Fault, ProjectError

if TYPE_CHECKING:
    from pathlib import Path

KEPT_RUNS = 10
"""How many finished runs stay on disk; older ones go when a new one has been written."""

MOMENT = "%Y%m%dT%H%M%S%f"
"""How the moment of a run is written in its name."""

NEEDED = frozenset(
    {"version", "run", "at", "as_of", "currency", "company", "given", "inputs", "tables", "findings", "uses"}
)
"""What the record of a run tells at least; a record of another version that lacks some of it is not read."""


RUN_NAME = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")
"""How a run is named: its moment to the microsecond, and the first digits of its fingerprint."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """Where a run lies, and what it wrote about itself; None where that is damaged or of another version."""

    folder: Path
    record: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Project:
    """The folder of one company; everything under `.patronage` can be built again."""

    folder: Path

    @property
    def strategy(self) -> Path:
        """The declared strategy file."""
        return self.folder / "strategy.yaml"

    @property
    def journal(self) -> Path:
        """The append-only journal of what people decided."""
        return self.folder / "ledger.jsonl"

    @property
    def results(self) -> Path:
        """Everything that can be built again."""
        return self.folder / ".patronage"

    @property
    def good(self) -> Path:
        """Loaded tables, one folder for each fingerprint."""
        return self.results / "good"

    @property
    def findings(self) -> Path:
        """Finished findings, one folder for each name and fingerprint."""
        return self.results / "findings"

    @property
    def runs(self) -> Path:
        """Finished runs, one folder each."""
        return self.results / "runs"

    @property
    def lock(self) -> Path:
        """The file that a run holds while it works."""
        return self.results / "run.lock"

    def pointer(self, *, partial: bool = False) -> Path:
        """The file that names the last good run: of everything, or of one finding and what it needs."""
        return self.results / ("latest-partial" if partial else "latest")

    def require(self) -> None:
        """Raises ProjectError unless the folder is a project."""
        if not self.strategy.is_file():
            fault = Fault(
                str(self.folder),
                "is no project: it has no strategy.yaml",
                "make one with: patronage init DIR --orders FILE",
            )
            raise ProjectError(fault)

    def last(self, *, partial: bool = False) -> LastRun | None:
        """The last good run, whole or partial, None when there is none."""
        try:
            name = self.pointer(partial=partial).read_text(encoding="utf-8").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        if not RUN_NAME.fullmatch(name) or not (self.runs / name / "run.json").is_file():
            return None
        folder = self.runs / name
        return LastRun(folder, run_record(folder))

    def kept_runs(self) -> list[Path]:
        """The folders of all finished runs that are kept, newest first."""
        folders = self.runs.iterdir() if self.runs.is_dir() else ()
        return sorted((one for one in folders if not one.name.startswith(".")), reverse=True)

    def forget_old_runs(self) -> None:
        """Removes runs beyond the last ten, and the findings and tables that no kept run uses.

        The newest run of each finding stays as well, however many runs of other findings came after it.
        """
        kept = self._worth_keeping()
        last = {run.folder for partial in (False, True) if (run := self.last(partial=partial)) is not None}
        wanted: set[str] = set()
        for folder in {*kept, *last}:
            record = run_record(folder)
            wanted.update(record["uses"] if record else ())
        for folder in self.runs.iterdir():
            if folder not in kept and folder not in last:
                shutil.rmtree(folder, ignore_errors=True)
        for room in (self.findings, self.good):
            for folder in room.iterdir() if room.is_dir() else ():
                if folder.name not in wanted:
                    shutil.rmtree(folder, ignore_errors=True)

    def _worth_keeping(self) -> list[Path]:
        kept: list[Path] = []
        seen: set[str] = set()
        for place, folder in enumerate(self.kept_runs()):
            record = run_record(folder)
            names = {row["name"] for row in record["findings"]} if record else set[str]()
            if place < KEPT_RUNS or names - seen:
                kept.append(folder)
            seen |= names
        return kept


def moment_after_all(project: Project, now: datetime) -> datetime:
    """The moment that names a new run: now, or just after the newest kept run where a clock went back since.

    Runs are ordered by their names, so a later one never has an earlier name.
    """
    names = [one.name for one in project.kept_runs() if RUN_NAME.fullmatch(one.name)]
    if not names:
        return now
    return max(now, _moment(names[0]) + timedelta(microseconds=1))


def _moment(name: str) -> datetime:
    """The moment in the name of a run, the least one where it names none."""
    try:
        return datetime.strptime(name[:21], MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def run_record(folder: Path) -> dict[str, Any] | None:
    """What a run wrote about itself, None when it cannot be read or is of a version that wrote other things."""
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    whole = (
        isinstance(record, dict) and NEEDED.issubset(cast("dict[str, Any]", record)) and stands(folder, ["run.json"])
    )
    return cast("dict[str, Any]", record) if whole else None
