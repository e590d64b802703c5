"""A randomised mailing with three arms, read, decided upon and told, by the command line alone."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

MAILED, END = date(2023, 5, 1), date(2023, 7, 31)
ARMS = ("No mail", "Mens mail", "Womens mail")
STRATEGY = """\
company: {{name: Mail shop, currency: USD, horizon_years: 3, discount_rate: 0.10, gross_margin: 0.5,
  gross_margin_grade: behaviour}}
sources:
  orders:
    from: orders.csv
    columns: {{customer_id: who, ordered_at: day, amount: amount, place: zip}}
  treatments:
    from: treatments.csv
    columns: {{customer_id: who, experiment_id: test, arm: arm, at: day, cost: cost{further}}}
segments:
  - {{id: rural, name: The country, rule: "place = 'Rural'"}}
  - {{id: town, name: The towns, rule: all}}
"""
COST = {"No mail": 0.0, "Mens mail": 0.3, "Womens mail": 0.3}


def mailing(
    folder: Path,
    *,
    effect: Callable[[str, str], float],
    arm: Callable[[np.random.Generator, float], int] = lambda random, past: int(random.integers(3)),
    further: str = "",
    customers: int = 3000,
) -> Path:
    """A shop whose customers spent by habit for a year, were mailed by chance, and spent what it added after it."""
    random = np.random.default_rng(8)
    folder.mkdir(parents=True)
    orders, treated = [], []
    for number in range(customers):
        who, place = f"c{number:05d}", ("Rural", "Urban", "Surburban")[number % 3]
        habit = float(random.gamma(3, 10))
        past = 0.0
        for _ in range(1 + int(random.poisson(1.5))):
            day, amount = (
                date(2022, 4, 1) + timedelta(days=int(random.integers(0, 390))),
                float(random.gamma(4, habit / 4)),
            )
            orders.append((who, day, round(amount, 2), place))
            past += amount
        drawn = ARMS[arm(random, past)]
        treated.append((who, "spring", drawn, f"{MAILED} 09:00", COST[drawn], 60, 1 / 3))
        # Half of the revenue is margin: an effect on margin takes twice as much revenue.
        if random.random() < 0.6:
            day = MAILED + timedelta(days=int(random.integers(1, 60)))
            amount = float(random.gamma(4, habit / 4)) + effect(place, drawn) / 0.5 / 0.6
            orders.append((who, day, round(max(amount, 0.01), 2), place))
    orders.append(("last", END, 10.0, "Urban"))
    write(folder / "orders.csv", ("who", "day", "amount", "zip"), orders)
    write(folder / "treatments.csv", ("who", "test", "arm", "day", "cost", "watch", "share"), treated)
    (folder / "strategy.yaml").write_text(STRATEGY.format(further=further), encoding="utf-8")
    return folder


def write(path: Path, header: tuple[str, ...], rows: list[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def sure_effect(place: str, arm: str) -> float:
    """Customers in the country gain 6 of margin by one of the mails, nobody else gains anything."""
    return 6.0 if (place, arm) == ("Rural", "Womens mail") else 0.0


@pytest.fixture(scope="module")
def watched(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop after a test that was to be watched for 60 days, with the shares that were planned."""
    further = ", watch_days: watch, planned_share: share"
    shop = mailing(tmp_path_factory.mktemp("mail") / "shop", effect=sure_effect, further=further)
    answer = cli("run", shop)
    assert answer.code == 0, answer
    return shop


def test_the_segment_that_gains_is_proposed_with_its_money_and_its_list(cli: Any, watched: Path) -> None:
    rows = [row for row in cli("ledger", watched, "--json").data if row["kind"] == "treat"]
    country, towns = sorted(rows, key=lambda row: row["subject"])
    assert (country["subject"], country["status"], country["grade"]) == (
        "customers in The country", "proposed", "experiment")  # fmt: skip
    assert (country["from_state"], country["to_state"]) == ("No mail", "Womens mail, as tested in spring")
    # The truth is 6 of margin less 0.30 for the mail, for each customer on the list.
    assert country["value"]["p05"] < country["people"] * 5.7 < country["value"]["p95"]
    assert 900 < country["people"] <= 1000
    assert country["cost"]["one_off"] == pytest.approx(0.3 * country["people"])
    assert country["value_raw"]["mean"] >= country["value"]["mean"]
    assert country["questions"] == ["3.21a", "3.21b"]
    assert [one["finding"] for one in country["evidence"]] == ["treatment_policy", "treatments"]
    assert "the test was watched for 60 days, until 2023-06-30, as the column watch_days says" in country["reason"]
    assert (towns["status"], towns["value"]) == ("refused", None)
    assert towns["reason"].startswith(
        "We do not know whether Womens mail does better than No mail for customers in The"
    )
    assert "with 80% power" in towns["test"]
    told = cli("explain", watched, country["id"])
    assert "Womens mail, as tested in spring" in " ".join(told.out.split())


