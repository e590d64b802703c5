"""Expressions of the small grammar, and the marks of raw rows, are on Spark what they are on DuckDB."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.evidence.queries.engines import as_typed, assert_equal_tables, kind_of, same_cell
from tests.evidence.queries.order_lines import DAY, FLOAT, MOMENT, TEXT, TRUTH, WHOLE

from patronage.evidence.dates import DateForm
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.grammar import condition, value
from patronage.evidence.marking import MappedSource, RowTerms, marked_rows
from patronage.evidence.quarantine import quarantined
from patronage.evidence.readers import RawSource
from patronage.evidence.resolve import resolved
from patronage.evidence.store import StoredTable, stored
from patronage.evidence.survey import CellForms
from patronage.evidence.text_rows import FAULT, FILE, FURTHER, LINE
from patronage.vocabulary.expressions import FUNCTIONS, parsed
from patronage.vocabulary.sources import SourceMapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ibis.expr.types import Table

NAN, ENDLESS = float("nan"), float("inf")

COLUMNS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "code": (TEXT, ["Gift_1", "gift 2", None, "", " \t x\u00a0 ", "Straße", "İstanbul", "ΟΔΟΣ", "😀！", "a\\_b", "a%b",
                    "100", "true", "x\ny", "É", "vif\f", "\vfv "]),
    "written": (TEXT, ["-3", "1,000", "few", "1d", "0x1p3", "1_0", " 12 ", "inf", "nan", "(4.50)", "£1,234.50", "5-",
                       "1e3", "１", "−7", "1.0f", "1e400", "-inf", "1D", "xx", "X", "d", "1.234.567,8", "$5", "EUR 3.5",
                       "kr 4"]),
    "number": (FLOAT, [1.0, 0.0, None, 1.005, 2.675, -2.5, 1e-7, 12345678.5, 1e20, NAN, ENDLESS, -0.4, 0.1, 1e300,
                       123456789.125, -1.5e-5, -98765432.1, -1e17, 0.0001, 1.2345e22, 3e-300, 5e6, -ENDLESS]),
    "customer": (WHOLE, [12, 7, 12, None, 0, -5, 9007199254740993]),
    "day": (MOMENT, [datetime.fromisoformat(text) for text in (
        "2010-12-01", "2011-03-04 10:00", "2024-02-29 23:59:59.999999", "1969-12-31 00:00:00.500000")]),
    "date": (DAY, [date(2010, 12, 1), date(2011, 3, 4), None, date(2024, 2, 29)]),
    "said": (TEXT, ["2011-01-02", "2011-01-02 03:04", "soon", "2011-02-30", "2024-02-29T23:59:59", "2011", "2011-1-2",
                    "12:00", "", "2011-01-02T03:04:05Z", "2011-01-02 03:04:05+02:00", " 2011-01-02 ", "2011/01/02"]),
    "open": (TRUTH, [True, False, None, True]),
}  # fmt: skip

EXPRESSIONS = [
    "number / 0", "1 / number", "number / customer", "number * 2 + 1 - 0.5", "-written", "customer + 1",
    "customer * 0.1", "customer / 7", "0.1 + 0.2", "number + 0.1 * customer", "0.5", "2", "'text'", "true", "1 = 1",
    "code like 'gift%'", "code like 'Gift__'", "code not like 'Gift%'", r"code like 'a\_b'", r"code like 'a\%b'",
    "code like 'x_y'", "code = 'gift 2'", "code != 'GIFT 2'", "code < 'h'", "code >= 'É'", 'code = "a\\_b"',
    "code in ('Gift_1', 'x', '😀！')", "code in (100)", "customer in (12, 13)", "customer in (12.0, 0.5)",
    "customer in ('12')", "customer = '12'", "customer = 12.0", "number in (0.1, 1)", "number = '1'",
    "number in ('1', '0.1', '12345678.5')", "written < 0", "written in (1000)", "written = 1000", "day < '2011-01-01'",
    "'2011-03-04' <= day", "day >= '2024-02-29T23:59:59.999999'", "day = '2010-12-01T01:00:00+01:00'",
    "date < '2011-01-01'", "date = day", "day > date", "said < '2011-01-03'", "said < day", "day != said",
    "number is null", "number is not null and not open", "code is null", "written is null", "open or number = 0",
    "open and number = 1", "not open", "open in (true)", "open = true", "open = 'true'", "number != 1", "number >= 1",
    "number > 1", "number <= 0", "null is null", "null = 1", "number = null", "number != null", "lower(code)",
    "upper(code)", "trim(concat('  ', code))", "trim(code)", "abs(written)", "abs(number)", "abs(customer)",
    "round(number / 3, 2)", "round(number, 2)", "round(number, 0)", "round(-number, 3)", "round(number + 0.4)",
    "round(number)", "round(customer)", "round(written, 1)", "coalesce(number, 9)", "coalesce(code, customer)",
    "coalesce(number, customer)", "coalesce(number, customer, 'x')", "coalesce(day, date)", "coalesce(open, false)",
    "coalesce(null, code)", "length(code)", "length(number)", "starts_with(code, 'Gift')", "starts_with(code, '')",
    "starts_with(code, code)", "year(day)", "month(day)", "year(date)", "month(said)", "year(said)", "text(number)",
    "text(customer)", "text(day)", "text(date)", "text(open)", "text(code)", "number(written)", "number(code)",
    "number(open)", "number(customer)", "number(day)", "concat(code, '-', customer)", "concat(number, day)",
    "greatest(number, 0.5)", "greatest(number, customer, written)", "least(number, 0.5)", "least(number, null)",
    "greatest(customer, 3)", "code = 'x'' or 1=1; drop table orders --'", r"concat('\\', code, 'it''s', '\n')",
    "number + written > 3 and code like '%i%' or not (open = false)",
]  # fmt: skip

RAW_COLUMNS = ("customer", "day", "sum", "units", "each", "note", "money")
RAW_ROWS: list[tuple[Any, ...]] = [
    ("12345.0", "2011-01-02", "12.50", "2", "6.25", "Tee", "GBP"),
    (" Åsa ", " 2011-01-02T03:04:05 ", "1,234.5", "-2", "£3", "Porto ", "gbp"),
    ("n/a", "2011-02-30", "few", "1e3", "0.1", None, "EUR"),
    (None, "soon", "", "nan", "", "fév", None),
    ("null", None, "inf", "-inf", "1_0", "", "£"),
    ("c1", "1949-12-31", "1e12", "1e9", "1d", "Carriage", "US$"),
    ("c2", "2031-01-01 00:00", "€7", "0.5", "(4)", "gift", "GBP"),
    ("c3", "2024-02-29 23:59:59", None, "3", "$2", "x", "GBP"),
    ("C3 ", "2011-01-02 03:04:05+02:00", "-1", "-0.5", "5-", "not kept", "GBP"),
    ("", "2011-01-02 03:04:05", "0", "0", "0", "odd", "GBP"),
]
MAPPING = SourceMapping(
    "orders",
    "orders.csv",
    {"customer_id": "customer", "ordered_at": "day", "amount": "sum", "quantity": "units", "unit_price": "each",
     "product": "note", "currency": "money"},
    keep=parsed("note != 'not kept' or note is null"),
    not_product=parsed("lower(trim(note)) in ('porto', 'carriage') or starts_with(note, 'gift')"),
)  # fmt: skip


@pytest.fixture(scope="module")
def engines(on_spark: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    duck = embedded_engine(tmp_path_factory.mktemp("expressions") / "engine", threads=2)
    yield {"DuckDB": duck, "Spark": on_spark}
    duck.close()


def test_every_expression_has_the_same_values_on_spark(engines: Mapping[str, Any], tmp_path: Path) -> None:
    rows = max(len(cells) for _, cells in COLUMNS.values())
    table = _written(tmp_path, {name: (kind, [*c, *[None] * (rows - len(c))]) for name, (kind, c) in COLUMNS.items()})
    one, other = (_values(engine, engine.open(table)) for engine in engines.values())
    different = [
        f"{text}, row {row}: {cell!r} on DuckDB, {its!r} on Spark"
        for text, (kind, cells), (its_kind, its_cells) in zip(EXPRESSIONS, one, other, strict=True)
        for row, (cell, its) in enumerate(zip((kind, *cells), (its_kind, *its_cells), strict=True), start=-1)
        if not same_cell(cell, its)
    ]
    assert not different


def test_every_function_of_the_grammar_is_tried_on_spark() -> None:
    assert {name for name in FUNCTIONS if any(f"{name}(" in text for text in EXPRESSIONS)} == set(FUNCTIONS)


def test_conditions_choose_the_same_rows_on_spark(engines: Mapping[str, Any], tmp_path: Path) -> None:
    words = ["", " ", "b", "B", "é", "z", None]
    table = _written(tmp_path, {"word": (TEXT, words), "size": (FLOAT, [NAN, None, 1.0, -1.0, 0.0, 2.5, 1e9])})
    texts = ("word > 'a'", "not word in ('b', 'é') or size > 1", "size is null", "upper(word) = 'É' and size < 1")
    for text in texts:
        _assert_same(engines, lambda engine, text=text: _chosen(engine.open(table), text))


def test_raw_rows_carry_the_same_marks_on_spark(engines: Mapping[str, Any], tmp_path: Path) -> None:
    cells = {f"c{place}": (TEXT, [row[place] for row in RAW_ROWS]) for place in range(len(RAW_COLUMNS))}
    count = len(RAW_ROWS)
    own = {LINE: (WHOLE, list(range(1, count + 1))), FILE: (WHOLE, [0] * count)}
    faults = {
        FAULT: (TEXT, [*[None] * (count - 1), "a cell too many"]),
        FURTHER: (TEXT, [*[None] * (count - 1), "more"]),
    }
    table = _written(tmp_path, {**own, **faults, **cells})
    _assert_same(engines, lambda engine: _marked(engine.open(table))[0])
    _assert_same(engines, lambda engine: _marked(engine.open(table))[1])


def _values(engine: Any, table: Table) -> list[tuple[str, list[Any]]]:
    named = {f"e{place}": value(parsed(text), table) for place, text in enumerate(EXPRESSIONS)}
    found = as_typed(engine, table.select("row", **named)).sort_by("row")
    return [(kind_of(found.schema.field(name).type), found.column(name).to_pylist()) for name in named]


def _chosen(table: Table, text: str) -> Table:
    return table.filter(condition(parsed(text), table)).order_by("row")


def _marked(table: Table) -> tuple[Table, Table]:
    """The marked rows, and those in quarantine with their reasons."""
    columns = {name: f"c{place}" for place, name in enumerate(RAW_COLUMNS)}
    raw = RawSource(table, columns, ("orders.csv",), "", machine_written=False)
    source = MappedSource(raw, MAPPING, resolved(MAPPING, raw.columns))
    marked = marked_rows(source, CellForms(".", {"ordered_at": DateForm()}), RowTerms("GBP", date(2030, 12, 31)))
    return marked.table.order_by(LINE), quarantined(marked, marked.table, raw)


def _assert_same(engines: Mapping[str, Any], make: Callable[[Any], Table]) -> None:
    one, other = (_without_zone(as_typed(engine, make(engine))) for engine in engines.values())
    assert_equal_tables(one, other, in_order=True)


def _without_zone(table: pa.Table) -> pa.Table:
    """The times without their zone, which is UTC: texts that Spark reads as times get one."""
    assert {field.type.tz for field in table.schema if pa.types.is_timestamp(field.type)} <= {None, "UTC"}
    naive = [field.with_type(MOMENT) if pa.types.is_timestamp(field.type) else field for field in table.schema]
    return table.cast(pa.schema(naive))


def _written(folder: Path, columns: Mapping[str, tuple[pa.DataType, list[Any]]]) -> StoredTable:
    path = folder / "cells.parquet"
    arrays = {name: pa.array(cells, kind) for name, (kind, cells) in columns.items()}
    arrays["row"] = pa.array(range(len(next(iter(arrays.values())))))
    pq.write_table(pa.table(arrays), path)
    return stored(path)
