"""The commands with which a project begins: demo, try, init, check, schema."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

ORDERS = """\
Kunde;Bestelldatum;Betrag;Auftrag;Land
k1;05.01.2021;12,50;a1;DE
k2;17.01.2021;8,00;a2;Österreich
k1;25.02.2021;20,00;a3;DE
k3;13.03.2021;1.005,25;a4;DE
k2;29.04.2021;9,90;a5;Österreich
"""
MAPS = ("--map", "customer_id=Kunde", "--map", "ordered_at=Bestelldatum", "--map", "amount=Betrag")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(ORDERS, encoding="cp1252")
    return path


@pytest.fixture(scope="module")
def small_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the shipped strategy file's data for a few customers, so that demo need not run them all."""
    folder = tmp_path_factory.mktemp("examples") / "demo"
    (folder / "data").mkdir(parents=True)
    with (files("patronage") / "examples" / "gift_wholesaler" / "data" / "order_lines.parquet").open("rb") as file:
        lines = pq.read_table(file)
    known = pc.drop_null(pc.unique(lines["customer_id"])).to_pylist()[:30]
    pq.write_table(
        lines.filter(pc.is_in(lines["customer_id"], pc.cast(known, lines["customer_id"].type))),
        folder / "data" / "order_lines.parquet",
    )
    (folder / "strategy.yaml").write_text(
        (files("patronage") / "examples" / "gift_wholesaler" / "strategy.yaml").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    return folder


def test_demo_runs_the_example_prints_ten_decisions_and_names_its_report(cli: Any, small_example: Path) -> None:
    answer = cli("demo", small_example)
    assert answer.code == 0, answer
    assert "\n 1  " in answer.out
    assert "\n11  " not in answer.out
    assert f"Report: {(small_example / 'report.html').resolve()}" in answer.out
    assert (small_example / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")

    again = cli("demo", small_example, "--json").data
    assert set(again) == {"run", "report", "decisions"}
    assert 1 <= len(again["decisions"]) <= 10
    assert Path(again["report"]) == small_example / "report.html"


def test_demo_leaves_a_folder_alone_that_holds_something_else(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "taxes.txt").write_text("mine", encoding="utf-8")
    answer = cli("demo", tmp_path)
    assert answer.code == 2
    assert f"{tmp_path}: is there already and is no project; name another folder" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["taxes.txt"]


def test_try_guesses_runs_and_reports_in_one_command(cli: Any, export: Path, tmp_path: Path) -> None:
    answer = cli("try", export, "--into", tmp_path / "new", *MAPS, "--currency", "EUR")
    assert answer.code == 0, answer
    for told in ("cp1252", "you said so", "orders: 5 rows read, 0 set aside", "order_summary", "Report: "):
        assert told in answer.out
    assert (tmp_path / "new" / "report.html").is_file()
    assert "currency: EUR" in (tmp_path / "new" / "strategy.yaml").read_text(encoding="utf-8")

    again = cli("try", export, "--into", tmp_path / "new", "--json")
    assert again.code == 0
    assert set(again.data) == {"project", "report", "decisions"}


def test_init_shows_its_guess_with_samples_and_writes_a_commented_strategy_file(
    cli: Any, export: Path, tmp_path: Path
) -> None:
    answer = cli("init", tmp_path / "acme", "--orders", export, *MAPS, "--name", "Acme: GmbH #1", "--yes")
    assert answer.code == 0, answer
    for told in ("Kunde", "k1 | k2 | k3", "Next: patronage run"):
        assert told in answer.out
    written = (tmp_path / "acme" / "strategy.yaml").read_text(encoding="utf-8")
    assert "Acme: GmbH #1" in written
    assert "customer_id: Kunde  # e.g. k1, k2, k3" in written
    assert "# gross_margin:" in written

    assert cli("run", tmp_path / "acme", "--only", "order_summary").code == 0
    summary = cli("show", tmp_path / "acme", "order_summary", "--json").data["summary"]
    assert summary["revenue"] == pytest.approx(1055.65)
    assert (summary["first_day"], summary["last_day"]) == ("2021-01-05", "2021-04-29")


def test_init_tells_its_guess_as_json(cli: Any, export: Path, tmp_path: Path) -> None:
    answer = cli("init", tmp_path / "acme", "--orders", export, *MAPS, "--yes", "--json")
    assert answer.code == 0
    assert answer.data["strategy"] == str(tmp_path / "acme" / "strategy.yaml")
    assert answer.data["columns"].items() >= {"customer_id": "Kunde", "amount": "Betrag"}.items()


def test_init_asks_before_it_writes(cli: Any, export: Path, tmp_path: Path) -> None:
    answer = cli("init", tmp_path / "acme", "--orders", export, *MAPS)
    assert answer.code == 2
    assert "init: needs a yes, and there is no terminal to ask at; add --yes" in answer.err
    assert not (tmp_path / "acme").exists()


def test_init_never_writes_over_a_project(cli: Any, export: Path, finished_shop: Path) -> None:
    before = (finished_shop / "strategy.yaml").read_bytes()
    answer = cli("init", finished_shop, "--orders", export, "--yes")
    assert answer.code == 2
    assert "is a project already; change strategy.yaml there, or name another folder" in answer.err
    assert (finished_shop / "strategy.yaml").read_bytes() == before


def test_check_says_what_can_be_computed_and_what_waits(cli: Any, finished_shop: Path, make_project: Any) -> None:
    answer = cli("check", finished_shop)
    assert answer.code == 0
    assert "no fault found" in answer.out
    assert ["activity_costs", "can", "be", "computed"] in [line.split() for line in answer.out.splitlines()]

    plain = cli("check", make_project(), "--json").data
    waits = {row["name"]: row["waits_for"] for row in plain["findings"]}
    assert plain["faults"] == []
    assert waits["activity_costs"] == ["pools", "activities"]
    assert waits["order_summary"] == []


def test_a_strategy_without_sources_lets_nothing_be_computed(cli: Any, make_project: Any) -> None:
    bare = make_project("company: {name: Bare, currency: EUR}\n")
    assert cli("check", bare).code == 3
    answer = cli("run", bare)
    assert answer.code == 3
    assert "No finding can be computed from what is given; the table says what each waits for." in answer.err
    answer = cli("run", bare, "--json")
    assert answer.code == 3
    assert {row["status"] for row in answer.data["findings"]} == {"waiting"}


def test_schema_is_json_schema_with_every_section(cli: Any) -> None:
    answer = cli("schema")
    schema = json.loads(answer.out)
    assert answer.code == 0
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"company", "sources", "pools", "activities", "costs_of_action", "segments"} <= set(schema["properties"])
    assert cli("schema", "--json").data == schema


def test_columns_that_are_not_used_are_named(cli: Any, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id;ordered_at;amount;Bemerkung;qx\nk1;2021-01-05;12.5;x;1\n", encoding="utf-8")
    answer = cli("init", tmp_path / "shop", "--orders", path, "--yes")
    assert answer.code == 0, answer
    assert "not used: Bemerkung, qx (name what one of them is with --map CANONICAL=SOURCE)" in answer.out


def test_the_segments_of_the_starting_file_hold_once_switched_on(cli: Any, export: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    assert cli("init", shop, "--orders", export, *MAPS, "--yes").code == 0
    text = (shop / "strategy.yaml").read_text(encoding="utf-8")
    for line in ("segments:", "  - {id: home", "  - {id: abroad"):
        assert f"\n# {line}" in text
        text = text.replace(f"\n# {line}", f"\n{line}")
    (shop / "strategy.yaml").write_text(text, encoding="utf-8")
    assert cli("check", shop).code == 0
