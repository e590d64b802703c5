"""Strategy files that are wrong: every fault in one message each, with its line, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOOD = """\
company: {name: Corner shop, currency: GBP, horizon_years: 3, discount_rate: 0.10, time_unit: week}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, amount: amount, order_id: order}
"""
WORK = """\
pools:
  - {id: desk, cost: "4000..6000", practical_capacity: 9000}
activities:
  - {id: handle, pool: desk, driver: order, time_equation: {base: BASE}}
"""
EVENTS = """\
  activity_events:
    from: events.csv
    columns: {activity_id: activity, customer_id: customer, at: day, COLUMN}
"""
FAULTS = {
    "unknown keys": (
        GOOD.replace("currency", "curency") + "pols: []\n",
        [
            "strategy.yaml line 1, column 10: company.currency: is missing; add it: the one currency of all money",
            "strategy.yaml line 1, column 30: company.curency: is not a known key; did you mean 'currency'?",
            "strategy.yaml line 6, column 1: pols: is not a known section; did you mean 'pools'?",
        ],
    ),
    "bad YAML": (
        GOOD + "pools: [1, 2\n",
        ["strategy.yaml line 7, column 1: a list in brackets that starts on line 6 is not closed, or lacks a comma"],
    ),
    "a tab": (GOOD + "pools:\n\t- x\n", ["strategy.yaml line 7, column 1: a tab indents this line"]),
    "an empty file": ("", ["strategy.yaml: is empty; begin with company: {name: ..., currency: ...}"]),
    "a range upside down": (
        GOOD + WORK.replace("BASE", '"9..4"'),
        [
            "line 9, column 67: activities[handle].time_equation.base: is the range 9..4, whose low end is above its",
        ],
    ),
    "minutes below nothing": (
        GOOD + WORK.replace("BASE", "-3"),
        ["activities[handle].time_equation.base: is the number -3, expected a number of 0 or more"],
    ),
    "minutes without end": (
        GOOD + WORK.replace("BASE", ".inf"),
        ["activities[handle].time_equation.base: is infinite, expected a number of 0 or more; write a finite number"],
    ),
    "many at once": (
        GOOD.replace("horizon_years: 3", "horizon_years: 30").replace("0.10", "-2")
        + WORK.replace("BASE", '"five"')
        + "segments:\n  - {id: a, rule: \"frobnicate('x') = 1\"}\n",
        [
            "company.horizon_years: is the number 30, expected 3 to 5 years",
            "company.discount_rate: is the number -2, expected a share from 0 to 1",
            "activities[handle].time_equation.base: is the text 'five', expected a number of 0 or more; write a number",
            "segments[a].rule: cannot be read: no function 'frobnicate'",
        ],
    ),
    "segment rules about what is not there": (
        GOOD
        + "segments:\n  - {id: a, rule: plaice = 'UK'}\n  - {id: b, rule: all}\n"
        + "  - id: c\n    rule: revnue > 5 and geography = 'North'\n  - {id: d, rule: place like orders}\n",
        [
            "line 7, column 19: segments[a].rule: there is no column 'plaice'; did you mean 'place' or",
            "line 10, column 11: segments[c].rule: there is no column 'geography'; it is one of the customers table",
            "line 10, column 11: segments[c].rule: there is no column 'revnue'; did you mean 'revenue' or",
            "line 11, column 19: segments[d].rule: 'like' takes a quoted pattern, such as 'gift%'",
        ],
    ),
    "another encoding": (
        GOOD.replace("Corner shop", "Café"),
        ["strategy.yaml line 1, column 20: holds the byte 0xE9, which is no UTF-8; save the file as UTF-8"],
    ),
}


@pytest.fixture(scope="module")
def project(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A project that was run once, with its strategy file replaced by another text."""
    folder = tmp_path_factory.mktemp("declared") / "shop"
    folder.mkdir()
    rows = "".join(f"c{n % 7},2021-{1 + n % 12:02d}-{1 + n % 27:02d},{10 + n}.50,o{n}\n" for n in range(60))
    (folder / "orders.csv").write_text("customer,day,amount,order\n" + rows, encoding="utf-8")
    (folder / "strategy.yaml").write_text(GOOD, encoding="utf-8")
    assert cli("run", folder, "--only", "order_summary").code == 0

    def declare(text: str) -> Path:
        (folder / "strategy.yaml").write_bytes(text.encode("latin-1"))
        return folder

    return declare


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_of_a_strategy_file_is_told_with_its_place(
    cli: Any, without_loss: Any, project: Callable[[str], Path], case: str
) -> None:
    text, phrases = FAULTS[case]
    folder = project(text)
    answer = without_loss(folder, 2, phrases[0], "run", folder)
    for phrase in phrases:
        assert phrase in answer.err
    assert len(answer.err.splitlines()) == len(phrases), answer.err
    assert cli("check", folder).err == answer.err
    faults = cli("run", folder, "--json").data["faults"]
    assert len(faults) == len(phrases)
    assert all(fault["where"].startswith("strategy.yaml") for fault in faults)
    assert cli("show", folder, "order_summary").code == 0


def test_measured_minutes_below_nothing_or_without_end_are_set_aside(cli: Any, project: Callable[[str], Path]) -> None:
    folder = project(GOOD + EVENTS.replace("COLUMN", "minutes: minutes") + WORK.replace("BASE", "3"))
    rows = ("c1,2021-02-03,-5", "c1,2021-02-04,inf", "c2,2021-02-05,soon", "c2,2021-02-06,7")
    events = "activity,customer,day,minutes\n" + "".join(f"handle,{row}\n" for row in rows)
    (folder / "events.csv").write_text(events, encoding="utf-8")
    answer = cli("run", folder, "--only", "activity_costs", "--json")
    assert answer.code == 0, answer
    told = {one["table"]: one for one in answer.data["tables"]}["activity_events"]
    assert (told["rows_in"], told["good"], told["quarantined"]) == (4, 1, 3)
    assert {one["reason"] for one in told["reasons"]} == {
        "minutes is below 0", "minutes is not a finite number", "minutes is not a number",
    }  # fmt: skip


def test_a_time_equation_that_gives_negative_minutes_is_refused_and_endless_counts_are_set_aside(
    cli: Any, project: Callable[[str], Path]
) -> None:
    equation = '"1..2", per: {special: 1e10}'
    folder = project(GOOD + EVENTS.replace("COLUMN", "special: special") + WORK.replace("BASE", equation))
    events = "activity,customer,day,special\nhandle,c1,2021-02-03,-500\nhandle,c2,2021-02-06,1e300\n"
    (folder / "events.csv").write_text(events, encoding="utf-8")
    answer = cli("run", folder, "--only", "activity_costs", "--json")
    assert answer.code == 3, answer
    (found,) = answer.data["findings"]
    phrase = "activities.handle.time_equation: gives -5e+12 to one of its events, and time cannot be negative"
    assert (found["status"], found["why"][0].startswith(phrase)) == ("refused", True)
    told = {one["table"]: one for one in answer.data["tables"]}["activity_events"]
    assert [one["reason"] for one in told["reasons"]] == ["special is beyond any belief (1,000,000,000,000 or more)"]
