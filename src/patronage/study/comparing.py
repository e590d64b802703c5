"""Two runs of a project side by side: what of their inputs changed, and what that did to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.decisions.changes import LedgerChanges, changes
from patronage.study.project import run_record
from patronage.study.shelf import Run, last_run
from patronage.vocabulary.errors import Fault, ProjectError, nearest

if TYPE_CHECKING:
    from patronage.study.project import Project


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, what of their inputs changed in words, and what is new, gone and moved in the ledger."""

    before: Run
    after: Run
    inputs: tuple[str, ...]
    ledger: LedgerChanges


def compared(project: Project, before: str | None = None, after: str | None = None) -> Comparison:
    """Two runs by their names; the last one, and the one before it, where none is named.

    Raises ProjectError when there are not two runs, or none of that name.
    """
    newer = last_run(project) if after is None else _named(project, after)
    older = _named(project, before) if before is not None else _run_before(project, newer)
    told = tuple(_changed_inputs(older.record, newer.record))
    return Comparison(older, newer, told, changes(older.ledger(), newer.ledger()))


def run_names(project: Project) -> list[str]:
    """The names of the runs that are kept, oldest first."""
    folders = project.runs.iterdir() if project.runs.is_dir() else ()
    return sorted(folder.name for folder in folders if (folder / "run.json").is_file())


def _run_before(project: Project, newer: Run) -> Run:
    earlier = [name for name in run_names(project) if name < newer.folder.name]
    if not earlier:
        fault = Fault(str(project.folder), "has only one run, and two are needed", "change something and run again")
        raise ProjectError(fault)
    return _named(project, earlier[-1])


def _named(project: Project, name: str) -> Run:
    names = run_names(project)
    if name not in names:
        hint = nearest(name, names) or "kept: " + (", ".join(names) or "none")
        raise ProjectError(Fault(name, "there is no such run", hint))
    record = run_record(project.runs / name)
    if record is None:
        raise ProjectError(Fault(name, "its record is damaged or of another version", "name another run"))
    return Run(project, project.runs / name, record)


def _changed_inputs(before: dict[str, Any] | Any, after: dict[str, Any] | Any) -> list[str]:
    told: list[str] = []
    if before["version"] != after["version"]:
        told.append(f"patronage went from {before['version']} to {after['version']}")
    if before["as_of"] != after["as_of"]:
        told.append(f"the as-of date went from {before['as_of']} to {after['as_of']}")
    if before["strategy"] != after["strategy"]:
        told.append("strategy.yaml changed")
    files = [{tuple(file) for source in record["inputs"] for file in _seen(source)} for record in (before, after)]
    told.extend(f"{name} changed or is new" for name, _ in sorted(files[1] - files[0]))
    told.extend(f"{name} is gone" for name in sorted({name for name, _ in files[0]} - {name for name, _ in files[1]}))
    keys = [{row["name"]: row["key"] for row in record["findings"]} for record in (before, after)]
    moved = sorted(name for name, key in keys[1].items() if key != keys[0].get(name))
    if moved:
        told.append(f"computed anew: {', '.join(moved)}")
    return told


def _seen(source: dict[str, Any]) -> list[tuple[str, str]]:
    """Path and fingerprint of each file of a source; times do not count."""
    return [(str(path), str(sha)) for path, _, _, sha in source["files"]]
