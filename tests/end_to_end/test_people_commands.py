"""The commands for what people decide and compare: explain, decide, lists, diff, backtest."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from patronage.decisions.holdout import held_out


def proposal(cli: Any, folder: Path) -> dict[str, Any]:
    """The first proposal that has a list of customers."""
    rows = cli("ledger", folder, "--json").data
    return next(row for row in rows if row["status"] == "proposed" and row["people"] > 1)


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]


def frozen_list(folder: Path, event: dict[str, Any]) -> list[Any]:
    """The customers and amounts that an event froze, as the file beside the journal has them."""
    path = folder / "lists" / f"{event['id']}-{event['commitment']['people']['sha256']}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_explain_walks_from_a_decision_to_the_order_lines_behind_it(cli: Any, finished_shop: Path) -> None:
    row = proposal(cli, finished_shop)
    answer = cli("explain", finished_shop, row["id"][:6])
    assert answer.code == 0
    for told in (row["id"], "At stake, measured", "The test that would settle it", "customer id", "--customer "):
        assert told in answer.out

    data = cli("explain", finished_shop, row["id"], "--json").data
    assert set(data) >= {*row, "first_people", "lines"}
    assert len(data["first_people"]) == min(10, row["people"])
    who = data["first_people"][0]["customer_id"]
    lines = cli("explain", finished_shop, row["id"], "--customer", who, "--json").data["lines"]
    assert lines
    assert {line["customer_id"] for line in lines} == {who}
    assert lines[0]["line_id"] >= 1
    assert "Order lines of" in cli("explain", finished_shop, row["id"], "--customer", who).out


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("nothere",), "nothere: no decision of the last run has this id"),
        (("",), "ID: is empty, and a decision's id or its first letters are needed; list them with: patronage"),
        (("{id}", "--customer", "nobody"), "--customer: no order line has the customer 'nobody'; check its id"),
    ],
)
def test_explain_refuses_what_is_not_there(
    cli: Any, without_loss: Any, finished_shop: Path, arguments: tuple[str, ...], phrase: str
) -> None:
    row = proposal(cli, finished_shop)
    given = [argument.replace("{id}", row["id"]) for argument in arguments]
    without_loss(finished_shop, 2, phrase, "explain", finished_shop, *given)


def test_names_that_act_up_are_shown_as_text_on_the_screen(cli: Any, finished_shop: Path) -> None:
    row = proposal(cli, finished_shop)
    with (finished_shop / "orders.csv").open(encoding="utf-8", newline="") as file:
        names = dict.fromkeys(line["customer"] for line in csv.DictReader(file))
    nasty = [name for name in names if not name.startswith("client-")]
    assert len(nasty) == 12
    for name in nasty:
        answer = cli("explain", finished_shop, row["id"], "--customer", name)
        assert answer.code == 0, answer
        assert "Order lines of" in answer.out
        assert not [letter for letter in answer.out if not letter.isprintable() and letter != "\n"]
    shown = cli("explain", finished_shop, row["id"], "--customer", "[bold red]markup[/]").out
    assert "Order lines of [bold red]markup[/]" in shown


def test_decide_writes_one_line_a_verdict_and_the_ledger_follows(cli: Any, own_shop: Path) -> None:
    row = proposal(cli, own_shop)
    said = ("--owner", "Ann <b>", "--due", "2022-03-31", "--why", 'a "good"\nbet 🧁')
    answer = cli("decide", own_shop, row["id"], "accept", *said)
    assert (answer.code, answer.out.split(" ")[0]) == (0, row["id"])
    assert "accepted" in answer.out
    (event,) = journal(own_shop)
    assert event["version"] == 2
    assert event["commitment"]["holdout"] == 0
    assert event["commitment"]["people"]["number"] == row["people"]
    assert "customer" not in (own_shop / "ledger.jsonl").read_text(encoding="utf-8")
    assert (event["id"], event["action"]) == (row["id"], "accept")
    assert (event["owner"], event["due"], event["why"]) == ("Ann <b>", "2022-03-31", 'a "good"\nbet 🧁')
    assert event["expected"] == {name: row["value"][name] for name in ("mean", "p05", "p95")}

    now = {one["id"]: one for one in cli("ledger", own_shop, "--json").data}[row["id"]]
    assert (now["status"], now["owner"], now["due"]) == ("accepted", "Ann <b>", "2022-03-31")
    assert "(accepted)" in cli("ledger", own_shop).out

    assert cli("decide", own_shop, row["id"], "reject", "--json").data["status"] == "rejected"
    assert "Turned down by people" in cli("ledger", own_shop).out
    assert cli("decide", own_shop, row["id"], "reopen", "--json").data["status"] == "proposed"
    assert [event["action"] for event in journal(own_shop)] == ["accept", "reject", "reopen"]


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("{id}", "acept"), "acept: is no verdict; did you mean 'accept'"),
        (("{id}", "accept", "--due", "next week"), "--due: 'next week' is no date; write it as YYYY-MM-DD"),
        (("{refused}", "accept"), "proposes nothing, so there is nothing to accept; its reason says what would lift"),
        (("nothere", "accept"), "nothere: no decision of the last run has this id"),
    ],
)
def test_decide_refuses_what_makes_no_sense(
    cli: Any, without_loss: Any, finished_shop: Path, arguments: tuple[str, ...], phrase: str
) -> None:
    rows = cli("ledger", finished_shop, "--json").data
    refused = next(row["id"] for row in rows if row["status"] == "refused")
    known = {"{id}": proposal(cli, finished_shop)["id"], "{refused}": refused}
    given = [known.get(argument, argument) for argument in arguments]
    without_loss(finished_shop, 2, phrase, "decide", finished_shop, *given)


def test_lists_give_who_when_what_amount_and_why(cli: Any, own_shop: Path, tmp_path: Path) -> None:
    assert "No decision is accepted yet" in cli("lists", own_shop).out
    row = proposal(cli, own_shop)
    assert cli("decide", own_shop, row["id"], "accept", "--owner", "=1+1", "--due", "2022-03-31").code == 0

    (found,) = cli("lists", own_shop, "--json").data
    assert (found["id"], len(found["rows"])) == (row["id"], row["people"])
    assert set(found["rows"][0]) == {"who", "when", "what", "amount", "why", "owner"}
    assert found["rows"][0]["when"] == "2022-03-31"
    text = cli("lists", own_shop, "--id", row["id"])
    assert text.code == 0
    assert row["id"] in text.out

    assert cli("lists", own_shop, "--xlsx", tmp_path / "lists.xlsx").code == 0
    (sheet,) = openpyxl.load_workbook(tmp_path / "lists.xlsx").worksheets
    head = [cell.value for cell in sheet[1]]
    assert head == ["who", "when", "what", "amount", "why", "owner"]
    cells = [cell for line in sheet.iter_rows(min_row=2) for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {cell.value for cell in sheet["F"][1:]} == {"=1+1"}
    who = [cell.value.replace("_x000D_", "\r") for cell in sheet["A"][1:]]
    assert who == [one["who"] for one in found["rows"]]


def test_a_holdout_is_left_out_of_the_list_and_never_changed(
    cli: Any, without_loss: Any, own_shop: Path, tmp_path: Path
) -> None:
    row = proposal(cli, own_shop)
    refusals = {
        "0%": "--holdout: 0% holds nobody out",
        "100%": "--holdout: 100% leaves nobody to act on",
        "some": "--holdout: 'some' is no share; write it as 10% or 0.1",
    }
    for share, phrase in refusals.items():
        without_loss(own_shop, 2, phrase, "decide", own_shop, row["id"], "accept", "--holdout", share)
    without_loss(
        own_shop, 2, "--holdout: goes with accept, not with reject; leave it out",
        "decide", own_shop, row["id"], "reject", "--holdout", "10%",
    )  # fmt: skip
    answer = cli("decide", own_shop, row["id"], "accept", "--holdout", "60%")
    assert answer.code == 0
    assert "60% of the customers are left alone, more than are acted on" in answer.err

    (event,) = journal(own_shop)
    people = [who for who, _ in frozen_list(own_shop, event)]
    alone = {who for who in people if held_out(row["id"], who, 0.6)}
    (found,) = cli("lists", own_shop, "--json").data
    assert found["held_out"] == event["commitment"]["held_out"] == len(alone) > 0
    assert {one["who"] for one in found["rows"]} == set(people) - alone
    assert "Left alone by chance" in cli("lists", own_shop).out
    assert "Left alone by chance" in answer.out
    assert cli("lists", own_shop, "--xlsx", tmp_path / "lists.xlsx").code == 0
    told = openpyxl.load_workbook(tmp_path / "lists.xlsx")["Holdout"]
    assert [cell.value for cell in told[2]] == [row["id"], len(found["rows"]), len(alone)]

    phrase = f"--holdout: {row['id']} was accepted with a holdout of 60% on"
    without_loss(own_shop, 2, phrase, "decide", own_shop, row["id"], "accept", "--holdout", "10%")
    again = cli("decide", own_shop, row["id"], "accept", "--owner", "Ann", "--json")
    assert (again.code, again.data["held_out"]) == (0, len(alone))
    assert journal(own_shop)[1]["commitment"] == event["commitment"]


def test_a_holdout_outlives_reopen_and_reject(cli: Any, without_loss: Any, own_shop: Path) -> None:
    row = proposal(cli, own_shop)
    assert cli("decide", own_shop, row["id"], "accept", "--holdout", "40%").code == 0
    for away in ("reopen", "reject"):
        assert cli("decide", own_shop, row["id"], away).code == 0
        phrase = f"--holdout: {row['id']} was accepted with a holdout of 40% on"
        without_loss(own_shop, 2, phrase, "decide", own_shop, row["id"], "accept", "--holdout", "50%")
        assert cli("decide", own_shop, row["id"], "accept").code == 0
    first, _, second, _, third = journal(own_shop)
    assert first["commitment"] == second["commitment"] == third["commitment"]


def test_two_accepts_at_once_cannot_both_choose_a_holdout(cli: Any, own_shop: Path, monkeypatch: Any) -> None:
    row = proposal(cli, own_shop)
    answers: list[int] = []

    def rival() -> str:
        # Between the first look at the journal and the line behind it, somebody else accepts.
        if not answers:
            answers.append(0)
            answers[0] = cli("decide", own_shop, row["id"], "accept", "--holdout", "40%").code
        return "Ann"

    monkeypatch.setattr("patronage.study.acting.getpass.getuser", rival)
    answer = cli("decide", own_shop, row["id"], "accept", "--holdout", "50%")
    assert (answers, answer.code) == ([0], 2)
    assert "was accepted with a holdout of 40%" in answer.err
    assert [event["commitment"]["holdout"] for event in journal(own_shop)] == [0.4]


def test_a_list_stays_as_it_was_accepted_when_later_runs_propose_another(cli: Any, own_shop: Path) -> None:
    row = proposal(cli, own_shop)
    assert cli("decide", own_shop, row["id"], "accept").code == 0
    (before,) = cli("lists", own_shop, "--json").data
    assert cli("run", own_shop, "--as-of", "2021-06-30").code == 0
    now = {one["id"]: one["people"] for one in cli("ledger", own_shop, "--json").data}
    assert now[row["id"]] != row["people"]

    (after,) = cli("lists", own_shop, "--json").data
    pairs = [[one["who"], one["amount"]] for one in after["rows"]]
    assert pairs == [[one["who"], one["amount"]] for one in before["rows"]]
    assert pairs == frozen_list(own_shop, journal(own_shop)[0])
    (alone,) = cli("lists", own_shop, "--id", row["id"], "--json").data
    assert alone == after


def test_a_changed_or_missing_list_is_told_and_nothing_is_lost(cli: Any, without_loss: Any, own_shop: Path) -> None:
    row = proposal(cli, own_shop)
    assert cli("decide", own_shop, row["id"], "accept").code == 0
    (path,) = (own_shop / "lists").iterdir()
    good = path.read_bytes()
    path.write_bytes(good[:-2])
    without_loss(own_shop, 2, f"{path.name}: was changed, and is not the list that was accepted", "lists", own_shop)
    path.unlink()
    without_loss(own_shop, 2, f"{path.name}: is missing, the list of", "lists", own_shop)
    assert cli("ledger", own_shop).code == 0

    # The present run has that very list still, so accepting once more brings it back.
    assert cli("decide", own_shop, row["id"], "accept").code == 0
    assert path.read_bytes() == good


def test_only_accepted_decisions_have_lists(cli: Any, without_loss: Any, finished_shop: Path) -> None:
    row = proposal(cli, finished_shop)
    phrase = f"{row['id']}: is proposed, and only accepted decisions have lists; accept it first: patronage decide DIR"
    without_loss(finished_shop, 2, phrase, "lists", finished_shop, "--id", row["id"])


def test_diff_tells_what_moved_and_which_input_moved_it(cli: Any, without_loss: Any, own_shop: Path) -> None:
    without_loss(own_shop, 2, "has only one run, and two are needed", "diff", own_shop)
    strategy = own_shop / "strategy.yaml"
    text = strategy.read_text(encoding="utf-8")
    strategy.write_text(text.replace('win_back: {cost: "1..2"', 'win_back: {cost: "900..950"'), encoding="utf-8")
    assert cli("run", own_shop).code == 0

    answer = cli("diff", own_shop)
    assert answer.code == 0
    assert "Win back" in answer.out
    data = cli("diff", own_shop, "--json").data
    assert set(data) == {"from", "to", "inputs", "new", "gone", "moved"}
    assert any("strategy" in line or "costs_of_action" in line for line in data["inputs"])
    same = cli("diff", own_shop, "--from", data["from"], "--to", data["from"], "--json").data
    assert (same["new"], same["gone"], same["moved"]) == ([], [], [])
    assert cli("diff", own_shop, "--from", "nothere").code == 2


def test_backtest_has_the_keys_of_its_contract(cli: Any, own_shop: Path) -> None:
    answer = cli("backtest", own_shop, "--as-of", "2021-03-31", "--until", "2021-09-30", "--json")
    assert answer.code == 0, answer
    data = answer.data
    assert set(data) >= {"as_of", "until", "customers", "orders", "value", "top_tenth_share", "baselines", "calendar"}
    assert (data["as_of"], data["until"]) == ("2021-03-31", "2021-09-30")
    figures = {"predicted", "p05", "p95", "actual", "mae", "rmse", "correlation", "coverage_90"}
    assert set(data["orders"]) >= figures
    assert set(data["value"]) >= figures
    assert set(data["top_tenth_share"]) >= {"by_prediction", "by_actual"}
    assert {"rate", "last_period"} <= set(data["baselines"])
    for naive in data["baselines"].values():
        assert {"mae", "rmse", "correlation"} <= set(naive)
    assert set(data["calendar"]) >= {"predicted", "p05", "p95"}
    assert data["orders"]["actual"] == int(data["orders"]["actual"])


def test_backtest_rolls_and_tells_itself_in_words(cli: Any, own_shop: Path) -> None:
    answer = cli("backtest", own_shop, "--as-of", "2021-06-30", "--origins", "2")
    assert answer.code == 0, answer
    assert re.search(r"\d", answer.out)
    assert "Rolled" in answer.out


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("--as-of", "yesterday"), "--as-of: 'yesterday' is no date; write it as YYYY-MM-DD"),
        (("--as-of", "2021-06-30", "--until", "2021-06-30"), "2021-06-30"),
        (("--as-of", "2001-01-01"), "2001-01-01"),
        (("--as-of", "2021-06-30", "--until", "2031-01-01"), "2031-01-01"),
    ],
)
def test_backtest_refuses_days_that_cannot_be_compared(
    without_loss: Any, finished_shop: Path, arguments: tuple[str, ...], phrase: str
) -> None:
    without_loss(finished_shop, 2, phrase, "backtest", finished_shop, *arguments)
