"""The change between two periods, by who caused it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.analyses.worth.change_bridge import change_bridge
from patronage.evidence.tables import Orders
from patronage.findings.worth import BridgeParts, ChangeBridge
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
END = date(2024, 12, 31)


def line(customer: str | None, day: str, amount: float, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount} | rest


def bridge(orders: Orders, make_terms: MakeTerms, **terms: Any) -> ChangeBridge:
    return change_bridge(orders, None, None, make_terms(orders.as_of, **terms))


def summed(parts: BridgeParts) -> float:
    return parts.won + parts.grown + parts.shrunk + parts.lost + parts.anonymous + parts.not_product


WORKED = [
    line("stays", "2023-03-01", 100.0, quantity=10.0, product_id="p", place="UK"),
    line("stays", "2024-03-01", 180.0, quantity=15.0, product_id="p", place="France"),
    line("falls", "2023-05-01", 50.0, quantity=5.0, product_id="p", place="UK"),
    line("falls", "2024-05-01", 24.0, quantity=2.0, product_id="p", place="UK"),
    line("gone", "2023-07-01", 30.0, quantity=1.0, product_id="q", place="UK"),
    line("new", "2024-07-01", 45.0, quantity=1.0, product_id="q", place="Spain"),
    line("new", "2024-12-31", -5.0, quantity=-1.0, product_id="q", place="Spain"),
    line(None, "2024-08-01", 7.0, quantity=1.0, product_id="q"),
    line("stays", "2023-03-01", 4.0, quantity=1.0, product_id="POST", is_product=False, place="UK"),
    line("even", "2023-01-01", 9.0, quantity=1.0, product_id="p", place="UK"),
    line("even", "2024-12-30", 9.0, quantity=1.0, product_id="p", place="UK"),
]


def test_parts_of_eleven_lines_are_those_worked_out_by_hand(make_orders: Build, make_terms: MakeTerms) -> None:
    found = bridge(make_orders(WORKED), make_terms)
    assert found.parts == BridgeParts(won=40.0, grown=80.0, shrunk=-26.0, lost=-30.0, anonymous=7.0, not_product=-4.0)
    assert (found.from_.revenue, found.to.revenue, found.to.returns) == (193.0, 260.0, -5.0)
    assert found.counts == {"won": 1, "grown": 1, "shrunk": 1, "lost": 1, "same": 1}
    assert found.from_.period == "2023-01-01 to 2023-12-31"
    assert found.to.period == "2024-01-01 to 2024-12-31"
    assert (found.margin_parts, found.by_segment) == (None, None)


def test_price_volume_and_mix_follow_the_midpoint_form(make_orders: Build, make_terms: MakeTerms) -> None:
    found = bridge(make_orders(WORKED), make_terms)
    # p in both periods: 16 for 159, then 18 for 213. One product has no mix.
    before, after = 159 / 16, 213 / 18
    assert found.within.price == pytest.approx((after - before) * 17)
    assert found.within.volume == pytest.approx((before + after) / 2 * 2)
    assert found.within.mix == pytest.approx(0.0, abs=1e-9)
    assert found.form == "midpoint, by product, in units"
    assert found.by_product is not None
    (row,) = found.by_product.records()
    assert (row["product_id"], row["from_units"], row["to_units"]) == ("p", 16.0, 18.0)


def test_places_hold_every_line_once(make_orders: Build, make_terms: MakeTerms) -> None:
    found = bridge(make_orders(WORKED), make_terms)
    assert found.by_place is not None
    places: dict[Any, dict[str, Any]] = {row["name"]: row for row in found.by_place.records()}
    assert places["France"]["grown"] == 80.0
    assert places["UK"]["shrunk"] == -26.0
    assert places["UK"]["not_product"] == -4.0
    assert places["unknown"]["anonymous"] == 7.0
    assert sum(row["change"] for row in places.values()) == 67.0


def test_margin_follows_the_same_customers(make_orders: Build, make_terms: MakeTerms) -> None:
    margin = certain(0.5, "share of revenue", Grade.ASSUMPTION)
    found = bridge(make_orders(WORKED), make_terms, gross_margin=margin)
    assert found.margin_parts == BridgeParts(20.0, 40.0, -13.0, -15.0, 3.5, 0.0)
    assert (found.margin_grade, found.grade) == (Grade.ASSUMPTION, Grade.BEHAVIOUR)
    assert found.to.margin == 130.0


def test_measured_margin_of_an_equal_revenue_goes_where_its_sign_says(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    rows = [
        line("a", "2023-01-01", 10.0, quantity=1.0, unit_cost=4.0),
        line("a", "2024-12-31", 10.0, quantity=1.0, unit_cost=7.0),
    ]
    found = bridge(make_orders(rows), make_terms)
    assert found.counts["same"] == 1
    assert found.margin_parts == BridgeParts(0.0, 0.0, -3.0, 0.0, 0.0, 0.0)


PUBLISHED = {
    date(2011, 12, 9): ((9152511.60, 9370259.48), (1464377.96, 1508968.75, -2058096.53, -941073.85, 243571.56)),
    date(2011, 11, 30): ((9161996.18, 9314079.92), (1375038.51, 1539656.61, -2134788.25, -865932.65, 238109.53)),
}
"""Revenue of both periods, then won, grown, shrunk, lost and anonymous, computed from the raw lines."""


@pytest.mark.parametrize("as_of", PUBLISHED)
def test_online_retail_gives_the_published_parts(
    retail_orders: Callable[[date], Orders], make_terms: MakeTerms, as_of: date
) -> None:
    """Source: two years of Online Retail II, all lines counted as product."""
    periods, parts = PUBLISHED[as_of]
    found = bridge(retail_orders(as_of), make_terms)
    told = found.parts
    assert (round(found.from_.revenue, 2), round(found.to.revenue, 2)) == periods
    assert tuple(round(part, 2) for part in (told.won, told.grown, told.shrunk, told.lost, told.anonymous)) == parts
    assert told.not_product == 0.0
    assert summed(told) == pytest.approx(found.to.revenue - found.from_.revenue, abs=1e-6)
    within = found.within
    assert within.price + within.volume + within.mix == pytest.approx(told.grown + told.shrunk, abs=1e-6)
    assert found.by_place is not None
    places: list[Any] = found.by_place.records()
    assert sum(row["change"] for row in places) == pytest.approx(summed(told), abs=1e-3)


def test_a_short_history_is_parted_in_equal_halves_and_says_so(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2024-12-01", 1.0), line("a", "2024-12-31", 2.0)]
    found = bridge(make_orders(rows), make_terms)
    assert (found.from_.start, found.from_.end) == (date(2024, 12, 2), date(2024, 12, 16))
    assert (found.to.start, found.to.end) == (date(2024, 12, 17), END)
    assert found.to.period.endswith("(second half of a history shorter than two years, 15 days; season is not apart)")


def test_lines_of_one_day_only_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    with pytest.raises(
        EstimationError, match=r"orders.ordered_at: all lines are of 2024-12-31; give at least two days"
    ):
        bridge(make_orders([line("a", "2024-12-31", 1.0)]), make_terms)


def test_without_customers_all_change_is_anonymous(make_orders: Build, make_terms: MakeTerms) -> None:
    found = bridge(make_orders([line(None, "2023-01-01", 1.0), line(None, "2024-12-31", 2.5)]), make_terms)
    assert found.parts == BridgeParts(0.0, 0.0, 0.0, 0.0, 1.5, 0.0)
    assert (found.customers.rows, found.within.price, found.within.mix) == (0, 0.0, 0.0)


def test_returns_alone_sum_up_too(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2023-01-01", -1.0, quantity=-1.0), line("a", "2024-12-31", -2.5, quantity=-2.0)]
    found = bridge(make_orders(rows), make_terms)
    assert found.parts.shrunk == -1.5
    assert found.within.price + found.within.volume + found.within.mix == pytest.approx(-1.5)


def test_without_quantities_lines_are_counted(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2023-01-01", 10.0), line("a", "2024-01-01", 10.0), line("a", "2024-12-31", 10.0)]
    found = bridge(make_orders(rows), make_terms)
    assert found.form == "midpoint, all products as one, in order lines, since no quantities are given"
    assert (found.within.price, found.within.volume) == (0.0, 10.0)
    assert (found.by_place, found.by_product) == (None, None)


rows_of_two_years = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["a", "b", "c", "d", None]),
            "ordered_at": st.sampled_from(["2023-01-01", "2023-06-30", "2023-12-31", "2024-01-01", "2024-12-31"]),
            "amount": st.integers(-1_000_000, 1_000_000).map(lambda cents: cents / 100),
            "quantity": st.one_of(st.none(), st.integers(-5, 20).map(float)),
            "product_id": st.sampled_from(["p", "q", "r", None]),
            "is_product": st.sampled_from([True, True, True, False]),
            "place": st.sampled_from(["UK", "France", None]),
            "unit_cost": st.one_of(st.none(), st.integers(0, 9).map(float)),
        }
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_two_years)
def test_parts_sum_to_the_change_whatever_the_lines(
    rows: list[dict[str, Any]], make_orders: Build, make_terms: MakeTerms
) -> None:
    """All parts of revenue, of margin, within customers and by place."""
    first = line(None, "2023-01-01", 0.0)
    found = bridge(make_orders([first, *rows], as_of=END), make_terms)
    lines = [(row["ordered_at"] >= "2024", round(row["amount"] * 100)) for row in rows]
    change = sum(cents if later else -cents for later, cents in lines) / 100
    assert found.to.revenue - found.from_.revenue == pytest.approx(change, abs=1e-6)
    assert summed(found.parts) == pytest.approx(change, abs=1e-6)
    within = found.within
    assert within.price + within.volume + within.mix == pytest.approx(found.parts.grown + found.parts.shrunk, abs=1e-6)
    if found.margin_parts is not None and found.to.margin is not None and found.from_.margin is not None:
        assert summed(found.margin_parts) == pytest.approx(found.to.margin - found.from_.margin, abs=1e-5)
    assert found.by_place is not None
    places: list[Any] = found.by_place.records()
    for part in ("won", "grown", "shrunk", "lost", "anonymous", "not_product"):
        assert sum(row[part] for row in places) == pytest.approx(getattr(found.parts, part), abs=1e-6)
