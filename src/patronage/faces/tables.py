"""Stored tables written out for other programs, so that a cell can never act as a formula."""

from __future__ import annotations

import csv
import re
import shutil
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.vocabulary.errors import Fault, ProjectError, nearest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from patronage.evidence.store import StoredTable

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")

PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)")
"""A number and nothing else, such as an id -2 or +1: no spreadsheet can run it, and scripts join by it."""


def chosen(tables: dict[str, StoredTable], name: str) -> StoredTable:
    """The table of that name; raises ProjectError with the names there are."""
    if name not in tables:
        hint = nearest(name, tables) or ("known: " + ", ".join(tables) if tables else "this finding has no tables")
        raise ProjectError(Fault("--table", f"there is no table {name!r}", hint))
    return tables[name]


def write_csv(table: StoredTable, path: Path) -> None:
    """A stored table as CSV in UTF-8, row by row; texts that would start a formula get a quote before them."""
    with _target(path) as target, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        for row in table.rows_one_by_one():
            writer.writerow([safe_cell(row[column]) for column in table.columns])


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Plain rows of equal keys as CSV in UTF-8; nothing but an empty file where there are none."""
    with _target(path) as target, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if rows:
            writer.writerow(list(rows[0]))
        writer.writerows([safe_cell(value) for value in row.values()] for row in rows)


def write_parquet(table: StoredTable, path: Path) -> None:
    """A stored table as the Parquet file it is."""
    with _target(path) as target:
        shutil.copyfile(table.path, target)


@contextmanager
def _target(path: Path) -> Generator[Path]:
    """Where to write: beside a file, so that an export of before stays whole until the new one is; a pipe as it is."""
    # The engine takes a second to import, which a command that writes nothing must not pay.
    from patronage.evidence.replacing import replacing

    if path.exists() and not path.is_file():
        yield path
        return
    with replacing(path) as temporary:
        yield temporary


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; texts that are plain numbers are left as they are."""
    if isinstance(value, str) and value.startswith(STARTS_A_FORMULA) and not PLAIN_NUMBER.fullmatch(value):
        return "'" + value
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value
