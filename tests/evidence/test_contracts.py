# ruff: noqa: DTZ001  times of canonical tables are naive UTC
"""The tables beside orders keep their contracts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patronage.evidence.loaded import Loaded


def reasons(loaded: Loaded) -> list[tuple[str, int, int]]:
    return [(item.reason, item.rows, item.first_row) for item in loaded.reasons]


def good(loaded: Loaded, column: str) -> list[Any]:
    return [row[column] for row in loaded.good.records()]


def test_customers_have_one_row_each(loading: Any) -> None:
    content = "id,name,sector,joined\n1,Ada,shops,2020-01-01\n2,Bob,,\n1,Eve,,2021-01-01\n,Ann,,\n3,Joe,,soon\n"
    columns = {"customer_id": "id", "name": "name", "acquired_at": "joined"}
    loaded = loading.csv(content, columns, table="customers", extra={"sector": "sector"})
    assert loaded.good.columns[-1] == "sector"
    assert [(row["customer_id"], row["name"]) for row in loaded.good.records()] == [("1", "Ada"), ("2", "Bob")]
    assert reasons(loaded) == [
        ("customer_id stands in an earlier row already", 1, 3),
        ("customer_id is missing", 1, 4),
        ("acquired_at is not a date", 1, 5),
    ]
    assert loaded.rows_in == loaded.good.rows + loaded.quarantine.rows == 5


def test_products_books_events_and_exits_load(loading: Any) -> None:
    products = loading.csv("sku,cost\nA,1.5\nB,\n", {"product_id": "sku", "unit_cost": "cost"}, table="products")
    assert good(products, "unit_cost") == [1.5, None]
    books = loading.csv("m,l,v\n2024-01,revenue,100\n", {"period": "m", "line": "l", "amount": "v"}, table="books")
    assert books.good.records() == [{"line_id": 1, "period": "2024-01", "line": "revenue", "amount": 100.0}]
    columns = {"activity_id": "what", "customer_id": "who", "at": "day", "minutes": "min"}
    content = "what,who,day,min,air\ncall,a,2024-01-01,5,1\ncall,a,2024-01-02,-5,0\ncall,,2024-01-02,nan,0\n"
    events = loading.csv(content, columns, table="activity_events", extra={"air": "air"})
    assert (good(events, "minutes"), good(events, "air")) == ([5.0], [1.0])
    assert [item.reason for item in events.reasons] == ["minutes is below 0", "minutes is not a finite number"]
    exits = loading.csv("who,day\na,2024-01-01\n", {"customer_id": "who", "at": "day"}, table="exits")
    assert good(exits, "at") == [datetime(2024, 1, 1)]
