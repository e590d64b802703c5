"""A change recomputes what hangs on it and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from patronage.study.options import RunOptions
from patronage.study.study import open_study


def made_anew(cli: Any, folder: Path) -> set[str]:
    """The findings that a run computed rather than kept."""
    answer = cli("run", folder, "--json")
    assert answer.code == 0, answer
    return {row["name"] for row in answer.data["findings"] if row["status"] == "computed" and not row["cached"]}


def declared(folder: Path, old: str, new: str) -> None:
    path = folder / "strategy.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_section_recomputes_only_what_hangs_on_it(cli: Any, own_shop: Path) -> None:
    made_anew(cli, own_shop)
    assert cli("run", own_shop, "--json").data["fresh"] is False

    declared(own_shop, "pools:\n", "# A comment changes no number.\npools:\n")
    assert made_anew(cli, own_shop) == set()

    declared(own_shop, 'win_back: {cost: "1..2"', 'win_back: {cost: "3..4"')
    assert made_anew(cli, own_shop) == set()

    declared(own_shop, 'cost: "4000..6000"', 'cost: "5000..7000"')
    found = made_anew(cli, own_shop)
    # The order summary holds the pools against the accounts.
    assert {"activity_costs", "customer_profit", "lifetime_value", "order_summary"} <= found
    assert not found & {"cohorts", "change_bridge", "buying_type", "repeat_buying", "calendar"}

    declared(own_shop, "rule: \"place = 'North'\"", "rule: \"place = 'North' and orders > 3\"")
    found = made_anew(cli, own_shop)
    assert {"change_bridge", "customer_equity"} <= found
    assert not found & {"order_summary", "cohorts", "buying_type", "repeat_buying", "activity_costs"}


def test_a_changed_order_recomputes_what_rests_on_orders_and_a_day_back_finds_all_kept(
    cli: Any, own_shop: Path
) -> None:
    orders = own_shop / "orders.csv"
    before = orders.read_bytes()
    orders.write_bytes(before + b"client-021,2021-12-02,o99999,s01,p1,1,5.0,North\n")
    assert {"order_summary", "cohorts", "change_bridge", "repeat_buying"} <= made_anew(cli, own_shop)
    orders.write_bytes(before)
    assert made_anew(cli, own_shop) == set()


def test_a_decision_taken_while_a_run_was_at_work_is_seen_by_the_next_one(cli: Any, own_shop: Path) -> None:
    row = next(one for one in cli("ledger", own_shop, "--json").data if one["status"] == "proposed")

    def decides(step: str) -> None:
        if step == "rule retain":
            assert cli("decide", own_shop, row["id"], "accept").code == 0

    assert open_study(own_shop).run(RunOptions(again=True), decides).finding("track_record").decisions == ()
    later = open_study(own_shop).run()
    assert later.fresh
    assert [one.id for one in later.finding("track_record").decisions] == [row["id"]]


def test_a_moved_project_keeps_its_findings(cli: Any, own_shop: Path, tmp_path: Path) -> None:
    made_anew(cli, own_shop)
    moved = own_shop.rename(tmp_path / "moved")
    answer = cli("run", moved, "--json")
    assert (answer.code, answer.data["fresh"]) == (0, False)
