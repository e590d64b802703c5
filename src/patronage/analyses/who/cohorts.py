"""How customers who came in the same month stay, and what they spend as they age."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from patronage.evidence.queries.cohorts import cohort_cells
from patronage.evidence.tables import Orders
from patronage.findings.who import Cohorts
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade

COMPARED_AGES = range(1, 7)
LEAST_COMPARED = 20
"""Least size of a cohort that is called the best or the worst: smaller ones differ by luck."""


class Cell(NamedTuple):
    """One cohort at one age in months."""

    cohort: date
    age: int
    customers: int
    active: int


def cohorts(orders: Orders) -> Cohorts:
    """Retention and revenue by month of the first purchase, over whole calendar months.

    Raises EstimationError when no line names a customer who kept a purchase.
    """
    stored = orders.engine.keep(cohort_cells(orders), "cells")
    columns = orders.engine.columns(orders.engine.open(stored))
    days = columns["cohort"].astype("datetime64[D]").tolist()
    numbers = (columns[name].astype(int).tolist() for name in ("age", "customers", "active"))
    cells = [Cell(*row) for row in zip(days, *numbers, strict=True)]
    if not cells:
        raise EstimationError(
            Fault("orders.customer_id", "no customer kept a purchase", "map the column that names the customer")
        )
    best, worst = _best_and_worst(cells)
    return Cohorts(
        grade=Grade.BEHAVIOUR,
        cohorts=len({cell.cohort for cell in cells}),
        retention_month_1=retention_at(cells, 1),
        retention_month_6=retention_at(cells, 6),
        retention_month_12=retention_at(cells, 12),
        best_cohort=best,
        worst_cohort=worst,
        cells=stored,
    )


def retention_at(cells: list[Cell], age: int) -> float | None:
    """Share of customers who bought in that month of age, over the cohorts that reached it; None where none did."""
    there = [cell for cell in cells if cell.age == age]
    size = sum(cell.customers for cell in there)
    return sum(cell.active for cell in there) / size if size else None


def _best_and_worst(cells: list[Cell]) -> tuple[str | None, str | None]:
    """The cohorts with the highest and the lowest mean retention of months 1 to 6, among those comparable.

    The first cohort of the evidence is left out, since it holds customers who came before the evidence begins.
    """
    rates: defaultdict[date, list[float]] = defaultdict(list)
    for cell in cells:
        if cell.age in COMPARED_AGES and cell.customers >= LEAST_COMPARED:
            rates[cell.cohort].append(cell.active / cell.customers)
    rates.pop(min(cell.cohort for cell in cells), None)
    means = sorted((sum(seen) / len(seen), cohort) for cohort, seen in rates.items() if len(seen) == len(COMPARED_AGES))
    if len(means) < 2:
        return None, None
    return f"{means[-1][1]:%Y-%m}", f"{means[0][1]:%Y-%m}"