def test_the_finding_is_told_on_the_screen_and_in_the_report(cli: Any, watched: Path) -> None:
    told = " ".join(cli("show", watched, "treatment_policy").out.split())
    assert "The checks hold: arms of Mens mail" in told
    assert "against planned shares" in told
    assert "later data move nothing" in told
    assert "arms: 6 of 6 rows" in told
    assert cli("report", watched).code == 0
    page = (watched / "report.html").read_text(encoding="utf-8")
    section = page[page.index("Whom to treat how</h2>") :]
    section = section[: section.index("</section>")]
    for words in ("The checks hold", "Experiment spring, 2023-05-02 to 2023-06-30", "The country", "Womens mail"):
        assert words in section


def test_accepted_with_a_holdout_it_gives_a_list_and_is_tracked_by_money(cli: Any, watched: Path) -> None:
    (row,) = (one for one in cli("ledger", watched, "--json").data if one["kind"] == "treat" and one["value"])
    assert cli("decide", watched, row["id"], "accept", "--holdout", "20%").code == 0
    (listed,) = cli("lists", watched, "--json").data
    assert {one["what"] for one in listed["rows"]} == {"Womens mail, as tested in spring"}
    assert 0.7 * row["people"] < len(listed["rows"]) < 0.9 * row["people"]
    write_later(watched, {one["who"] for one in listed["rows"]})
    assert cli("run", watched).code == 0
    (tracked,) = cli("track", watched, "--json").data
    # Each of those mailed brought 5 more of margin, whatever the strategy file says of effects.
    assert tracked["measured"]["p05"] < 5 * len(listed["rows"]) < tracked["measured"]["p95"]
    assert tracked["elsewhere"] == {"treated": 0, "holdout": 0}


def write_later(shop: Path, mailed: set[str]) -> None:
    """Half a year more of orders, in which those mailed on the list bring 5 of margin more than the others."""
    random = np.random.default_rng(10)
    with (shop / "orders.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    everybody = sorted({row[0]: row[3] for row in rows if row[0] != "last"}.items())
    for who, place in everybody:
        day = END + timedelta(days=int(random.integers(2, 180)))
        rows.append([who, str(day), f"{random.gamma(4, 4) + 10.0 * (who in mailed):.2f}", place])
    write(shop / "orders.csv", tuple(header), rows)


def test_another_list_that_treats_those_left_alone_is_counted_and_warned_of(cli: Any, tmp_path: Path) -> None:
    shop = mailing(tmp_path / "shop", effect=sure_effect, further=", watch_days: watch")
    with (shop / "treatments.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    write(shop / "treatments.csv", tuple(header), rows + [[row[0], "twin", *row[2:]] for row in rows])
    assert cli("run", shop).code == 0
    one, other = (row for row in cli("ledger", shop, "--json").data if row["status"] == "proposed")
    assert one["conflicts_with"] == [other["id"]]
    assert cli("decide", shop, one["id"], "accept", "--holdout", "20%").code == 0
    assert cli("decide", shop, other["id"], "accept").code == 0
    write_later(shop, set())
    assert cli("run", shop).code == 0
    told = {row["id"]: row for row in cli("track", shop, "--json").data}
    row = told[one["id"]]
    assert row["elsewhere"] == row["arms"]
    alone = f"{row['arms']['holdout']} customers left alone here (100%)"
    assert f"lists of other accepted decisions of the same days hold {alone}" in row["why"]
    assert told[other["id"]]["verdict"] == "no_holdout"
    assert "what this adds beside them" in " ".join(cli("track", shop).out.split())


def test_while_the_test_runs_intervals_last_and_a_small_gain_is_not_known(cli: Any, tmp_path: Path) -> None:
    shop = mailing(tmp_path / "shop", effect=lambda place, arm: 0.3 * sure_effect(place, arm))
    assert cli("run", shop).code == 0
    rows = [row for row in cli("ledger", shop, "--json").data if row["kind"] == "treat"]
    assert {row["status"] for row in rows} == {"refused"}
    assert all("intervals that hold however early and often it is looked at" in row["reason"] for row in rows)
    assert all(row["test"].startswith("Let spring run to its end first") for row in rows)
    summary = cli("show", shop, "treatment_policy", "--json").data["summary"]
    assert summary["experiments"][0]["look"]["running"] is True


def test_arms_given_out_by_past_spending_refuse_the_decision(cli: Any, tmp_path: Path) -> None:
    def by_spending(random: np.random.Generator, past: float) -> int:
        return 2 if past > 120 and random.random() < 0.5 else int(random.integers(3))

    shop = mailing(tmp_path / "shop", effect=sure_effect, arm=by_spending)
    assert cli("run", shop).code == 0
    (row,) = (one for one in cli("ledger", shop, "--json").data if one["kind"] == "treat")
    assert (row["status"], row["value"]) == ("refused", None)
    assert row["reason"].startswith("No proposal, because the arms of spring are not as chance draws them: its arms (")
    assert "too unlike for chance to have drawn them" in row["reason"]
    told = " ".join(cli("show", shop, "treatment_policy").out.split())
    assert "(told only to look into what went wrong)" in told
