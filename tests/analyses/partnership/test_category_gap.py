"""What customers lack that others with the same core buy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.analyses.partnership import gap_categories, gap_evidence
from patronage.analyses.partnership.category_gap import category_gap
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders, Products
from patronage.findings.partnership import CategoryGap
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
Rows = list[dict[str, Any]]

END = date(2024, 12, 31)
CATEGORIES = ("pens", "paper", "ink", "bolts", "nuts", "nails")
ALIKE, ELSEWHERE = 0.5, 0.05
"""Chance to take up a category of one's own core, and of the other."""


def line(customer: str, age: float, product: str, amount: float = 10.0) -> dict[str, Any]:
    day = END - timedelta(days=int(age))
    return {"customer_id": customer, "ordered_at": f"{day}", "product_id": product, "amount": amount}


def planted(customers: int, seed: int, spend: float = 30.0) -> Rows:
    """Half the customers buy two of three stationery categories, half two of three kinds of hardware.

    In the second year each buys again what it bought, and takes up the third of its core half of the time.
    """
    rng = np.random.default_rng(seed)
    rows: Rows = [line("oldest", 735, "pens"), line("oldest", 10, "pens")]
    for i in range(customers):
        core = 3 * (i % 2)
        lacking = core + int(rng.integers(3))
        had = [category for category in range(core, core + 3) if category != lacking]
        rows += [line(f"c{i:03d}", rng.uniform(370, 700), CATEGORIES[category]) for category in had]
        rows += [line(f"c{i:03d}", rng.uniform(1, 360), CATEGORIES[category]) for category in had]
        for category in (lacking, *(other for other in range(6) if not core <= other < core + 3)):
            if rng.random() < (ALIKE if category == lacking else ELSEWHERE):
                rows.append(line(f"c{i:03d}", rng.uniform(1, 360), CATEGORIES[category], spend))
    return rows


def chances(found: CategoryGap) -> dict[bool, list[float]]:
    """Chances of the gaps within a customer's own core, and of those without."""
    by_customer: defaultdict[str, dict[str, float]] = defaultdict(dict)
    rows: list[Any] = found.customers.records()
    for row in rows:
        by_customer[row["customer_id"]][row["category"]] = row["uptake"]
    told: dict[bool, list[float]] = {True: [], False: []}
    for gaps in by_customer.values():
        stationery = sum(category in CATEGORIES[:3] for category in gaps)
        if stationery in (0, 3) or len(gaps) != 4:
            continue
        own = CATEGORIES[:3] if stationery == 1 else CATEGORIES[3:]
        for category, chance in gaps.items():
            told[category in own].append(chance)
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_uptake_is_found_again(seed: int, make_orders: Build, make_terms: MakeTerms) -> None:
    found = category_gap(make_orders(planted(300, seed), as_of=END), None, make_terms(END))
    assert (found.categories, found.period_days) == (6, 366)
    assert found.level == "products, since neither categories are given nor do names tell families"
    assert abs(found.predicted - found.observed) < 3 * found.predicted_error
    told = chances(found)
    assert np.mean(told[True]) == pytest.approx(ALIKE, abs=0.1)
    assert np.mean(told[False]) == pytest.approx(ELSEWHERE, abs=0.03)


