"""Classes of customers who buy alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from patronage.analyses.segments.behaviour_segments import behaviour_segments
from patronage.analyses.segments.latent_classes import agreement
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders
from patronage.findings.segments import BehaviourSegments
from patronage.findings.who import BuyingType
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
Rows = list[dict[str, Any]]

END = date(2024, 12, 31)
KINDS = ("loyal", "new", "gone")


def customer(name: str, kind: str, rng: np.random.Generator) -> Rows:
    """Order lines of one customer: loyal ones buy often and much, new ones little and lately, gone ones no more."""
    first, last, days, level = {
        "loyal": (700, 5, 16, 500.0),
        "new": (60, 10, 2, 60.0),
        "gone": (650, 500, 3, 60.0),
    }[kind]
    ages = rng.integers(last, first, days + rng.integers(0, 3))
    return [
        {
            "customer_id": name,
            "ordered_at": f"{END - timedelta(days=int(age))}",
            "amount": round(float(level * rng.lognormal(0.0, 0.4)), 2),
        }
        for age in set(ages.tolist())
    ]


def planted(each: int, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    return [row for kind in KINDS for i in range(each) for row in customer(f"{kind}{i:03d}", kind, rng)]


def kinds_of(found: BehaviourSegments) -> tuple[np.ndarray, np.ndarray]:
    """The planted kind and the found class of each customer."""
    rows: list[Any] = found.customers.records()
    truth = np.array([KINDS.index(row["customer_id"].rstrip("0123456789")) for row in rows])
    return truth, np.array([row["segment"] for row in rows])


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_classes_are_found_again(seed: int, make_orders: Build, make_terms: MakeTerms) -> None:
    found = behaviour_segments(make_orders(planted(35, seed), as_of=END), None, make_terms(END, seed=seed))
    assert found.chosen == 3
    assert agreement(*kinds_of(found)) > 0.9
    assert [trial.classes for trial in found.tried] == [2, 3, 4]
    assert max(found.tried, key=lambda trial: trial.stability).classes == 3
    loyal = found.segments[0]
    assert loyal.name.startswith("Buys often") or "large purchases" in loyal.name.lower()
    assert loyal.revenue_share > 0.9
    assert loyal.profile["purchase_days"] > 10


def test_classes_add_up_to_all_customers_and_their_revenue(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(20, 3)
    found = behaviour_segments(make_orders(rows, as_of=END), None, make_terms(END))
    assert sum(one.customers for one in found.segments) == found.customers.rows == 60
    assert sum(one.share for one in found.segments) == pytest.approx(1.0)
    start = f"{date(2024, 1, 1)}"
    lately = sum(row["amount"] for row in rows if row["ordered_at"] >= start)
    assert sum(one.revenue for one in found.segments) == pytest.approx(lately)
    assert [one.id for one in found.segments] == list(range(1, found.chosen + 1))
    assert [one.revenue for one in found.segments] == sorted((one.revenue for one in found.segments), reverse=True)
    assert len({one.name for one in found.segments}) == found.chosen
    listed: Counter[Any] = Counter(row["name"] for row in found.customers.records())
    assert listed == {one.name: one.customers for one in found.segments}
    assert found.since == date(2023, 1, 1)


def test_the_same_orders_give_the_same_bytes(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(18, 4)
    one = behaviour_segments(make_orders(rows, as_of=END), None, make_terms(END))
    before = one.customers.path.read_bytes()
    other = behaviour_segments(make_orders(rows[::-1], as_of=END), None, make_terms(END))
    assert other.customers.path.read_bytes() == before
    assert (one.tried, one.segments) == (other.tried, other.segments)


def test_regular_buyers_are_told_where_the_buying_type_is_known(
    make_orders: Build, make_terms: MakeTerms, engine: Engine
) -> None:
    rows = planted(26, 5)
    names = sorted({row["customer_id"] for row in rows})
    kind = ["regular" if name.startswith("loyal") else "irregular" for name in names]
    types = engine.write("types", [{"customer_id": names, "buying_type": kind, "told": [True] * len(names)}])
    buying = BuyingType(Grade.BEHAVIOUR, {}, 1.0, types)
    found = behaviour_segments(make_orders(rows, as_of=END), buying, make_terms(END))
    assert found.segments[0].profile["regular"] > 0.9
    assert any("regular" in one.name.lower() for one in found.segments)


def test_fewer_than_fifty_customers_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    with pytest.raises(EstimationError) as caught:
        behaviour_segments(make_orders(planted(16, 6), as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "behaviour_segments: 48 customers bought in the last 2 years, expected 50 or more; "
        "give a longer history, or declare segments by rule"
    )


def test_customers_who_all_buy_alike_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [{"customer_id": f"c{i}", "ordered_at": "2024-06-01", "amount": 20.0} for i in range(60)]
    with pytest.raises(EstimationError) as caught:
        behaviour_segments(make_orders(rows, as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "behaviour_segments: all 60 customers bought alike: as often, as much, as lately and as widely; "
        "there is nothing to part them by"
    )


def test_customers_who_differ_by_degree_alone_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    rng = np.random.default_rng(7)
    rows = [
        {"customer_id": f"c{i}", "ordered_at": "2024-06-01", "amount": float(np.exp(rng.normal(4, 1)))}
        for i in range(75)
    ]
    with pytest.raises(EstimationError) as caught:
        behaviour_segments(make_orders(rows, as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "behaviour_segments: one class foresees customers held out better than two or more do; "
        "treat customers as one group, or declare segments"
    )


def test_a_hundred_and_fifty_real_customers_are_too_few_to_build_on(
    retail_slice: Callable[[date], Orders], make_terms: MakeTerms
) -> None:
    """The whole wholesaler has three stable classes; so small a part of it has none, and the finding says so."""
    end = date(2011, 12, 9)
    orders = retail_slice(end)
    some = replace(orders, table=orders.table.filter(orders.table.customer_id.endswith("4")))
    found = behaviour_segments(some, None, make_terms(end))
    assert 130 < found.customers.rows < 170
    assert all(trial.stability < 0.8 for trial in found.tried)
    assert "no number comes back well among other customers" in found.why
    assert sum(one.revenue_share for one in found.segments) == pytest.approx(1.0)
    rows: list[Any] = found.customers.records()
    assert all(1 / found.chosen <= row["probability"] <= 1 for row in rows)


def test_no_class_of_customers_all_known_for_long_is_called_new(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(30, 6)
    # Everybody has bought before, the loyal ones a little earlier than the others.
    early = {name: 720 if name.startswith(KINDS[0]) else 560 for name in {row["customer_id"] for row in rows}}
    rows += [
        {"customer_id": name, "ordered_at": f"{END - timedelta(days=days)}", "amount": 30.0}
        for name, days in early.items()
    ]
    found = behaviour_segments(make_orders(rows, as_of=END), None, make_terms(END))
    assert min(one.profile["days_since_first"] for one in found.segments) > 365
    assert any(
        word in one.name for one in found.segments for word in ("nown less long", "nown for longer", "ong known")
    )
    assert not any("new" in one.name.lower().split(", ") for one in found.segments)
