"""A mapping is found in its source, or everything that is wrong with it is told at once."""

from __future__ import annotations

from typing import Any


def test_everything_that_is_wrong_with_a_mapping_is_listed_at_once(loading: Any) -> None:
    columns = {"customer_id": "custmer", "amount": "amont * 2", "colour": "day", "place": "a ++ ("}
    assert loading.csv_refusal("customer,day,amount\na,2024-01-01,1\n", columns, keep="stat = 1").splitlines() == [
        "orders: the required column ordered_at is not mapped; map it: ordered_at: <column of the source>",
        (
            "orders: orders has no column 'colour'; it has amount, channel_id, currency, customer_id, "
            "delivery_option_id, discount, list_price, order_id, ordered_at, place, product, product_id, quantity, "
            "returns_order_id, tax, unit_cost, unit_price"
        ),
        "orders.customer_id: there is no column 'custmer'; did you mean 'customer'?",
        "orders.amount: there is no column 'amont'; did you mean 'amount'?",
        (
            "orders.place: there is no column 'a ++ (', and it is no expression: expected a name, a number or a text "
            "at character 7 of 'a ++ ('; the columns are 'customer', 'day', 'amount'"
        ),
        "orders.keep: there is no column 'stat'; the columns are 'customer', 'day', 'amount'",
    ]


def test_a_mapping_without_money_is_refused(loading: Any) -> None:
    assert loading.csv_refusal(
        "customer,day,n\na,2024-01-01,1\n", {"customer_id": "customer", "ordered_at": "day", "quantity": "n"}
    ) == ("orders: neither amount or quantity with unit_price is mapped; map amount or quantity with unit_price")


def test_an_unknown_table_is_refused_with_the_nearest(loading: Any) -> None:
    assert (
        loading.csv_refusal("a\n1\n", {}, table="order") == "order: there is no table 'order'; did you mean 'orders'?"
    )
