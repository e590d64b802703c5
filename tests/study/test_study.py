from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from patronage.decisions.file_lock import locked
from patronage.study.beginning import Start, require_same_orders
from patronage.study.options import RunOptions
from patronage.study.project import Project
from patronage.study.study import open_study
from patronage.vocabulary.errors import AbsentError, EvidenceError, ProjectError, StrategyError

Make = Callable[..., Path]
ONE = RunOptions(only="order_summary")


def test_a_run_loads_computes_and_names_itself_the_last_good_one(make_project: Make) -> None:
    run = open_study(make_project()).run(ONE)
    assert run.fresh
    assert run.statuses == {"order_summary": "computed"}
    assert run.record["as_of"] == "2021-12-26"
    assert run.finding("order_summary").customers == 40
    assert open_study(run.project.folder).last_run().record == run.record


def test_an_unchanged_run_gives_the_last_one_back(make_project: Make) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    second = open_study(folder).run(ONE)
    assert not second.fresh
    assert second.folder == first.folder


def test_the_same_inputs_give_the_same_bytes(make_project: Make) -> None:
    folders = [make_project(name=name) for name in ("one", "two")]
    written: list[list[bytes]] = []
    for folder in folders:
        run = open_study(folder).run(ONE)
        kept = run.project.findings / f"order_summary-{run.record['findings'][0]['key']}"
        written.append([path.read_bytes() for path in sorted(kept.iterdir())])
    assert written[0] == written[1]


def test_a_changed_comment_recomputes_nothing(make_project: Make) -> None:
    folder = make_project()
    open_study(folder).run(ONE)
    text = (folder / "strategy.yaml").read_text(encoding="utf-8")
    (folder / "strategy.yaml").write_text("# a remark\n" + text, encoding="utf-8")
    run = open_study(folder).run(ONE)
    assert run.fresh
    assert [row["cached"] for row in run.record["findings"]] == [True]


def test_a_changed_order_line_recomputes_what_hangs_on_it(make_project: Make) -> None:
    folder = make_project()
    before = open_study(folder).run(ONE).finding("order_summary").revenue
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("c1,2021-12-01,1000.00,o9999\n")
    run = open_study(folder).run(ONE)
    assert [row["cached"] for row in run.record["findings"]] == [False]
    assert run.finding("order_summary").revenue == pytest.approx(before + 1000.0)


def test_lines_after_the_as_of_date_are_not_counted_and_those_of_the_day_are(make_project: Make) -> None:
    text = "customer,day,amount,order\na,2020-01-01,1,o1\na,2020-01-31 23:59:59,2,o2\na,2020-02-01,4,o3\n"
    folder = make_project(orders=text)
    run = open_study(folder).run(RunOptions(as_of=date(2020, 1, 31), only="order_summary"))
    assert run.finding("order_summary").revenue == 3.0


def test_an_unknown_finding_is_refused_with_the_nearest_names(make_project: Make) -> None:
    with pytest.raises(ProjectError, match=r"--only: there is no finding 'order_sumary'; did you mean 'order_summary'"):
        open_study(make_project()).run(RunOptions(only="order_sumary"))


def test_a_folder_without_a_strategy_file_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"is no project: it has no strategy\.yaml; make one with: patronage init"):
        open_study(tmp_path)


def test_bad_input_leaves_the_last_good_run_as_it_was(make_project: Make) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    good = (folder / "strategy.yaml").read_text(encoding="utf-8")
    (folder / "strategy.yaml").write_text(good.replace("GBP", "pounds"), encoding="utf-8")
    with pytest.raises(StrategyError):
        open_study(folder).run(ONE)
    (folder / "strategy.yaml").write_text(
        good.replace("customer_id: customer", "customer_id: costumer"), encoding="utf-8"
    )
    with pytest.raises(EvidenceError, match="did you mean 'customer'"):
        open_study(folder).run(ONE)
    assert open_study(folder).last_run().folder == first.folder


def test_a_second_run_at_the_same_time_is_refused(make_project: Make) -> None:
    folder = make_project()
    with (
        locked(Project(folder).lock, "test"),
        pytest.raises(ProjectError, match="another run is at work in this folder"),
    ):
        open_study(folder).run(ONE)


def test_damaged_results_are_computed_again(make_project: Make) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    kept = first.project.findings / f"order_summary-{first.record['findings'][0]['key']}"
    (kept / "finding.json").write_text("{", encoding="utf-8")
    with pytest.raises(ProjectError, match="its stored result is damaged; run again"):
        first.finding("order_summary")
    run = open_study(folder).run(RunOptions(only="order_summary", again=True))
    assert run.finding("order_summary").customers == 40


def test_a_truncated_good_table_is_loaded_again(make_project: Make) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    good = next(first.project.good.glob("orders-*/orders.parquet"))
    good.write_bytes(good.read_bytes()[:-9])
    shutil.rmtree(first.project.findings)
    assert open_study(folder).run(ONE).finding("order_summary").customers == 40


def test_a_run_of_another_version_is_not_taken_for_this_one(make_project: Make) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    record = json.loads((first.folder / "run.json").read_text(encoding="utf-8"))
    (first.folder / "run.json").write_text(json.dumps(record | {"version": "0.0.1"}), encoding="utf-8")
    assert open_study(folder).run(ONE).fresh


@pytest.mark.parametrize("pointer", ["", "nowhere", "../../etc", "\x00"])
def test_a_damaged_pointer_to_the_last_run_means_run_again(make_project: Make, pointer: str) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    first.project.pointer(partial=True).write_text(pointer, encoding="utf-8")
    with pytest.raises(ProjectError, match="has no finished run yet"):
        open_study(folder).last_run()
    assert open_study(folder).run(ONE).fresh


