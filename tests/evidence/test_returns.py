"""Returns tie to the orders that they undo."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence import returns
from patronage.evidence.engine import Engine
from patronage.evidence.returns import lines_to_tie, tied_returns

COLUMNS = {
    "customer_id": "customer", "ordered_at": "day", "order_id": "order", "product_id": "product",
    "quantity": "quantity", "unit_price": "price",
}  # fmt: skip
HEADER = "customer,day,order,product,quantity,price\n"


def ties(loading: Any, rows: list[str]) -> dict[str, str]:
    loaded = loading.csv(HEADER + "\n".join(rows) + "\n", COLUMNS)
    return {row["order_id"]: row["returns_order_id"] for row in loaded.good.records() if row["returns_order_id"]}


def test_a_return_ties_to_the_latest_earlier_purchase_that_suffices(loading: Any) -> None:
    rows = [
        "a,2024-01-01,1,MUG,10,2.5",
        "a,2024-01-02,2,MUG,4,2.5",
        "a,2024-01-03,3,MUG,1,2.5",
        "a,2024-01-09,4,MUG,50,2.5",
        "a,2024-01-05,R4,MUG,-4,2.5",
        "a,2024-01-05,R5,MUG,-5,2.5",
        "a,2024-01-05,R1,MUG,-1,2.5",
    ]
    assert ties(loading, rows) == {"R4": "2", "R5": "1", "R1": "3"}


@pytest.mark.parametrize(
    "unlike",
    [
        "b,2024-01-01,1,MUG,10,2.5",
        "a,2024-01-01,1,CUP,10,2.5",
        "a,2024-01-01,1,MUG,10,2.4",
        "a,2024-01-01,1,MUG,3,2.5",
        "a,2024-01-08,1,MUG,10,2.5",
        ",2024-01-01,1,MUG,10,2.5",
    ],
    ids=["another customer", "another product", "another price", "too few", "later", "anonymous"],
)
def test_a_return_does_not_tie_to_what_it_cannot_undo(loading: Any, unlike: str) -> None:
    assert ties(loading, [unlike, "a,2024-01-05,R,MUG,-4,2.5"]) == {}


def test_a_return_on_the_day_of_its_purchase_ties(loading: Any) -> None:
    assert ties(loading, ["a,2024-01-05,1,MUG,4,2.5", "a,2024-01-05,R,MUG,-4,2.5"]) == {"R": "1"}


def test_returns_without_quantities_tie_by_their_amount(loading: Any) -> None:
    content = (
        "customer,day,order,what,amount\na,2024-01-01,1,mug,9.99\na,2024-01-02,2,mug,5\na,2024-01-03,R,mug,-9.99\n"
    )
    columns = {
        "customer_id": "customer",
        "ordered_at": "day",
        "order_id": "order",
        "product": "what",
        "amount": "amount",
    }
    assert loading.csv(content, columns).good.records()[2]["returns_order_id"] == "1"


def test_a_return_that_names_its_order_is_believed(loading: Any) -> None:
    content = (
        "customer,day,order,product,quantity,price,undoes\na,2024-01-01,1,MUG,4,2.5,\na,2024-01-05,R,MUG,-4,2.5,77\n"
    )
    loaded = loading.csv(content, {**COLUMNS, "returns_order_id": "undoes"})
    assert [row["returns_order_id"] for row in loaded.good.records()] == [None, "77"]


def test_a_business_of_returns_beyond_measure_ties_by_just_the_quantity(
    loading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "MOST_PAIRS", 0)
    rows = [
        "a,2024-01-01,1,MUG,4,2.5",
        "a,2024-01-02,2,MUG,9,2.5",
        "a,2024-01-05,R4,MUG,-4,2.5",
        "a,2024-01-05,R5,MUG,-5,2.5",
    ]
    assert ties(loading, rows) == {"R4": "1"}


LINE = st.tuples(
    st.sampled_from("ab"), st.integers(1, 6), st.sampled_from([-3, -2, -1, 1, 2, 3]), st.sampled_from([1.0, 2.5])
)


@settings(max_examples=12)
@given(rows=st.lists(LINE, min_size=1, max_size=25))
def test_ties_are_those_of_the_rule_read_line_by_line(shared_engine: Engine, rows: list[tuple[Any, ...]]) -> None:
    table = shared_engine.memory("lines", {
        "line_id": list(range(1, len(rows) + 1)),
        "customer_id": [row[0] for row in rows],
        "product_id": ["MUG"] * len(rows),
        "product": ["mug"] * len(rows),
        "order_id": [f"o{place}" for place in range(len(rows))],
        "day": [row[1] for row in rows],
        "quantity": [float(row[2]) for row in rows],
        "unit_price": [row[3] for row in rows],
        "amount": [row[2] * row[3] for row in rows],
    })  # fmt: skip
    lines = table.mutate(
        ordered_at=(table.day * 86_400).as_timestamp("s"), is_product=table.day > 0, is_return=table.quantity < 0
    )
    expected: dict[int, str] = {}
    for place, (customer, day, quantity, price) in enumerate(rows):
        fitting = [
            (other[1], at)
            for at, other in enumerate(rows)
            if quantity < 0 and other[0] == customer and other[3] == price and other[2] >= -quantity and other[1] <= day
        ]
        if fitting:
            expected[place + 1] = f"o{max(fitting)[1]}"
    found = shared_engine.records(tied_returns(lines, shared_engine))
    assert {row["line_id"]: row["returns_order_id"] for row in found} == expected
    near = shared_engine.records(tied_returns(lines_to_tie(lines.mutate(is_product=True)), shared_engine))
    assert {row["line_id"]: row["returns_order_id"] for row in near} == expected
