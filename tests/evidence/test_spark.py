"""Spark as an engine hands out, keeps and holds what DuckDB does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.spark import literal_uri, spark_engine
from patronage.evidence.store import StoredTable, stored

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NASTY = "shop [1] {a,b} 100% ü"
"""A folder whose every letter stands for itself."""

ROWS: dict[str, list[Any]] = {
    "whole": [1, None, 3, 2],
    "count": [4, 3, 2, 1],
    "number": [1.5, None, -0.0, 2.5],
    "text": ["b", None, "a", "ü"],
    "truth": [True, False, True, False],
    "day": [date(2020, 2, 29), None, date(1999, 12, 31), date(2021, 1, 1)],
    "moment": [datetime(2020, 3, 29, 1, 30), None, datetime(1999, 12, 31, 23, 59, 59, 999999), datetime(2021, 1, 1)],  # noqa: DTZ001  naive, as evidence is
}


@pytest.fixture
def engines(spark: SparkSession, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """DuckDB and Spark, each in a folder of its own."""
    embedded = embedded_engine(tmp_path / NASTY / "duckdb", threads=1)
    yield embedded, spark_engine(tmp_path / NASTY / "spark")
    embedded.close()


@pytest.fixture
def rows(tmp_path: Path) -> StoredTable:
    path = tmp_path / NASTY / "rows.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(ROWS), path)
    return stored(path)


def test_columns_values_and_records_are_those_of_the_embedded_engine(
    engines: tuple[Engine, Engine], rows: StoredTable
) -> None:
    found = [engine.columns(engine.open(rows).order_by("count")) for engine in engines]
    for name in ROWS:
        assert found[0][name].dtype == found[1][name].dtype, name
        np.testing.assert_array_equal(found[0][name], found[1][name])
    tables = [engine.open(rows) for engine in engines]
    assert [e.value(t.moment.max()) for e, t in zip(engines, tables, strict=True)] == [datetime(2021, 1, 1)] * 2  # noqa: DTZ001  naive
    one, other = (e.records(t.order_by("count")) for e, t in zip(engines, tables, strict=True))
    assert one == other


def test_what_is_kept_is_one_file_in_order_with_the_types_of_the_embedded_engine(
    engines: tuple[Engine, Engine], rows: StoredTable
) -> None:
    kept = [engine.keep(engine.open(rows).order_by("count"), "kept") for engine in engines]
    one, other = (pq.read_table(table.path) for table in kept)
    assert one.schema.equals(other.schema)
    assert one.equals(other)
    assert [table.columns for table in kept] == [tuple(ROWS)] * 2
    assert [path.name for path in kept[1].path.parent.iterdir() if path.is_file()] == ["kept.parquet"]


def test_a_result_without_rows_is_kept_with_its_columns(engines: tuple[Engine, Engine], rows: StoredTable) -> None:
    for engine in engines:
        table = engine.open(rows)
        kept = engine.keep(table.filter(table["count"] > 9), "none")
        assert (kept.rows, kept.columns) == (0, tuple(ROWS))
        assert list(engine.batches(engine.open(kept))) == []


def test_batches_hold_every_row_once_in_order_and_no_more_than_was_asked(engines: tuple[Engine, Engine]) -> None:
    engine = engines[1]
    table = engine.memory("numbers", {"n": np.arange(1000)[::-1].copy()})
    pieces = [piece["n"] for piece in engine.batches(table.order_by("n"), size=64)]
    assert max(map(len, pieces)) <= 64
    np.testing.assert_array_equal(np.concatenate(pieces), np.arange(1000))


def test_memory_tables_are_those_of_the_embedded_engine_without_rows_too(engines: tuple[Engine, Engine]) -> None:
    moments = np.array(["2020-02-29T12:00:00.000001", "NaT"], dtype="datetime64[us]")
    rows = {"number": np.array([1.5, np.nan]), "moment": moments, "truth": np.array([True, False])}
    for given in (rows | {"text": np.array(["a", None])}, {name: values[:0] for name, values in rows.items()}):
        found = [engine.columns(engine.memory("few", given).order_by("moment")) for engine in engines]
        for name in given:
            assert found[0][name].dtype == found[1][name].dtype, name
            np.testing.assert_array_equal(found[0][name], found[1][name])


def test_a_table_written_or_kept_anew_is_read_anew(engines: tuple[Engine, Engine]) -> None:
    engine = engines[1]
    for number in (1, 2):
        written = engine.write("again", [{"n": np.array([number])}])
        assert engine.value(engine.open(written).n.max()) == number
        kept = engine.keep(engine.open(written).mutate(n=engine.open(written).n * 10), "kept_again")
        assert engine.value(engine.open(kept).n.max()) == number * 10


def test_a_staged_result_is_there_until_the_block_ends(engines: tuple[Engine, Engine], rows: StoredTable) -> None:
    engine = engines[1]
    with engine.staged(engine.open(rows).select("count"), "held") as table:
        assert engine.value(table["count"].sum()) == 10
        assert list(engine.folder.glob("*.held.parquet"))
    assert not list(engine.folder.glob("*.held.parquet"))


def test_an_engine_within_a_folder_keeps_its_results_there(engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    within = engines[1].within(tmp_path / "finding")
    assert within.write("few", [{"n": [1]}]).path == tmp_path / "finding" / "few.parquet"
    assert within.runs is engines[1].runs


def test_sources_are_not_read_by_spark(engines: tuple[Engine, Engine]) -> None:
    with pytest.raises(TypeError, match="sources are read by the embedded engine, not by spark"):
        _ = engines[1].connection


def test_letters_that_are_patterns_stand_for_themselves() -> None:
    assert literal_uri(Path("/a[1]/b*?{c}.parquet")) == r"file:/a\[1\]/b\*\?\{c\}.parquet"
