"""What customers are likely to need next, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.analyses.partnership.next_need import next_need
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders, Products
from patronage.findings.partnership import NextNeed
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
Rows = list[dict[str, Any]]

END = date(2024, 12, 31)
HISTORY = 460
PAIRS = 20


def line(customer: str, age: float, product: str, **rest: Any) -> dict[str, Any]:
    day = END - timedelta(days=int(age))
    return {"customer_id": customer, "ordered_at": f"{day}", "product_id": product, "amount": 10.0} | rest


def planted(customers: int, seed: int, follows: float = 0.8) -> Rows:
    """Who buys a<k> buys b<k> within the next 20 to 80 days, with the given chance; all else is luck."""
    rng = np.random.default_rng(seed)
    rows: Rows = [line("first", HISTORY - 1, "a0")]
    for i in range(customers):
        for k in rng.choice(PAIRS, 3, replace=False):
            age = rng.uniform(0, HISTORY - 1)
            rows.append(line(f"c{i:03d}", age, f"a{k}"))
            later = age - rng.uniform(20, 80)
            if later >= 0 and rng.random() < follows:
                rows.append(line(f"c{i:03d}", later, f"b{k}"))
            elif follows == 0 and later >= 0:
                rows.append(line(f"c{i:03d}", later, f"b{rng.integers(PAIRS)}"))
    return rows


def lists(found: NextNeed) -> dict[str, list[dict[str, Any]]]:
    by_customer: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found.customers.records():
        by_customer[str(row["customer_id"])].append(row)
    return by_customer


@pytest.mark.parametrize("seed", [1, 2])
def test_the_planted_next_item_is_found(seed: int, make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(260, seed)
    found = next_need(make_orders(rows, as_of=END), None, make_terms(END))
    assert (found.level, found.horizon_days) == ("product", 90)
    assert found.better_than_popularity
    assert found.gain > 3 * found.gain_se
    assert found.hit_rate > found.popularity_hit_rate + 0.15
    # Of customers who bought a<k> in the last weeks, b<k> is what comes next.
    owned: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        owned[row["customer_id"]].add(row["product_id"])
    told = lists(found)
    fresh = [r for r in rows if r["product_id"].startswith("a") and r["ordered_at"] > f"{END - timedelta(days=15)}"]
    due = [(row["customer_id"], "b" + row["product_id"][1:]) for row in fresh]
    # An item that fewer than five customers bought in the last 90 days counts as no longer sold.
    sold = {row["item"] for items in told.values() for row in items}
    due = [(who, what) for who, what in due if what not in owned[who] and what in sold]
    found_again = [what in [row["item"] for row in told[who]] for who, what in due]
    assert len(due) > 15
    assert np.mean(found_again) > 0.7
    reasons = {row["because"] for who, what in due for row in told[who] if row["item"] == what}
    assert reasons & {f"a{k}" for k in range(PAIRS)}


def test_chances_foretell_how_many_buy(make_orders: Build, make_terms: MakeTerms) -> None:
    """Over three seeds the sum of chances meets what came, within the noise of a count and of its chances."""
    foreseen = observed = 0.0
    for seed in (3, 4, 5):
        found = next_need(make_orders(planted(200, seed), as_of=END), None, make_terms(END))
        foreseen += found.foreseen
        observed += found.observed
        chances = [float(row["probability"]) for row in found.customers.records()]  # type: ignore[arg-type]
        assert all(0 <= chance <= 1 for chance in chances)
    assert abs(foreseen - observed) < 3 * np.sqrt(2 * observed)


def test_lists_hold_five_items_at_most_and_tell_new_ones_from_those_bought_before(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    rows = planted(220, 6)
    found = next_need(make_orders(rows, as_of=END), None, make_terms(END))
    bought = {(row["customer_id"], row["product_id"]) for row in rows}
    year_ago = f"{END - timedelta(days=364)}"
    active = {row["customer_id"] for row in rows if row["ordered_at"] >= year_ago}
    told = lists(found)
    assert set(told) <= active
    for customer, items in told.items():
        assert [row["rank"] for row in items] == list(range(1, len(items) + 1))
        assert len(items) <= 5
        assert all((row["kind"] == "again") == ((customer, row["item"]) in bought) for row in items)
        assert all((row["expected_on"] - END).days == np.ceil(row["expected_in_days"]) for row in items)
        chances = [row["probability"] for row in items]
        assert chances == sorted(chances, reverse=True)
        assert all(0 <= row["expected_in_days"] <= 90 and row["lift"] > 0 for row in items)


def staples(customers: int, seed: int, *, moving: bool) -> Rows:
    """Each customer buys its two staples in turn, every 20 to 40 days, and may one day move on to other makes."""
    rng = np.random.default_rng(seed)
    rows: Rows = [line("first", HISTORY - 1, "coffee0")]
    for i in range(customers):
        pair = ("coffee", "filters") if i % 2 else ("paint", "brush")
        age, turn, moves = HISTORY - 1 - rng.uniform(0, 60), 0, rng.uniform(150, 400) * moving
        while age >= 0:
            make = rng.integers(2) + (2 if age < moves else 0)
            rows.append(line(f"c{i:03d}", age, f"{pair[turn % 2]}{make}"))
            age, turn = age - rng.uniform(20, 40), turn + 1
    return rows


def test_what_is_bought_again_and_again_is_needed_again(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = staples(200, 11, moving=True)
    found = next_need(make_orders(rows, as_of=END), None, make_terms(END))
    own: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        own[row["customer_id"]].add(row["product_id"][:5])
    told = lists(found)
    # The pair has four makes: what comes after them is new to the customer, and unlikely.
    assert np.mean([row["item"][:5] in own[who] for who, items in told.items() for row in items[:4]]) > 0.99
    assert found.repeat_share > 0.6
    assert found.better_than_popularity
    assert found.better_than_own
    assert found.evaluated_customers + found.not_evaluated_customers == 200
    assert found.hit_rate > found.popularity_hit_rate + 0.2
    assert found.verdict.endswith("; the lists beat both")


def test_repeats_come_in_the_number_foreseen_where_habits_last(make_orders: Build, make_terms: MakeTerms) -> None:
    found = next_need(make_orders(staples(200, 12, moving=False), as_of=END), None, make_terms(END))
    bands = [dict(row) for row in found.calibration.records()]
    assert {band["kind"] for band in bands} <= {"again", "new"}
    assert sum(band["observed"] for band in bands) == found.observed  # type: ignore[misc]
    again = [band for band in bands if band["kind"] == "again"]
    assert sum(band["foreseen"] for band in again) == pytest.approx(found.foreseen_again)  # type: ignore[type-var]
    assert found.observed_again > 300
    assert abs(found.foreseen_again - found.observed_again) < 4 * np.sqrt(found.observed_again)


def test_where_nothing_leads_to_anything_popularity_is_not_beaten(make_orders: Build, make_terms: MakeTerms) -> None:
    found = next_need(make_orders(planted(200, 7, follows=0.0), as_of=END), None, make_terms(END))
    assert not found.better_than_popularity
    assert abs(found.gain) < 4 * found.gain_se


def test_what_was_given_back_whole_was_not_bought(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(220, 8)
    back = [line("back", 200, "a1", quantity=2.0), line("back", 190, "a1", quantity=-2.0, amount=-10.0)]
    kept = [line("back", 180, "a2", quantity=1.0)]
    quantities = [row | {"quantity": 1.0} for row in rows]
    found = next_need(make_orders([*quantities, *back, *kept], as_of=END), None, make_terms(END))
    assert {row["because"] for row in lists(found)["back"]} <= {"a2", "bought by many"}


def test_the_same_lines_in_any_order_give_the_same_bytes(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = planted(220, 9)
    one = next_need(make_orders(rows, as_of=END), None, make_terms(END))
    before = one.customers.path.read_bytes()
    other = next_need(make_orders(rows[::-1], as_of=END), None, make_terms(END))
    assert other.customers.path.read_bytes() == before
    assert replace(one, customers=other.customers) == other


def test_categories_serve_where_products_are_too_many(
    make_orders: Build, make_terms: MakeTerms, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patronage.analyses.partnership.need_evidence.MOST_ITEMS", 10)
    rows = planted(200, 10)
    names = sorted({row["product_id"] for row in rows})
    table = pa.table({"product_id": names, "category": [f"kind {name[0]}{int(name[1:]) % 8}" for name in names]})
    pq.write_table(table, tmp_path / "products.parquet")
    products = Products(engine.open(tmp_path / "products.parquet"), engine, frozenset({"product_id", "category"}))
    found = next_need(make_orders(rows, as_of=END), products, make_terms(END))
    assert (found.level, found.items) == ("category", 16)
    assert {str(row["product"])[:4] for row in found.customers.records()} == {"kind"}


def test_without_products_there_is_no_next_one(make_orders: Build, make_terms: MakeTerms) -> None:
    orders = make_orders([{"customer_id": "a", "ordered_at": "2024-01-01", "amount": 1.0}])
    with pytest.raises(EstimationError) as caught:
        next_need(orders, None, make_terms(END))
    assert str(caught.value) == (
        "orders.product_id: no column names the product of a line; map the column that does, to see what comes next"
    )


def test_a_history_of_a_month_is_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", 29, "x"), line("a", 0, "y")]
    with pytest.raises(EstimationError) as caught:
        next_need(make_orders(rows, as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "next_need: a history of 30 days is too short to hold parts of it out; give 35 days or more"
    )


def test_items_that_hardly_anyone_buys_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line(f"c{i}", i * 10, f"p{i}") for i in range(40)]
    with pytest.raises(EstimationError) as caught:
        next_need(make_orders(rows, as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "next_need: 0 items were bought by 5 customers or more and are still sold; "
        "map product_id to a coarser code, or give product categories"
    )


def test_lines_that_nobody_kept_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", age, "x", amount=-1.0) for age in (0, 100)]
    with pytest.raises(EstimationError) as caught:
        next_need(make_orders(rows, as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "next_need: no known customer kept a product that has a code; "
        "map customer_id and product_id to columns that are filled"
    )


def test_too_few_customers_who_buy_again_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line(f"c{i}", age, what) for i in range(12) for age in (0, 100, 200, 400) for what in ("x", "y")]
    rows += [line(f"d{i}", 10, "x") for i in range(3)]
    with pytest.raises(EstimationError) as caught:
        next_need(make_orders(rows, as_of=END), None, make_terms(END))
    assert str(caught.value) == (
        "next_need: 12 customers who had bought before bought an item in the last 80 days; "
        "expected 30 or more: give a longer history or more customers"
    )


def test_the_gift_wholesaler_is_foreseen_better_than_by_popularity(
    retail_slice: Callable[[date], Orders], make_terms: MakeTerms
) -> None:
    end = date(2011, 12, 9)
    found = next_need(retail_slice(end), None, make_terms(end))
    assert found.better_than_popularity
    assert found.hit_rate > 2 * found.popularity_hit_rate
    # What each customer bought most is as good a list of five: nothing better is claimed.
    assert found.gain_over_own > -1.645 * found.gain_over_own_se
    assert found.new_hit_rate is not None
    assert found.new_popularity_hit_rate is not None
    assert found.new_hit_rate > 1.2 * found.new_popularity_hit_rate
    assert found.evaluated_customers > 200
    assert 0.6 < found.foreseen / found.observed < 1.4
    assert 0.2 < found.repeat_share < 0.6
