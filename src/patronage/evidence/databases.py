"""Tables of DuckDB and SQLite files, and records of JSON files."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import duckdb

from patronage.evidence.embedded import literal_path
from patronage.evidence.text_rows import TextRow
from patronage.evidence.worksheets import text_of
from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack
    from pathlib import Path

    import ibis.expr.types as ir

    from patronage.evidence.engine import Engine
    from patronage.vocabulary.sources import SourceMapping

_BATCH = 10_000


def duckdb_table(path: Path, mapping: SourceMapping, engine: Engine, stack: ExitStack, where: str) -> ir.Table:
    """A table of a DuckDB file, attached for reading until the stack closes."""
    alias = f"source_{uuid.uuid4().hex[:8]}"
    try:
        engine.connection.attach(path, name=alias, read_only=True)
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise EvidenceError(
            Fault(where, f"the DuckDB file cannot be opened: {first}", "close other programs that hold it")
        ) from error
    stack.callback(engine.connection.detach, alias)
    listing = (
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = 'main' ORDER BY 1"
    )
    names = [name for (name,) in engine.connection.con.execute(listing, [alias]).fetchall()]
    return engine.connection.table(_chosen(mapping.source_table, names, where), database=(alias, "main"))


def sqlite_rows(path: Path, table: str | None, where: str) -> tuple[list[str], Iterator[TextRow]]:
    """The columns of a table of an SQLite file and its rows in stored order."""
    try:
        with closing(_sqlite(path)) as connection:
            found = connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            )
            chosen = _chosen(table, [name for (name,) in found], where)
            # A name cannot be a parameter; doubled quotes keep any name a name.
            cursor = connection.execute(f"SELECT * FROM {_quoted(chosen)} LIMIT 0")  # noqa: S608  quoted above
            header = [column[0] for column in cursor.description]
    except sqlite3.Error as error:
        raise EvidenceError(Fault(where, f"the SQLite file cannot be read: {error}")) from error
    return header, _sqlite_cells(path, chosen)


def json_columns(files: list[Path], engine: Engine) -> list[str]:
    """The names of the records in JSON files, over all records."""
    table = engine.connection.read_json([literal_path(path) for path in files], sample_size=-1, union_by_name=True)
    return list(table.columns)


def json_line_rows(files: list[Path], where: str) -> tuple[list[str], Iterator[TextRow]]:
    """The names of the records in files of JSON lines, and one row a line; what is no record is a fault of its row."""
    names: dict[str, None] = {}
    for _, _, line in _lines(files):
        record = _record(line)
        if record is not None:
            names.update(dict.fromkeys(record))
    if not names:
        raise EvidenceError(Fault(where, "no line is a JSON record", "give one object a line"))
    return list(names), _json_cells(files, list(names))


def _json_cells(files: list[Path], names: list[str]) -> Iterator[TextRow]:
    for number, place, line in _lines(files):
        record = _record(line)
        if record is None:
            yield TextRow([None] * len(names), "the line is no JSON record", line.strip(), number, place)
        else:
            yield TextRow([_json_text(record.get(name)) for name in names], file=number, place=place)


def json_row_lines(files: list[Path]) -> Iterator[int]:
    """The line of its file in which each record of JSON lines stands, from 1; files one after another."""
    return (place for _, place, _ in _lines(files))


def _lines(files: list[Path]) -> Iterator[tuple[int, int, str]]:
    """The place of the file, the number of the line and the line, for every line that is not blank."""
    for number, path in enumerate(files):
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            for place, line in enumerate(file, 1):
                if line.strip():
                    yield number, place, line


def _record(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _json_text(cell: Any) -> str | None:
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else text_of(cell)


def _sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.text_factory = _as_utf8
    return connection


def _as_utf8(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _sqlite_cells(path: Path, table: str) -> Iterator[TextRow]:
    number = 0
    with closing(_sqlite(path)) as connection:
        cursor = connection.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608  a name, quoted
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                number += 1
                yield TextRow([text_of(cell) for cell in row], place=number)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _chosen(wanted: str | None, names: list[str], where: str) -> str:
    """The table that is meant: the named one, or the only one there is."""
    listed = f"the tables are {', '.join(map(repr, names))}" if names else "the file holds no table"
    if wanted is None:
        if len(names) == 1:
            return names[0]
        raise EvidenceError(
            Fault(where, f"which table is meant is not said; {listed}", "name one with table: <name>, or --table NAME")
        )
    if wanted not in names:
        raise EvidenceError(Fault(where, f"there is no table {wanted!r}", nearest(wanted, names) or listed))
    return wanted
