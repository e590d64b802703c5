"""Builders of small projects for tests of runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

STRATEGY = """\
company: {name: Corner shop, currency: GBP, horizon_years: 3, discount_rate: 0.10, time_unit: week}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, amount: amount, order_id: order}
"""


@pytest.fixture
def orders_csv() -> str:
    """Two years of orders of forty customers, some of whom stop, as CSV text."""
    lines = ["customer,day,amount,order"]
    number = 0
    for customer in range(40):
        last = 24 if customer % 3 else 9
        for month in range(customer % 5, last, 1 + customer % 4):
            number += 1
            day = f"{2020 + month // 12}-{month % 12 + 1:02d}-{1 + (customer * 7 + month * 3) % 27:02d}"
            lines.append(f"c{customer},{day},{10 + customer + month % 3}.50,o{number}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def make_project(tmp_path: Path, orders_csv: str) -> Callable[..., Path]:
    """A project folder with a strategy file and orders."""

    def build(strategy: str = STRATEGY, orders: str | None = None, name: str = "shop") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "strategy.yaml").write_text(strategy, encoding="utf-8")
        (folder / "orders.csv").write_text(orders_csv if orders is None else orders, encoding="utf-8")
        return folder

    return build
