# ruff: noqa: DTZ001  times of canonical tables are naive UTC
"""Tables and views of a real PostgreSQL server are read in one snapshot, exactly, and refused in plain words."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import pytest

from patronage.evidence import postgres as reading
from patronage.evidence.postgres import database_content

LINES = (
    "CREATE TABLE lines (customer text, day date, amount numeric(12,2))",
    "INSERT INTO lines VALUES ('a', '2024-01-01', 10.25), ('b', '2024-01-02', 5)",
)


def test_every_type_arrives_as_its_canonical_kind(loading: Any, database: Any) -> None:
    database.run(
        "CREATE DOMAIN code AS numeric(20,0)",
        "CREATE TABLE sales (buyer code, at timestamptz, total numeric(12,2), sent boolean, box uuid, tags text[])",
        "INSERT INTO sales VALUES (12345678901234567890, '2024-01-01 23:30+00', 10.25, true, "
        "'00000000-0000-0000-0000-000000000001', '{x}'), (12345678901234567891, '2024-01-02 01:30+02', -5, null, "
        "null, null), (3, 'infinity', 1, null, null, null)",
    )
    columns = {"customer_id": "buyer", "ordered_at": "at", "amount": "total", "channel_id": "box", "product": "tags"}
    loaded = loading.load(database.url, columns, source_table="sales")
    rows = [(row["customer_id"], row["ordered_at"], row["amount"]) for row in loaded.good.records()]
    assert rows == [
        ("12345678901234567890", datetime(2024, 1, 1, 23, 30), 10.25),
        ("12345678901234567891", datetime(2024, 1, 1, 23, 30), -5.0),
    ]
    assert loaded.good.records()[0]["channel_id"] == "00000000-0000-0000-0000-000000000001"
    assert loaded.good.records()[0]["product"] == "{x}"
    assert loaded.quarantine.rows == 1
    assert loaded.read_as == "PostgreSQL, table public.sales"


def test_decimals_without_limits_keep_every_digit_of_whole_numbers(loading: Any, database: Any) -> None:
    database.run(
        'CREATE TABLE sales (buyer numeric, day date, total numeric, "order" numeric, item numeric)',
        "INSERT INTO sales VALUES (9007199254740993, '2024-01-01', 10.25, 12345678901234567891, 1.0), "
        "(9007199254740992.00, '2024-01-02', 'NaN', 12345678901234567890, null), "
        "(9007199254740992, '2024-01-03', -5, null, 2)",
    )
    columns = {
        "customer_id": "buyer",
        "ordered_at": "day",
        "amount": "total",
        "order_id": "order",
        "product_id": "item",
    }
    loaded = loading.load(database.url, columns, source_table="sales")
    names = ("customer_id", "amount", "order_id", "product_id")
    assert [tuple(row[name] for name in names) for row in loaded.good.records()] == [
        ("9007199254740993", 10.25, "12345678901234567891", "1"),
        ("9007199254740992", -5.0, None, "2"),
    ]
    assert loaded.quarantine.rows == 1


def test_names_are_only_names(loading: Any, database: Any) -> None:
    odd = """x"; DROP TABLE lines; --'"""
    name = '"' + odd.replace('"', '""') + '"'
    database.run(*LINES, f"CREATE TABLE {name} ({name} text, day date, amount int)")
    database.run(f"INSERT INTO {name} VALUES ('a', '2024-01-01', 4)")
    loaded = loading.load(database.url, {"customer_id": odd, "ordered_at": "day", "amount": "amount"}, source_table=odd)
    assert [row["amount"] for row in loaded.good.records()] == [4.0]
    assert database.run("SELECT count(*) FROM lines") == [(2,)]


def test_views_and_schemas_are_chosen_by_name(loading: Any, database: Any) -> None:
    database.run(
        *LINES,
        "CREATE SCHEMA shop",
        "CREATE VIEW shop.lines AS SELECT customer, day, amount * 2 AS amount FROM public.lines",
        "CREATE VIEW shop.doubled AS SELECT * FROM shop.lines",
    )
    where = f"orders ({database.url})"

    def amounts(table: str) -> list[float]:
        return [row["amount"] for row in loading.load(database.url, source_table=table).good.records()]

    assert (amounts("lines"), amounts("shop.lines"), amounts("doubled")) == ([10.25, 5.0], [20.5, 10.0], [20.5, 10.0])
    assert loading.refusal(database.url) == (
        f"{where}: which table is meant is not said; the tables are 'public.lines', 'shop.doubled', 'shop.lines'; "
        "name one: table: schema.table in strategy.yaml, --table on the command line"
    )
    assert loading.refusal(database.url, source_table="shop.line") == (
        f"{where}: there is no table 'shop.line'; did you mean 'shop.lines' or 'shop.doubled' or 'public.lines'?"
    )
    assert loading.refusal(
        database.url, {"customer_id": "custumer", "ordered_at": "day", "amount": "amount"}, source_table="lines"
    ) == ("orders.customer_id: there is no column 'custumer'; did you mean 'customer'?")


