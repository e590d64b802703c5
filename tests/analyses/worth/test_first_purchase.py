"""What is known at the first purchase, and what it tells of buying, staying and worth."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pytest

from patronage.analyses.worth import first_purchase as fitting
from patronage.analyses.worth.first_purchase import first_purchase
from patronage.analyses.worth.first_purchase_words import OPEN_QUESTION
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.evidence.queries.first_purchase import level_sizes
from patronage.evidence.tables import Orders, Products
from patronage.findings.first_purchase import FirstPurchase
from patronage.strategy.segments import SegmentRule, SegmentRules
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
START, AS_OF = date(2021, 1, 1), date(2022, 6, 30)
KNOWN = frozenset({"customer_id", "ordered_at", "amount", "place", "channel_id", "product_id"})


def lines(seed: int, *, faster: float = 1.0, dearer: float = 1.0, last: date = AS_OF) -> list[dict[str, Any]]:
    """600 customers who came over a year; those of the north buy faster or dearer, channels do not differ."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for number in range(600):
        north = number % 3 == 0
        rate = random.gamma(0.8) / 60.0 * (faster if north else 1.0)
        leaves, at = random.beta(0.8, 4.0), float(random.integers(0, 365))
        place = "north" if north else ("south", "west")[number % 2]
        while START + timedelta(int(at)) <= last:
            rows.append({
                "customer_id": f"c{number:04d}", "ordered_at": f"{START + timedelta(int(at))}",
                "amount": (5.0 + int(at) % 7) * (dearer if north else 1.0), "place": place,
                "channel_id": ("web", "shop")[number % 5 > 1], "product_id": f"p{number % 100}",
            })  # fmt: skip
            if random.random() < leaves:
                break
            at += random.exponential(1 / max(rate, 1e-9))
    return rows


def found_in(orders: Orders, terms: Terms, **more: Any) -> FirstPurchase:
    given: dict[str, Any] = {"products": None, "customers": None, "rules": None}
    return first_purchase(orders, repeat_buying(orders, None, terms), **(given | more), terms=terms)


def levels(found: FirstPurchase, known: str) -> dict[str, Any]:
    return {one.level: one for one in found.levels if one.known == known}


def segments(*rules: tuple[str, str, str]) -> SegmentRules:
    return SegmentRules(tuple(SegmentRule(key, name, parsed(rule), rule) for key, name, rule in rules))