def test_a_sample_of_the_customers_tells_the_uptake_too(
    make_orders: Build, make_terms: MakeTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (gap_categories, gap_evidence):
        monkeypatch.setattr(module, "LARGEST_SAMPLE", 250)
    found = category_gap(make_orders(planted(300, 1), as_of=END), None, make_terms(END))
    assert len({row["customer_id"] for row in found.customers.records()}) == 301
    assert np.mean(chances(found)[True]) == pytest.approx(ALIKE, abs=0.1)


def test_most_intervals_hold_the_planted_chance(make_orders: Build, make_terms: MakeTerms) -> None:
    """Nine of ten 90% intervals would; cells of one category and likeness, weighed by their customers."""
    held = 0.0
    for seed in (4, 5, 6):
        found = category_gap(make_orders(planted(300, seed), as_of=END), None, make_terms(END))
        rows: list[Any] = found.customers.records()
        inside = [any(row["p05"] <= truth <= row["p95"] for truth in (ALIKE, ELSEWHERE)) for row in rows]
        held += float(np.mean(inside)) / 3
        assert all(row["p05"] <= row["uptake"] <= row["p95"] for row in rows)
    assert held > 0.75


def test_an_adoption_is_worth_what_adopters_spent_in_margin(make_orders: Build, make_terms: MakeTerms) -> None:
    """Every adopter spent 73 in the second year of 365 days; at a margin of 40% that is 29.22 in a year of 365.25."""
    end = date(2023, 12, 31)
    rows = [row | {"ordered_at": f"{date.fromisoformat(row['ordered_at']) - timedelta(366)}"}
            for row in planted(240, 7, spend=73.0)]  # fmt: skip
    margin = Estimate(0.4, 0.0, 0.4, 0.4, 0.4, "share of revenue", Grade.ASSUMPTION)
    found = category_gap(make_orders(rows, as_of=end), None, make_terms(end, margin))
    assert (found.basis, found.unit, found.grade) == ("margin_declared", "GBP margin a year", Grade.ASSUMPTION)
    gaps: list[Any] = found.customers.records()
    assert {round(row["value_if_adopted"], 6) for row in gaps} == {round(73 * 0.4 * 365.25 / 365, 6)}
    assert all(row["value"] == pytest.approx(row["uptake"] * row["value_if_adopted"], abs=1e-4) for row in gaps)
    assert found.value_per_year == pytest.approx(sum(row["value"] for row in gaps), abs=0.01)


def test_gaps_are_what_the_last_year_lacks_of_customers_who_bought_in_it(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    rows = planted(200, 8)
    gone = [line("gone", 500, "pens"), line("gone", 480, "ink")]
    found = category_gap(make_orders([*rows, *gone], as_of=END), None, make_terms(END))
    year = f"{END - timedelta(days=365)}"
    bought = {(row["customer_id"], row["product_id"]) for row in rows if row["ordered_at"] >= year}
    active = {customer for customer, _ in bought}
    gaps: list[Any] = found.customers.records()
    wanted = {(customer, category) for customer in active for category in CATEGORIES} - bought
    assert {(row["customer_id"], row["category"]) for row in gaps} == wanted
    by_category: list[Any] = found.by_category.records()
    assert sum(row["customers"] for row in by_category) == len(wanted)
    assert sum(row["value"] for row in by_category) == pytest.approx(found.value_per_year, abs=0.01)
    first: dict[str, float] = {}
    for row in gaps:
        assert row["value"] <= first.setdefault(row["customer_id"], row["value"]) + 1e-9


def test_what_was_given_back_is_not_bought(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(200, 9)
    kept, back = line("b", 20, "pens"), [line("b", 30, "ink"), line("b", 25, "ink", -10.0)]
    quantity = [row | {"quantity": -1.0 if row["amount"] < 0 else 1.0} for row in [*rows, kept, *back]]
    found = category_gap(make_orders(quantity, as_of=END), None, make_terms(END))
    gaps: list[Any] = found.customers.records()
    assert {row["category"] for row in gaps if row["customer_id"] == "b"} == set(CATEGORIES) - {"pens"}


def test_given_categories_are_taken_as_they_are(
    make_orders: Build, make_terms: MakeTerms, engine: Engine, tmp_path: Path
) -> None:
    rows = [row | {"product_id": f"{row['product_id']}{i % 9}"} for i, row in enumerate(planted(240, 10))]
    ids = sorted({row["product_id"] for row in rows})
    pq.write_table(
        pa.table({"product_id": ids, "category": [each[:-1] for each in ids]}), tmp_path / "products.parquet"
    )
    products = Products(engine.open(tmp_path / "products.parquet"), engine, frozenset({"product_id", "category"}))
    found = category_gap(make_orders(rows, as_of=END), products, make_terms(END))
    assert found.level == "category, as the products table names it"
    assert {row["category"] for row in found.by_category.records()} == set(CATEGORIES)


def test_the_same_lines_in_any_order_give_the_same_bytes(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(150, 11)
    one = category_gap(make_orders(rows, as_of=END), None, make_terms(END))
    before = one.customers.path.read_bytes()
    other = category_gap(make_orders(rows[::-1], as_of=END), None, make_terms(END))
    assert (other.customers.path.read_bytes(), other.value_per_year) == (before, one.value_per_year)


def refusal(orders: Orders, terms: Terms) -> str:
    with pytest.raises(EstimationError) as caught:
        category_gap(orders, None, terms)
    return str(caught.value)


def test_refusals_say_what_would_help(make_orders: Build, make_terms: MakeTerms) -> None:
    terms = make_terms(END)
    assert refusal(make_orders([{"customer_id": "a", "ordered_at": "2024-01-01", "amount": 1.0}]), terms) == (
        "orders.product_id: no column names the product of a line; map the column that does, to see what customers lack"
    )
    assert refusal(make_orders([line("a", 90, "x"), line("a", 0, "x")], as_of=END), terms) == (
        "category_gap: a history of 91 days has no two periods of 60 days; give 120 days or more"
    )
    nobody = [line("", age, "x") | {"customer_id": None} for age in (0, 400)]
    assert refusal(make_orders(nobody, as_of=END), terms) == (
        "category_gap: no known customer bought a product that has a code and a category; "
        "map customer_id and product_id to columns that are filled"
    )
    one = [line(f"c{i}", age, "x") for i in range(20) for age in (10, 500)]
    assert refusal(make_orders([*one, line("c1", 735, "x")], as_of=END), terms) == (
        "category_gap: 1 categories have 10 buyers or more in each of two periods, expected 2 or more; "
        "give product categories, or names that tell families"
    )
    two = [line(f"c{i}", age, what) for i in range(20) for age in (10, 500) for what in ("x", "y")]
    assert refusal(make_orders([*two, line("c1", 735, "x")], as_of=END), terms) == (
        "category_gap: 20 customers bought in the first of two periods, expected 60 or more; "
        "give a longer history or more customers"
    )
    many = [line(f"c{i}", age, what) for i in range(70) for age in (10, 500) for what in ("x", "y")]
    assert refusal(make_orders([*many, line("c1", 735, "x")], as_of=END), terms) == (
        "category_gap: customers took up a category 0 times, expected 20 or more; "
        "give a longer history, or coarser categories"
    )


def test_the_gift_wholesaler_takes_up_as_many_families_as_foretold(
    retail_slice: Callable[[date], Orders], make_terms: MakeTerms
) -> None:
    end = date(2011, 12, 9)
    found = category_gap(retail_slice(end), None, make_terms(end))
    assert found.level.startswith("families of products")
    assert found.categories >= 15
    assert abs(found.predicted - found.observed) < 3 * found.predicted_error
    named = {str(row["category"]) for row in found.by_category.records()}
    assert named & {"jumbo bag", "doormat", "lunch bag", "metal sign", "retrospot"}
    assert "Share of wallet is refused" in found.wallet_refused
