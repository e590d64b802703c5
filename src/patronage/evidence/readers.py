"""Readers of every kind of source: its raw cells as a table, each row with its place."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.types as ir

from patronage.evidence.csv_dialect import Dialect, dialect_of
from patronage.evidence.csv_repair import repaired_rows, row_lines, utf8_copy
from patronage.evidence.databases import duckdb_table, json_columns, json_line_rows, json_row_lines, sqlite_rows
from patronage.evidence.embedded import literal_path
from patronage.evidence.file_stamps import unchanged
from patronage.evidence.places import Places, lines_of, rows_in_order, write_numbers
from patronage.evidence.postgres import copied_table
from patronage.evidence.source_files import source_files, source_format
from patronage.evidence.text_rows import FAULT, FILE, FURTHER, LINE, PLACE, write_text_rows
from patronage.evidence.worksheets import sheet_rows
from patronage.vocabulary.errors import EvidenceError, Fault
from patronage.vocabulary.sources import names_database

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from patronage.evidence.engine import Engine
    from patronage.evidence.text_rows import TextRow
    from patronage.vocabulary.sources import SourceMapping


@dataclass(frozen=True, slots=True)
class RawSource:
    """The raw cells of a source.

    table: columns line_id, file_number (place of the row's file, from 0), row_fault and
    further_cells (what is wrong with a row's shape, null where nothing is), and c0, c1, ...
    columns: names in the source, in order, to those internal names. files: names of the files.
    words: how the source was read, for a reader. machine_written: numbers are written as machines
    write them, so that no decimal mark is to be found. places: where rows stand in the source, found when asked.
    content: fingerprint of what was read, where the source is no file that can be looked at again.
    """

    table: ir.Table
    columns: dict[str, str]
    files: tuple[str, ...]
    words: str
    machine_written: bool
    places: Callable[[], Places] = rows_in_order
    content: str | None = None


@contextmanager
def raw_source(mapping: SourceMapping, folder: Path, engine: Engine) -> Generator[RawSource]:
    """The raw cells of a mapping's source, readable until the block ends.

    Raises EvidenceError where a file is missing, empty, without columns, in another format or
    encoding than said, or has two columns of one name, and at the end where a file changed meanwhile: it may be read
    more than once. A table of PostgreSQL is copied in one snapshot, and read from the copy.
    """
    in_database = names_database(mapping.location)
    files = [] if in_database else [_absolute(path) for path in source_files(mapping, folder)]
    where = f"{mapping.table} ({mapping.location})"
    with unchanged(files, where), ExitStack() as stack:
        kept = tempfile.TemporaryDirectory(dir=engine.folder, prefix=".reading-", ignore_cleanup_errors=True)
        spare = Path(stack.enter_context(kept))
        reading = _Reading(
            mapping, files, tuple(_shown(path, _absolute(folder)) for path in files), where, engine, spare, stack
        )
        try:
            yield reading.postgres() if in_database else reading.opened()
        except duckdb.Error as error:
            raise EvidenceError(_stopped(error, where)) from error


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of one source; what it opens is closed with the stack."""

    mapping: SourceMapping
    files: list[Path]
    names: tuple[str, ...]
    where: str
    engine: Engine
    spare: Path
    stack: ExitStack

    def opened(self) -> RawSource:
        kinds = {source_format(path, self.mapping) for path in self.files}
        if len(kinds) > 1:
            raise EvidenceError(Fault(self.where, f"the files are in several formats: {', '.join(sorted(kinds))}"))
        readers: dict[str, Callable[[], RawSource]] = {
            "csv": self._csv, "parquet": self._parquet, "excel": self._excel, "json": self._json,
            "jsonl": self._json_lines, "sqlite": self._sqlite, "duckdb": self._duckdb,
        }  # fmt: skip
        return readers[kinds.pop()]()

    # Delimited text

    def _csv(self) -> RawSource:
        declared = {"encoding": self.mapping.encoding, "delimiter": self.mapping.delimiter}
        dialects = [dialect_of(path, self._file(place), **declared) for place, path in enumerate(self.files)]
        header = dialects[0].header
        columns = self._columns(header)
        alike = all(one.delimiter == dialects[0].delimiter and one.header == header for one in dialects)
        if alike:
            try:
                return self._fast_csv(dialects, columns)
            except duckdb.Error:
                # Rows of another width, stray quotes, mixed line ends: read again, each such row by itself.
                pass
        for place, one in enumerate(dialects):
            self._same_columns(header, one.header, place)
        rows = repaired_rows(self.files, dialects, header, self.where)
        return self._from_rows(rows, columns, (dialects[0].words(), "line "), machine_written=False)

    def _fast_csv(self, dialects: list[Dialect], columns: dict[str, str]) -> RawSource:
        paths = [
            path if one.is_utf8 and not one.lines_before else utf8_copy(path, one, self.spare / f"{place}.csv")
            for place, (path, one) in enumerate(zip(self.files, dialects, strict=True))
        ]
        cells = {f"c{place}": "VARCHAR" for place in range(len(dialects[0].header))}
        table = self._view(self.engine.connection.read_csv)(
            [literal_path(path) for path in paths], columns=cells, auto_detect=False, header=False, skip=1,
            delim=dialects[0].delimiter, quote='"', escape='"', strict_mode=True,
            **({"filename": "file_path"} if len(paths) > 1 else {}),
        )  # fmt: skip
        numbered = table.mutate(**{LINE: ibis.row_number() + 1})
        staged = self.stack.enter_context(self.engine.staged(numbered, "raw"))
        table = self._shaped(self._with_file_numbers(staged, paths), list(cells))
        above = [one.lines_before for one in dialects]

        @cache
        def places() -> Places:
            lines = partial(row_lines, self.files, dialects, self.where)
            return self._line_places(table, [lines_of(path) - 1 for path in paths], [1 + one for one in above], lines)

        return RawSource(table, columns, self.names, dialects[0].words(), False, places)

    # Tables that know their types

    def _parquet(self) -> RawSource:
        paths = [literal_path(path) for path in self.files]
        table = self._view(self.engine.connection.read_parquet)(
            paths, file_row_number=True, filename="file_path", union_by_name=len(paths) > 1
        )
        names = [name for name in table.columns if name not in {"file_row_number", "file_path"}]
        columns = self._columns(names)
        table = self._with_file_numbers(table, self.files)
        offsets = self._offsets()
        table = table.mutate(**{LINE: table.file_row_number + 1 + _offset(table[FILE], offsets)})
        table = table.select(LINE, FILE, **{columns[name]: _flat(table[name]) for name in names})
        places = Places(shifts=tuple(-offset for offset in offsets))
        shaped = self._shaped(table, list(columns.values()))
        return RawSource(shaped, columns, self.names, "Parquet", True, lambda: places)

    def _offsets(self) -> list[int]:
        import pyarrow.parquet as pq

        counts = [pq.read_metadata(path).num_rows for path in self.files[:-1]]
        return [sum(counts[:place]) for place in range(len(self.files))]

    def _duckdb(self) -> RawSource:
        table = duckdb_table(self._only_file(), self.mapping, self.engine, self.stack, self.where)
        columns = self._columns(table.columns)
        named = table.select(**{columns[name]: _flat(table[name]) for name in table.columns})
        staged = self.stack.enter_context(self.engine.staged(named.mutate(**{LINE: ibis.row_number() + 1}), "raw"))
        return RawSource(self._shaped(staged, list(columns.values())), columns, self.names, "DuckDB", True)

    def postgres(self) -> RawSource:
        """The raw cells of a table of a PostgreSQL database."""
        path = self.spare / "rows.parquet"
        names, content = copied_table(self.mapping.location, self.mapping.source_table, path, self.where)
        columns = self._columns(names)
        table = self._view(self.engine.connection.read_parquet)(literal_path(path), file_row_number=True)
        table = self._shaped(table.mutate(**{LINE: table.file_row_number + 1}), list(columns.values()))
        words = f"PostgreSQL, table {content.table}"
        return RawSource(table, columns, (content.table,), words, True, content=content.fingerprint)

    # What is read in pieces of rows

    def _excel(self) -> RawSource:
        sheet, header, rows = sheet_rows(self._only_file(), self.mapping.sheet, self.where)
        told = ("Excel", f"sheet {sheet!r}, row ")
        return self._from_rows(rows, self._columns(header), told, machine_written=True)

    def _sqlite(self) -> RawSource:
        header, rows = sqlite_rows(self._only_file(), self.mapping.source_table, self.where)
        return self._from_rows(rows, self._columns(header), ("SQLite", "row "), machine_written=True)

    def _json(self) -> RawSource:
        names = json_columns(self.files, self.engine)
        columns = self._columns(names)
        table = self._view(self.engine.connection.read_json)(
            [literal_path(path) for path in self.files],
            columns=dict.fromkeys(names, "VARCHAR"), filename="file_path",
        )  # fmt: skip
        table = table.select("file_path", **{columns[name]: table[name] for name in names})
        numbered = self.stack.enter_context(self.engine.staged(table.mutate(**{LINE: ibis.row_number() + 1}), "raw"))
        shaped = self._shaped(self._with_file_numbers(numbered, self.files), list(columns.values()))
        return RawSource(shaped, columns, self.names, "JSON", True, lambda: self._in_files(shaped, "record "))

    def _json_lines(self) -> RawSource:
        try:
            raw = self._json()

            @cache
            def places() -> Places:
                lines = [lines_of(path) for path in self.files]
                return self._line_places(raw.table, lines, [0] * len(lines), partial(json_row_lines, self.files))

            return replace(raw, places=places)
        except duckdb.Error:
            # A line that is no JSON goes to quarantine, and does not keep the others out.
            header, rows = json_line_rows(self.files, self.where)
            return self._from_rows(rows, self._columns(header), ("JSON lines", "line "), machine_written=True)

    def _from_rows(
        self, rows: Iterable[TextRow], columns: dict[str, str], told: tuple[str, str], *, machine_written: bool
    ) -> RawSource:
        """told: how the source was read, and the word before the number of a row's place."""
        words, before = told
        path = self.spare / "rows.parquet"
        write_text_rows(rows, len(columns), path)
        table = self._view(self.engine.connection.read_parquet)(literal_path(path), file_row_number=True)
        table = table.mutate(**{LINE: table.file_row_number + 1}).drop("file_row_number")
        places = Places(before, numbers=table.select(LINE, PLACE))
        return RawSource(table.drop(PLACE), columns, self.names, words, machine_written, lambda: places)

    def _view(self, read: Callable[..., ir.Table]) -> Callable[..., ir.Table]:
        """A reader of files whose view is dropped when the source is closed."""

        def opened(*arguments: Any, **options: Any) -> ir.Table:
            table = read(*arguments, **options)
            self.stack.callback(self.engine.connection.drop_view, table.get_name(), force=True)
            return table

        return opened

    # Columns and places

    def _line_places(
        self, table: ir.Table, lines: list[int], above: list[int], each: Callable[[], Iterator[int]]
    ) -> Places:
        """Lines of text files: by counting where every row is one line, else row by row.

        lines: of each file below its header. above: lines of each file down to its header. each: the line of every row.
        """
        rows = self._rows_of_files(table)
        if rows == lines:
            shifts = [line - sum(rows[:place]) for place, line in enumerate(above)]
            return Places("line ", shifts=tuple(shifts))
        path = self.spare / "lines.parquet"
        if write_numbers(each(), path) != sum(rows):
            return self._in_files(table, "row ", " below the header")
        return Places("line ", numbers=self._view(self.engine.connection.read_parquet)(literal_path(path)))

    def _in_files(self, table: ir.Table, before: str, after: str = "") -> Places:
        """Rows counted within each file."""
        rows = self._rows_of_files(table)
        return Places(before, after, tuple(-sum(rows[:place]) for place in range(len(rows))))

    def _rows_of_files(self, table: ir.Table) -> list[int]:
        found = self.engine.records(table.group_by(FILE).aggregate(rows=table.count()))
        rows = {row[FILE]: row["rows"] for row in found}
        return [rows.get(place, 0) for place in range(len(self.files))]

    def _columns(self, header: Iterable[str]) -> dict[str, str]:
        """Source names to internal names; a column without a name is called after its place."""
        names = [name or f"column {place}" for place, name in enumerate(header, 1)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            listed = ", ".join(repr(name) for name in twice)
            raise EvidenceError(
                Fault(self.where, f"two columns have one name: {listed}", "rename one of them in the source")
            )
        if not names:
            raise EvidenceError(Fault(self.where, "there are no columns"))
        return {name: f"c{place}" for place, name in enumerate(names)}

    def _same_columns(self, header: tuple[str, ...], other: tuple[str, ...], place: int) -> None:
        if set(header) == set(other):
            return
        missing, new = sorted(set(header) - set(other)), sorted(set(other) - set(header))
        parts = [f"lacks {', '.join(map(repr, missing))}"] if missing else []
        parts += [f"has {', '.join(map(repr, new))} besides"] if new else []
        found = f"its columns are not those of {self.names[0]}: it {' and '.join(parts)}"
        raise EvidenceError(Fault(self._file(place), found, "give files of one layout, or a source for each"))

    def _shaped(self, table: ir.Table, cells: list[str]) -> ir.Table:
        extra = {name: ibis.null("string") for name in (FAULT, FURTHER) if name not in table.columns}
        if FILE not in table.columns:
            extra[FILE] = ibis.literal(0, "int32")
        return table.mutate(**extra).select(LINE, FILE, FAULT, FURTHER, *cells)

    def _with_file_numbers(self, table: ir.Table, paths: list[Path]) -> ir.Table:
        if len(paths) == 1:
            return table.mutate(**{FILE: ibis.literal(0, "int32")})
        known = self.engine.memory(
            "files", {"known_path": [str(path) for path in paths], FILE: list(range(len(paths)))}
        )
        self.stack.callback(self.engine.runs.release, known.get_name())
        return table.inner_join(known, table.file_path == known.known_path).drop("known_path")

    def _only_file(self) -> Path:
        if len(self.files) > 1:
            found = f"the pattern names {len(self.files)} files, and this format is read one file at a time"
            raise EvidenceError(Fault(self.where, found, "give a source for each file"))
        return self.files[0]

    def _file(self, place: int) -> str:
        return self.where if len(self.files) == 1 else f"{self.mapping.table} ({self.names[place]})"


def _flat(value: ir.Value) -> ir.Value:
    """A cell of a plain type; lists, structures and the like as text."""
    kind = value.type()
    plain = kind.is_string() or kind.is_numeric() or kind.is_boolean() or kind.is_temporal()
    return value if plain and not (kind.is_time() or kind.is_interval()) else value.cast("string")


def _offset(file: ir.Value, offsets: list[int]) -> ir.Value:
    if len(offsets) == 1:
        return ibis.literal(0, "int64")
    return ibis.cases(*((file == place, offset) for place, offset in enumerate(offsets)), else_=0)


def _stopped(error: duckdb.Error, where: str) -> Fault:
    """What an engine's error means for a person: no room, no memory, or a source that is damaged."""
    first = str(error).strip().splitlines()[0]
    if "No space left" in str(error):
        return Fault(where, f"there is no room on the disk: {first}", "make room, or move the project")
    if isinstance(error, duckdb.OutOfMemoryException):
        return Fault(where, f"the memory does not suffice: {first}", "give the engine more, or close other programs")
    return Fault(where, f"the source cannot be read: {first}")


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  as ibis does it, so that files are known again; links stay links


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