def test_a_server_that_refuses_is_told_in_words(
    loading: Any, database: Any, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = database.url.rpartition("_")[2]
    database.run(*LINES, f"CREATE USER reader_{user} PASSWORD 'right'")
    url = database.url.replace("owner@", f"reader_{user}@")
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert loading.refusal(url) == (
        f"orders ({url}): the user or the password is not accepted; "
        "set PGPASSWORD in the environment, or name a passfile or a service"
    )
    monkeypatch.setenv("PGPASSWORD", "right")
    assert loading.refusal(url) == (
        f"orders ({url}): the user may not read it; GRANT SELECT on it to the user, or read as another"
    )
    database.run(f"GRANT SELECT ON lines TO reader_{user}")
    assert loading.load(url).good.rows == 2
    database.run(f"DROP OWNED BY reader_{user}", f"DROP USER reader_{user}")
    wrong = database.url[:-1] + "-"
    name = database.url.rpartition("/")[2]
    assert loading.refusal(wrong) == (
        f"orders ({wrong}): there is no database {name[:-1] + '-'!r} on this server; did you mean {name!r}?"
    )
    nobody_there = "postgresql://owner@127.0.0.1:1/shop"
    assert loading.refusal(nobody_there) == (
        f"orders ({nobody_there}): no server answers there; check host and port, and that the server runs"
    )


@pytest.mark.parametrize("url", ["postgresql://me:secret@host/db", "postgres://me@host/db?password=secret"])
def test_a_password_in_the_url_is_refused_and_not_repeated(loading: Any, url: str) -> None:
    assert loading.refusal(url) == (
        "orders (PostgreSQL): the URL has a password in it, which would be written down; "
        "take it out; set PGPASSWORD in the environment, or name a passfile or a service"
    )


def test_a_driver_that_is_not_installed_is_named(loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    url = "postgresql://me@host/db"
    assert loading.refusal(url) == (
        f"orders ({url}): the driver for PostgreSQL is not installed; "
        "install the extra postgres: pip install 'patronage[postgres]'"
    )


def test_a_connection_that_drops_midway_leaves_nothing_behind(loading: Any, database: Any) -> None:
    # The server ends the connection itself, in the middle of the rows that it sends.
    database.run(
        "CREATE VIEW lines AS SELECT repeat('x', 400) || g AS customer, date '2024-01-01' AS day, CASE WHEN g = 150000 "
        "AND current_query() LIKE 'COPY (SELECT source_row.%' THEN pg_terminate_backend(pg_backend_pid())::int "
        "ELSE g END AS amount FROM generate_series(1, 200000) g"
    )
    told = loading.refusal(database.url)
    assert told == (
        f"orders ({database.url}): the connection dropped while the table was read; nothing of it was kept; "
        "run again once the server is back"
    )
    assert not list(loading.engine.folder.rglob("*.parquet"))


def test_fingerprints_follow_the_rows_and_nothing_else(database: Any) -> None:
    def seen(table: str = "lines") -> str:
        return database_content(database.url, table, "orders").fingerprint

    database.run(*LINES)
    first = seen()
    database.run("CREATE TABLE other (n int)", "INSERT INTO other VALUES (1)", "VACUUM FULL lines")
    assert seen() == first
    database.run("UPDATE lines SET amount = 5.01 WHERE customer = 'b'")
    second = seen()
    database.run("UPDATE lines SET amount = 5 WHERE customer = 'b'")
    assert (second != first, seen()) == (True, first)
    database.run("INSERT INTO lines VALUES ('b', '2024-01-02', 5)")
    assert seen() != first
    database.run("DELETE FROM lines WHERE ctid = (SELECT max(ctid) FROM lines)", "ALTER TABLE lines RENAME day TO at")
    assert seen() != first


def test_a_table_that_changes_while_it_is_read_is_read_as_it_was(
    loading: Any, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(*LINES)
    before = database_content(database.url, "lines", "orders")
    content = reading._content

    def changing(*given: Any) -> Any:
        found = content(*given)
        database.run("INSERT INTO lines VALUES ('c', '2024-01-03', 7)")
        return found

    monkeypatch.setattr(reading, "_content", changing)
    loaded = loading.load(database.url)
    assert (loaded.rows_in, loaded.content) == (2, before.fingerprint)
    assert database.run("SELECT count(*) FROM lines") == [(3,)]
