"""The evidence of a run: each source loaded once for each content, kept as good rows and quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from patronage.evidence.assemble import (
    assembled_books,
    assembled_customers,
    assembled_events,
    assembled_exits,
    assembled_orders,
    assembled_products,
    assembled_treatments,
    last_good_day,
    under_merged_ids,
)
from patronage.evidence.currencies import HOLDS_DAYS, Rates
from patronage.evidence.identity import Identities
from patronage.evidence.load import LoadSettings, load
from patronage.evidence.loaded import Loaded
from patronage.study.cache import building, read_value, write_value
from patronage.study.digest import code_digest, digest
from patronage.study.inputs import InputFile, contents, inputs_of
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.evidence.engine import Engine
    from patronage.study.project import Project
    from patronage.vocabulary.sources import SourceMapping


_READINGS = 3
"""Times that a table of a server is read, while it changes, before it is given up."""


class _MovedError(Exception):
    """A table is no longer what it was when its fingerprint was taken."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The loaded tables of a run, their fingerprints and the files behind them.

    identities: which customer ids are one customer, None where nothing declares it. beside: records of the files,
    beside the sources, that this stands on.
    """

    tables: Mapping[str, Loaded]
    digests: Mapping[str, str]
    files: Mapping[str, tuple[InputFile, ...]]
    folders: tuple[str, ...]
    identities: Identities | None = None
    beside: tuple[dict[str, Any], ...] = ()


def gathered(
    project: Project, sources: tuple[SourceMapping, ...], currency: str, engine: Engine, say: Callable[[str], None]
) -> Gathered:
    """Every declared source as good rows and quarantine.

    Raises EvidenceError with the faults of all sources that cannot be used, together.
    """
    tables: dict[str, Loaded] = {}
    digests: dict[str, str] = {}
    files: dict[str, tuple[InputFile, ...]] = {}
    faults: list[Fault] = []
    money = _Money(currency)
    for mapping in rates_first(sources):
        say(f"loading {mapping.table}")
        try:
            files[mapping.table], digests[mapping.table], tables[mapping.table] = _settled(
                project, mapping, money, engine
            )
        except EvidenceError as error:
            faults.extend(error.faults)
            if mapping.table == "rates":
                # Without rates every line in another currency would be told as a fault of its own.
                break
            continue
        if mapping.table == "rates":
            money = _Money(currency, opened_rates(mapping, tables["rates"], engine), digests["rates"])
    if faults:
        raise EvidenceError(*faults)
    return Gathered(tables, digests, files, tuple(f"{name}-{key}" for name, key in digests.items()))


def rates_first(sources: tuple[SourceMapping, ...]) -> list[SourceMapping]:
    """The sources in the order in which they are loaded: rates before the orders that they convert."""
    return sorted(sources, key=lambda mapping: mapping.table != "rates")


def opened_rates(mapping: SourceMapping, loaded: Loaded, engine: Engine) -> Rates:
    """The loaded rates as order lines are converted by them."""
    return Rates(engine.open(loaded.good), mapping.holds_days or HOLDS_DAYS)


@dataclass(frozen=True, slots=True)
class _Money:
    """The project's currency, and the rates into it with what tells whether they changed."""

    currency: str
    rates: Rates | None = None
    digest: str | None = None

    def key(self, table: str) -> list[Any]:
        """What of it decides how the rows of a table are read."""
        if self.rates is None or table != "orders":
            return []
        return [self.digest, self.rates.holds_days]

    def settings(self, table: str) -> LoadSettings:
        """What loading a table needs to know."""
        today = datetime.now(UTC).date()
        return LoadSettings(self.currency, today, rates=self.rates if table == "orders" else None)


def typed_evidence(found: Gathered, engine: Engine, as_of: date | None) -> tuple[date | None, dict[type, Any]]:
    """The as-of date of the run and the typed tables up to that day, by their types."""
    orders = found.tables.get("orders")
    day = as_of or (last_good_day(orders, engine) if orders else None)
    made: list[Any] = []
    if orders and day:
        made.append(assembled_orders(orders, found.tables.get("products"), engine, day))
    if table := found.tables.get("customers"):
        made.append(assembled_customers(table, engine))
    if table := found.tables.get("products"):
        made.append(assembled_products(table, engine))
    if table := found.tables.get("books"):
        made.append(assembled_books(table, engine))
    if (table := found.tables.get("activity_events")) and day:
        made.append(assembled_events(table, engine, day))
    if (table := found.tables.get("exits")) and day:
        made.append(assembled_exits(table, engine, day))
    if (table := found.tables.get("treatments")) and day:
        made.append(assembled_treatments(table, engine, day))
    if found.identities is not None:
        made = [under_merged_ids(item, found.identities) for item in made]
    return day, {type(item): item for item in made}


def _settled(
    project: Project, mapping: SourceMapping, money: _Money, engine: Engine
) -> tuple[tuple[InputFile, ...], str, Loaded]:
    """What a source stands on, its fingerprint and its rows, which belong together.

    A table of a server may change between the look at it and its reading; then both are done again.
    """
    for _ in range(_READINGS):
        files = inputs_of(project.folder, mapping)
        key = digest(contents(files), _mapped(mapping), money.currency, *money.key(mapping.table), code_digest())
        try:
            return files, key, _loaded(project, mapping, money, engine, (key, files))
        except _MovedError:
            continue
    found = f"the table changed at each of {_READINGS} readings"
    raise EvidenceError(
        Fault(f"{mapping.table} ({mapping.location})", found, "read a copy of it, or run at a calm time")
    )


def _loaded(
    project: Project, mapping: SourceMapping, money: _Money, engine: Engine, seen: tuple[str, tuple[InputFile, ...]]
) -> Loaded:
    key, files = seen
    target = project.good / f"{mapping.table}-{key}"
    found = read_value(Loaded, target, "loaded")
    if found is not None:
        return found
    with building(target) as folder:
        made = load(mapping, project.folder, engine.within(folder), money.settings(mapping.table))
        if made.content is not None and made.content != files[0].sha256:
            raise _MovedError
        write_value(made, folder, "loaded")
    again = read_value(Loaded, target, "loaded")
    if again is None:
        raise EvidenceError(
            Fault(str(target), "was written and cannot be read back", "remove .patronage and run again")
        )
    return again


def _mapped(mapping: SourceMapping) -> list[Any]:
    """What of a mapping decides how its rows are read; where it stands in the file does not."""
    return [
        mapping.table, dict(mapping.columns), mapping.format, mapping.sheet, mapping.source_table, mapping.encoding,
        mapping.delimiter, mapping.decimal, mapping.date_format, repr(mapping.keep), repr(mapping.not_product),
        mapping.currency, dict(mapping.extra), mapping.amounts, mapping.tax_rates and dict(mapping.tax_rates),
    ]  # fmt: skip
