"""Every kind of source gives the same good table, and each row keeps its place."""

# ruff: noqa: DTZ001  times of canonical tables are naive UTC
from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


COLUMNS = {
    "customer_id": "Customer ID", "ordered_at": "day", "quantity": "quantity", "unit_price": "price", "product": "what",
}  # fmt: skip
HEADER = list(COLUMNS.values())
NASTY = "Déjà \"vu\", <b>café</b>;\t=cmd|'/c'!A1\nnew line 🎁"
ROWS: list[tuple[Any, ...]] = [
    ("17850", datetime(2010, 12, 1, 8, 26), 6, 2.55, NASTY),
    (None, datetime(2010, 12, 2), -1, 0.1, "x" * 10_000),
    ("00012", datetime(2010, 12, 3, 23, 59, 59), 3, 1234.5, None),
]
EXPECTED = [
    {
        "line_id": place, "customer_id": customer, "ordered_at": day, "quantity": float(quantity), "unit_price": price,
        "product": what,
    }
    for place, (customer, day, quantity, price, what) in enumerate(ROWS, 1)
]  # fmt: skip


def texts(rows: list[tuple[Any, ...]] = ROWS, decimal: str = ".") -> list[list[str]]:
    return [[*_first(row), str(row[3]).replace(".", decimal), row[4] or ""] for row in rows]


def _first(row: tuple[Any, ...]) -> list[str]:
    return [row[0] or "", row[1].isoformat(sep=" "), str(row[2])]


def delimited(delimiter: str = ",", decimal: str = ".", end: str = "\n") -> str:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in [HEADER, *texts(decimal=decimal)]]
    return end.join(delimiter.join(row) for row in quoted) + end


def as_csv(path: Path) -> None:
    path.write_text(delimited(), encoding="utf-8", newline="")


def as_parquet(path: Path) -> None:
    pq.write_table(pa.table({name: [row[place] for row in ROWS] for place, name in enumerate(HEADER)}), path)


def as_excel(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.save(path)


def as_json_lines(path: Path) -> None:
    records = [dict(zip(HEADER, [row[0], row[1].isoformat(), *row[2:]], strict=True)) for row in ROWS]
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")


def as_json(path: Path) -> None:
    records = [dict(zip(HEADER, [row[0], row[1].isoformat(), *row[2:]], strict=True)) for row in ROWS]
    path.write_text(json.dumps(records), encoding="utf-8")


def as_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            'CREATE TABLE "order ""lines""" ("Customer ID" TEXT, day TEXT, quantity INTEGER, price REAL, what TEXT)'
        )
        rows = [[row[0], row[1].isoformat(sep=" "), *row[2:]] for row in ROWS]
        connection.executemany('INSERT INTO "order ""lines""" VALUES (?, ?, ?, ?, ?)', rows)
        connection.commit()


def as_duckdb(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(
            'CREATE TABLE sales ("Customer ID" VARCHAR, day TIMESTAMP, quantity INTEGER, price DOUBLE, what VARCHAR)'
        )
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?)", ROWS)


KINDS: list[tuple[str, Callable[[Path], None]]] = [
    ("orders.csv", as_csv),
    ("orders.parquet", as_parquet),
    ("orders.xlsx", as_excel),
    ("orders.jsonl", as_json_lines),
    ("orders.json", as_json),
    ("orders.sqlite", as_sqlite),
    ("orders.duckdb", as_duckdb),
    ("no ending", as_parquet),
    ("a [b] * name?.csv", as_csv),
]


def kept(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in EXPECTED[0]} for row in rows]


@pytest.mark.parametrize(("name", "write"), KINDS, ids=[name for name, _ in KINDS])
def test_every_kind_of_source_gives_the_same_good_table(loading: Any, name: str, write: Callable[[Path], None]) -> None:
    write(loading.folder / name)
    assert kept(loading.load(name, COLUMNS).good.records()) == EXPECTED


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_dialect_is_recognised(loading: Any, delimiter: str, end: str) -> None:
    content = delimited(delimiter, "," if delimiter == ";" else ".", end)
    found = kept(loading.csv(content.encode("utf-8-sig"), COLUMNS).good.records())
    assert found == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "found"])
