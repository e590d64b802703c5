"""Rows sifted: whatever the source and whatever is wrong with it, the same rows come out."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from patronage.evidence import load as loading_module
from patronage.evidence import quality, sifting
from patronage.vocabulary.errors import EvidenceError

Row = tuple[str | None, date | None, float | None]

FINE: list[Row] = [("a", date(2024, 1, 1), 1.5), ("b", date(2024, 1, 2), 2.0), ("a", date(2024, 1, 3), -1.0)]
REPEATS: list[Row] = [("a", date(2024, 1, 1), 1.5), ("c", date(2024, 1, 2), 2.0), ("a", date(2024, 1, 1), 1.5)]
BAD: list[Row] = [("d", None, 7.0), ("e", date(2099, 1, 1), None)]
CASES = {
    "all fine": FINE,
    "only repeats": FINE + REPEATS,
    "only bad rows": FINE[:1] + BAD + FINE[1:],
    "repeats and bad rows": FINE + BAD + REPEATS + BAD,
}


def expected(rows: list[Row]) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    """Good rows as line, customer, day, amount and whether they repeat; bad rows as line and reasons."""
    good: list[tuple[Any, ...]] = []
    bad: list[tuple[int, str]] = []
    for line, row in enumerate(rows, 1):
        _, day, amount = row
        reasons = ["ordered_at is missing"] if day is None else []
        reasons += ["ordered_at is dated after today"] if day is not None and day.year == 2099 else []
        reasons += ["amount is missing"] if amount is None else []
        if reasons:
            bad.append((line, "; ".join(reasons)))
        else:
            good.append((line, *row, row in rows[: line - 1]))
    return good, bad


def csv(rows: list[Row], path: Path) -> None:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(["customer,day,amount", *lines]) + "\n", encoding="utf-8")


def arrow(rows: list[Row]) -> pa.Table:
    names = ("customer", "day", "amount")
    kinds = (pa.string(), pa.date32(), pa.float64())
    cells = zip(*rows, strict=True)
    return pa.table({name: pa.array(each, kind) for name, each, kind in zip(names, cells, kinds, strict=True)})


def parquet(rows: list[Row], path: Path) -> None:
    pq.write_table(arrow(rows), path)


def text_parquet(rows: list[Row], path: Path) -> None:
    table = arrow(rows)
    pq.write_table(pa.table({name: table[name].cast(pa.string()) for name in table.column_names}), path)


def excel(rows: list[Row], path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ("customer", "day", "amount"))
        for place, (customer, day, amount) in enumerate(rows, 1):
            sheet.write(place, 0, customer)
            if day is not None:
                sheet.write_datetime(place, 1, datetime.combine(day, time.min), day_format)
            if amount is not None:
                sheet.write_number(place, 2, amount)


def json_rows(rows: list[Row], path: Path) -> None:
    names = ("customer", "day", "amount")
    told = [dict(zip(names, (row[0], row[1] and str(row[1]), row[2]), strict=True)) for row in rows]
    path.write_text(json.dumps(told), encoding="utf-8")


def sqlite_rows(rows: list[Row], path: Path) -> None:
    own = sqlite3.connect(path)
    own.execute("create table orders (customer text, day text, amount real)")
    own.executemany("insert into orders values (?, ?, ?)", [(row[0], row[1] and str(row[1]), row[2]) for row in rows])
    own.commit()
    own.close()


def duckdb_rows(rows: list[Row], path: Path) -> None:
    with duckdb.connect(str(path)) as own:
        own.execute("create table orders (customer varchar, day date, amount double)")
        own.executemany("insert into orders values (?, ?, ?)", [list(row) for row in rows])


WRITERS = {
    "orders.csv": csv, "typed.parquet": parquet, "text.parquet": text_parquet, "orders.xlsx": excel,
    "orders.json": json_rows, "orders.sqlite": sqlite_rows, "orders.duckdb": duckdb_rows,
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", WRITERS)
def test_good_rows_repeats_and_bad_rows_are_those_of_the_rules(loading: Any, name: str, case: str) -> None:
    rows = CASES[case]
    WRITERS[name](rows, loading.folder / name)
    loaded = loading.load(name)
    good, bad = expected(rows)
    assert [
        (row["line_id"], row["customer_id"], row["ordered_at"].date(), row["amount"], row["is_repeat"])
        for row in loaded.good.records()
    ] == good
    quarantine = loaded.quarantine.records()
    assert [(row["line_id"], row["reasons"]) for row in quarantine] == bad
    assert [row["customer"] for row in quarantine] == [rows[line - 1][0] for line, _ in bad]
    assert (loaded.rows_in, loaded.repeats) == (len(rows), sum(row[-1] for row in good))
    assert sum(reason.rows for reason in loaded.reasons) == sum(reasons.count(";") + 1 for _, reasons in bad)


def test_rows_of_typed_cells_are_judged_as_they_are_read_and_text_is_judged_once(
    loading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    parked = sifting.parked
    monkeypatch.setattr(sifting, "parked", lambda *given: written.append("rows") or parked(*given))
    parquet(FINE, loading.folder / "typed.parquet")
    loading.load("typed.parquet")
    assert not written
    text_parquet(FINE, loading.folder / "text.parquet")
    loading.load("text.parquet")
    assert written == ["rows"]


def test_returns_tie_in_rows_that_are_judged_as_they_are_read(loading: Any) -> None:
    rows = {
        "customer": ["a", "a", "b", "a"], "day": [date(2024, 1, n) for n in (1, 2, 3, 5)],
        "order": ["1", "2", "3", "R"], "product": ["MUG"] * 4, "quantity": [4.0, 4.0, 4.0, -4.0],
        "price": [2.5] * 4,
    }  # fmt: skip
    pq.write_table(pa.table({**rows, "day": pa.array(rows["day"], pa.date32())}), loading.folder / "ties.parquet")
    columns = {
        "customer_id": "customer", "ordered_at": "day", "order_id": "order", "product_id": "product",
        "quantity": "quantity", "unit_price": "price",
    }  # fmt: skip
    found = loading.load("ties.parquet", columns).good.records()
    assert [row["returns_order_id"] for row in found] == [None, None, None, "2"]
    assert [row["line_id"] for row in found] == [1, 2, 3, 4]


def test_a_source_that_changes_while_it_is_read_is_refused(loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet(FINE, loading.folder / "moving.parquet")
    keep_good = loading_module._keep_good

    def meanwhile(*given: Any) -> Any:
        parquet(FINE[:2], loading.folder / "moving.parquet")
        return keep_good(*given)

    monkeypatch.setattr(loading_module, "_keep_good", meanwhile)
    with pytest.raises(EvidenceError, match="the rows changed while they were read; read a copy of it, or run again"):
        loading.load("moving.parquet")


def test_many_different_times_and_amounts_are_counted_exactly(loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "MANY", 10)
    sorted_columns: list[str] = []
    count = quality.distinct_values
    monkeypatch.setattr(quality, "distinct_values", lambda *given: sorted_columns.append(given[1]) or count(*given))
    size = 3_000
    times = (np.datetime64("2024-01-01", "us") + np.arange(size) * np.timedelta64(1, "s")).tolist()
    table = {"customer": ["a"] * size, "day": times, "amount": [float(n % 2_500) + 0.5 for n in range(size)]}
    pq.write_table(pa.table(table), loading.folder / "many.parquet")
    seen = {one.name: one for one in loading.load("many.parquet").columns}
    assert [seen[name].distinct for name in ("customer_id", "ordered_at", "amount")] == [1, size, 2_500]
    assert "ordered_at" in sorted_columns
    assert (seen["amount"].least, seen["amount"].most) == ("0.5", "2499.5")
