"""Customers under several ids, by the command line from start to finish."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

STRATEGY = """
company: {name: Shop, currency: GBP}
sources:
  orders: {from: orders.csv, columns: {customer_id: who, ordered_at: day, amount: amount}}
  customers: {from: customers.csv, columns: {customer_id: id, name: name, email: email}}
identity:
  exact: [email]
  overrides: same.csv
  alike: {columns: [name, email], threshold: 0.9999, review: 0.001}
"""
HEAD = "customer_id,same_as,different_from,who,when,why\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop with sixty customers, of whom some have two ids."""
    (tmp_path / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "same.csv").write_text(HEAD + "c1,c2,,Ann,2024-05-01,called\n", encoding="utf-8")
    names = [f"{first} {last}" for first in ("Ann", "Ben", "Cleo", "Dora", "Emil", "Fay") for last in LAST]
    people = [f"c{at},{name},{name.lower().replace(' ', '.')}@x.org" for at, name in enumerate(names)]
    people += [f"d{at},{names[at]}s,{'' if at % 2 else f'{names[at].lower()}@y.org'}" for at in range(0, 40, 2)]
    people += [f"e{at},{names[at]},{names[at].lower().replace(' ', '.')}@x.org" for at in range(1, 40, 4)]
    (tmp_path / "customers.csv").write_text("\n".join(["id,name,email", *people, ""]), encoding="utf-8")
    lines = [f"{row.split(',')[0]},2024-{1 + at % 5:02d}-11,{at + 1}" for at, row in enumerate(people)]
    (tmp_path / "orders.csv").write_text("\n".join(["who,day,amount", *lines, ""]), encoding="utf-8")
    return tmp_path


LAST = ("Miller", "Smith", "Baker", "Cook", "Turner", "Mason", "Fisher", "Carter", "Weaver", "Potter")


def test_the_command_tells_who_was_merged_and_writes_what_is_in_doubt(cli: Any, shop: Path) -> None:
    found = cli("identity", shop, "--review", shop / "pairs.csv", "--json").data
    assert (found["ids"], [one["rule"] for one in found["rules"]]) == (90, ["reviewed", "email", "alike"])
    assert [one["merged"] for one in found["rules"][:2]] == [1, 10]
    assert found["customers"] == 90 - sum(one["merged"] for one in found["rules"])
    with (shop / "pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found["doubtful"] > 0
    assert set(rows[0]) == {"customer_id", "maybe_same_as", "probability"}
    told = cli("identity", shop)
    assert (told.code, "90 customer ids" in told.out, "in doubt" in told.out) == (0, True, True)
    assert cli("run", shop, "--only", "order_summary").code == 0
    shown = cli("show", shop, "order_summary", "--json").data["summary"]
    assert shown["customers"] == found["customers"]
    assert shown["merged_ids"]["ids"] == 90


def test_a_review_that_merges_in_a_circle_is_refused_and_nothing_is_lost(
    cli: Any, without_loss: Any, shop: Path
) -> None:
    assert cli("run", shop, "--only", "order_summary").code == 0
    (shop / "same.csv").write_text(HEAD + "c1,c2,,,,\nc2,c3,,,,\nc3,c1,,,,\nc4,c5,,,,\nc5,,c4,,,\n", encoding="utf-8")
    for command in ("run", "identity", "check"):
        answer = without_loss(
            shop, 2, "same.csv: lines 2, 3 and 4 merge in a circle: c3 is the same as c1", command, shop
        )
        assert "same.csv line 6: c5 is different from c4, and line 5 makes them the same" in answer.err
    (shop / "same.csv").write_text(HEAD, encoding="utf-8")
    assert cli("run", shop, "--only", "order_summary").code == 0


def test_without_the_section_the_command_says_what_to_declare(cli: Any, shop: Path) -> None:
    text = STRATEGY[: STRATEGY.index("identity:")]
    (shop / "strategy.yaml").write_text(text, encoding="utf-8")
    answer = cli("identity", shop)
    assert answer.code == 2
    assert (
        "nothing tells that several customer ids are one customer; declare it in strategy.yaml"
        in answer.err.replace("\n", " ")
    )
