"""Tables and views of PostgreSQL: read in one snapshot, in pieces, with a fingerprint of what was read."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.evidence.postgres_link import asked, connected, quoted, run
from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from pathlib import Path

_LISTED = 12
"""Names that a refusal shows at most."""

_TABLES = """
SELECT n.nspname::text, c.relname::text, pg_catalog.pg_table_is_visible(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY 1, 2"""

_COLUMNS = """
SELECT a.attname::text, pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid),
    CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = '{relation}'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""

_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    # Rows come in the order in which they are stored, the same at every reading of an unchanged table.
    "SET LOCAL synchronize_seqscans = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)

_AS_THEY_ARE = {"boolean", "smallint", "integer", "bigint", "real", "double precision", "text", "character varying"}
_WHOLE_DIGITS = 18
"""Digits that a whole number of 64 bits holds for certain."""
_MOST_DIGITS = 1000
"""Digits of the longest decimal whose number of digits can be declared."""


@dataclass(frozen=True, slots=True)
class DatabaseContent:
    """What a table held when it was looked at: its name in full, rows, and a fingerprint of columns and rows."""

    table: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Relation:
    """A table or view with its columns and their types."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]

    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def database_content(location: str, table: str | None, where: str) -> DatabaseContent:
    """The fingerprint of a table or view, computed by the server over every row, without copying it.

    Raises EvidenceError where the server, the database or the table cannot be read.
    """
    with connected(location, where) as connection:
        return _content(connection, _relation(connection, table, where))


def copied_table(location: str, table: str | None, path: Path, where: str) -> tuple[list[str], DatabaseContent]:
    """Copies a table or view to a Parquet file with columns c0, c1, ..., and gives its column names and content.

    Both are of one snapshot, whatever is written meanwhile. Whole numbers keep every digit, also in a column of
    decimals without limits that holds no others; money and other decimals arrive as doubles, times with a zone as UTC
    without one, infinite days and times as missing, and what has no plain type as text. Raises EvidenceError as
    `database_content` does.
    """
    import pyarrow.parquet as pq

    with connected(location, where) as connection:
        relation = _relation(connection, table, where)
        if not relation.columns:
            raise EvidenceError(Fault(where, "there are no columns"))
        content = _content(connection, relation)
        kinds = _whole(connection, relation)
        cells = ", ".join(f"{_cell(name, kind)} AS c{place}" for place, (name, kind) in enumerate(kinds))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {cells} FROM {relation.sql()} AS source_row")  # noqa: S608  catalog's names, quoted
            reader = cursor.fetch_record_batch()
            with pq.ParquetWriter(path, reader.schema, compression="zstd", compression_level=1) as writer:
                for batch in reader:
                    writer.write_batch(batch)
    return [name for name, _ in relation.columns], content


def _relation(connection: Any, wanted: str | None, where: str) -> _Relation:
    for setting in _SETTINGS:
        run(connection, setting)
    schema, name = _chosen(asked(connection, _TABLES), wanted, where)
    relation = _Relation(schema, name, ())
    literal = relation.sql().replace("'", "''")
    return _Relation(schema, name, tuple(asked(connection, _COLUMNS.format(relation=literal))))


def _chosen(found: list[tuple[Any, ...]], wanted: str | None, where: str) -> tuple[str, str]:
    """Schema and name of the table that is meant: the named one, or the only one there is."""
    full = {f"{schema}.{name}": (schema, name) for schema, name, _ in found}
    listed = ", ".join(map(repr, list(full)[:_LISTED])) + (
        f" and {len(full) - _LISTED} more" if len(full) > _LISTED else ""
    )
    told = f"the tables are {listed}" if full else "the database holds no table"
    if wanted is None:
        if len(full) == 1:
            return next(iter(full.values()))
        step = "name one: table: schema.table in strategy.yaml, --table on the command line"
        raise EvidenceError(Fault(where, f"which table is meant is not said; {told}", step))
    if wanted in full:
        return full[wanted]
    alike = [(schema, name) for schema, name, _ in found if name == wanted]
    seen = [(schema, name) for schema, name, visible in found if name == wanted and visible]
    for choice in (seen, alike):
        if len(choice) == 1:
            return choice[0]
    if alike:
        several = " or ".join(repr(f"{schema}.{name}") for schema, name in alike)
        raise EvidenceError(Fault(where, f"several schemas have a table {wanted!r}", f"name {several}"))
    near = nearest(wanted, full) or nearest(wanted, [name for _, name, _ in found]) or told
    raise EvidenceError(Fault(where, f"there is no table {wanted!r}", near))


def _content(connection: Any, relation: _Relation) -> DatabaseContent:
    """Rows and sums of two 64-bit hashes of every row: the same for the same rows in any order."""
    # OFFSET 0 keeps the server from writing each row out once for each hash.
    rows_as_text = f"SELECT ROW(source_row.*)::text AS written FROM {relation.sql()} AS source_row"  # noqa: S608  quoted
    query = (
        "SELECT pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(written, 0))::text, "  # noqa: S608  ours
        f"pg_catalog.sum(pg_catalog.hashtextextended(written, 1))::text FROM ({rows_as_text} OFFSET 0) AS texts"
    )
    ((rows, first, second),) = asked(connection, query)
    seen = repr((relation.schema, relation.name, relation.columns, rows, first, second))
    return DatabaseContent(f"{relation.schema}.{relation.name}", rows, hashlib.sha256(seen.encode()).hexdigest())


def _whole(connection: Any, relation: _Relation) -> list[tuple[str, str]]:
    """The columns and their types, those of decimals without limits that hold whole numbers alone told as such."""
    unlimited = [name for name, kind in relation.columns if kind == "numeric"]
    if not unlimited:
        return list(relation.columns)
    tests = ", ".join(
        f"pg_catalog.bool_and({cell} = pg_catalog.trunc({cell}) AND pg_catalog.abs({cell}) < 1e{digits})"
        for cell in (f"source_row.{quoted(name)}" for name in unlimited)
        # What is not a number, or infinite, is below no bound.
        for digits in (_WHOLE_DIGITS, _MOST_DIGITS)
    )
    (answers,) = asked(connection, f"SELECT {tests} FROM {relation.sql()} AS source_row")  # noqa: S608  names quoted
    told: dict[str, str] = {}
    for place, name in enumerate(unlimited):
        short, whole = answers[2 * place : 2 * place + 2]
        told[name] = f"numeric({_WHOLE_DIGITS if short else _MOST_DIGITS},0)" if whole else "numeric"
    return [(name, told.get(name, kind)) for name, kind in relation.columns]


def _cell(name: str, kind: str) -> str:
    """A column as Arrow gets it, by the name of its type."""
    cell = f"source_row.{quoted(name)}"
    plain, _, size = kind.partition("(")
    if plain in _AS_THEY_ARE:
        return cell
    if kind == "date" or kind.startswith("timestamp"):
        finite = f"CASE WHEN pg_catalog.isfinite({cell}) THEN {cell} END"
        return f"pg_catalog.timezone('UTC', {finite})" if kind.endswith("with time zone") else finite
    if plain == "numeric" and size.endswith(",0)"):
        # Whole numbers may be keys, whose every digit counts.
        few = int(size.partition(",")[0]) <= _WHOLE_DIGITS
        return f"{cell}::bigint" if few else f"pg_catalog.trunc({cell})::text"
    if plain == "numeric":
        return f"{cell}::double precision"
    if plain == "money":
        return f"{cell}::numeric::double precision"
    return f"{cell}::text"
