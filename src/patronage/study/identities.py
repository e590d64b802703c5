"""The customers of a run under one id each, whose names stay from run to run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.evidence.identity import AllTold, Identities, all_told, customers_seen, identities
from patronage.evidence.known_customers import known_customers, write_known
from patronage.evidence.overrides import overrides
from patronage.strategy.strategy import load_strategy
from patronage.study.cache import building, read_value, write_value
from patronage.study.digest import code_digest, digest, file_digest
from patronage.study.gather import Gathered, gathered
from patronage.study.inputs import input_files, input_record
from patronage.study.workbench import at_work
from patronage.vocabulary.errors import EvidenceError, Fault, ProjectError
from patronage.vocabulary.sources import SourceMapping

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.evidence.engine import Engine
    from patronage.study.project import Project
    from patronage.vocabulary.identity import IdentityRules

KNOWN = "identity-known.csv"
"""File of the project folder: every customer id in the order in which it became known; kept like the journal."""

UNDER_ONE_ID = ("orders", "customers", "activity_events", "exits", "treatments")
"""The tables in which a merged customer stands under one id."""


def with_identities(
    project: Project, rules: IdentityRules | None, found: Gathered, engine: Engine, say: Callable[[str], None]
) -> Gathered:
    """The loaded tables beside who is who among their customers; unchanged where nothing is declared.

    Ids that were never seen before are added to the file of known ones. Raises EvidenceError with every fault of the
    reviewed pairs, and leaves everything as it was.
    """
    if rules is None:
        return found
    say("merging customers")
    target = project.good / f"identity-{_key(project, rules, found)}"
    made = read_value(Identities, target, "identities")
    if made is None:
        made = _made(project, rules, found, engine)
        target = project.good / f"identity-{_key(project, rules, found)}"
        made = read_value(Identities, target, "identities")
    digests = {
        name: digest(key, made.fingerprint) if name in UNDER_ONE_ID else key for name, key in found.digests.items()
    }
    return replace(
        found, digests=digests, folders=(*found.folders, target.name), identities=made, beside=_beside(project, rules)
    )


def review_faults(project: Project, rules: IdentityRules | None) -> tuple[Fault, ...]:
    """What is wrong with the file of reviewed pairs, as far as it can be told without the customers."""
    if rules is None or rules.overrides is None:
        return ()
    try:
        overrides(project.folder / rules.overrides, None)
    except EvidenceError as error:
        return error.faults
    return ()


def identities_of(project: Project, say: Callable[[str], None]) -> Identities:
    """Who is who among the customers of a project as it stands, worked out where it was not before.

    Raises ProjectError where nothing declares it, and whatever loading raises.
    """
    strategy = load_strategy(project.strategy)
    if strategy.identity is None:
        step = "declare it in strategy.yaml: identity: {exact: [email]}"
        raise ProjectError(Fault("identity", "nothing tells that several customer ids are one customer", step))
    with at_work(project) as engine:
        found = gathered(project, strategy.sources, strategy.company.currency, engine, say)
        made = with_identities(project, strategy.identity, found, engine, say).identities
    if made is None:
        raise ProjectError(Fault("identity", "its stored result is damaged", "run again: patronage run DIR"))
    return made


def _made(project: Project, rules: IdentityRules, found: Gathered, engine: Engine) -> Identities:
    """Who is who, worked out anew, written beside the loaded tables, and every new id made known."""
    lines, customers = (_opened(found, name, engine) for name in ("orders", "customers"))
    known = known_customers(project.folder / KNOWN)
    today = datetime.now(UTC).date().isoformat()
    before = len(known)
    for name in customers_seen(lines, customers, engine):
        known.setdefault(name, today)
    reviewed = overrides(project.folder / rules.overrides, known) if rules.overrides else ()
    every = all_told(rules, customers, engine) if customers is not None else AllTold()
    if len(known) > before:
        write_known(project.folder / KNOWN, known.items())
    with building(project.good / f"identity-{_key(project, rules, found)}") as folder:
        made = identities(list(known), reviewed, every, engine.within(folder))
        write_value(made, folder, "identities")
    return made


def _opened(found: Gathered, name: str, engine: Engine) -> Any:
    table = found.tables.get(name)
    return None if table is None else engine.open(table.good)


def _key(project: Project, rules: IdentityRules, found: Gathered) -> str:
    """Fingerprint of all that decides who is who, as it stands now."""
    files = [project.folder / name for name in (rules.overrides, KNOWN) if name]
    seen = [file_digest(path) if path.is_file() else None for path in files]
    tables = [found.digests.get(name) for name in ("orders", "customers")]
    return digest(tables, repr(rules), seen, code_digest())


def _beside(project: Project, rules: IdentityRules) -> tuple[dict[str, Any], ...]:
    """What a run writes down about the files, beside its sources, that it stands on."""
    sources = [SourceMapping("identity", name, {}) for name in (rules.overrides, KNOWN) if name]
    return tuple(input_record(source, input_files(project.folder, source.location)) for source in sources)
