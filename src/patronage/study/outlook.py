"""What a project could compute, told from its strategy file, the shape of its sources and the wiring."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.evidence.currencies import gap_words
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.load import LoadSettings, gaps_of_rates, load, source_faults
from patronage.strategy.strategy import Strategy, load_strategy
from patronage.study.catalog import GIVEN, the_wiring
from patronage.study.gather import opened_rates, rates_first
from patronage.study.identities import review_faults
from patronage.study.inputs import matching
from patronage.study.segment_faults import segment_faults
from patronage.study.wiring import Wiring, evidence_name
from patronage.study.workbench import BEHIND
from patronage.vocabulary.errors import EvidenceError, Fault
from patronage.vocabulary.sources import names_database
from patronage.vocabulary.terms import Terms

if TYPE_CHECKING:
    from patronage.evidence.loaded import RateGap
    from patronage.study.project import Project


def outlook(project: Project) -> dict[str, Any]:
    """Which findings are ready to be computed, and what the others wait for.

    Raises StrategyError with every fault of the strategy file, EvidenceError with every one of the segment rules and
    sources: files that are not there or cannot be read, columns that are not found, dates that can be read two ways.
    """
    strategy = load_strategy(project.strategy)
    faults, gaps = _looked_at(project, strategy)
    if faults := [*segment_faults(project, strategy), *faults, *review_faults(project, strategy.identity)]:
        raise EvidenceError(*faults)
    declared = {source.table for source in strategy.sources}
    here: set[type] = {Engine, Terms}
    here |= {kind for kind, tables in BEHIND.items() if tables[0] in declared}
    here |= {type(section) for section in strategy.parts().values()} & GIVEN
    return {"faults": [], "warnings": gap_words(gaps), "findings": _rows(the_wiring(), here)}


def _looked_at(project: Project, strategy: Strategy) -> tuple[list[Fault], tuple[RateGap, ...]]:
    """The faults of the sources, and the days for which rates of currencies lack where there are no faults."""
    faults: list[Fault] = []
    gaps: tuple[RateGap, ...] = ()
    settings = LoadSettings(strategy.company.currency, datetime.now(UTC).date())
    with tempfile.TemporaryDirectory(prefix="patronage-") as scratch:
        engine = embedded_engine(Path(scratch))
        try:
            for source in rates_first(strategy.sources):
                if not (names_database(source.location) or matching(project.folder, source.location)):
                    found = f"there is no file {source.location!r}"
                    faults.append(Fault(f"sources.{source.table}", found, "mend `from` in strategy.yaml"))
                    continue
                wrong = source_faults(source, project.folder, engine, settings)
                faults.extend(wrong)
                if source.table == "rates" and not wrong:
                    loaded = load(source, project.folder, engine, settings)
                    settings = replace(settings, rates=opened_rates(source, loaded, engine))
                elif source.table == "orders" and settings.rates is not None and not wrong:
                    gaps = gaps_of_rates(source, project.folder, engine, settings)
        except EvidenceError as error:
            faults.extend(error.faults)
        finally:
            engine.close()
    return faults, gaps


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
