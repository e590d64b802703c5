"""What all customers are worth together, and where that value sits."""

from __future__ import annotations

from typing import Any

import numpy as np

from patronage.analyses.worth.equity_change import equity_change
from patronage.analyses.worth.own_luck import value_luck
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.lifetime import by_cohort, by_place, by_segment, equity_by, grouped_values
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Customers, Orders, Relation
from patronage.findings.lifetime import CustomerEquity, LifetimeValue, RepeatBuying
from patronage.kernels.calibration import top_share
from patronage.kernels.group_totals import SharedFactors, lucky_draws
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.estimate import Floats
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

    Every customer has one luck in all lists: equal groups have equal intervals, and the groups of a list add to the
    total draw by draw.
    """
    engine = orders.engine
    known = engine.open(lifetime.customers)
    values = engine.columns(known.select("value"))["value"]
    found = equity_change(engine, repeat, lifetime, terms)
    lists = {"by_cohort": by_cohort(known)}
    if "place" in orders.given:
        lists["by_place"] = by_place(known)
    if segments is not None and segments.segments:
        rules = [(rule.id, rule.rule) for rule in segments.segments]
        lists["by_segment"] = by_segment(known, customer_segments(orders, rules, customers))
    parts: dict[str, Any] = {"by_place": None, "by_segment": None}
    return CustomerEquity(
        grade=lifetime.grade,
        unit=lifetime.unit,
        total=lifetime.total,
        top_tenth_share=top_share(values, values),
        bridge=found.parts,
        bridge_note=found.note,
        why_no_bridge=found.why_not,
        **(parts | _parts(engine, lists, lifetime, terms)),
    )


def _parts(engine: Engine, lists: dict[str, Relation], lifetime: LifetimeValue, terms: Terms) -> dict[str, StoredTable]:
    """Of each list one row per group: name, customers, equity, p05, p95, share."""
    groups = [engine.columns(equity_by(each)) for each in lists.values()]
    luck = _luck(engine, list(lists.values()), groups, terms)
    shared = SharedFactors(lifetime.shared_gain, lifetime.shared_cost)
    tables: dict[str, StoredTable] = {}
    for name, found, own in zip(lists, groups, luck, strict=True):
        equity, cost = found["equity"].astype(float), found["cost"].astype(float)
        drawn = lucky_draws(equity + cost, cost, shared, own)
        low, high = np.quantile(drawn, (0.05, 0.95), axis=1)
        whole = float(equity.sum())
        share = (equity / whole).tolist() if whole > 0 else [None] * len(equity)
        columns = {"name": found["name"], "customers": found["customers"], "equity": equity}
        tables[name] = engine.write(name, [columns | {"p05": low, "p95": high, "share": share}])
    return tables


def _luck(engine: Engine, lists: list[Relation], groups: list[Columns], terms: Terms) -> list[Floats]:
    """The luck of the groups of each list, (groups, draws) each, from one reading of the customers."""
    sizes = [len(found["name"]) for found in groups]
    ends = np.cumsum(sizes)
    starts = ends - sizes
    places = [
        {name: place for place, name in enumerate(found["name"], start)}
        for found, start in zip(groups, starts.tolist(), strict=True)
    ]
    luck = np.zeros((int(ends[-1]), terms.draws))
    for batch in engine.batches(grouped_values(lists)):
        named = [[known[name] for name in batch[f"list_{place}"]] for place, known in enumerate(places)]
        luck += value_luck(batch["customer_id"], (batch["value"], batch["sd"]), named, len(luck), terms)
    return np.split(luck, ends[:-1].tolist())
