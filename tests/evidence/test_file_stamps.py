"""Sources swapped between the readings of one load, for others of as many rows and as many good ones."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.evidence import load as loading_module
from patronage.evidence.file_stamps import unchanged
from patronage.vocabulary.errors import EvidenceError

REFUSAL = "the rows changed while they were read; read a copy of it, or run again"
DAYS = [date(2024, 1, 1), date(2024, 1, 2), None, date(2024, 1, 4)]
FIRST, SECOND = [1.5, 2.5, 3.5, 4.5], [6.5, 7.5, 8.5, 9.5]


def parquet(path: Path, amounts: list[float]) -> None:
    table = {"customer": ["a", "b", "c", "d"], "day": pa.array(DAYS, pa.date32()), "amount": amounts}
    pq.write_table(pa.table(table), path, compression="none")


def in_duckdb(path: Path, amounts: list[float]) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE sales (customer VARCHAR, day DATE, amount DOUBLE)")
        rows = list(zip("abcd", DAYS, amounts, strict=True))
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?)", rows)


def in_sqlite(path: Path, amounts: list[float]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE sales (customer TEXT, day TEXT, amount REAL)")
        rows = [(who, day and f"{day}", amount) for who, day, amount in zip("abcd", DAYS, amounts, strict=True)]
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?)", rows)


def swapped_meanwhile(monkeypatch: pytest.MonkeyPatch, swap: Callable[[], object]) -> None:
    """A swap after the rows are judged and before they are written."""
    keep_good = loading_module._keep_good

    def meanwhile(*given: Any) -> Any:
        swap()
        return keep_good(*given)

    monkeypatch.setattr(loading_module, "_keep_good", meanwhile)


SOURCES = [("sales.parquet", parquet), ("sales.sqlite", in_sqlite)]
if os.name != "nt":
    # Windows lets nobody replace a file that is open, as an attached database is, so that there it cannot change.
    SOURCES.append(("sales.duckdb", in_duckdb))


@pytest.mark.parametrize(("name", "write"), SOURCES)
def test_a_source_swapped_for_one_of_as_many_good_rows_is_refused(
    loading: Any, monkeypatch: pytest.MonkeyPatch, name: str, write: Callable[[Path, list[float]], None]
) -> None:
    write(loading.folder / name, FIRST)
    write(loading.folder / "other", SECOND)
    swapped_meanwhile(monkeypatch, lambda: (loading.folder / "other").replace(loading.folder / name))
    assert REFUSAL in loading.refusal(name)


def test_one_of_several_files_that_is_rewritten_is_told(loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("1.parquet", "2.parquet"):
        parquet(loading.folder / name, FIRST)
    swapped_meanwhile(monkeypatch, lambda: parquet(loading.folder / "2.parquet", SECOND))
    assert REFUSAL in loading.refusal("*.parquet")


def test_a_parquet_file_of_the_same_size_and_time_is_told_by_its_footer(
    loading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = loading.folder / "sales.parquet"
    parquet(path, FIRST)
    before = path.stat()

    def swap() -> None:
        parquet(path, SECOND)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)

    swapped_meanwhile(monkeypatch, swap)
    assert REFUSAL in loading.refusal("sales.parquet")


def test_a_source_that_only_others_read_meanwhile_loads(loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = loading.folder / "sales.parquet"
    parquet(path, FIRST)
    swapped_meanwhile(monkeypatch, path.read_bytes)
    assert [row["amount"] for row in loading.load("sales.parquet").good.records()] == [1.5, 2.5, 4.5]


def test_a_file_that_is_gone_at_the_end_is_told_and_one_that_never_was_is_left_to_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "short"
    path.write_bytes(b"PAR1")
    with pytest.raises(EvidenceError, match=f"^orders: {REFUSAL}$"), unchanged([path], "orders"):
        path.unlink()
    with unchanged([path], "orders"):
        assert not path.exists()
