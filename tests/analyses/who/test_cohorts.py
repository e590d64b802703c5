"""Retention and revenue by month of the first purchase."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.analyses.who.cohorts import Cell, cohorts, retention_at
from patronage.evidence.tables import Orders
from patronage.vocabulary.errors import EstimationError

Build = Callable[..., Orders]


def line(customer: str | None, day: str, amount: float = 10.0, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount} | rest


LINES = [
    line("a", "2024-01-05"), line("a", "2024-01-20"), line("a", "2024-03-01", 5.0),
    line("b", "2024-01-31"), line("b", "2024-02-01"),
    line("c", "2024-02-10"), line("c", "2024-04-02"),
    line(None, "2024-01-01", 99.0),
]  # fmt: skip


def test_cells_of_seven_purchases_are_those_counted_by_hand(make_orders: Build) -> None:
    found = cohorts(make_orders(LINES, as_of=date(2024, 4, 10)))
    cells: list[Any] = found.cells.records()
    told = [(f"{row['cohort']:%m}", row["age"], row["customers"], row["active"], row["revenue"]) for row in cells]
    # April is not over, so no cell counts it.
    assert told == [
        ("01", 0, 2, 2, 30.0), ("01", 1, 2, 1, 10.0), ("01", 2, 2, 1, 5.0),
        ("02", 0, 1, 1, 10.0), ("02", 1, 1, 0, 0.0),
    ]  # fmt: skip
    assert found.cohorts == 2
    assert found.retention_month_1 == pytest.approx(1 / 3)
    assert (found.retention_month_6, found.best_cohort) == (None, None)


def test_a_month_that_is_over_counts(make_orders: Build) -> None:
    found = cohorts(make_orders(LINES, as_of=date(2024, 4, 30)))
    cells: list[Any] = found.cells.records()
    assert [row["active"] for row in cells if row["age"] == 2] == [1, 1]


def test_retention_weighs_cohorts_by_their_size() -> None:
    cells = [Cell(date(2024, 1, 1), 1, 90, 9), Cell(date(2024, 2, 1), 1, 10, 10), Cell(date(2024, 3, 1), 0, 50, 50)]
    assert retention_at(cells, 1) == 0.19


def test_the_best_and_worst_cohorts_leave_out_the_first_and_the_small(make_orders: Build) -> None:
    rows = [line(f"first{i}", f"2023-01-{i:02d}") for i in range(1, 25)]
    for cohort, stays in (("2023-02", 6), ("2023-03", 2), ("2023-04", 4)):
        size = 5 if cohort == "2023-04" else 20
        month = int(cohort[-2:])
        for i in range(size):
            rows += [line(f"{cohort}{i}", f"2023-{month + age:02d}-10") for age in range(stays + 1)]
    found = cohorts(make_orders(rows, as_of=date(2023, 12, 31)))
    assert (found.best_cohort, found.worst_cohort) == ("2023-02", "2023-03")


def test_one_purchase_each_gives_no_retention(make_orders: Build) -> None:
    rows = [line("a", "2024-01-05"), line("b", "2024-01-06"), line("c", "2024-03-31")]
    found = cohorts(make_orders(rows))
    assert (found.retention_month_1, found.retention_month_12) == (0.0, None)


@pytest.mark.parametrize("rows", [[line(None, "2024-01-05")], [line("a", "2024-01-05", -3.0)]])
def test_without_a_customer_who_kept_a_purchase_there_are_no_cohorts(
    rows: list[dict[str, Any]], make_orders: Build
) -> None:
    with pytest.raises(EstimationError, match=r"orders.customer_id: no customer kept a purchase; map the column"):
        cohorts(make_orders(rows))


purchases = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d"]),
        st.dates(date(2023, 1, 1), date(2024, 6, 30)),
        st.integers(1, 100_000).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=purchases)
def test_cells_conserve_customers_and_revenue(rows: list[tuple[str, date, float]], make_orders: Build) -> None:
    end = date(2024, 6, 30)
    found = cohorts(make_orders([line(who, f"{day}", amount) for who, day, amount in rows], as_of=end))
    cells: list[Any] = found.cells.records()
    assert sum(row["customers"] for row in cells if row["age"] == 0) == len({who for who, _, _ in rows})
    assert sum(row["active"] for row in cells) == len({(who, f"{day:%Y-%m}") for who, day, _ in rows})
    assert sum(row["revenue"] for row in cells) == pytest.approx(sum(amount for _, _, amount in rows), abs=1e-6)
    assert all(0 <= row["retention"] <= 1 for row in cells)
    assert all(row["retention"] == 1 for row in cells if row["age"] == 0)
