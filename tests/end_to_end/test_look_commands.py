"""The commands that compute and look: run, show, ledger, questions, report."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

DECISION_KEYS = {
    "id", "kind", "subject", "from_state", "to_state", "questions", "value", "value_raw", "at_stake", "p_better",
    "cost", "payback", "break_even", "drivers", "grade", "evidence", "reason", "status",
}  # fmt: skip
ESTIMATE_KEYS = {"mean", "p05", "p50", "p95", "unit"}


def test_run_says_what_was_read_computed_and_kept(cli: Any, own_shop: Path) -> None:
    strategy = own_shop / "strategy.yaml"
    strategy.write_text(strategy.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    answer = cli("run", own_shop)
    assert answer.code == 0
    assert re.search(r"orders: [\d,]+ rows read, 0 set aside", answer.out)
    assert re.search(r"^order_summary +kept", answer.out, flags=re.MULTILINE)
    assert "patronage ledger" in answer.out
    assert "Nothing changed since the run of" in cli("run", own_shop).out


def test_run_as_json_names_each_finding_with_its_state(cli: Any, own_shop: Path) -> None:
    data = cli("run", own_shop, "--only", "cohorts", "--json").data
    assert {"run", "as_of", "engine", "fresh", "tables", "seconds", "peak_memory_bytes", "findings"} <= set(data)
    assert [(row["name"], row["status"], row["cached"]) for row in data["findings"]] == [("cohorts", "computed", True)]
    assert set(data["findings"][0]) == {"name", "status", "key", "seconds", "cached", "waits_for", "why"}


def test_run_counts_up_to_the_day_it_is_told_inclusive(cli: Any, make_project: Any) -> None:
    folder = make_project(
        orders="customer,day,amount,order\na,2021-01-01,1,1\na,2021-01-02 23:59,2,2\nb,2021-01-03,4,3\n"
    )
    assert cli("run", folder, "--only", "order_summary", "--as-of", "2021-01-02").code == 0
    shown = cli("show", folder, "order_summary", "--json").data
    assert (shown["as_of"], shown["summary"]["revenue"]) == ("2021-01-02", 3.0)
    told = shown["summary"]
    assert told["later_lines"] > 0
    assert told["rows_in"] == told["lines"] + told["quarantined"] + told["later_lines"]
    assert "later lines" in cli("show", folder, "order_summary").out


@pytest.mark.parametrize(
    ("option", "value", "phrase"),
    [
        ("--as-of", "2021-02-30", "--as-of: '2021-02-30' is no date; write it as YYYY-MM-DD, such as 2011-12-09"),
        ("--as-of", "1999-01-01", "orders: no line is dated on or before 1999-01-01; choose a later --as-of date"),
        ("--only", "cohrts", "--only: there is no finding 'cohrts'; did you mean 'cohorts'"),
        ("--memory", "lots", "--memory: 'lots' is no size; write it as 4GB or 500MB"),
    ],
)
def test_run_refuses_an_option_that_means_nothing(
    without_loss: Any, own_shop: Path, option: str, value: str, phrase: str
) -> None:
    without_loss(own_shop, 2, phrase, "run", own_shop, option, value)


def test_show_prints_the_figures_and_first_rows_of_a_finding(cli: Any, finished_shop: Path) -> None:
    answer = cli("show", finished_shop, "change_bridge")
    assert answer.code == 0
    for told in ("change bridge as of", "parts won", "by place: 2 of 2 rows", "--table NAME --csv FILE"):
        assert told in answer.out


def test_show_as_json_has_the_keys_of_its_contract(cli: Any, finished_shop: Path) -> None:
    repeat = cli("show", finished_shop, "repeat_buying", "--json").data
    assert set(repeat) == {"finding", "as_of", "grade", "summary", "tables"}
    assert repeat["finding"] == "repeat_buying"
    assert {"chosen", "unit", "customers", "models"} <= set(repeat["summary"])
    assert repeat["summary"]["unit"] == "week"
    names = {"bg_nbd": {"r", "alpha", "a", "b"}, "mbg_nbd": {"r", "alpha", "a", "b"},
             "mbg_cnbd_k": {"r", "alpha", "a", "b"}, "pareto_nbd": {"r", "alpha", "s", "beta"}}  # fmt: skip
    for name, model in repeat["summary"]["models"].items():
        assert {"parameters", "log_likelihood", "holdout_log_likelihood", "identified"} <= set(model)
        assert set(model["parameters"]) == names.pop(name)
    assert not names
    assert repeat["summary"]["models"]["mbg_cnbd_k"]["k"] >= 1
    assert set(repeat["tables"]["customers"]) == {"rows", "columns"}
    assert repeat["tables"]["customers"]["rows"] == repeat["summary"]["customers"]

    value = cli("show", finished_shop, "lifetime_value", "--json").data["summary"]
    assert {"p", "q", "gamma"} <= set(value["spend"])
    assert {"mean", "p05", "p95", "unit"} <= set(value["total"])
    assert "margin" in value["total"]["unit"]


def test_the_parts_of_the_change_bridge_sum_to_the_change_to_the_cent(cli: Any, finished_shop: Path) -> None:
    bridge = cli("show", finished_shop, "change_bridge", "--json").data["summary"]
    assert {"from", "to", "parts", "within"} <= set(bridge)
    assert set(bridge["parts"]) == {"won", "grown", "shrunk", "lost", "anonymous", "not_product"}
    assert set(bridge["within"]) == {"price", "volume", "mix"}
    change = bridge["to"]["revenue"] - bridge["from"]["revenue"]
    assert round(sum(bridge["parts"].values()), 2) == round(change, 2)
    kept = bridge["parts"]["grown"] + bridge["parts"]["shrunk"]
    assert round(sum(bridge["within"].values()), 2) == round(kept, 2)


def test_show_writes_a_table_as_csv_and_parquet(cli: Any, finished_shop: Path, tmp_path: Path) -> None:
    files = [tmp_path / "customers.csv", tmp_path / "customers.parquet"]
    table = ("show", finished_shop, "lifetime_value", "--table", "customers")
    answer = cli(*table, "--csv", files[0], "--parquet", files[1])
    assert (answer.code, answer.err) == (0, "wrote 90 rows\n")
    with files[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stored = pq.read_table(files[1]).to_pylist()
    assert len(rows) == len(stored) == 90
    assert list(rows[0]) == list(stored[0])
    told = {row["customer_id"] for row in rows}
    assert not [name for name in told if name[:1] in "=+-@\t"]
    assert {name.removeprefix("'") for name in told} == {row["customer_id"] for row in stored}


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("chnge_bridge",), "finding: there is no 'chnge_bridge'; did you mean 'change_bridge'"),
        (("cohorts", "--table", "cels", "--csv", "x.csv"), "--table: there is no table 'cels'; did you mean 'cells'?"),
        (("cohorts", "--csv", "x.csv"), "--csv: needs to know which table to write; add --table, one of: cells"),
    ],
)
def test_show_refuses_what_is_not_there(
    without_loss: Any, finished_shop: Path, arguments: tuple[str, ...], phrase: str
) -> None:
    without_loss(finished_shop, 2, phrase, "show", finished_shop, *arguments)


def test_show_prints_the_first_rows_of_one_table(cli: Any, finished_shop: Path) -> None:
    answer = cli("show", finished_shop, "lifetime_value", "--table", "customers")
    assert (answer.code, answer.err) == (0, "")
    assert "customers: 50 of 90 rows" in answer.out
    assert "figure" not in answer.out
    data = cli("show", finished_shop, "lifetime_value", "--table", "customers", "--json").data
    assert set(data) == {"finding", "as_of", "table", "rows", "columns", "first_rows"}
    assert (data["finding"], data["table"], data["rows"], len(data["first_rows"])) == (
        "lifetime_value", "customers", 90, 50,
    )  # fmt: skip
    assert list(data["first_rows"][0]) == data["columns"]


def test_a_finding_that_waits_leaves_with_3_and_an_unknown_one_with_2(cli: Any, make_project: Any) -> None:
    orders = "customer,day,amount,order\n" + "".join(f"c{i},2020-01-{i + 1:02d},5,o{i}\n" for i in range(20))
    folder = make_project(orders=orders)
    assert cli("run", folder, "--only", "lifetime_value").code == 0
    for name, told in (("repeat_buying", "was refused"), ("lifetime_value", "waits for repeat_buying, which was refu")):
        answer = cli("show", folder, name)
        assert (answer.code, told in answer.err) == (3, True)
    assert cli("run", folder, "--only", "activity_costs").code == 3
    answer = cli("show", folder, "activity_costs")
    assert answer.code == 3
    assert "declare pools and activities in strategy.yaml" in answer.err
    assert cli("show", folder, "activity_cost").code == 2
    assert cli("show", folder, "cohorts").code == 2
    assert cli("backtest", folder, "--as-of", "2020-01-10").code == 3


def test_findings_computed_alone_are_shown_with_their_day(cli: Any, make_project: Any) -> None:
    folder = make_project()
    cli("run", folder, "--only", "cohorts", "--as-of", "2021-06-30")
    cli("run", folder, "--only", "order_summary", "--as-of", "2022-01-05")
    answer = cli("show", folder, "cohorts")
    assert answer.code == 0
    assert "cohorts as of 2021-06-30" in answer.out
    assert "the last run is as of 2022-01-05" in answer.err
    shown = cli("show", folder, "order_summary")
    assert (shown.code, shown.err) == (0, "")
    assert "10 days after the last order" in " ".join(shown.out.split())
    data = cli("run", folder, "--only", "order_summary", "--as-of", "2022-01-05", "--json").data
    assert data["notes"][0].startswith("The as-of date 2022-01-05 is 10 days after the last order")


def test_a_report_into_a_folder_that_is_not_there_is_refused(
    without_loss: Any, finished_shop: Path, tmp_path: Path
) -> None:
    phrase = "--to: there is no folder"
    without_loss(finished_shop, 2, phrase, "report", finished_shop, "--to", tmp_path / "no" / "page.html")


def test_the_calendar_tells_why_in_a_sentence(cli: Any, finished_shop: Path) -> None:
    why = cli("show", finished_shop, "calendar", "--json").data["summary"]["why"]
    told = " ".join(cli("show", finished_shop, "calendar").out.split())
    assert why[:1].upper() + why[1:20] in told


def test_ledger_lists_proposals_first_and_in_order_of_the_money_at_stake(cli: Any, finished_shop: Path) -> None:
    answer = cli("ledger", finished_shop)
    assert answer.code == 0
    assert answer.out.index("Proposals, those with the most measured money") < answer.out.index("Refused, and why")

    rows = cli("ledger", finished_shop, "--json").data
    proposed = [row["at_stake"] for row in rows if row["status"] == "proposed"]
    assert proposed
    assert proposed == sorted(proposed, reverse=True)
    assert [row["id"] for row in cli("ledger", finished_shop, "--json", "--top", 2).data] == [r["id"] for r in rows[:2]]


def test_ledger_as_json_has_the_keys_of_its_contract(cli: Any, finished_shop: Path) -> None:
    rows = cli("ledger", finished_shop, "--json").data
    statuses = {"proposed", "nothing_to_gain", "refused", "accepted", "rejected"}
    for row in rows:
        assert set(row) >= DECISION_KEYS
        assert row["status"] in statuses
        assert set(row["cost"]) == {"one_off", "yearly"}
        assert row["break_even"] is None or set(row["break_even"]) == {"effect", "unit"}
        assert row["questions"], row["id"]
        for driver in row["drivers"]:
            assert set(driver) == {"name", "at_p05", "at_p95", "grade"}
        for basis in row["evidence"]:
            assert set(basis) == {"finding", "rows", "table", "figures"}
        if row["status"] == "proposed":
            assert set(row["value"]) >= ESTIMATE_KEYS
            assert set(row["value_raw"]) >= ESTIMATE_KEYS
            assert 0 <= row["p_better"] <= 1
            assert len(row["drivers"]) <= 3
    assert {"retain", "win_back", "let_go_or_reprice", "protect", "acquire"} <= {row["kind"] for row in rows}


def test_ledger_writes_a_csv_and_a_workbook_whose_texts_are_no_formulas(
    cli: Any, finished_shop: Path, tmp_path: Path
) -> None:
    answer = cli("ledger", finished_shop, "--csv", tmp_path / "ledger.csv", "--xlsx", tmp_path / "ledger.xlsx")
    rows = cli("ledger", finished_shop, "--json").data
    assert (answer.code, answer.err) == (0, f"wrote {len(rows)} decisions\n")
    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["id"] for row in written] == [row["id"] for row in rows]
    sheet = openpyxl.load_workbook(tmp_path / "ledger.xlsx")["Ledger"]
    head = [cell.value for cell in sheet[1]]
    assert [row[head.index("id")].value for row in sheet.iter_rows(min_row=2)] == [row["id"] for row in rows]
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


def test_the_best_set_counts_no_customer_twice(cli: Any, finished_shop: Path) -> None:
    answer = cli("ledger", finished_shop, "--best-set", "--json")
    rows = {row["id"]: row for row in cli("ledger", finished_shop, "--json").data}
    assert answer.code == 0
    assert {"ids", "total", "naive"} <= set(answer.data)
    assert {rows[one]["status"] for one in answer.data["ids"]} == {"proposed"}
    assert answer.data["total"]["mean"] <= answer.data["naive"]["mean"] + 1e-9
    assert "no customer counted twice" in cli("ledger", finished_shop, "--best-set").out


def test_questions_tell_their_state_by_room(cli: Any, finished_shop: Path) -> None:
    every = cli("questions", finished_shop, "--json").data
    for row in every:
        assert set(row) == {"id", "room", "question", "status", "findings", "waits_for"}
        assert row["status"] in {"answered", "partly", "waiting"}
        assert (row["status"] == "answered") == (not row["waits_for"])
    assert len(every) == 219
    assert len({row["id"] for row in every}) == 219
    worth = cli("questions", finished_shop, "--room", "worth", "--json").data
    assert worth == [row for row in every if row["room"] == "worth"]
    text = cli("questions", finished_shop, "--room", "worth")
    assert text.code == 0
    assert worth[0]["id"] in text.out
    assert cli("questions", finished_shop, "--room", "wort").code == 2
    assert "there is no room 'wort'; did you mean 'worth'" in cli("questions", finished_shop, "--room", "wort").err


def test_report_writes_one_file_that_loads_nothing(cli: Any, finished_shop: Path, tmp_path: Path) -> None:
    answer = cli("report", finished_shop, "--to", tmp_path / "page.html")
    assert (answer.code, answer.out.strip()) == (0, str((tmp_path / "page.html").resolve()))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy.group(1).startswith("default-src 'none'")
    assert page.count("<script") == 1
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)[^"']*""", page)
    assert not re.findall(r"url\((?!data:|#)", page)
    told = cli("report", finished_shop, "--to", tmp_path / "page.html", "--redact", "--json").data
    assert told == {"report": str(tmp_path / "page.html"), "redacted": True}


