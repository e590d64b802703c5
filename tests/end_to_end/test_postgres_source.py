"""A project on a PostgreSQL table finds what the same rows in a file give, and stays good when the server does not."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def lines(database: Any, orders_csv: str) -> Any:
    """The orders of the shop as a table of the database."""
    rows = list(csv.DictReader(io.StringIO(orders_csv)))
    values = ", ".join(f"('{row['customer']}', '{row['day']}', {row['amount']}, '{row['order']}')" for row in rows)
    database.run(
        'CREATE TABLE lines (customer text, day date, amount numeric(12,2), "order" text)',
        f"INSERT INTO lines VALUES {values}",
    )
    return database


def on_database(strategy: str, url: str) -> str:
    return strategy.replace("from: orders.csv", f"from: {url}\n    table: public.lines")


@pytest.fixture
def twins(make_project: Any, lines: Any) -> tuple[Path, Path]:
    """Two projects of equal rows: one on a file, one on the database."""
    in_file = make_project(name="in_file")
    strategy = on_database((in_file / "strategy.yaml").read_text(encoding="utf-8"), lines.url)
    in_database = make_project(strategy, name="in_database")
    (in_database / "orders.csv").unlink()
    return in_file, in_database


def statuses(answer: Any) -> list[tuple[str, str]]:
    return [(row["name"], row["status"]) for row in answer.data["findings"]]


def test_a_file_and_a_table_of_equal_rows_give_equal_findings(cli: Any, twins: tuple[Path, Path]) -> None:
    in_file, in_database = (cli("run", folder, "--json") for folder in twins)
    assert (in_file.code, in_database.code) == (0, 0), in_database
    assert statuses(in_file) == statuses(in_database)
    for finding in ("order_summary", "lifetime_value"):
        shown = [cli("show", folder, finding, "--json").data for folder in twins]
        assert shown[0] == shown[1]


def test_an_unchanged_table_is_no_new_run_and_a_changed_one_is(cli: Any, twins: tuple[Path, Path], lines: Any) -> None:
    folder = twins[1]
    first = cli("run", folder, "--json").data
    assert cli("check", folder, "--json").code == 0
    again = cli("run", folder, "--json").data
    assert (again["run"], again["fresh"]) == (first["run"], False)
    lines.run("UPDATE lines SET amount = amount + 1 WHERE \"order\" = 'o7'")
    changed = cli("run", folder, "--json").data
    assert (changed["fresh"], changed["run"] == first["run"]) == (True, False)


def test_a_server_that_fails_midway_leaves_the_last_good_run(
    cli: Any, twins: tuple[Path, Path], lines: Any, without_loss: Any
) -> None:
    folder = twins[1]
    first = cli("run", folder, "--json").data
    lines.run(
        "ALTER TABLE lines RENAME TO kept",
        "CREATE VIEW lines AS SELECT customer, day, CASE WHEN current_query() LIKE 'COPY (SELECT source_row.%' THEN "
        'amount * (pg_terminate_backend(pg_backend_pid())::int) ELSE amount END AS amount, "order" FROM kept',
    )
    answer = cli("run", folder)
    assert answer.code == 2, answer
    assert "the connection dropped while the table was read; nothing of it was kept" in " ".join(answer.err.split())
    assert cli("ledger", folder, "--json").code == 0
    assert cli("show", folder, "order_summary", "--json").code == 0
    lines.run("DROP VIEW lines", "ALTER TABLE kept RENAME TO lines")
    assert cli("run", folder, "--json").data["run"] == first["run"]


def test_a_project_begins_from_a_table(cli: Any, lines: Any, tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    said = ("--map", "customer_id=customer", "--map", "ordered_at=day", "--map", "amount=amount", "--currency", "GBP")
    answer = cli("init", folder, "--orders", lines.url, "--table", "lines", *said, "--yes")
    assert answer.code == 0, answer
    written = (folder / "strategy.yaml").read_text(encoding="utf-8")
    assert f'from: "{lines.url}"\n    table: lines\n' in written
    assert cli("check", folder, "--json").data["faults"] == []

    tried = cli("try", lines.url, "--table", "lines", *said, "--into", tmp_path / "tried", "--json")
    assert tried.code == 0, tried
    again = cli("try", lines.url, "--table", "lines", "--into", tmp_path / "tried", "--json")
    assert again.code == 0, again


def test_a_password_never_reaches_a_file(cli: Any, make_project: Any, tmp_path: Path) -> None:
    secret = "postgresql://me:topsecret@127.0.0.1/shop"
    begun = cli("init", tmp_path / "begun", "--orders", secret, "--yes")
    assert (begun.code, (tmp_path / "begun").exists()) == (2, False)
    folder = make_project()
    strategy = folder / "strategy.yaml"
    strategy.write_text(on_database(strategy.read_text(encoding="utf-8"), secret), encoding="utf-8")
    answer = cli("check", folder)
    assert answer.code == 2
    for said in (begun, answer):
        assert "PGPASSWORD" in said.err
        assert "topsecret" not in said.out + said.err
