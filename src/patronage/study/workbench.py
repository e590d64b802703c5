"""The workplace of a run: a lock, a scratch engine, and everything given from outside by its type."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from patronage.decisions.file_lock import locked
from patronage.evidence.engine import Engine
from patronage.evidence.tables import ActivityEvents, Books, Customers, Exits, Orders, Products
from patronage.study.catalog import GIVEN
from patronage.study.digest import digest
from patronage.study.gather import Gathered, typed_evidence
from patronage.study.runner import Bench
from patronage.vocabulary.horizon import Horizon
from patronage.vocabulary.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Generator

    from patronage.strategy.strategy import Strategy
    from patronage.study.project import Project

SEED = 20260101
"""The run seed when none is asked for: the same inputs give the same bytes."""

BEHIND = {
    Orders: ("orders", "products"), Customers: ("customers",), Products: ("products",), Books: ("books",),
    ActivityEvents: ("activity_events",), Exits: ("exits",),
}  # fmt: skip
"""Which loaded tables stand behind each typed table."""


@contextmanager
def at_work(project: Project, memory: str | None = None) -> Generator[Engine]:
    """A scratch engine in a project that nobody else works in until the block ends.

    Raises ProjectError when another run is at work.
    """
    with locked(project.lock, "another run is at work in this folder"):
        _sweep(project)
        scratch = project.results / f".work-{os.getpid()}"
        engine = Engine(scratch, memory=memory)
        try:
            # Threads inside the linear algebra fight over the cores that the engine works on.
            with threadpool_limits(limits=1, user_api="blas"):
                yield engine
        finally:
            engine.close()
            shutil.rmtree(scratch, ignore_errors=True)


def bench_at(project: Project, strategy: Strategy, found: Gathered, engine: Engine, as_of: date | None) -> Bench:
    """Everything given from outside, by type, with the fingerprints that results hang on."""
    day, values = typed_evidence(found, engine, as_of or strategy.company.as_of)
    digests = {kind: digest([found.digests.get(name, "absent") for name in BEHIND[kind]], day) for kind in values}
    for name, section in strategy.parts().items():
        if type(section) in GIVEN:
            values[type(section)] = section
            digests[type(section)] = strategy.section_digests[name]
    terms = _terms(strategy, day)
    values[Terms] = terms
    digests[Terms] = digest(terms)
    return Bench(project, engine, values, digests)


def _terms(strategy: Strategy, day: date | None) -> Terms:
    company = strategy.company
    margin = company.gross_margin
    return Terms(
        company=company.name,
        currency=company.currency,
        as_of=day or datetime.now(UTC).date(),
        horizon=Horizon(company.horizon_years),
        discount_rate=company.discount_rate.mean,
        time_unit=company.time_unit,
        gross_margin=margin
        and margin.estimate("share of revenue", company.gross_margin_grade, SEED, "company.gross_margin"),
        seed=SEED,
    )


def _sweep(project: Project) -> None:
    """Removes what a killed run left half-written; only the holder of the lock may."""
    for room in (project.results, project.good, project.findings, project.runs):
        for path in room.iterdir() if room.is_dir() else ():
            if path.name.startswith("."):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
