"""Which decisions are about the same customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from patronage.decisions.decision import Decision
from patronage.evidence.engine import Engine
from patronage.evidence.queries.overlap import listed_customers, shared_customers

CONFLICT = 0.05
"""Share of the customers of the shorter list above which two decisions get in each other's way."""


def with_conflicts(decisions: Sequence[Decision], engine: Engine) -> tuple[Decision, ...]:
    """The decisions, each naming those whose list of people shares more than a twentieth of the shorter list."""
    lists = {each.id: each.people for each in decisions if each.people is not None and each.people.rows}
    if len(lists) < 2:
        return tuple(decisions)
    names = list(lists)
    tables = [engine.open(lists[name]) for name in names]
    sharing: dict[str, list[str]] = {}
    for row in engine.records(shared_customers(listed_customers(tables))):
        one, other = names[int(row["one"])], names[int(row["other"])]
        if int(row["customers"]) > CONFLICT * min(lists[one].rows, lists[other].rows):
            sharing.setdefault(one, []).append(other)
            sharing.setdefault(other, []).append(one)
    return tuple(
        replace(each, conflicts_with=tuple(sorted({*each.conflicts_with, *sharing.get(each.id, ())})))
        for each in decisions
    )
