"""The workplace of a run: a lock, a scratch engine, and everything given from outside by its type."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from patronage.decisions.file_lock import locked
from patronage.evidence.assemble import last_good_day, under_merged_ids
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.queries.periods import years_before
from patronage.evidence.tables import Acceptances, ActivityEvents, Books, Customers, Exits, Orders, Products, Treatments
from patronage.study.accepting import acceptances
from patronage.study.catalog import GIVEN
from patronage.study.digest import digest
from patronage.study.gather import Gathered, typed_evidence
from patronage.study.memory_limit import memory_limit
from patronage.study.runner import Bench
from patronage.vocabulary.errors import EvidenceError, Fault
from patronage.vocabulary.horizon import Horizon
from patronage.vocabulary.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Generator

    from patronage.strategy.strategy import Strategy
    from patronage.study.project import Project

SEED = 20260101
"""The run seed when none is asked for: the same inputs give the same bytes."""

MOST_YEARS_AFTER = 1
"""Years after the last good order up to which a run may stand: silence any longer is missing data, not customers."""

BEHIND = {
    Orders: ("orders", "products"), Customers: ("customers",), Products: ("products",), Books: ("books",),
    ActivityEvents: ("activity_events",), Exits: ("exits",), Treatments: ("treatments",),
}  # fmt: skip
"""Which loaded tables stand behind each typed table."""


@contextmanager
def at_work(project: Project, memory: str | None = None) -> Generator[Engine]:
    """A scratch engine in a project that nobody else works in until the block ends.

    memory: most it may hold before it spills into the scratch folder. Raises ProjectError when another run is at
    work, and where the memory is no size or too little.
    """
    with locked(project.lock, "another run is at work in this folder"):
        _sweep(project)
        scratch = project.results / f".work-{os.getpid()}"
        engine = embedded_engine(scratch, memory=memory and memory_limit(memory, "memory"))
        try:
            # Threads inside the linear algebra fight over the cores that the engine works on.
            with threadpool_limits(limits=1, user_api="blas"):
                yield engine
        finally:
            engine.close()
            shutil.rmtree(scratch, ignore_errors=True)


def bench_at(project: Project, strategy: Strategy, found: Gathered, engine: Engine, as_of: date | None) -> Bench:
    """Everything given from outside, by type, with the fingerprints that results hang on.

    Raises EvidenceError where the as-of day lies more than a year after the last good order.
    """
    _require_known(found, engine, "--as-of" if as_of else "company.as_of", as_of or strategy.company.as_of)
    day, values = typed_evidence(found, engine, as_of or strategy.company.as_of)
    digests = {kind: digest([found.digests.get(name, "absent") for name in BEHIND[kind]], day) for kind in values}
    for name, section in strategy.parts().items():
        if type(section) in GIVEN:
            values[type(section)] = section
            digests[type(section)] = strategy.section_digests[name]
    values[Acceptances] = acceptances(project, engine)
    digests[Acceptances] = values[Acceptances].fingerprint
    if found.identities is not None:
        values[Acceptances] = under_merged_ids(values[Acceptances], found.identities)
        digests[Acceptances] = digest(digests[Acceptances], found.identities.fingerprint)
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


def _require_known(found: Gathered, engine: Engine, where: str, as_of: date | None) -> None:
    orders = found.tables.get("orders")
    if orders is None or as_of is None or not orders.good.rows:
        return
    last = last_good_day(orders, engine)
    if years_before(as_of, MOST_YEARS_AFTER) > last:
        told = f"{as_of} is more than a year after the last order ({last}), and nothing is known of the days after it"
        raise EvidenceError(Fault(where, told, f"give a day up to {years_before(last, -MOST_YEARS_AFTER)}"))


def _sweep(project: Project) -> None:
    """Removes what a killed run left half-written; only the holder of the lock may."""
    for room in (project.results, project.good, project.findings, project.runs):
        for path in room.iterdir() if room.is_dir() else ():
            if path.name.startswith("."):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
