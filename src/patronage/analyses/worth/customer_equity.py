"""What all customers are worth together, and where that value sits."""

from __future__ import annotations

import numpy as np

from patronage.analyses.worth.equity_change import equity_change
from patronage.evidence.engine import Engine
from patronage.evidence.queries.lifetime import by_cohort, by_place, by_segment, equity_by
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Customers, Orders, Relation
from patronage.findings.lifetime import CustomerEquity, LifetimeValue, RepeatBuying
from patronage.kernels.calibration import top_share
from patronage.kernels.group_totals import GroupTotals, SharedFactors, group_draws
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.terms import Terms


def customer_equity(  # noqa: PLR0913  its parameters are its wiring
    orders: Orders,
    repeat: RepeatBuying,
    lifetime: LifetimeValue,
    *,
    customers: Customers | None,
    segments: SegmentRules | None,
    terms: Terms,
) -> CustomerEquity:
    """The lifetime value of all customers, by quarter of their first purchase, by place and by segment, and its change.

    Parts add to the total; their intervals share what moves all customers and have their own luck.
    """
    engine = orders.engine
    known = engine.open(lifetime.customers)
    values = engine.columns(known.select("value"))["value"]
    found = equity_change(engine, repeat, lifetime, terms)
    placed = "place" in orders.given
    ruled = segments is not None and bool(segments.segments)
    rules = [(rule.id, rule.rule) for rule in segments.segments] if segments is not None else []
    return CustomerEquity(
        grade=lifetime.grade,
        unit=lifetime.unit,
        total=lifetime.total,
        top_tenth_share=top_share(values, values),
        bridge=found.parts,
        bridge_note=found.note,
        why_no_bridge=found.why_not,
        by_cohort=_parts(engine, equity_by(by_cohort(known)), lifetime, ("by_cohort", terms.seed)),
        by_place=_parts(engine, equity_by(by_place(known)), lifetime, ("by_place", terms.seed)) if placed else None,
        by_segment=_parts(
            engine,
            equity_by(by_segment(known, customer_segments(orders, rules, customers))),
            lifetime,
            ("by_segment", terms.seed),
        )
        if ruled
        else None,
    )


def _parts(engine: Engine, groups: Relation, lifetime: LifetimeValue, drawn: tuple[str, int]) -> StoredTable:
    """One row per group: name, customers, equity, p05, p95, share."""
    name, seed = drawn
    found = engine.columns(groups)
    equity = found["equity"].astype(float)
    cost = found["cost"].astype(float)
    totals = GroupTotals(equity + cost, cost, found["variance"].astype(float))
    shared = SharedFactors(lifetime.shared_gain, lifetime.shared_cost)
    low, high = np.quantile(
        group_draws(totals, shared, seed=seed, name=f"customer_equity.{name}"), (0.05, 0.95), axis=1
    )
    whole = float(equity.sum())
    share = (equity / whole).tolist() if whole > 0 else [None] * len(equity)
    columns = {"name": found["name"], "customers": found["customers"], "equity": equity}
    return engine.write(name, [columns | {"p05": low, "p95": high, "share": share}])
