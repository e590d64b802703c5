"""One new run from start to finish, written to disk whole or not at all."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.analyses.who.order_summary import silence
from patronage.decisions.ledger import ledger
from patronage.decisions.tested import measured_decisions
from patronage.evidence.assemble import last_good_day
from patronage.evidence.currencies import gap_words
from patronage.evidence.replacing import replacing
from patronage.evidence.tables import Acceptances
from patronage.findings.trust import TrackRecord
from patronage.findings.who import OrderSummary
from patronage.strategy.strategy import load_strategy
from patronage.study.cache import building, write_value
from patronage.study.catalog import the_wiring
from patronage.study.digest import digest, file_digest
from patronage.study.engines import computing
from patronage.study.gather import Gathered, gathered
from patronage.study.identities import with_identities
from patronage.study.inputs import input_record
from patronage.study.memory import peak_memory_bytes
from patronage.study.project import MOMENT, moment_after_all
from patronage.study.runner import COMPUTED, Bench, Outcome, compute, proposals
from patronage.study.segment_faults import segment_faults
from patronage.study.shelf import Ledger, Run
from patronage.study.workbench import at_work, bench_at
from patronage.vocabulary.errors import Fault, ProjectError, StrategyError, nearest
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from patronage.evidence.loaded import Loaded
    from patronage.study.options import RunOptions
    from patronage.study.project import Project


def new_run(project: Project, options: RunOptions, say: Callable[[str], None]) -> Run:
    """Loads what changed, computes what hangs on it, writes the run and names it the last good one.

    Raises PatronageError before anything of the last good run is touched.
    """
    wiring = the_wiring()
    wanted = _wanted(options.only)
    started = time.perf_counter()
    with at_work(project, options.memory) as loading, computing(options, loading) as engine:
        strategy_digest = file_digest(project.strategy)
        strategy = load_strategy(project.strategy)
        if faults := segment_faults(project, strategy):
            raise StrategyError(*faults)
        found = gathered(project, strategy.sources, strategy.company.currency, loading, say)
        found = with_identities(project, strategy.identity, found, loading, say)
        bench = bench_at(project, strategy, found, engine, options.as_of)
        compute(wiring, bench, wanted, say)
        record: dict[str, Any] = {
            "version": VERSION,
            "options": options.digest,
            "only": options.only,
            "strategy": strategy_digest,
            "accepted": bench.values[Acceptances].fingerprint,
            "engine": engine.runs.name,
            "given": [*(mapping.table for mapping in strategy.sources), *strategy.parts()],
            "segment_names": {one.id: one.name for one in strategy.segments.segments} if strategy.segments else {},
            "inputs": [input_record(m, found.files[m.table]) for m in strategy.sources] + list(found.beside),
            "tables": [_rows_of(table) for table in found.tables.values()],
            "notes": _notes(bench, found),
            "uses": [*found.folders, *_folders(bench)],
        }
        return _written(project, bench, record, say, started)


def _wanted(only: str | None) -> frozenset[str] | None:
    """The analyses behind one finding, None for all; raises ProjectError for an unknown name."""
    if only is None:
        return None
    names = [step.name for step in the_wiring().analyses]
    if only not in names:
        hint = nearest(only, names) or "known: " + ", ".join(names)
        raise ProjectError(Fault("--only", f"there is no finding {only!r}", hint))
    return the_wiring().upstream(only)


def _folders(bench: Bench) -> list[str]:
    return [f"{name}-{outcome.key}" for name, outcome in bench.outcomes.items() if outcome.status == COMPUTED]


def _written(project: Project, bench: Bench, record: dict[str, Any], say: Callable[[str], None], started: float) -> Run:
    """The ledger and the record in a folder of their own, which then becomes the last good run."""
    now = datetime.now(UTC)
    name = f"{moment_after_all(project, now):{MOMENT}}-{digest(record, now.isoformat())[:8]}"
    target = project.runs / name
    with building(target) as folder:
        rows = proposals(the_wiring(), _within(bench, folder), say)
        rows = measured_decisions(rows, bench.values.get(TrackRecord))
        write_value(Ledger(ledger(rows, engine=bench.engine)), folder, "ledger")
        record |= {
            "run": name,
            "at": now.isoformat(timespec="seconds"),
            "as_of": bench.values[Terms].as_of.isoformat(),
            "company": bench.values[Terms].company,
            "currency": bench.values[Terms].currency,
            "findings": [_row(outcome) for outcome in bench.outcomes.values()],
            "peak_memory_bytes": peak_memory_bytes(beside=bench.engine.runs.memory_beside()),
            "seconds": round(time.perf_counter() - started, 3),
        }
        (folder / "run.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    with replacing(project.pointer(partial=record["only"] is not None)) as path:
        path.write_text(name, encoding="utf-8")
    project.forget_old_runs()
    return Run(project, target, record, fresh=True)


def _notes(bench: Bench, found: Gathered) -> list[str]:
    """What a reader of every finding must know of what it stands on."""
    orders = found.tables.get("orders")
    if orders is None:
        return []
    note = silence(bench.values[Terms].as_of, last_good_day(orders, bench.engine))
    lost = [f"{words}, which are set aside." for words in gap_words(orders.rate_gaps)]
    return [*_unreconciled(bench), *([note] if note else []), *lost]


def _unreconciled(bench: Bench) -> list[str]:
    """Each line of the accounts that the evidence does not add up to, in a sentence; the books come first."""
    summary = bench.values.get(OrderSummary)
    if summary is None:
        return []
    return [
        f"Books, {row.period}, {row.line}: booked {row.booked:,.2f}, measured {row.measured:,.2f}, a difference of "
        f"{row.difference:,.2f} {summary.currency}."
        for row in summary.books
        if not row.agrees
    ]


def _within(bench: Bench, folder: Path) -> Bench:
    """The same bench, with an engine that keeps the lists of people in the run's folder."""
    return Bench(bench.project, bench.engine.within(folder), bench.values, bench.digests, bench.outcomes)


def _rows_of(table: Loaded) -> dict[str, Any]:
    """What loading one table gave: rows read, good and set aside, and why."""
    reasons = [{"reason": one.reason, "rows": one.rows, "first_place": one.first_place} for one in table.reasons]
    counted = {"rows_in": table.rows_in, "good": table.good.rows, "quarantined": table.quarantine.rows}
    return {"table": table.table} | counted | {"reasons": reasons}


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "status": outcome.status,
        "key": outcome.key,
        "seconds": round(outcome.seconds, 3),
        "cached": outcome.cached,
        "waits_for": list(outcome.waits_for),
        "lacks": list(outcome.lacks),
        "refused_before": list(outcome.refused_before),
        "why": list(outcome.why),
    }