def test_a_place_that_buys_faster_is_told_and_a_channel_that_does_not_differ_is_not(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    found = found_in(make_orders(lines(3, faster=6.0), AS_OF, KNOWN), make_terms(AS_OF))
    told = {one.known: one for one in found.known}
    assert list(told) == ["place", "channel"]
    assert (told["place"].tells, told["channel"].tells) == (True, False)
    assert (told["place"].customers, told["place"].levels) == (600, 3)
    assert told["place"].gain is not None
    assert told["place"].gain > 2
    assert told["place"].buying_scale > told["channel"].buying_scale
    places = levels(found, "place")
    assert {name: one.customers for name, one in places.items()} == {"north": 200, "south": 200, "west": 200}
    for measure in ("orders_to_all", "worth_to_all"):
        assert getattr(places["north"], measure).p05 > 1 > getattr(places["south"], measure).p95
    assert all(one.orders_to_all.interval.holds(1.0) for one in levels(found, "channel").values())
    assert f"{places['north'].worth_to_all.mean:.2f} times" in found.why
    assert "The channel of the first purchase tells nothing here" in found.why
    assert (found.grade, found.unit, found.open_question) == (Grade.BEHAVIOUR, "GBP revenue", OPEN_QUESTION)


def test_the_mean_over_customers_of_ratios_to_all_is_one_and_worth_is_of_orders_and_their_value(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    found = found_in(make_orders(lines(4, dearer=3.0), AS_OF, KNOWN), make_terms(AS_OF))
    places = levels(found, "place")
    for measure in ("orders_to_all", "staying_to_all", "worth_to_all"):
        ratios = [(one.customers, getattr(one, measure).mean) for one in places.values()]
        assert sum(size * ratio for size, ratio in ratios) / 600 == pytest.approx(1.0)
    value = {name: one.worth.mean / (1 + one.orders.mean) for name, one in places.items()}
    # Amounts of 5 to 11, the mean of which is 8; three times as much in the north.
    assert value["south"] == pytest.approx(8.0, rel=0.1)
    assert value["north"] == pytest.approx(24.0, rel=0.1)
    assert places["north"].worth_to_all.p05 > 1
    assert places["north"].staying.p95 <= 1.0


def test_the_level_of_few_customers_counts_with_the_others(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [row | {"place": "isle" if row["customer_id"] < "c0029" else row["place"]} for row in lines(5)]
    found = found_in(make_orders(rows, AS_OF, KNOWN), make_terms(AS_OF))
    sizes = {name: one.customers for name, one in levels(found, "place").items()}
    assert sizes["all others"] == 29
    assert "isle" not in sizes
    assert found.left_out == ("The product bought first is left out: no two levels of it have 30 customers or more.",)


def test_no_two_levels_are_called_alike(make_orders: Build, make_terms: MakeTerms) -> None:
    # Of whom no rule holds, the segment is `other`, beside the rule that holds for too few.
    rows = [
        row | {"product_id": f"p{int(row['customer_id'][1:]) % 3}", "product": ("Mug", "Mug", "Pan")[number % 3],
               "place": "isle" if number < 40 and number % 3 == 0 else row["place"]}
        for row in lines(6)
        for number in [int(row["customer_id"][1:])]
    ]  # fmt: skip
    rules = segments(("few", "Few", "place = 'isle'"), ("n", "North", "place = 'north'"))
    found = found_in(make_orders(rows, AS_OF, KNOWN | {"product"}), make_terms(AS_OF), rules=rules)
    assert set(levels(found, "product")) == {"Mug (p0)", "Mug (p1)", "Pan"}
    sizes = {name: one.customers for name, one in levels(found, "segment").items()}
    assert sizes == {"other": 400, "North": 186, "all others": 14}


def test_few_levels_of_very_many_are_read(
    make_orders: Build, make_terms: MakeTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 300 products of one customer each beside one of the other 300.
    rows = [
        row | {"product_id": row["customer_id"] if row["customer_id"] < "c0300" else "big", "channel_id": "web"}
        for row in lines(7)
    ]
    orders, read = make_orders(rows, AS_OF, KNOWN), list[int]()

    def counted(*given: Any) -> Any:
        table = level_sizes(*given)
        read.append(orders.engine.value(table.count()))
        return table

    monkeypatch.setattr(fitting, "level_sizes", counted)
    found = found_in(orders, make_terms(AS_OF))
    assert {name: one.customers for name, one in levels(found, "product").items()} == {"big": 300, "all others": 300}
    # Three places, one channel, twelve products and one row for the other 289.
    assert read == [3 + 1 + 12 + 1]


def test_categories_and_segments_known_at_the_first_purchase_are_told_by_their_names(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    orders = make_orders(lines(3, faster=6.0), AS_OF, KNOWN)
    table = ibis.memtable(
        {"product_id": [f"p{n}" for n in range(100)], "category": [("tea", "tin")[n % 2] for n in range(100)]}
    )
    products = Products(table, orders.engine, frozenset({"category"}))
    rules = segments(("n", "The north", "place = 'north'"), ("rest", "The rest", "first_day >= '2020-01-01'"))
    found = found_in(orders, make_terms(AS_OF), products=products, rules=rules)
    assert [one.known for one in found.known] == ["place", "channel", "category", "segment"]
    assert {name: one.customers for name, one in levels(found, "category").items()} == {"tea": 300, "tin": 300}
    assert {name: one.customers for name, one in levels(found, "segment").items()} == {
        "The north": 200,
        "The rest": 400,
    }
    assert [words.partition(" is left out")[0] for words in found.left_out] == ["The product bought first"]


def test_some_customers_of_each_level_stand_for_very_many(
    make_orders: Build, make_terms: MakeTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = make_orders(lines(3, faster=6.0), AS_OF, KNOWN)
    every = levels(found_in(orders, make_terms(AS_OF)), "place")
    monkeypatch.setattr(fitting, "MOST_CUSTOMERS", 300)
    some = levels(found_in(orders, make_terms(AS_OF)), "place")
    assert {name: one.customers for name, one in some.items()} == {"north": 200, "south": 200, "west": 200}
    for name, one in some.items():
        assert one.orders_to_all.mean == pytest.approx(every[name].orders_to_all.mean, rel=0.2)
        assert one.orders_to_all.sd != every[name].orders_to_all.sd
    assert some["north"].orders_to_all.p05 > 1


def test_segments_told_by_later_buying_are_left_out_with_the_reason(make_orders: Build, make_terms: MakeTerms) -> None:
    rules = segments(("big", "Big", "revenue_12m > 100 or orders > 3"), ("n", "The north", "place = 'north'"))
    found = found_in(make_orders(lines(3), AS_OF, KNOWN), make_terms(AS_OF), rules=rules)
    assert "segment" not in {one.known for one in found.known}
    assert found.left_out[0] == (
        "Segments are left out: their rules read orders and revenue_12m, which only later buying tells, so that they "
        "would be told by what they are to foretell."
    )


def test_a_history_without_a_last_third_judges_nothing(make_orders: Build, make_terms: MakeTerms) -> None:
    orders = make_orders(lines(3), AS_OF, KNOWN)
    repeat = replace(repeat_buying(orders, None, make_terms(AS_OF)), split=None)
    found = first_purchase(orders, repeat, products=None, customers=None, rules=None, terms=make_terms(AS_OF))
    assert {(one.tells, one.gain) for one in found.known} == {(None, None)}
    assert "cannot be judged here: too short a history to hold out a last third." in found.why


def test_levels_whose_orders_bring_nothing_have_no_worth(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [row | {"amount": 0.0 if row["place"] == "west" else row["amount"]} for row in lines(3)]
    found = found_in(make_orders(rows, AS_OF, KNOWN), make_terms(AS_OF))
    assert {(one.worth, one.worth_to_all) for one in levels(found, "place").values()} == {(None, None)}
    assert all(isinstance(one.worth, Estimate) for one in levels(found, "channel").values())


def test_the_grade_is_an_assumption_where_no_model_is_identified(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [
        {"customer_id": f"c{number}", "ordered_at": f"{AS_OF - timedelta(40 - step)}", "amount": 1.0,
         "place": ("here", "there")[number % 2]}
        for number in range(80)
        for step in ([0] if number > 12 else [0, 20])
    ]  # fmt: skip
    found = found_in(make_orders(rows, AS_OF), make_terms(AS_OF))
    assert found.grade == Grade.ASSUMPTION
    assert [one.identified for one in found.known] == [False]
    assert "The data do not identify the model (" in found.why


@pytest.mark.parametrize(
    ("left", "message"),
    [
        (
            set[str](),
            (
                "orders: name no place, channel or product of a purchase; "
                "map place, channel_id or product_id under sources.orders"
            ),
        ),
        (
            {"product_id"},
            (
                "first purchases: no two levels of one thing have 30 customers or more (product has 0); "
                "give a longer history, or map place, channel_id or product_id too"
            ),
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    make_orders: Build, make_terms: MakeTerms, left: set[str], message: str
) -> None:
    rows = [{name: row[name] for name in left | {"customer_id", "ordered_at", "amount"}} for row in lines(3)]
    with pytest.raises(EstimationError, match="^" + re.escape(message) + "$"):
        found_in(make_orders(rows, AS_OF), make_terms(AS_OF))
