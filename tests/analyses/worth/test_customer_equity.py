"""What all customers are worth together, where that sits, and what moved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import fsum
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.customer_equity import customer_equity
from patronage.analyses.worth.lifetime_value import lifetime_value
from patronage.analyses.worth.own_luck import value_luck
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import CustomerEquity, EquityParts, LifetimeValue
from patronage.kernels.group_totals import SharedFactors, lucky_draws
from patronage.strategy.segments import SegmentRule, SegmentRules
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
COST = "cost_to_serve"
SIMULATED = date(2021, 12, 31)


def made(orders: Orders, terms: Terms, segments: SegmentRules | None = None) -> tuple[CustomerEquity, LifetimeValue]:
    repeat = repeat_buying(orders, None, terms)
    lifetime = lifetime_value(orders, repeat, None, None, terms)
    return customer_equity(orders, repeat, lifetime, customers=None, segments=segments, terms=terms), lifetime


def placed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line | {"place": None if line["customer_id"][-1] == "9" else "UK"} for line in lines]


def test_parts_of_every_kind_add_to_the_total(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    segments = SegmentRules((SegmentRule("home", "Home", parsed("place = 'UK'"), "place = 'UK'"),))
    orders = make_orders(placed(company.lines(21)), SIMULATED)
    found, lifetime = made(orders, make_terms(SIMULATED), segments)
    assert found.total == lifetime.total
    for table in (found.by_cohort, found.by_place, found.by_segment):
        assert table is not None
        rows: list[dict[str, Any]] = table.records()
        assert sum(row["equity"] for row in rows) == pytest.approx(found.total.mean, abs=0.005)
        assert sum(row["customers"] for row in rows) == lifetime.customers.rows
        assert sum(row["share"] for row in rows) == pytest.approx(1.0)
        assert all(row["p05"] <= row["equity"] <= row["p95"] for row in rows)
    assert [row["name"] for row in found.by_cohort.records()] == ["2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4"]
    assert found.by_place is not None
    assert found.by_segment is not None
    assert [row["name"] for row in found.by_place.records()] == ["UK", "unknown"]
    assert [row["name"] for row in found.by_segment.records()] == ["home", "other"]
    assert found.top_tenth_share is not None
    assert 0.1 < found.top_tenth_share < 1


def test_the_same_customers_have_the_same_interval_in_every_list(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    segments = SegmentRules((SegmentRule("home", "Home", parsed("place = 'UK'"), "place = 'UK'"),))
    orders = make_orders(placed(company.lines(21)), SIMULATED)
    found, _ = made(orders, make_terms(SIMULATED), segments)
    assert found.by_place is not None
    assert found.by_segment is not None
    places: list[dict[str, Any]] = found.by_place.records()
    homes: list[dict[str, Any]] = found.by_segment.records()
    for place, segment in zip(places, homes, strict=True):
        assert {**place, "name": ""} == {**segment, "name": ""}


def test_groups_of_a_list_add_to_the_total_draw_by_draw(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(SIMULATED)
    orders = make_orders(placed(company.lines(21)), SIMULATED)
    found, lifetime = made(orders, terms)
    assert lifetime.total.draws is not None
    rows: list[dict[str, Any]] = sorted(lifetime.customers.records(), key=lambda row: row["customer_id"])
    quarters = [f"{row['first_day']:%Y}-Q{(row['first_day'].month + 2) // 3}" for row in rows]
    names = sorted(set(quarters))
    ids, value, sd, cost = (np.array([row[name] for row in rows]) for name in ("customer_id", "value", "sd", COST))
    groups = np.array([[names.index(quarter) for quarter in quarters]])
    luck = value_luck(ids, (value, sd), groups, len(names), terms)
    gain, costs = np.bincount(groups[0], value + cost), np.bincount(groups[0], cost)
    drawn = lucky_draws(gain, costs, SharedFactors(lifetime.shared_gain, lifetime.shared_cost), luck)
    np.testing.assert_allclose(drawn.sum(axis=0), lifetime.total.draws, rtol=1e-6)
    parts: list[dict[str, Any]] = found.by_cohort.records()
    told = [(row["p05"], row["p95"]) for row in parts]
    np.testing.assert_allclose(np.quantile(drawn, (0.05, 0.95), axis=1).T, told, rtol=1e-9)


def test_the_bridge_adds_from_a_year_ago_to_today(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    found, lifetime = made(make_orders(company.lines(22), date(2021, 6, 30)), make_terms(date(2021, 6, 30)))
    bridge = found.bridge
    assert isinstance(bridge, EquityParts)
    parts = [bridge.start, bridge.acquired, bridge.grown, bridge.shrunk, bridge.lost]
    assert fsum(parts) == pytest.approx(bridge.end, abs=0.005)
    assert bridge.end == pytest.approx(lifetime.total.mean, abs=0.005)
    assert (bridge.from_day, bridge.to_day) == (date(2020, 6, 30), date(2021, 6, 30))
    assert bridge.acquired > 0 > bridge.shrunk
    assert bridge.lost < 0 < bridge.start
    assert found.bridge_note.startswith("Value on 2020-06-30 is that of ")


def test_customers_who_came_since_are_acquired(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    found, lifetime = made(make_orders(company.lines(23), date(2021, 6, 30)), make_terms(date(2021, 6, 30)))
    assert found.bridge is not None
    rows: list[dict[str, Any]] = lifetime.customers.records()
    new = [row["value"] for row in rows if row["first_day"] > date(2020, 6, 30)]
    assert found.bridge.acquired == pytest.approx(sum(new))


def test_a_first_year_has_no_bridge_and_no_parts_without_evidence(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    found, _ = made(make_orders(company.lines(24), date(2020, 12, 31)), make_terms(date(2020, 12, 31)))
    assert (found.bridge, found.bridge_note) == (None, "")
    assert found.why_no_bridge == "By 2019-12-31 0 customers had bought again, expected 10 or more"
    assert (found.by_place, found.by_segment) == (None, None)