def test_every_encoding_is_read(loading: Any, encoding: str, declared: bool) -> None:
    letters = "Zoë, café, £, Ægir, ß" + ("" if encoding == "latin-1" else ", €, “quotes”")
    content = f'customer;day;amount;place\r\na;2024-01-01;1,5;"{letters}"\r\n'.encode(encoding)
    columns = {"customer_id": "customer", "ordered_at": "day", "amount": "amount", "place": "place"}
    row = loading.csv(content, columns, encoding=encoding if declared else None).good.records()[0]
    assert (row["place"], row["amount"]) == (letters, 1.5)


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (
            "a,b\nx,café\n".encode("cp1252"), "utf-8",
            (
                "the file is declared as utf-8 and is not: byte 0xE9 in line 2 cannot be read; leave encoding out, "
                "and it is found"
            ),
        ),
        (
            "a,b\nx,café\n".encode(), "latin-1",
            (
                "the file is declared as latin-1 and is written in utf-8; set encoding: utf-8, or leave it out, and "
                "it is found"
            ),
        ),
        (
            b"a,b\nx,cafe\n", "utf-16",
            "the file is declared as utf-16 and is not; leave encoding out, and it is found",
        ),
        (
            "a,b\nx,cafe\n".encode("utf-16"), "cp1252",
            (
                "the file is declared as cp1252 and is written in utf-16; set encoding: utf-16, or leave it out, and "
                "it is found"
            ),
        ),
        (b"a,b\nx,1\n", "utf8x", "there is no encoding 'utf8x'; did you mean 'utf-8' or 'utf-16'?"),
    ],
    ids=["latin as utf-8", "utf-8 as latin", "ascii as utf-16", "utf-16 as cp1252", "no such encoding"],
)  # fmt: skip
def test_a_wrong_declared_encoding_is_refused(loading: Any, content: bytes, encoding: str, message: str) -> None:
    assert loading.csv_refusal(content, encoding=encoding) == f"orders (orders.csv): {message}"


def test_a_file_that_is_written_like_utf_16_and_ends_within_a_letter_is_refused(loading: Any) -> None:
    content = "customer,day,amount\na,2024-01-01,1\n".encode("utf-16-le")[:-1]
    assert loading.csv_refusal(content) == (
        "orders (orders.csv): the file is written like utf-16-le and is not: byte 0x0A in line 2 cannot be read; "
        "export it again, or set encoding to what it is in"
    )


def test_a_bad_byte_far_into_a_file_is_found(loading: Any) -> None:
    content = b"customer,day,amount\n" + b"a,2024-01-01,1\n" * 300_000 + b"caf\xe9,2024-01-01,1\n"
    assert "byte 0xE9 in line 300,002 cannot be read" in loading.csv_refusal(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "amounts"),
    [
        ("a;2024-01-01;1.234,50\nb;2024-01-02;7\n", [1234.5, 7.0]),
        ("a;2024-01-01;1,5\nb;2024-01-02;1.234\n", [1.5, 1234.0]),
        ("a;2024-01-01;1,234.50\nb;2024-01-02;7\n", [1234.5, 7.0]),
        ("a;2024-01-01;1.5\nb;2024-01-02;1,234\n", [1.5, 1234.0]),
        ("a;2024-01-01;1 234,5\nb;2024-01-02;-7,25 £\n", [1234.5, -7.25]),
        ("a;2024-01-01;1.234\nb;2024-01-02;7\n", [1.234, 7.0]),
    ],
)
def test_decimal_commas_and_thousands_marks_are_told_apart(loading: Any, content: str, amounts: list[float]) -> None:
    assert [row["amount"] for row in loading.csv("customer;day;amount\n" + content).good.records()] == amounts


def test_numbers_that_could_be_off_by_a_thousand_are_refused(loading: Any) -> None:
    content = "customer;day;amount\na;2024-01-01;1,234\nb;2024-01-02;7\n"
    assert loading.csv_refusal(content) == (
        "orders.amount: every comma can be read two ways: '1,234' is 1234 or 1.234; set decimal: '.' or "
        "decimal: ',' for this source"
    )
    for decimal, amount in ((".", 1234.0), (",", 1.234)):
        assert loading.csv(content, decimal=decimal).good.records()[0]["amount"] == amount