def test_old_runs_go_and_the_last_ten_stay(make_project: Make) -> None:
    folder = make_project()
    again = RunOptions(only="order_summary", again=True)
    run = [open_study(folder).run(again) for _ in range(12)][-1]
    assert len(list(run.project.runs.iterdir())) == 10
    assert run.finding("order_summary").customers == 40


def test_a_finding_that_waits_says_for_what(make_project: Make) -> None:
    run = open_study(make_project()).run(RunOptions(only="activity_costs"))
    assert run.statuses == {"activity_costs": "waiting"}
    with pytest.raises(ProjectError, match="activity_costs: waits for pools and activities"):
        run.finding("activity_costs")


def test_a_run_of_one_finding_leaves_the_last_run_of_everything_in_place(make_project: Make) -> None:
    folder = make_project()
    whole = open_study(folder).run()
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("c1,2021-12-20,1000.00,o9999\n")
    part = open_study(folder).run(ONE)
    assert open_study(folder).last_run().folder == whole.folder
    assert open_study(folder).last_run_of("order_summary").folder == part.folder
    assert open_study(folder).last_run_of("cohorts").folder == whole.folder


def test_findings_of_several_runs_of_one_finding_are_each_found(make_project: Make) -> None:
    folder = make_project()
    first = open_study(folder).run(ONE)
    second = open_study(folder).run(RunOptions(only="cohorts", as_of=date(2021, 6, 30)))
    study = open_study(folder)
    assert study.last_run_of("order_summary").folder == first.folder
    assert study.last_run_of("cohorts").folder == second.folder
    assert study.last_run_of("cohorts").record["as_of"] == "2021-06-30"
    for _ in range(11):
        study.run(RunOptions(only="cohorts", again=True))
    assert study.last_run_of("order_summary").finding("order_summary").customers == 40
    with pytest.raises(ProjectError, match=r"change_bridge: is in no run that is kept; compute it: patronage run DIR"):
        study.last_run_of("change_bridge").finding("change_bridge")
    with pytest.raises(ProjectError, match="finding: there is no 'cohort'; did you mean 'cohorts'"):
        study.last_run_of("cohort").finding("cohort")


def test_a_day_more_than_a_year_after_the_last_order_is_refused(make_project: Make) -> None:
    folder = make_project()
    with pytest.raises(EvidenceError) as refused:
        open_study(folder).run(RunOptions(as_of=date(2097, 1, 1), only="order_summary"))
    assert str(refused.value) == (
        "--as-of: 2097-01-01 is more than a year after the last order (2021-12-26), and nothing is known of the days "
        "after it; give a day up to 2022-12-26"
    )
    with pytest.raises(EvidenceError, match="2022-12-27 is more than a year after"):
        open_study(folder).run(RunOptions(as_of=date(2022, 12, 27), only="order_summary"))
    text = (folder / "strategy.yaml").read_text(encoding="utf-8")
    (folder / "strategy.yaml").write_text(text.replace("GBP,", "GBP, as_of: 2097-01-01,"), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"^company\.as_of: 2097-01-01 is more than a year"):
        open_study(folder).run(ONE)


def test_a_day_within_a_year_after_the_last_order_is_told_with_its_distance(make_project: Make) -> None:
    folder = make_project()
    assert open_study(folder).run(ONE).record["notes"] == []
    run = open_study(folder).run(RunOptions(as_of=date(2022, 12, 26), only="order_summary"))
    told = "The as-of date 2022-12-26 is 365 days after the last order (2021-12-26); nothing is known of the days"
    assert run.record["notes"][0].startswith(told)
    assert run.finding("order_summary").note == run.record["notes"][0]
    earlier = open_study(folder).run(RunOptions(as_of=date(2021, 1, 28), only="order_summary"))
    assert earlier.finding("order_summary").note == ""


def test_a_finding_that_waits_for_a_refused_one_is_not_said_to_need_declaring(make_project: Make) -> None:
    text = "customer,day,amount,order\n" + "".join(f"c{i},2020-01-{i + 1:02d},-5,o{i}\n" for i in range(20))
    run = open_study(make_project(orders=text)).run(RunOptions(only="lifetime_value"))
    with pytest.raises(AbsentError) as refused:
        run.finding("repeat_buying")
    assert "none of the 20 customers named kept a purchase" in str(refused.value)
    assert "map the column" not in str(refused.value)
    with pytest.raises(AbsentError) as waiting:
        run.finding("lifetime_value")
    assert "declare" not in str(waiting.value)
    assert str(waiting.value).endswith("it is computed as soon as the data allow repeat_buying")
    row = next(row for row in run.record["findings"] if row["name"] == "lifetime_value")
    assert (row["lacks"], row["refused_before"]) == ([], ["repeat_buying"])


def test_what_is_to_be_declared_is_known_by_its_field_and_not_by_its_words(make_project: Make) -> None:
    run = open_study(make_project()).run(ONE)
    words = "books, which was refused (by the bank)"
    row = {"name": "customer_profit", "status": "waiting", "waits_for": [words], "lacks": [words], "refused_before": []}
    with pytest.raises(AbsentError, match=re.escape(f"declare {words} in strategy.yaml and run again")):
        replace(run, record={"findings": [row]}).finding("customer_profit")


def test_trying_other_orders_in_a_project_is_refused(make_project: Make, tmp_path: Path) -> None:
    folder = make_project()
    require_same_orders(Start(folder, folder / "orders.csv", {}))
    with pytest.raises(ProjectError, match="is a project already, and stands on other orders; name another folder"):
        require_same_orders(Start(folder, tmp_path / "other.csv", {}))
    with pytest.raises(ProjectError, match=r"its columns and its currency stand in strategy\.yaml"):
        require_same_orders(Start(folder, folder / "orders.csv", {"customer_id": "customer"}))
