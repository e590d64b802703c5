"""What changed between two periods and which customers caused it, without any assumption."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import Any

from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE, ValueBasis, value_basis
from patronage.evidence.queries.bridge import (
    PARTS,
    SAME,
    changes_by_place,
    changes_by_segment,
    compared_lines,
    customer_changes,
    other_changes,
    part_totals,
    retained_products,
    returned,
)
from patronage.evidence.queries.periods import Period, compared_periods, twelve_months_to
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.queries.who import customer_places
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Customers, Orders
from patronage.findings.worth import BridgeParts, ChangeBridge, PeriodTotal, Within
from patronage.kernels.bridge import Cells, Form, price_volume_mix
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Totals = dict[str, dict[str, float]]
"""The SUMS of each part; a part that does not occur has 0 of each."""

SUMS = ("customers", "from_revenue", "to_revenue", "from_value", "to_value", "value_up", "value_down")


@dataclass(frozen=True, slots=True)
class _Changes:
    """Revenue and value of both periods: of each customer, and of the lines without a customer or product."""

    customers: StoredTable
    others: StoredTable


def change_bridge(
    orders: Orders, customers: Customers | None, segments: SegmentRules | None, terms: Terms
) -> ChangeBridge:
    """The change of revenue and margin between two periods, by who caused it and by price, volume and mix.

    Raises EstimationError when all lines are of one day.
    Source: Marshall (1887), Edgeworth (1887) for the midpoint form.
    """
    periods = _periods(orders)
    basis = value_basis(orders, terms)
    engine = orders.engine
    lines = compared_lines(orders, basis, periods)
    kept = _Changes(
        engine.keep(customer_changes(lines, customer_places(orders)), "customers"),
        engine.keep(other_changes(lines), "apart"),
    )
    totals = _totals(engine, kept)
    parts = _revenue_parts(totals)
    within, by_product = _within(orders, lines, kept, fsum([parts.grown, parts.shrunk]))
    back = engine.records(returned(lines))[0]
    return ChangeBridge(
        grade=Grade.BEHAVIOUR,
        from_=_period_total(periods, 0, totals, basis, back["before"]),
        to=_period_total(periods, 1, totals, basis, back["after"]),
        parts=parts,
        margin_parts=None if basis.kind == REVENUE else _margin_parts(totals),
        margin_grade=None if basis.kind == REVENUE else basis.grade,
        within=within,
        form=_form(orders),
        counts={part: int(totals[part]["customers"]) for part in ("won", "grown", "shrunk", "lost", SAME)},
        customers=kept.customers,
        by_place=_by_place(orders, kept),
        by_segment=_by_segment(orders, kept, segments, customers),
        by_product=by_product,
    )


def _periods(orders: Orders) -> tuple[Period, Period]:
    first = orders.engine.value(orders.table.ordered_at.min()).date()
    periods = compared_periods(first, orders.as_of)
    if periods is None:
        raise EstimationError(
            Fault("orders.ordered_at", f"all lines are of {first:%Y-%m-%d}", "give at least two days to compare")
        )
    return periods


def _totals(engine: Engine, kept: _Changes) -> Totals:
    rows = engine.records(part_totals(engine.open(kept.customers), engine.open(kept.others)))
    found: Totals = {part: dict.fromkeys(SUMS, 0.0) for part in (*PARTS, SAME)}
    for row in rows:
        found[row["part"]] = {name: row[name] for name in SUMS}
    return found


def _revenue_parts(totals: Totals) -> BridgeParts:
    return BridgeParts(**{part: fsum([totals[part]["to_revenue"], -totals[part]["from_revenue"]]) for part in PARTS})


def _margin_parts(totals: Totals) -> BridgeParts:
    """The change of margin of the same customers; where revenue stayed the same, by the sign of the margin's change."""
    parts = {part: [totals[part]["to_value"], -totals[part]["from_value"]] for part in PARTS}
    parts["grown"].append(totals[SAME]["value_up"])
    parts["shrunk"].append(totals[SAME]["value_down"])
    return BridgeParts(**{part: fsum(sums) for part, sums in parts.items()})


def _period_total(
    periods: tuple[Period, Period], which: int, totals: Totals, basis: ValueBasis, returns: float
) -> PeriodTotal:
    side = ("from", "to")[which]
    period = periods[which]
    value = None if basis.kind == REVENUE else fsum(part[f"{side}_value"] for part in totals.values())
    revenue = fsum(part[f"{side}_revenue"] for part in totals.values())
    return PeriodTotal(_words(periods, which), period.start, period.end, revenue, value, returns)


def _words(periods: tuple[Period, Period], which: int) -> str:
    told = f"{periods[which].start:%Y-%m-%d} to {periods[which].end:%Y-%m-%d}"
    if periods[1] == twelve_months_to(periods[1].end):
        return told
    half = ("first", "second")[which]
    return f"{told} ({half} half of a history shorter than two years, {periods[which].days} days; season is not apart)"


def _within(orders: Orders, lines: Any, kept: _Changes, change: float) -> tuple[Within, StoredTable | None]:
    """Price, volume and mix over the products that customers of both periods bought; mix takes what is left."""
    engine = orders.engine
    columns = engine.columns(retained_products(lines, engine.open(kept.customers)))
    cells = Cells(columns["from_units"], columns["from_revenue"], columns["to_units"], columns["to_revenue"])
    found = price_volume_mix(cells, Form.MIDPOINT)
    within = Within(found.price, found.volume, fsum([change, -found.price, -found.volume]))
    if "product_id" not in orders.given or not columns["product_id"].size:
        return within, None
    split = {"price": found.price_by_cell, "volume": found.volume_by_cell, "mix": found.mix_by_cell}
    return within, engine.write("products", [columns | split])


def _form(orders: Orders) -> str:
    grain = "by product" if "product_id" in orders.given else "all products as one"
    units = "in units" if "quantity" in orders.given else "in order lines, since no quantities are given"
    return f"{Form.MIDPOINT.value}, {grain}, {units}"


def _by_place(orders: Orders, kept: _Changes) -> StoredTable | None:
    if "place" not in orders.given:
        return None
    engine = orders.engine
    return engine.keep(changes_by_place(engine.open(kept.customers), engine.open(kept.others)), "by_place")


def _by_segment(
    orders: Orders, kept: _Changes, rules: SegmentRules | None, customers: Customers | None
) -> StoredTable | None:
    if rules is None or not rules.segments:
        return None
    engine = orders.engine
    assigned = customer_segments(orders, [(rule.id, rule.rule) for rule in rules.segments], customers)
    return engine.keep(
        changes_by_segment(engine.open(kept.customers), engine.open(kept.others), assigned), "by_segment"
    )
