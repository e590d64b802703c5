"""What a project could compute, told from its strategy file, the shape of its sources and the wiring."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.load import source_faults
from patronage.strategy.strategy import Strategy, load_strategy
from patronage.study.catalog import GIVEN, the_wiring
from patronage.study.inputs import matching
from patronage.study.segment_faults import segment_faults
from patronage.study.wiring import Wiring, evidence_name
from patronage.study.workbench import BEHIND
from patronage.vocabulary.errors import EvidenceError, Fault
from patronage.vocabulary.sources import names_database
from patronage.vocabulary.terms import Terms

if TYPE_CHECKING:
    from patronage.study.project import Project


def outlook(project: Project) -> dict[str, Any]:
    """Which findings are ready to be computed, and what the others wait for.

    Raises StrategyError with every fault of the strategy file, EvidenceError with every one of the segment rules and
    sources: files that are not there or cannot be read, columns that are not found, dates that can be read two ways.
    """
    strategy = load_strategy(project.strategy)
    if faults := [*segment_faults(project, strategy), *_faults_of_sources(project, strategy)]:
        raise EvidenceError(*faults)
    declared = {source.table for source in strategy.sources}
    here: set[type] = {Engine, Terms}
    here |= {kind for kind, tables in BEHIND.items() if tables[0] in declared}
    here |= {type(section) for section in strategy.parts().values()} & GIVEN
    return {"faults": [], "findings": _rows(the_wiring(), here)}


def _faults_of_sources(project: Project, strategy: Strategy) -> list[Fault]:
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="patronage-") as scratch:
        engine = embedded_engine(Path(scratch))
        try:
            for source in strategy.sources:
                if names_database(source.location) or matching(project.folder, source.location):
                    faults.extend(source_faults(source, project.folder, engine, strategy.company.currency))
                    continue
                found = f"there is no file {source.location!r}"
                faults.append(Fault(f"sources.{source.table}", found, "mend `from` in strategy.yaml"))
        finally:
            engine.close()
    return faults


def _rows(wiring: Wiring, here: set[type]) -> list[dict[str, Any]]:
    waits: dict[type, tuple[str, ...]] = {}
    rows: list[dict[str, Any]] = []
    for step in wiring.analyses:
        missing: list[str] = []
        for need in step.needs:
            if not need.optional and need.kind not in here:
                missing.extend(waits.get(need.kind, (evidence_name(need.kind),)))
        if step.makes is not None:
            if missing:
                waits[step.makes] = tuple(dict.fromkeys(missing))
            else:
                here.add(step.makes)
        rows.append({"name": step.name, "ready": not missing, "waits_for": list(dict.fromkeys(missing))})
    return rows
