"""Order lines that are right and odd: one customer, one purchase each, equal amounts, nothing but returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HEADER = "customer,day,amount,order\n"


def day(place: int) -> str:
    return f"{2020 + place // 36}-{1 + (place // 3) % 12:02d}-{1 + place % 27:02d}"


def lines(customers: int, amount: str = "{}", name: str = "c{}", rows: int = 72) -> str:
    """Order lines over two years of customers who take turns; amount and name: patterns for their numbers."""
    made = (f"{name.format(n % customers)},{day(n)},{amount.format(10 + n)},o{n}" for n in range(rows))
    return HEADER + "\n".join(made) + "\n"


CASES = {
    "one customer": lines(1),
    "one row": HEADER + "c,2021-03-04,5,o\n",
    "one purchase each": lines(72),
    "every amount equal": lines(9, "10"),
    "every amount nothing": lines(9, "0"),
    "all returns": lines(9, "-{}"),
    "nobody named": lines(9, name=""),
    "one day": HEADER + "".join(f"c{n % 9},2021-05-05,{n},o{n}\n" for n in range(40)),
    "amounts near the bound": lines(9, "9999999999{}"),
}
STRATEGY = """\
company: {name: Odd, currency: GBP, horizon_years: 3, discount_rate: 0.10}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, amount: amount, order_id: order}
"""


@pytest.fixture(scope="module")
def finished(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The project of a case after a whole run, made on first use and only read by the tests."""

    @cache
    def folder(case: str) -> Path:
        made = tmp_path_factory.mktemp("odd")
        (made / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
        (made / "orders.csv").write_text(CASES[case], encoding="utf-8")
        answer = cli("run", made)
        assert answer.code == 0, answer
        return made

    return folder


def states(answer: Any) -> dict[str, tuple[str, str]]:
    """Name of each finding to its state and what it says for itself."""
    return {
        row["name"]: (row["status"], "; ".join([*row["why"], *row["waits_for"]])) for row in answer.data["findings"]
    }


@pytest.mark.parametrize("case", CASES)
def test_odd_orders_give_what_they_can_and_say_why_not_the_rest(
    cli: Any, finished: Callable[[str], Path], tmp_path: Path, case: str
) -> None:
    folder = finished(case)
    answer = cli("run", folder, "--json")
    assert answer.code == 0, answer
    found = states(answer)
    assert found["order_summary"] == ("computed", "")
    assert all(why for status, why in found.values() if status != "computed")

    for name, (status, _) in found.items():
        shown = cli("show", folder, name)
        assert shown.code == (0 if status == "computed" else 3), shown
    assert cli("ledger", folder).code == 0
    for row in cli("ledger", folder, "--json").data:
        assert row["reason"].endswith(".")
    assert cli("report", folder, "--to", tmp_path / "report.html").code == 0
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_one_purchase_each_names_the_findings_that_cannot_be_had_and_gives_the_others(
    cli: Any, finished: Callable[[str], Path]
) -> None:
    folder = finished("one purchase each")
    found = states(cli("run", folder, "--json"))
    for name in ("order_summary", "cohorts", "change_bridge", "buying_type", "customer_profit", "whale_curve"):
        assert found[name] == ("computed", ""), name
    status, why = found["repeat_buying"]
    assert status == "refused"
    assert "0 of 72 customers bought on two days or more, expected 10 or more" in why
    assert "lifetime_value, customer_equity, calendar and backtests wait for a longer history" in why
    for name in ("lifetime_value", "customer_equity", "calendar"):
        assert found[name][0] == "waiting"
        assert "repeat_buying, which was refused (" in found[name][1]
    text = cli("run", folder).out
    assert "repeat_buying, which was refused" in " ".join(text.split())
    assert text.count("0 of 72 customers") == 1
    answer = cli("backtest", folder, "--as-of", "2021-01-31")
    assert answer.code in {3}
    assert "repeat_buying" in answer.err


def test_customers_who_renew_like_under_a_contract_are_not_taken_for_nobody(
    cli: Any, finished: Callable[[str], Path]
) -> None:
    found = states(cli("run", finished("every amount equal"), "--json"))
    status, why = found["repeat_buying"]
    assert status == "refused"
    assert "all 9 customers renew like under a contract" in why


def test_returns_alone_leave_money_and_no_customer_who_bought(cli: Any, finished: Callable[[str], Path]) -> None:
    folder = finished("all returns")
    found = states(cli("run", folder, "--json"))
    summary = cli("show", folder, "order_summary", "--json").data["summary"]
    assert summary["return_lines"] == summary["lines"] == 72
    assert summary["revenue"] < 0
    for name in ("cohorts", "buying_type"):
        assert found[name][0] == "refused"
        assert "no customer kept a purchase; map the column that names the customer" in found[name][1]


def test_equal_amounts_share_the_profit_equally(cli: Any, finished: Callable[[str], Path]) -> None:
    summary = cli("show", finished("every amount equal"), "whale_curve", "--json").data["summary"]
    assert summary["raw"]["peak_at"] == pytest.approx(1.0)


def test_a_project_path_with_spaces_and_other_letters_works(cli: Any, make_project: Any, tmp_path: Path) -> None:
    folder = make_project(name="Übung [1] 'x' 🧁")
    assert cli("run", folder, "--only", "cohorts").code == 0
    assert cli("report", folder).code == 0
    assert cli("show", folder, "cohorts", "--table", "cells", "--csv", tmp_path / "zellen ö.csv").code == 0
