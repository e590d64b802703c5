"""A decision proposed, accepted with a holdout, acted on for six months and measured, by the command line alone."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.loop.company import Truth, ahead, company, write_orders

DECLARED = """  gross_margin: 0.5
  gross_margin_grade: behaviour
"""
ACTIONS = """costs_of_action:
  retain: {cost: 1, effect: "0.02..0.20"}
  win_back: {cost: 1, effect: "0.02..0.20"}
"""


@pytest.fixture(scope="module")
def measured(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Truth]:
    """A company after six months of acting, the proposal that it accepted, and the truth."""
    folder = tmp_path_factory.mktemp("loop")
    known = company(3, customers=1500)
    write_orders(folder / "orders.csv", known.lines)
    shop = folder / "shop"
    assert cli("init", shop, "--orders", folder / "orders.csv", "--yes").code == 0
    strategy = shop / "strategy.yaml"
    text = strategy.read_text(encoding="utf-8").replace("  # gross_margin: 0.30..0.45\n", DECLARED)
    strategy.write_text(text + ACTIONS, encoding="utf-8")
    assert cli("run", shop).code == 0
    assert cli("track", shop, "--json").data == []
    rows = [row for row in cli("ledger", shop, "--json").data if row["status"] == "proposed"]
    row = max((row for row in rows if row["kind"] == "win_back"), key=lambda row: row["people"])
    decided = cli("decide", shop, row["id"], "accept", "--holdout", "25%", "--json").data
    assert decided["starts"] == "2023-06-20"
    assert cli("run", shop).code == 0
    (early,) = cli("track", shop, "--json").data
    assert (early["verdict"], early["measured"]) == ("too_early", None)
    (listed,) = cli("lists", shop, "--json").data
    later, truth = ahead(known, np.array([int(one["who"][1:]) for one in listed["rows"]]), 0.15)
    write_orders(folder / "orders.csv", known.lines + later)
    assert cli("run", shop).code == 0
    return shop, row, truth


def test_what_was_measured_holds_the_truth(cli: Any, measured: tuple[Path, dict[str, Any], Truth]) -> None:
    shop, proposal, truth = measured
    (row,) = cli("track", shop, "--json").data
    assert set(row) >= {"id", "kind", "accepted_at", "expected", "measured", "arms", "verdict"}
    assert set(row["measured"]) == set(row["expected"]) == {"mean", "p05", "p95"}
    assert (row["id"], row["kind"]) == (proposal["id"], "win_back")
    assert row["arms"]["treated"] + row["arms"]["holdout"] == proposal["people"]
    assert row["measured"]["p05"] <= truth.gain <= row["measured"]["p95"]
    share = row["effect"]["share"]
    assert share["p05"] <= truth.share <= share["p95"]
    told = cli("track", shop)
    assert row["id"] in told.out
    assert "was assumed" in " ".join(told.out.split())


def test_the_ledger_values_with_what_was_measured_and_says_so(
    cli: Any, measured: tuple[Path, dict[str, Any], Truth]
) -> None:
    shop, proposal, _ = measured
    row = next(one for one in cli("ledger", shop, "--json").data if one["id"] == proposal["id"])
    assert row["status"] == "accepted"
    assert row["grade"] == "experiment"
    assert "experiments" in row["reason"]
    figures = [one["figures"] for one in row["evidence"] if one["finding"] == "track_record"]
    assert any("measured effect" in each for each in figures)


def test_every_report_opens_with_the_track_record(cli: Any, measured: tuple[Path, dict[str, Any], Truth]) -> None:
    shop, proposal, _ = measured
    assert cli("report", shop).code == 0
    page = (shop / "report.html").read_text(encoding="utf-8")
    first = page.index("What accepted decisions brought")
    assert first < page.index("Decision ledger</h2>")
    assert proposal["id"] in page[first:]


def test_an_unchanged_run_stays_unchanged_until_somebody_decides(
    cli: Any, measured: tuple[Path, dict[str, Any], Truth]
) -> None:
    shop, _, _ = measured
    before = cli("run", shop, "--json").data["run"]
    assert cli("run", shop, "--json").data["run"] == before


def test_treatments_of_strangers_leave_their_decision_unmeasured_and_all_else_as_it_was(
    cli: Any, measured: tuple[Path, dict[str, Any], Truth], tmp_path: Path
) -> None:
    shop, proposal, _ = measured
    strategy = shop / "strategy.yaml"
    text = strategy.read_text(encoding="utf-8")
    with (tmp_path / "treatments.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [("who", "what", "day"), ("stranger", proposal["id"], "2023-07-01"), ("c", "typo", "2023-07-01")]
        csv.writer(file).writerows(rows)
    source = f"""  treatments:
    from: {tmp_path / "treatments.csv"}
    columns: {{customer_id: who, decision_id: what, at: day}}
"""
    strategy.write_text(text.replace("sources:\n", f"sources:\n{source}"), encoding="utf-8")
    try:
        assert cli("run", shop).code == 0
        answer = cli("track", shop, "--json")
        assert answer.code == 0
        assert "treatments: 1 row of typo, which nobody accepted" in answer.err
        (row,) = answer.data
        assert (row["verdict"], row["measured"]) == ("not_measurable", None)
        assert "about customers who were on no list of it (first: stranger)" in row["why"]
        assert cli("ledger", shop).code == 0
        assert cli("report", shop).code == 0
        assert "which nobody accepted" in (shop / "report.html").read_text(encoding="utf-8")
    finally:
        strategy.write_text(text, encoding="utf-8")
        assert cli("run", shop).code == 0


def test_a_decision_that_is_turned_down_after_acting_keeps_what_it_showed(
    cli: Any, measured: tuple[Path, dict[str, Any], Truth]
) -> None:
    shop, proposal, _ = measured
    (before,) = cli("track", shop, "--json").data
    # The evidence is years old: turned down on the day of the accept, nothing was ever done.
    assert cli("decide", shop, proposal["id"], "reject").code == 0
    assert cli("track", shop, "--json").data == []
    journal = shop / "ledger.jsonl"
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    lines[0]["at"] = "2023-06-20T09:00:00+00:00"
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert cli("run", shop).code == 0
    (after,) = cli("track", shop, "--json").data
    assert (after["measured"], after["verdict"]) == (before["measured"], before["verdict"])
    rows = cli("ledger", shop, "--json").data
    row = next(one for one in rows if one["id"] == proposal["id"])
    assert (row["status"], row["grade"]) == ("rejected", "experiment")
