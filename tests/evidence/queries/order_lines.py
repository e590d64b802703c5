"""Order lines, customers, products and work with every kind of gap and edge that real ones have."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

AS_OF = date(2024, 2, 29)
"""A leap day, so that the year before it ends on 28 February."""

TEXT, FLOAT, WHOLE, TRUTH, DAY = pa.string(), pa.float64(), pa.int64(), pa.bool_(), pa.date32()
MOMENT = pa.timestamp("us")

ORDER_COLUMNS = {
    "line_id": WHOLE, "customer_id": TEXT, "ordered_at": MOMENT, "order_id": TEXT, "product_id": TEXT, "product": TEXT,
    "quantity": FLOAT, "unit_price": FLOAT, "amount": FLOAT, "discount": FLOAT, "tax": FLOAT, "unit_cost": FLOAT,
    "list_price": FLOAT, "channel_id": TEXT, "delivery_option_id": TEXT, "place": TEXT, "is_product": TRUTH,
    "is_return": TRUTH, "is_repeat": TRUTH, "returns_order_id": TEXT,
}  # fmt: skip
GIVEN = frozenset(
    {"customer_id", "ordered_at", "order_id", "product_id", "quantity", "amount", "unit_cost", "list_price", "place"}
)

LINES: list[dict[str, Any]] = [
    # Several lines and orders on one day, the first second and the last microsecond of days, letters of any kind.
    {"customer_id": "Åsa 😀", "ordered_at": "2021-11-30 23:59:59.999999", "order_id": "o1", "product_id": "p1",
     "product": "Tasse “ß”", "quantity": 2.0, "amount": 20.2, "unit_cost": 4.1, "discount": 0.8,
     "place": "Österreich"},
    {"customer_id": "Åsa 😀", "ordered_at": "2021-11-30 00:00:00", "order_id": "o1", "product_id": "p2",
     "product": "😀", "quantity": 1.0, "amount": 0.1, "place": "Österreich"},
    {"customer_id": "Åsa 😀", "ordered_at": "2021-11-30 12:00:00", "order_id": "o2", "product_id": "p2",
     "product": "！", "quantity": 3.0, "amount": 0.3, "place": "DE"},
    {"customer_id": "Åsa 😀", "ordered_at": "2021-11-30 12:00:00", "order_id": "o2", "product_id": "p2",
     "product": "！", "quantity": 3.0, "amount": 0.3, "place": "DE", "is_repeat": True},
    {"customer_id": "Åsa 😀", "ordered_at": "2023-05-31", "order_id": "o3", "product_id": "p1", "quantity": 1.0,
     "amount": 10.05, "place": "DE"},
    {"customer_id": "Åsa 😀", "ordered_at": "2023-06-02", "order_id": "r3", "product_id": "p1", "quantity": -1.0,
     "amount": -10.05, "place": "DE", "returns_order_id": "o3"},
    {"customer_id": "Åsa 😀", "ordered_at": "2024-02-29 23:59:59.999999", "order_id": "o4", "product_id": "p1",
     "quantity": 4.0, "amount": 40.4, "place": "FR", "channel_id": "web"},
    # Month ends of a customer who comes every month, once for nothing, once for part of a thing.
    *({"customer_id": "B", "ordered_at": f"{day} 08:00:00", "order_id": f"b{day}", "product_id": "p3",
       "product": "coffee", "quantity": 1.5, "amount": 33.335, "unit_cost": 7.7, "list_price": 22.3, "place": "UK",
       "channel_id": "shop"}
      for day in ("2022-01-31", "2022-02-28", "2022-03-31", "2022-04-30", "2023-01-31", "2023-02-28", "2023-03-01",
                  "2023-12-31", "2024-01-31", "2024-02-28")),
    {"customer_id": "B", "ordered_at": "2023-08-31", "order_id": "free", "product_id": "p4", "quantity": 1.0,
     "amount": 0.0, "place": "UK"},
    {"customer_id": "B", "ordered_at": "2023-02-28 09:00:00", "order_id": "b-back", "product_id": "p3",
     "quantity": -0.5, "amount": -11.115, "returns_order_id": "b2023-01-31", "place": "UK"},
    # Orders without numbers, products, places, quantities; two places at the same time.
    {"customer_id": "b ", "ordered_at": "2022-06-15 10:00:00", "amount": 5.0},
    {"customer_id": "b ", "ordered_at": "2022-06-15 11:00:00", "amount": 7.25, "product_id": "p1", "unit_price": 2.9},
    {"customer_id": "b ", "ordered_at": "2023-06-15", "amount": 1e-7, "place": "FR", "quantity": 0.25},
    {"customer_id": "b ", "ordered_at": "2023-06-15", "amount": 123456789.125, "place": "DE", "product_id": "p9",
     "unit_price": 0.0},
    {"customer_id": "b ", "ordered_at": "2023-06-16", "amount": -1.0},
    # Returns tied to an order of someone else, to none that is known, and on a day of their own.
    {"customer_id": "c", "ordered_at": "2022-03-01", "order_id": "c1", "product_id": "p1", "quantity": 10.0,
     "amount": 100.0, "unit_cost": 12.5, "place": "UK"},
    {"customer_id": "c", "ordered_at": "2022-03-01 18:00:00", "order_id": "c2", "product_id": "p1", "quantity": -10.0,
     "amount": -100.0, "place": "UK", "returns_order_id": "c1"},
    {"customer_id": "c", "ordered_at": "2023-07-01", "order_id": "c3", "product_id": "p1", "quantity": -1.0,
     "amount": -9.5, "returns_order_id": "o1"},
    {"customer_id": "c", "ordered_at": "2023-07-02", "order_id": "c4", "product_id": "p1", "quantity": -1.0,
     "amount": -9.5, "returns_order_id": "nowhere"},
    {"customer_id": "c", "ordered_at": "2023-09-30 12:00:00", "order_id": "c5", "product_id": "p2", "product": "Cup",
     "quantity": 3.0, "amount": 29.97, "place": "UK"},
    {"customer_id": "c", "ordered_at": "2023-09-30 12:00:00", "order_id": "c5", "product_id": "p3", "product": "cup",
     "quantity": 3.0, "amount": 29.97, "place": "US"},
    # One who only gave back, one who only paid postage, one of long ago, one of after the last day.
    {"customer_id": "d", "ordered_at": "2022-08-01", "order_id": "d1", "product_id": "p1", "quantity": -1.0,
     "amount": -3.0, "place": "UK"},
    {"customer_id": "e", "ordered_at": "2023-10-10", "order_id": "e1", "product_id": "POST", "product": "postage",
     "quantity": 1.0, "amount": 4.95, "is_product": False, "place": "UK"},
    {"customer_id": "f", "ordered_at": "2020-02-29", "order_id": "f1", "product_id": "p1", "quantity": 1.0,
     "amount": 12.0, "unit_cost": 20.0, "place": "UK"},
    {"customer_id": "n", "ordered_at": "2023-11-11", "amount": 8.0, "product": " unnamed\v", "channel_id": "fax"},
    {"customer_id": "n", "ordered_at": "2023-11-11", "amount": 8.0, "product_id": "p2", "product": "vif"},
    {"customer_id": "late", "ordered_at": "2024-03-01", "order_id": "z1", "product_id": "p1", "quantity": 1.0,
     "amount": 12.0},
    # Lines of no one, and lines that are no product.
    {"ordered_at": "2022-12-24 16:00:00", "order_id": "x1", "product_id": "p1", "quantity": 1.0, "amount": 11.0,
     "unit_cost": 5.0},
    {"ordered_at": "2023-12-24 16:00:00", "order_id": "x2", "product_id": "p5", "quantity": 2.0, "amount": 22.0,
     "place": "UK"},
    {"ordered_at": "2023-12-27", "order_id": "x3", "product_id": "p5", "quantity": -1.0, "amount": -11.0,
     "place": "UK"},
    {"ordered_at": "2023-12-28", "product_id": "ADJ", "amount": -500.0, "is_product": False},
    {"customer_id": "B", "ordered_at": "2024-02-28 08:00:00", "order_id": "b2024-02-28", "product_id": "POST",
     "product": "Porto", "amount": 3.9, "is_product": False, "place": "UK"},
]  # fmt: skip

PRODUCTS = [
    {"product_id": "p1", "name": "Tasse", "category": "cups", "unit_cost": 5.0, "list_price": 11.0},
    {"product_id": "p2", "category": "cups", "unit_cost": 0.05, "name": "Cup"},
    {"product_id": "p5", "category": None, "unit_cost": None, "name": "thing"},
    {"product_id": "p7", "category": "none", "unit_cost": 1.0, "name": None},
]
CUSTOMERS = [
    {"customer_id": "Åsa 😀", "name": "ÅSA", "geography": "Norden", "employees": 12.0, "revenue": 1e6},
    {"customer_id": "B", "name": "bee", "acquired_at": "2022-01-01 12:00", "industry": "Straße"},
    {"customer_id": "c", "left_at": "2023-10-01", "employees": 0.5},
    {"customer_id": "nobody here", "name": "x"},
]
BOOKS = [{"period": "2023-03", "line": "revenue", "amount": 90.5}, {"period": "2023", "line": "Löhne", "amount": -3.0}]
EXITS = [
    {"customer_id": "c", "at": "2023-10-01", "reason": "price", "returned_at": "2024-01-01"},
    {"customer_id": "late", "at": "2024-03-01", "reason_source": "seller"},
]
EVENTS = [
    {"activity_id": "call", "customer_id": "B", "at": "2024-01-01", "quantity": 2.0, "minutes": 7.5, "km": 3.0},
    {"activity_id": "call", "customer_id": "B", "at": "2024-02-29 23:59:59", "km": 0.1},
    {"activity_id": "call", "customer_id": None, "at": "2023-03-01", "quantity": 0.0, "minutes": 0.0},
    {"activity_id": "visit", "customer_id": "c", "at": "2023-06-30", "km": 120.7, "special": 1.0},
    {"activity_id": "visit", "customer_id": "Åsa 😀", "at": "2023-06-30", "minutes": 90.0, "km": 55.0},
    {"activity_id": "visit", "customer_id": "c", "at": "2022-06-30", "minutes": 30.0},
    {"activity_id": "pack", "customer_id": "late", "at": "2024-03-01", "quantity": 1.0},
]

IDS = [{"customer_id": name, "place": place} for name, place in (("B", 0), ("b ", 1), ("c", 0), ("Åsa 😀", 1))]

RATES = [
    {"currency": "DE", "date": "2021-12-01", "rate": 0.85},
    {"currency": "DE", "date": "2021-12-01 15:00:00", "rate": 0.86},
    {"currency": "DE", "date": "2022-03-01", "rate": 0.9},
    {"currency": "DE", "date": "2023-01-01", "rate": 1.1},
    {"currency": "DE", "date": "2023-01-03", "rate": 1.2},
    {"currency": "FR", "date": "2024-02-28", "rate": 0.1},
]

Rows = Sequence[Mapping[str, Any]]


_TIMES = {"ordered_at", "at", "date", "acquired_at", "left_at", "returned_at"}


def moments(rows: Rows) -> list[dict[str, Any]]:
    return [
        {key: datetime.fromisoformat(value) if key in _TIMES else value for key, value in row.items()} for row in rows
    ]


def filled_lines(rows: Rows) -> list[dict[str, Any]]:
    """Order lines with what loading always fills."""
    filled: list[dict[str, Any]] = []
    for number, row in enumerate(moments(rows), start=1):
        line: dict[str, Any] = {"line_id": number, "is_product": True, "is_repeat": False} | row
        line["is_return"] = line["is_product"] and ((line.get("quantity") or 0.0) < 0 or line["amount"] < 0)
        filled.append(line)
    return filled


def random_lines(seed: int, number: int = 400) -> list[dict[str, Any]]:
    """Order lines by chance over three years, with gaps of every kind and returns tied to earlier orders."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for place in range(number):
        at = datetime.fromisoformat("2021-02-01") + timedelta(
            days=chance.randrange(1125), seconds=chance.randrange(86_400)
        )
        quantity = chance.choice([None, 0.0, 1.0, 1.0, 2.0, 3.5])
        row: dict[str, Any] = {
            "customer_id": chance.choice([None, *(f"k{n}" for n in range(25))]),
            "ordered_at": at.isoformat(),
            "order_id": chance.choice([None, f"r{place // 3}", f"r{place // 3}"]),
            "product_id": chance.choice([None, "p1", "p2", "p3"]),
            "product": chance.choice([None, "cup", "Cup", "ćup"]),
            "quantity": quantity,
            "amount": round(chance.lognormvariate(3.0, 1.0), 2),
            "unit_cost": chance.choice([None, round(chance.uniform(0.0, 9.0), 2)]),
            "place": chance.choice([None, "UK", "UK", "DE", "ÖS"]),
            "is_product": chance.random() > 0.05,
        }
        earlier = [other for other in rows if other["customer_id"] == row["customer_id"] and other["order_id"]]
        if earlier and chance.random() < 0.15:
            undone = chance.choice(earlier)
            row["quantity"], row["amount"] = -1.0, -undone["amount"]
            row["returns_order_id"] = chance.choice([None, undone["order_id"], undone["order_id"]])
        rows.append(row)
    return rows