def test_a_number_in_the_other_form_is_quarantined(loading: Any) -> None:
    loaded = loading.csv("customer;day;amount\na;2024-01-01;1.5\nb;2024-01-02;1.25\nc;2024-01-02;3,5\n")
    assert [(item.reason, item.first_row) for item in loaded.reasons] == [("amount is not a number", 3)]


def test_a_declared_delimiter_counts(loading: Any) -> None:
    content = "customer:day:amount\na:2024-01-01:1\n"
    assert loading.csv(content, delimiter=":").good.rows == 1
    assert loading.csv("customer\tday\tamount\na\t2024-01-01\t1\n", delimiter="tab").good.rows == 1
    assert loading.csv_refusal(content, delimiter="::") == (
        "orders (orders.csv): delimiter '::' is not a single character; write ',', ';', 'tab' or '|'"
    )


def test_lines_above_the_header_are_passed_over(loading: Any) -> None:
    assert loading.csv("sep=;\r\ncustomer;day;amount\r\na;2024-01-01;1\r\n").good.rows == 1
    assert loading.csv("\n\ncustomer,day,amount\na,2024-01-01,1\n").good.rows == 1


def test_a_title_above_the_header_is_passed_over(loading: Any) -> None:
    content = "Sales of the year\r\n\r\ncustomer;day;amount\r\na;2024-01-01;1,5\r\nb;2024-01-02;2\r\n"
    assert [row["amount"] for row in loading.csv(content).good.records()] == [1.5, 2.0]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Sales of the year"], [], ["customer", "day", "amount"], ["a", datetime(2024, 1, 1), 1.5]):
        sheet.append(row)
    book.save(loading.folder / "book.xlsx")
    assert [row["line_id"] for row in loading.load("book.xlsx").good.records()] == [1]


def test_delimiters_at_the_end_of_lines_are_no_fault(loading: Any) -> None:
    assert loading.csv("customer,day,amount\na,2024-01-01,1,\nb,2024-01-02,2,,\n").good.rows == 2
    assert loading.csv("customer,day,amount,,\na,2024-01-01,1\nb,2024-01-02,2,\n").good.rows == 2


def test_times_with_a_zone_become_utc_and_times_beyond_belief_are_kept_as_text(loading: Any) -> None:
    zoned = pa.array([0, 3_600_000_000, 10**18], pa.timestamp("us", "Europe/Paris"))
    table = pa.table({"customer": ["a", "b", "c"], "day": zoned, "amount": [1, 2, 3]})
    pq.write_table(table, loading.folder / "zoned.parquet")
    loaded = loading.load("zoned.parquet")
    assert [row["ordered_at"] for row in loaded.good.records()] == [datetime(1970, 1, 1), datetime(1970, 1, 1, 1)]
    (row,) = loaded.quarantine.records()
    assert (row["reasons"], row["day"][:5]) == ("ordered_at is dated after today", "33658")


def test_rows_of_another_shape_do_not_keep_the_others_out(loading: Any) -> None:
    content = 'customer,day,amount\r\na,2024-01-01,1\nb,2024-01-01\r\n\r\n"c" x,2024-01-01,3\nd,2024-01-01,4\n'
    loaded = loading.csv(content)
    assert [(row["line_id"], row["customer_id"]) for row in loaded.good.records()] == [(1, "a"), (3, "c x"), (4, "d")]
    assert [row["line_id"] for row in loaded.quarantine.records()] == [2]


def test_a_pattern_reads_its_files_in_order_and_keeps_each_place(loading: Any) -> None:
    loading.file("customer,day,amount\nb,2024-01-02,1\nb,soon,1\n", "orders_2.csv")
    loading.file("customer,day,amount\na,2024-01-01,1\na,2024-01-01,2\n", "orders_1.csv")
    loaded = loading.load("orders_*.csv")
    assert [(row["line_id"], row["customer_id"]) for row in loaded.good.records()] == [(1, "a"), (2, "a"), (3, "b")]
    (row,) = loaded.quarantine.records()
    assert (row["line_id"], row["source_file"]) == (4, "orders_2.csv")


