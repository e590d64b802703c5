# ruff: noqa: DTZ001  times of canonical tables are naive UTC
"""Sheets of workbooks, tables of databases and records of JSON are chosen and read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, time
from typing import Any

import openpyxl


def test_excel_sheets_are_chosen_by_name(loading: Any) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Sales 2024").append(["customer", "day", "amount"])
    book["Sales 2024"].append([12345.0, datetime(2024, 1, 1), 1.5])
    book["Sales 2024"].append([None, None, None])
    book["Sales 2024"].append([True, "soon", "=1/0"])
    book.save(loading.folder / "book.xlsx")
    loaded = loading.load("book.xlsx", sheet="Sales 2024")
    assert [(row["customer_id"], row["amount"]) for row in loaded.good.records()] == [("12345", 1.5)]
    assert loaded.quarantine.rows == 1
    assert loading.refusal("book.xlsx") == "orders (book.xlsx): the worksheet is empty; name another with sheet: <name>"
    assert loading.refusal("book.xlsx", sheet="Sales") == (
        "orders (book.xlsx): there is no sheet 'Sales'; did you mean 'Sales 2024'?"
    )


def test_a_workbook_that_is_none_is_refused(loading: Any) -> None:
    loading.file(b"PK\x03\x04 nonsense", "book.xlsx")
    assert loading.refusal("book.xlsx").startswith("orders (book.xlsx): this is no Excel workbook that can be read: ")
    loading.file(b"\xd0\xcf\x11\xe0 old", "old.xls")
    assert (
        loading.refusal("old.xls")
        == "orders (old.xls): this is a workbook of the old .xls kind; save it as .xlsx or CSV"
    )


def test_tables_of_databases_are_chosen_by_name(loading: Any) -> None:
    with closing(sqlite3.connect(loading.folder / "shop.db")) as connection:
        connection.execute("CREATE TABLE lines (customer, day, amount)")
        connection.execute("CREATE TABLE people (id)")
        connection.execute("INSERT INTO lines VALUES (12, '2024-01-01', 'many'), (13, '2024-01-02', 5)")
        connection.commit()
    loaded = loading.load("shop.db", source_table="lines")
    assert [row["customer_id"] for row in loaded.good.records()] == ["13"]
    assert loading.refusal("shop.db") == (
        "orders (shop.db): which table is meant is not said; the tables are 'lines', 'people'; name one with "
        "table: <name>, or --table NAME"
    )
    assert loading.refusal("shop.db", source_table="line") == (
        "orders (shop.db): there is no table 'line'; did you mean 'lines'?"
    )


def test_a_line_that_is_no_json_goes_to_quarantine(loading: Any) -> None:
    lines = [
        '{"customer": "a", "day": "2024-01-01", "amount": 1}',
        "{broken",
        '{"customer": "b", "day": "2024-01-02", "amount": "2"}',
    ]
    loading.file("\n".join(lines), "orders.jsonl")
    loaded = loading.load("orders.jsonl")
    assert [row["customer_id"] for row in loaded.good.records()] == ["a", "b"]
    (row,) = loaded.quarantine.records()
    assert (row["line_id"], row["reasons"].split("; ")[0]) == (2, "the line is no JSON record")
    assert row["cells beyond the header"] == "{broken"


def test_a_day_and_a_time_of_a_worksheet_can_be_joined(loading: Any) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["customer", "day", "clock", "amount"])
    sheet.append(["a", datetime(2024, 1, 1), time(10, 30), 1])
    book.save(loading.folder / "book.xlsx")
    columns = {"customer_id": "customer", "ordered_at": "concat(day, ' ', clock)", "amount": "amount"}
    assert loading.load("book.xlsx", columns).good.records()[0]["ordered_at"] == datetime(2024, 1, 1, 10, 30)