def test_a_project_that_was_never_run_says_how_to_run_it(cli: Any, make_project: Any) -> None:
    folder = make_project()
    for command in (("show", "cohorts"), ("ledger",), ("questions",), ("report",), ("lists",), ("explain", "abc")):
        answer = cli(command[0], folder, *command[1:])
        assert answer.code == 2
        assert "has no finished run yet; run it: patronage run DIR" in answer.err


def test_faults_are_json_where_json_was_asked_for(cli: Any, tmp_path: Path) -> None:
    answer = cli("run", tmp_path, "--json")
    assert answer.code == 2
    assert json.loads(answer.out)["faults"] == [
        {
            "where": str(tmp_path),
            "found": "is no project: it has no strategy.yaml",
            "next_step": "make one with: patronage init DIR --orders FILE",
        }
    ]


def test_a_finding_of_another_strategy_file_is_shown_with_a_warning(cli: Any, own_shop: Path) -> None:
    assert cli("run", own_shop, "--only", "customer_profit").code == 0
    assert "was computed by itself" not in cli("show", own_shop, "customer_profit").err
    strategy = own_shop / "strategy.yaml"
    text = strategy.read_text(encoding="utf-8")
    strategy.write_text(text.replace("4000..6000", "8000..9000"), encoding="utf-8")
    assert cli("run", own_shop, "--only", "activity_costs").code == 0
    answer = cli("show", own_shop, "activity_costs")
    assert answer.code == 0
    assert "activity_costs was computed by itself at 20" in answer.err
    assert "its ledger may disagree with what is shown" in answer.err
    assert cli("show", own_shop, "cohorts").err == ""
