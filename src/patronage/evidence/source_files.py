"""The files that a source's location names, and the format that each is in."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from patronage.vocabulary.sources import SourceMapping

FORMATS = ("csv", "excel", "parquet", "jsonl", "json", "duckdb", "sqlite")
"""Formats that can be read."""

_BY_SUFFIX = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv", ".xlsx": "excel", ".xlsm": "excel",
    ".parquet": "parquet", ".pq": "parquet", ".parq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".duckdb": "duckdb", ".ddb": "duckdb", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db3": "sqlite",
}  # fmt: skip
_DECLARED = {"xlsx": "excel", "ndjson": "jsonl", "tsv": "csv", "text": "csv", "json lines": "jsonl"}


def source_files(mapping: SourceMapping, folder: Path) -> list[Path]:
    """The files of a source: a path, or what a glob finds in order of name; raises EvidenceError when there is none."""
    wanted = folder / mapping.location
    if wanted.is_file():
        return [wanted]
    where = f"{mapping.table} ({mapping.location})"
    if glob.has_magic(mapping.location):
        names = glob.glob(str(wanted), recursive=True)  # noqa: PTH207  Path.glob takes no absolute pattern
        found = sorted(path for path in map(Path, names) if path.is_file())
        if found:
            return found
        raise EvidenceError(Fault(where, "no file matches this pattern", f"it is looked for in {folder}"))
    if wanted.is_dir():
        raise EvidenceError(Fault(where, "this is a folder", f"name its files, such as {mapping.location}/*.csv"))
    raise EvidenceError(Fault(where, "there is no such file", _neighbours(wanted) or f"it is looked for in {folder}"))


def source_format(path: Path, mapping: SourceMapping) -> str:
    """The format of a file: as declared, else by its first bytes, else by its ending."""
    where = f"{mapping.table} ({mapping.location})"
    if mapping.format is not None:
        declared = _DECLARED.get(mapping.format.lower(), mapping.format.lower())
        if declared not in FORMATS:
            step = nearest(declared, FORMATS) or f"known are {', '.join(FORMATS)}"
            raise EvidenceError(Fault(where, f"there is no format {mapping.format!r}", step))
        return declared
    return _by_first_bytes(path, where) or _BY_SUFFIX.get(path.suffix.lower(), "csv")


def _by_first_bytes(path: Path, where: str) -> str | None:
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(b"PK\x03\x04"):
        return "excel"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise EvidenceError(Fault(where, "this is a workbook of the old .xls kind", "save it as .xlsx or CSV"))
    if head.startswith(b"\x1f\x8b"):
        raise EvidenceError(Fault(where, "the file is compressed", "unpack it first"))
    return None


def _neighbours(wanted: Path) -> str:
    try:
        return nearest(wanted.name, (path.name for path in wanted.parent.iterdir() if path.is_file()))
    except OSError:
        return f"there is no folder {wanted.parent}"