def test_a_pattern_of_parquet_files_numbers_its_lines_through(loading: Any) -> None:
    for year in (2021, 2022):
        days = [datetime(year, 1, 1), datetime(year, 1, 2), datetime(1900, 1, 1)]
        table = pa.table({"customer": [7.0, None, 8.0], "day": days, "amount": [1, 2, 3]})
        pq.write_table(table, loading.folder / f"part_{year}.parquet")
    loaded = loading.load("part_*.parquet")
    assert [(row["line_id"], row["customer_id"]) for row in loaded.good.records()] == [
        (1, "7"),
        (2, None),
        (4, "7"),
        (5, None),
    ]
    places = [(row["line_id"], row["source_file"]) for row in loaded.quarantine.records()]
    assert places == [(3, "part_2021.parquet"), (6, "part_2022.parquet")]


def test_files_of_one_pattern_may_differ_in_dialect_and_order_of_columns(loading: Any) -> None:
    loading.file("customer,day,amount\na,2024-01-01,1.5\n", "part_1.csv")
    loading.file("amount;customer;day\n2.5;b;2024-01-02\n".encode("utf-16"), "part_2.csv")
    rows = loading.load("part_*.csv").good.records()
    assert [(row["customer_id"], row["amount"]) for row in rows] == [("a", 1.5), ("b", 2.5)]


def test_files_of_one_pattern_with_other_columns_are_refused(loading: Any) -> None:
    loading.file("customer,day,amount\na,2024-01-01,1\n", "part_1.csv")
    loading.file("customer,date,amount\nb,2024-01-02,2\n", "part_2.csv")
    assert loading.refusal("part_*.csv") == (
        "orders (part_2.csv): its columns are not those of part_1.csv: it lacks 'day' and has 'date' besides; "
        "give files of one layout, or a source for each"
    )


def test_the_order_of_lines_holds_over_many_rows(loading: Any) -> None:
    count = 150_000
    content = "customer,day,amount\n" + "".join(f"c{n},2024-01-01,{n}\n" for n in range(1, count + 1))
    lines = loading.engine.open(loading.csv(content).good)
    moved = lines.filter((lines.amount != lines.line_id) | (lines.customer_id != "c" + lines.line_id.cast("string")))
    assert loading.engine.value(moved.count()) == 0
    assert loading.engine.value(lines.count()) == count


def test_an_unknown_format_is_refused_with_those_that_are_known(loading: Any) -> None:
    assert (
        loading.csv_refusal("a\n1\n", format="parket")
        == "orders (orders.csv): there is no format 'parket'; did you mean 'parquet'?"
    )


def test_a_file_of_another_kind_than_declared_is_refused(loading: Any) -> None:
    message = loading.csv_refusal("customer,day,amount\na,2024-01-01,1\n", format="parquet")
    assert message.startswith("orders (orders.csv): the source cannot be read: ")


def test_names_of_source_columns_never_collide_in_quarantine(loading: Any) -> None:
    loaded = loading.csv("Reasons,line_id,Day,day,amount\na,1,x,2024-01-01,1\nb,2,y,soon,2\n", {
        "customer_id": "Reasons", "ordered_at": "day", "amount": "amount",
    })  # fmt: skip
    (row,) = loaded.quarantine.records()
    assert (row["line_id"], row["line_id (2)"], row["Reasons (2)"], row["Day"], row["day (2)"]) == (
        2,
        "2",
        "b",
        "y",
        "soon",
    )


def test_nothing_of_a_load_stays_behind_but_its_tables(loading: Any) -> None:
    before = set(loading.engine.connection.list_tables())
    loading.file("customer,day,amount\na,2024-01-01,1\nb,soon,1\n", "part_1.csv")
    loading.file("customer,day,amount\na,2024-01-01\n".encode("utf-16"), "part_2.csv")
    loaded = loading.load("part_*.csv")
    left = {name for name in loading.engine.connection.list_tables() if name not in before}
    # The one table that stays open is the good one, which was looked at for its quality.
    assert len(left) == 1
    kept = {path.name for path in loading.engine.folder.iterdir()}
    assert kept == {loaded.good.path.name, loaded.quarantine.path.name}


def test_the_list_of_the_files_of_a_pattern_does_not_stay_behind(loading: Any) -> None:
    loading.file("customer,day,amount\na,2024-01-01,1\n", "part_1.csv")
    loading.file("customer,day,amount\nb,2024-01-02,2\n", "part_2.csv")
    before = set(loading.engine.connection.list_tables())
    loading.load("part_*.csv")
    left = set(loading.engine.connection.list_tables()) - before
    assert [name for name in left if name.startswith("files_")] == []
