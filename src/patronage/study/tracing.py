"""From a figure down to the order lines behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.evidence.store import rows_where, stored
from patronage.vocabulary.errors import Fault, ProjectError

if TYPE_CHECKING:
    from patronage.study.shelf import Run

MOST_LINES = 200
"""Most lines that are told of one customer."""


def lines_of_customer(run: Run, customer: str) -> list[dict[str, Any]]:
    """The first order lines of a customer as they were loaded, under all of its ids, in the order of the source.

    Raises ProjectError when the loaded lines are gone, or hold no such customer.
    """
    folder = next((name for name in run.record["uses"] if name.startswith("orders-")), None)
    path = run.project.good / str(folder) / "orders.parquet"
    if folder is None or not path.is_file():
        raise ProjectError(
            Fault(str(run.project.folder), "the loaded order lines are gone", "run again: patronage run DIR")
        )
    rows: list[dict[str, Any]] = []
    for name in _ids_of(run, customer):
        rows += rows_where(stored(path), "customer_id", name, MOST_LINES - len(rows))
    rows.sort(key=lambda row: row["line_id"])
    if not rows:
        raise ProjectError(Fault("--customer", f"no order line has the customer {customer!r}", "check its id"))
    return rows


def _ids_of(run: Run, customer: str) -> list[str]:
    """The ids under which the sources have a customer; its own where it was not merged."""
    folder = next((name for name in run.record["uses"] if name.startswith("identity-")), None)
    path = run.project.good / str(folder) / "identity.parquet"
    if folder is None or not path.is_file():
        return [customer]
    own = rows_where(stored(path), "customer_id", customer, 1)
    merged = str(own[0]["merged_id"]) if own else customer
    found = rows_where(stored(path), "merged_id", merged, MOST_LINES)
    return [str(row["customer_id"]) for row in found] or [customer]
