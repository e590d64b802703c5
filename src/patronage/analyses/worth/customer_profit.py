"""What each customer brings after the activities it uses, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.worth.order_cost_thresholds import order_cost_thresholds
from patronage.analyses.worth.shared_draws import draw_rows, row_quantiles
from patronage.evidence.engine import Columns
from patronage.evidence.queries.basis import MARGIN_DECLARED, REVENUE, ValueBasis, value_basis
from patronage.evidence.queries.periods import Window, counted_window
from patronage.evidence.queries.profit import COUNTED, customer_values, profit_totals, ranked_profits, with_costs
from patronage.evidence.queries.who import customer_places
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.worth import ActivityCosts, CustomerProfit, ProfitPart
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.estimate import LIKELY, Draws, Estimate, Floats, certain, estimate
from patronage.vocabulary.grade import weakest
from patronage.vocabulary.terms import Terms

BATCH = 10_000
"""Customers whose draws are held at once: 40 MB at 1,000 draws."""

SHOWN = (
    "customer_id", "place", "orders", "lines", "revenue", "margin", "cost_to_serve", "avoidable_cost", "profit",
)  # fmt: skip


@dataclass(slots=True)
class _Losing:
    """What is added up while customers pass by."""

    customers: int = 0
    profit: float = 0.0


def customer_profit(orders: Orders, costs: ActivityCosts | None, terms: Terms) -> CustomerProfit:
    """Profit of each customer over the last twelve months, or as much of them as there is.

    Intervals come from the declared ranges of margin and costs, which all customers share draw by draw.
    Raises EstimationError when no product line of those days names a customer.
    Source: Kaplan & Anderson (2004), profit after time-driven cost to serve.
    """
    engine = orders.engine
    basis = value_basis(orders, terms)
    window = counted_window(terms.as_of, engine.value(orders.table.ordered_at.min()).date())
    values = engine.keep(_values(orders, basis, window, costs), "values")
    totals = engine.records(profit_totals(engine.open(values)))[0]
    if not totals["customers"]:
        _refuse(window)
    parts = _parts(basis, costs, terms)
    losing = _Losing()
    customers = _customers(orders, values, parts, losing)
    known = costs is not None and costs.customers is not None
    told = known or basis.kind != REVENUE
    unit = f"{basis.unit} after cost to serve" if known else basis.unit
    return CustomerProfit(
        grade=weakest([basis.grade] if costs is None or not known else [basis.grade, costs.grade]),
        basis=basis.kind,
        unit=unit,
        start=window.period.start,
        end=window.period.end,
        active_customers=totals["customers"],
        revenue=totals["revenue"],
        total=_total(parts, totals, unit),
        anonymous_revenue=totals["anonymous:revenue"],
        anonymous_profit=totals["anonymous:margin"] - (0.0 if costs is None else costs.anonymous_cost),
        cost_to_serve_known=known,
        losing=losing.customers if told else None,
        loss_total=losing.profit if told else None,
        customers=customers,
        parts=parts,
        thresholds=order_cost_thresholds(engine, customers),
        years=window.years,
    )


def _values(orders: Orders, basis: ValueBasis, window: Window, costs: ActivityCosts | None) -> Any:
    values = customer_values(orders, basis, window.period)
    if costs is None or costs.customers is None:
        return with_costs(values, None, ())
    return with_costs(values, orders.engine.open(costs.customers), [count.column for count in costs.counts])


def _refuse(window: Window) -> None:
    days = f"{window.period.start:%Y-%m-%d} to {window.period.end:%Y-%m-%d}"
    raise EstimationError(
        Fault("orders.customer_id", f"no product line of {days} names a customer", "map the column that names it")
    )


def _parts(basis: ValueBasis, costs: ActivityCosts | None, terms: Terms) -> tuple[ProfitPart, ...]:
    if basis.kind == MARGIN_DECLARED and basis.rate is not None:
        value = ProfitPart("revenue", 1, basis.rate)
    else:
        value = ProfitPart("margin", 1, certain(1.0, f"{terms.currency} per {terms.currency}", basis.grade))
    counts = () if costs is None or costs.customers is None else costs.counts
    return (value, *(ProfitPart(COUNTED + count.column, -1, count.cost) for count in counts))


def _drawn(parts: tuple[ProfitPart, ...]) -> Draws | None:
    rows = draw_rows([part.each for part in parts])
    return None if rows is None else rows * np.array([[part.sign] for part in parts], dtype=np.float32)


def _total(parts: tuple[ProfitPart, ...], totals: dict[str, Any], unit: str) -> Estimate:
    grade = weakest(part.each.grade for part in parts)
    mean, drawn = totals["margin"] - totals["cost_to_serve"], _drawn(parts)
    if drawn is None:
        return certain(mean, unit, grade)
    sums = np.array([totals[part.column] for part in parts])
    return estimate(sums @ drawn.astype(np.float64), unit, grade, mean=mean)


def _customers(orders: Orders, values: StoredTable, parts: tuple[ProfitPart, ...], losing: _Losing) -> StoredTable:
    engine = orders.engine
    ranked = ranked_profits(engine.open(values), customer_places(orders))
    wanted = dict.fromkeys((*SHOWN, *(part.column for part in parts)))
    drawn = _drawn(parts)

    def batches() -> Iterator[dict[str, NDArray[Any]]]:
        for batch in engine.batches(ranked.select(*wanted), size=BATCH):
            yield _profited(batch, parts, drawn, losing)

    return engine.write("customers", batches())


def _profited(
    batch: Columns, parts: tuple[ProfitPart, ...], drawn: Draws | None, losing: _Losing
) -> dict[str, NDArray[Any]]:
    profit = batch["profit"]
    low, high, chance = profit, profit, (profit < 0).astype(np.float64)
    if drawn is not None:
        columns: Floats = np.column_stack([batch[part.column] for part in parts])
        table = columns.astype(np.float32) @ drawn
        low, high = row_quantiles(table, (0.05, 0.95))
        chance = np.mean(table < 0, axis=1)
    likely = chance > LIKELY
    losing.customers += int(likely.sum())
    losing.profit += float(profit[likely].sum())
    figures = {name: batch[name] for name in SHOWN} | {"p05": low, "p95": high, "p_loss": chance}
    return figures | {part.column: batch[part.column] for part in parts}
