"""Finished runs as objects: their findings by name, their ledger, their record."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import patronage.findings
from patronage.decisions.decision import Decision
from patronage.study.cache import read_value
from patronage.study.project import run_record
from patronage.study.wiring import snake_case
from patronage.vocabulary.errors import AbsentError, Fault, ProjectError, nearest
from patronage.vocabulary.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.study.project import Project


THEN_AGAIN = "then run again: patronage run DIR"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The proposals of one run, in their stored form."""

    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run of a project, read from disk when asked.

    record: as_of, seconds, findings with status and key, rows of each table, as written by the run.
    fresh: whether this call computed it, or found it unchanged.
    """

    project: Project
    folder: Path
    record: Mapping[str, Any]
    fresh: bool = False

    @property
    def statuses(self) -> dict[str, str]:
        """Name of each finding to computed, waiting or refused."""
        return {row["name"]: row["status"] for row in self.record["findings"]}

    def finding(self, name: str) -> Any:
        """A finding by its name.

        Raises ProjectError with what it waits for, why it was refused, or the nearest names.
        """
        row = next((row for row in self.record["findings"] if row["name"] == name), None)
        if row is None:
            raise ProjectError(_unknown(name))
        if row["status"] == "waiting":
            raise AbsentError(_waits(row))
        if row["status"] == "refused":
            raise AbsentError(Fault(name, "was refused: " + "; ".join(row["why"]), THEN_AGAIN))
        found = read_value(_type_of(name), self.project.findings / f"{name}-{row['key']}", "finding")
        if found is None:
            raise ProjectError(Fault(name, "its stored result is damaged", "run again: patronage run DIR"))
        return found

    @property
    def whole(self) -> bool:
        """Whether all that the run made can still be read: its ledger and every finding that it computed."""
        try:
            self.ledger()
            for name, status in self.statuses.items():
                if status == "computed":
                    self.finding(name)
        except (ProjectError, KeyError):
            return False
        return True

    def ledger(self) -> tuple[Decision, ...]:
        """The proposals of the run, before what people decided is laid over them."""
        found = read_value(Ledger, self.folder, "ledger")
        if found is None:
            raise ProjectError(Fault(str(self.folder), "the stored ledger is damaged", "run again: patronage run DIR"))
        return found.decisions


def last_run_of(project: Project, finding: str) -> Run:
    """The newest kept run that has a finding, whether of everything or of some findings alone.

    Where none has it, the last good run, which says so. Raises ProjectError as `last_run` does.
    """
    project.require()
    last = last_run(project)
    for folder in project.kept_runs():
        record = run_record(folder)
        if record is not None and finding in (run := Run(project, folder, record)).statuses:
            return run
    return last


def last_run(project: Project) -> Run:
    """The last good run of a project: of everything, or of one finding where there is none of everything.

    Raises ProjectError when the project was never run, or its results are gone.
    """
    project.require()
    last = project.last() or project.last(partial=True)
    if last is None:
        raise ProjectError(Fault(str(project.folder), "has no finished run yet", "run it: patronage run DIR"))
    if last.record is None:
        found = "the record of the last run is damaged or of another version"
        raise ProjectError(Fault(str(last.folder), found, "run again: patronage run DIR"))
    return Run(project, last.folder, last.record)


@cache
def finding_types() -> Mapping[str, type]:
    """Every finding that the package itself makes, by its name in snake case."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(patronage.findings.__path__):
        loaded = importlib.import_module(f"patronage.findings.{module.name}")
        for kind in vars(loaded).values():
            if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == loaded.__name__:
                found[snake_case(kind.__name__)] = kind
    return found


def _unknown(name: str) -> Fault:
    """A finding that a run does not have: one that was not asked for, or none that there is."""
    known = sorted(_made_by_the_wiring())
    if name in known:
        return Fault(name, "is in no run that is kept", f"compute it: patronage run DIR, or with --only {name}")
    return Fault("finding", f"there is no {name!r}", nearest(name, known) or "known: " + ", ".join(known))


def _waits(row: Mapping[str, Any]) -> Fault:
    """What a finding waits for; what is only to be declared is told apart from what the data refused.

    Runs of before the two were written apart have what they wait for in words alone.
    """
    refused: Sequence[str] = row.get("refused_before", ())
    declared: Sequence[str] = row.get("lacks", row["waits_for"])
    steps = [f"declare {listed(declared)} in strategy.yaml and run again"] if declared else []
    if refused:
        steps.append(f"it is computed as soon as the data allow {' and '.join(refused)}")
    return Fault(row["name"], f"waits for {' and '.join(row['waits_for'])}", ", and ".join(steps))


def _type_of(name: str) -> type:
    known = finding_types()
    if name in known:
        return known[name]
    return _made_by_the_wiring()[name]


def _made_by_the_wiring() -> dict[str, type]:
    """Every finding by its name, those of other packages included, which the catalog alone knows: slow to import."""
    catalog = importlib.import_module("patronage.study.catalog")
    return {step.name: step.makes for step in catalog.the_wiring().analyses}
