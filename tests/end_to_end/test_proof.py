"""A small version of the proof: four simulated companies, and the page that tells what came out."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.proof.commit import commit
from benchmarks.proof.companies import AS_OF, BREAKS, HISTORY, START, broken, held, simulated
from benchmarks.proof.measure import shown
from benchmarks.proof.page import page
from benchmarks.proof.run import found_by

pytestmark = pytest.mark.xdist_group("proof")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [shown(replace(world, customers=1200)) for world in (held(1), held(2), broken(8), broken(3))]


def test_intervals_hold_and_the_top_ten_beat_the_usual_rule(rows: list[dict[str, Any]]) -> None:
    assert [row["name"] for row in rows] == ["model holds", "model holds", "trend", "contract customers"]
    assert 0.88 <= np.mean([row["customers_inside"] for row in rows[:2]]) <= 0.92
    assert sum(row["inside"] for row in rows) >= 3
    assert all(row["gain"] > row["rfm"] for row in rows)
    assert sum(row["gain"] for row in rows) >= 0.7 * sum(row["oracle"] for row in rows)


def test_the_page_tells_what_was_missed(rows: list[dict[str, Any]]) -> None:
    wrong = rows[0] | {"inside": False, "gain": -1.0, "predicted": 10.0, "low": 8.0, "high": 12.0, "actual": 99.0}
    told = page([wrong, *rows[1:]], {}, "2026-01-02 at commit abc1234")
    assert "Made by `make proof` on 2026-01-02 at commit abc1234; " in told
    assert "| model holds | 1 | " in told
    assert "| 10 (8 to 12) | 99 |" in told
    assert "| companies in which these proposals beat RFM with 80/20 | 75.0% | at least 95% | **missed** |" in told


def test_the_page_tells_of_purchase_days_and_of_value_whether_real_companies_lay_inside(
    rows: list[dict[str, Any]],
) -> None:
    days = {"predicted": 10.0, "p05": 8.0, "p95": 12.0}
    window = {"as_of": "2020-01-01", "until": "2020-06-30", "calendar": days}
    window |= {"orders": {"actual": 11.0, "coverage_90": 0.9}, "value": days | {"actual": 12.5, "unit": "EUR revenue"}}
    real = window | {"origins": [window], "pooled": {"origins": 1, "totals_inside": 1.0, "bias": -0.1}}
    told = page(rows, {"A shop": real}, "2026-01-02 at commit unknown")
    row = "| 2020-01-01 | 2020-06-30 | 10 (8 to 12) | 11 | yes | 10 (8 to 12) | 12 | **no** | 90.0% |"
    assert told.count(row) == 2
    assert "Value in EUR revenue. The first row is the whole time in one window." in told
    assert "-10.0%, and 0% of those of value." in told


def test_what_another_commit_found_is_forgotten(tmp_path: Path) -> None:
    results = tmp_path / "companies.jsonl"
    assert found_by(results, "abc1234") == []
    results.write_text('{"seed": 1, "commit": "abc1234"}\n{"seed": 2, "commit": "abc1234"}\n')
    assert [row["seed"] for row in found_by(results, "abc1234")] == [1, 2]
    assert found_by(results, "abc1234 with changes") == []
    assert not results.exists()


def test_a_commit_is_unknown_outside_git_and_told_with_its_changes(tmp_path: Path) -> None:
    assert commit(tmp_path / "none") == "unknown"
    (tmp_path / "src").mkdir()
    given = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=none"]
    for words in (["init", "-q"], [*given, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    name = commit(tmp_path)
    assert re.fullmatch("[0-9a-f]{7,}", name)
    (tmp_path / "src" / "new.py").write_text("")
    assert commit(tmp_path) == f"{name} with changes"


@pytest.mark.parametrize("name", list(BREAKS))
def test_a_company_breaks_the_models_in_the_way_it_is_called(name: str) -> None:
    world = broken(8 + list(BREAKS).index(name))
    assert world.name == name
    orders = simulated(world).orders
    plain = simulated(replace(held(world.seed), name=name)).orders
    assert orders.day.size != plain.day.size or not np.array_equal(orders.amount, plain.amount)
    assert (orders.amount.min() < 0) == (name == "returns in waves")


def test_nobody_buys_before_coming_or_after_leaving() -> None:
    company = simulated(held(4))
    people, orders = company.people, company.orders
    assert AS_OF.toordinal() - START.toordinal() == HISTORY - 1
    assert (orders.day >= people.came[orders.customer]).all()
    assert (orders.day <= people.left[orders.customer]).all()
    assert (people.left >= people.came).all()
