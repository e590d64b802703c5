"""A small version of the proof: four simulated companies, and the page that tells what came out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.proof.companies import AS_OF, BREAKS, HISTORY, START, broken, held, simulated
from benchmarks.proof.measure import shown
from benchmarks.proof.page import page

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
    told = page([wrong, *rows[1:]], {})
    assert "| model holds | 1 | " in told
    assert "| 10 (8 to 12) | 99 |" in told
    assert "| companies in which the top ten beat RFM with 80/20 | 75.0% | at least 95% | **missed** |" in told


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
