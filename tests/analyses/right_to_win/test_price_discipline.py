"""Where prices differ by more than product, volume and month explain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patronage.analyses.right_to_win.price_discipline import price_discipline
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders, Products
from patronage.findings.right_to_win import PriceDiscipline
from patronage.strategy.segments import SegmentRule, SegmentRules
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
Rows = list[dict[str, Any]]

END = date(2024, 12, 31)
PRODUCTS = {"cup": 4.0, "jug": 9.0, "tray": 15.0, "lamp": 40.0}


def line(customer: str, age: int, product: str, price: float, quantity: float = 10.0, **rest: Any) -> dict[str, Any]:
    return {
        "customer_id": customer, "ordered_at": f"{END - timedelta(days=age)}", "product_id": product,
        "quantity": quantity, "unit_price": price, "amount": price * quantity, "order_id": f"{customer}-{age}",
    } | rest  # fmt: skip


def planted(seed: int, customers: int = 60, spread: float = 0.06, noise: float = 0.04) -> tuple[Rows, float]:
    """A year of 20 rows for each customer around list prices with a volume discount, and what lies below for long.

    spread: deviation of the levels at which customers pay for long. noise: of single rows.
    """
    rng = np.random.default_rng(seed)
    rows: Rows = [line("c099", 400, "cup", 4.0)]
    below = 0.0
    levels = spread * rng.standard_normal(customers)
    for i, level in enumerate(levels - levels.mean()):
        for age in rng.integers(0, 365, 20):
            product = list(PRODUCTS)[rng.integers(4)]
            quantity = float(rng.choice([5, 10, 10, 10, 50]))
            listed = PRODUCTS[product] * (0.8 if quantity == 50 else 1.0)
            price = listed * (1 + level) * float(np.exp(rng.normal(0, noise)))
            rows.append(line(f"c{i:03d}", int(age), product, round(price, 4), quantity, place="UK" if i % 2 else "FR"))
            below += listed * quantity * max(-level, 0.0)
    return rows, below


def discipline(orders: Orders, terms: Terms, segments: SegmentRules | None = None) -> PriceDiscipline:
    return price_discipline(orders, None, None, segments, terms)


def test_one_customer_who_pays_nine_tenths_leaks_the_tenth(make_orders: Build, make_terms: MakeTerms) -> None:
    """40 customers buy 10 for 4.00 each month, one of them for 3.60: 12 x 10 x 0.40 = 48.00 below the usual price."""
    rows = [line("c01", 400, "cup", 4.0)]
    rows += [line(f"c{i:02d}", 30 * k, "cup", 3.6 if i == 0 else 4.0) for i in range(40) for k in range(12)]
    found = discipline(make_orders(rows, as_of=END), make_terms(END))
    assert found.leakage.mean == pytest.approx(48.0, rel=0.03)
    assert found.leakage.unit == "GBP a year"
    first, second = found.customers.records(2)
    assert (first["customer_id"], first["lines"], first["revenue"]) == ("c00", 12, pytest.approx(432.0))
    assert first["price_index"] == pytest.approx(0.9, abs=0.003)
    assert second["price_index"] == pytest.approx(1.0, abs=0.003)
    assert (found.lines, found.products, found.free_lines, found.slips) == (480, 1, 0, 0)


def test_planted_leakage_lies_within_its_interval(make_orders: Build, make_terms: MakeTerms) -> None:
    inside, ratios = 0, []
    for seed in (1, 2, 3, 4, 5, 6):
        rows, truth = planted(seed)
        found = discipline(make_orders(rows, as_of=END), make_terms(END, seed=seed))
        ratios.append(found.leakage.mean / truth)
        inside += found.leakage.p05 <= truth <= found.leakage.p95
        assert found.explained_by_volume + found.explained_by_time + found.unexplained_share == pytest.approx(1.0)
    assert inside >= 4
    # A little low: a customer whose true level is just below, but is believed to be above, counts nothing.
    assert 0.85 < np.mean(ratios) < 1.05


def test_noise_of_single_rows_is_hardly_any_leakage(make_orders: Build, make_terms: MakeTerms) -> None:
    rows, truth = planted(6, spread=0.0, noise=0.15)
    found = discipline(make_orders(rows, as_of=END), make_terms(END))
    assert truth == 0.0
    assert found.raw_leakage > 0.005 * sum(row["amount"] for row in rows)
    assert found.leakage.mean < 0.35 * found.raw_leakage


def test_leakage_by_place_segment_product_and_customer_is_the_same_money(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    rules = SegmentRules((
        SegmentRule("home", "Home", parsed("place = 'UK'"), "place = 'UK'"),
        SegmentRule("rest", "Rest", None, "all"),
    ))  # fmt: skip
    rows, _ = planted(7)
    found = discipline(make_orders(rows, as_of=END), make_terms(END), rules)
    assert found.by_place is not None
    assert found.by_segment is not None
    for table in (found.customers, found.by_place, found.by_segment, found.by_product):
        told: list[Any] = table.records()
        assert sum(row["leakage"] for row in told) == pytest.approx(found.leakage.mean, abs=0.01)
        assert sum(row["revenue"] for row in told) == pytest.approx(sum(row["amount"] for row in rows[1:]), abs=0.01)
        assert [row["leakage"] for row in told] == sorted((row["leakage"] for row in told), reverse=True)
    assert {row["name"] for row in found.by_place.records()} == {"UK", "FR"}
    assert {row["name"] for row in found.by_segment.records()} == {"home", "rest"}
    assert {row["name"] for row in found.by_product.records()} == set(PRODUCTS)


def test_half_a_year_is_told_as_a_year(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line(f"c{i:02d}", 30 * k, "cup", 3.6 if i == 0 else 4.0) for i in range(40) for k in range(6)]
    found = discipline(make_orders(rows, as_of=END), make_terms(END))
    assert found.leakage.mean == pytest.approx(24.0 * 365.25 / 151, rel=0.03)
    assert found.since == END - timedelta(days=150)


def test_returns_that_name_their_order_are_taken_out(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line(f"c{i:02d}", 30 * k, "cup", 4.0) for i in range(20) for k in range(12)]
    low = [line("low", 30 * k, "cup", 2.5) for k in range(12)]
    back = [row | {"quantity": -10.0, "amount": -25.0, "returns_order_id": row["order_id"]} for row in low]
    kept = discipline(make_orders([*rows, *low], as_of=END), make_terms(END))
    found = discipline(make_orders([*rows, *low, *back], as_of=END), make_terms(END))
    assert kept.leakage.mean > 150
    assert (found.leakage.mean, found.lines) == (0.0, 240)


def test_free_goods_slips_and_rare_products_are_told_and_left_out(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line(f"c{i:02d}", 30 * k, "cup", 4.0) for i in range(20) for k in range(12)]
    odd = [
        line("c00", 3, "cup", 0.0), line("c01", 3, "cup", 400.0), line("c02", 3, "rare", 7.0),
        line("c03", 3, "cup", -4.0, amount=-40.0, is_return=False),
    ]  # fmt: skip
    found = discipline(make_orders([*rows, *odd], as_of=END), make_terms(END))
    assert (found.lines, found.free_lines, found.unjudged_lines, found.slips) == (242, 2, 1, 1)
    assert found.why.startswith(
        "241 of 244 rows are judged; apart stand 2 without a price above 0, 1 of products with fewer than 5 rows, "
        "1 beyond a factor of 3 of the expected price, taken for slips. "
    )


def test_where_every_amount_is_equal_nothing_leaks_and_the_reason_is_told(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    rows = [line(f"c{i}", age, "cup", 4.0) for i in range(10) for age in (0, 100, 200)]
    found = discipline(make_orders(rows, as_of=END), make_terms(END))
    assert (found.leakage.mean, found.leakage.p95, found.raw_leakage, found.unexplained_share) == (0.0, 0.0, 0.0, 1.0)
    assert found.why == (
        "30 of 30 rows are judged. Each product has one price for everybody: nothing differs that would want a reason."
    )


def test_discounts_beyond_the_usual_for_the_quantity_are_counted(make_orders: Build, make_terms: MakeTerms) -> None:
    """Rows of 10 have no discount but three, of 8.00 on 40.00; rows of 100 all have 80.00 on 400.00, which is usual."""
    rows = [line(f"c{i:02d}", 30 * k, "cup", 4.0) | {"discount": 0.0} for i in range(20) for k in range(12)]
    for row in rows[:3]:
        row |= {"discount": 8.0, "amount": 32.0}
    rows += [line("big", 30 * k, "cup", 4.0, 100.0) | {"discount": 80.0, "amount": 320.0} for k in range(12)]
    found = discipline(make_orders(rows, as_of=END), make_terms(END))
    assert found.discount_leakage == pytest.approx(24.0 * 365.25 / 331)


def test_the_products_own_list_price_tells_discounts(
    make_orders: Build, make_terms: MakeTerms, engine: Engine, tmp_path: Path
) -> None:
    rows = [line(f"c{i:02d}", 30 * k, "cup", 4.0) for i in range(20) for k in range(12)]
    rows[0] |= {"amount": 30.0, "unit_price": 3.0}
    pq.write_table(pa.table({"product_id": ["cup"], "list_price": [4.0]}), tmp_path / "products.parquet")
    products = Products(engine.open(tmp_path / "products.parquet"), engine, frozenset({"product_id", "list_price"}))
    found = price_discipline(make_orders(rows, as_of=END), products, None, None, make_terms(END))
    assert found.discount_leakage == pytest.approx(10.0 * 365.25 / 331)


@settings(
    max_examples=2, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(scale=st.floats(0.01, 100.0))
def test_the_currency_plays_no_role(scale: float, make_orders: Build, make_terms: MakeTerms) -> None:
    rows, _ = planted(8, customers=20)
    dearer = [row | {"unit_price": row["unit_price"] * scale, "amount": row["amount"] * scale} for row in rows]
    one = discipline(make_orders(rows, as_of=END), make_terms(END))
    other = discipline(make_orders(dearer, as_of=END), make_terms(END))
    assert other.leakage.mean == pytest.approx(one.leakage.mean * scale, rel=0.01)
    assert other.unexplained_share == pytest.approx(one.unexplained_share, rel=0.01)


def refusal(orders: Orders, terms: Terms) -> str:
    with pytest.raises(EstimationError) as caught:
        discipline(orders, terms)
    return str(caught.value)


def test_refusals_say_what_would_help(make_orders: Build, make_terms: MakeTerms) -> None:
    terms = make_terms(END)
    plain = {"customer_id": "a", "ordered_at": "2024-01-01", "amount": 1.0}
    assert refusal(make_orders([plain]), terms) == (
        "orders.product_id: no column names the product of a line; map the column that does, to compare like with like"
    )
    assert refusal(make_orders([plain | {"product_id": "x"}]), terms) == (
        "orders.quantity: no column gives the quantity or the price of a unit; "
        "map quantity or unit_price, to know what a unit cost"
    )
    assert refusal(make_orders([line("a", age, "x", 1.0) for age in (0, 9)], as_of=END), terms) == (
        "price_discipline: the lines span 10 days, expected 28 or more; give a longer history"
    )
    free = [line("a", age, "x", 0.0) for age in (0, 90)]
    assert refusal(make_orders(free, as_of=END), terms) == (
        "orders.amount: no line of a known customer and product has a price above 0; "
        "map amount, or quantity and unit_price"
    )
    few = [line("a", age, "x", 1.0) for age in (0, 30, 60, 90)]
    assert refusal(make_orders(few, as_of=END), terms) == (
        "price_discipline: no product has 5 rows with a price, so none has a price to expect; give a longer history"
    )
    apart = [line(f"c{i}", 10 * i, "x", 1.0) for i in range(8)]
    assert refusal(make_orders(apart, as_of=END), terms) == (
        "price_discipline: no customer has two rows with an expected price, so noise cannot be told from a price "
        "level; map the column that names the customer"
    )


def test_a_year_too_large_to_hold_is_judged_by_its_last_months(
    make_orders: Build, make_terms: MakeTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patronage.analyses.right_to_win.price_rows.MOST_ROWS", 100)
    rows = [line(f"c{i:02d}", 30 * k, "cup", 3.6 if i == 0 else 4.0) for i in range(20) for k in range(12)]
    found = discipline(make_orders(rows, as_of=END), make_terms(END))
    assert (found.since, found.lines) == (date(2024, 9, 1), 100)
    assert found.leakage.mean == pytest.approx(4.0 * 5 * 365.25 / 122, rel=0.05)


def test_the_gift_wholesaler_leaks_a_little_and_volume_explains_a_part(
    retail_slice: Callable[[date], Orders], make_terms: MakeTerms
) -> None:
    end = date(2011, 12, 9)
    found = discipline(retail_slice(end), make_terms(end))
    assert found.lines > 30_000
    assert 0.1 < found.explained_by_volume < 0.8
    assert found.explained_by_time < 0.1
    revenue = sum(float(row["revenue"]) for row in found.customers.records())  # type: ignore[arg-type]
    assert 0 < found.leakage.p05 < found.leakage.mean < found.raw_leakage
    assert found.leakage.mean < 0.05 * revenue
