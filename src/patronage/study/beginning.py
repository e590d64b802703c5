"""A new project begun from an order export: the guess at its columns, and the strategy file it gives."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.guess import Guess, guess_orders
from patronage.evidence.replacing import replacing
from patronage.evidence.resolve import said_faults
from patronage.strategy.starting_file import Beginning, starting_file
from patronage.strategy.strategy import load_strategy
from patronage.study.project import Project
from patronage.vocabulary.errors import EvidenceError, Fault, ProjectError
from patronage.vocabulary.sources import SourceMapping, names_database

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_CURRENCY = "XXX"
"""The code that ISO 4217 keeps for money whose currency nobody has named."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a new project begins from.

    orders: a file, or the URL of a PostgreSQL database, of which table says the table.
    said: canonical columns to source columns or expressions that a person named. currency: None to
    take what the file tells.
    """

    folder: Path
    orders: Path | str
    said: Mapping[str, str]
    name: str | None = None
    currency: str | None = None
    table: str | None = None


def looked_at(start: Start) -> Guess:
    """The guess at an order export.

    Raises ProjectError when the folder is a project already, EvidenceError when the file cannot be read, a
    column that a person named is not there, or one that is needed cannot be found, with those that could be it.
    """
    if (start.folder / "strategy.yaml").exists():
        next_step = "change strategy.yaml there, or name another folder"
        raise ProjectError(Fault(str(start.folder), "is a project already", next_step))
    if isinstance(start.orders, Path) and not start.orders.exists():
        raise EvidenceError(Fault(str(start.orders), "there is no such file", "check the path"))
    with tempfile.TemporaryDirectory(prefix="patronage-") as scratch:
        engine = embedded_engine(Path(scratch))
        try:
            guess = guess_orders(_source(start), engine, start.said, start.table)
        finally:
            engine.close()
    # A slip in what a person typed is told before a file is written that would have to be mended by hand.
    if wrong := said_faults("orders", start.said, guess.source_columns):
        raise EvidenceError(*wrong)
    if guess.missing:
        raise EvidenceError(*(_missing_fault(start, one.canonical, one.candidates) for one in guess.missing))
    return guess


def begun(start: Start, guess: Guess) -> Project:
    """The new project: its folder with a commented strategy.yaml."""
    start.folder.mkdir(parents=True, exist_ok=True)
    mapping = guess.mapping(_location(start), start.table)
    notes = {
        ("orders", column.canonical): f"e.g. {', '.join(column.samples)}" for column in guess.columns if column.samples
    }
    beginning = Beginning(
        name=start.name or start.folder.resolve().name,
        currency=start.currency or guess.currency or NO_CURRENCY,
        sources=(mapping,),
        notes=notes,
    )
    with replacing(start.folder / "strategy.yaml") as path:
        path.write_text(starting_file(beginning), encoding="utf-8")
    return Project(start.folder)


def require_same_orders(start: Start) -> None:
    """Raises ProjectError where a project is there already and stands on other orders, or columns were named for it."""
    sources = load_strategy(start.folder / "strategy.yaml").sources
    places = [
        _place(start.folder, source)
        for source in sources
        if source.table == "orders" and start.table in {None, source.source_table}
    ]
    if _source(start) not in places:
        found = "is a project already, and stands on other orders"
        raise ProjectError(Fault(str(start.folder), found, "name another folder: --into DIR"))
    if start.said or start.currency:
        found = "is a project already, so its columns and its currency stand in strategy.yaml"
        raise ProjectError(Fault(str(start.folder), found, "change them there, or name another folder: --into DIR"))


def _location(start: Start) -> str:
    """Where the orders lie as the strategy file says it: relative when inside the project, else whole."""
    orders, folder = _source(start), start.folder.resolve()
    if isinstance(orders, str):
        return orders
    return orders.relative_to(folder).as_posix() if orders.is_relative_to(folder) else orders.as_posix()


def _source(start: Start) -> Path | str:
    """The file that the orders are in, by its whole path, or their database."""
    return start.orders.resolve() if isinstance(start.orders, Path) else start.orders


def _place(folder: Path, source: SourceMapping) -> Path | str:
    """The file of a source by its whole path, or its database."""
    return source.location if names_database(source.location) else (folder / source.location).resolve()


def _missing_fault(start: Start, canonical: str, candidates: tuple[str, ...]) -> Fault:
    could = f"could be {' or '.join(map(repr, candidates))}" if candidates else "no column looks like it"
    name = start.orders.name if isinstance(start.orders, Path) else start.table or "orders"
    return Fault(f"{name}: {canonical}", f"was not found; {could}", f"name it: --map {canonical}=COLUMN")
