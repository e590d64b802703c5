"""The money at stake in a decision, which is measured in the same way whatever it moves."""

from __future__ import annotations

from patronage.evidence.engine import Engine
from patronage.evidence.queries.lists import revenue_of
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Relation


def revenue_at_stake(people: StoredTable | None, customers: Relation, engine: Engine) -> float:
    """Revenue of the people of a working list over the last twelve months, in currency a year.

    customers: customer_id and revenue (of those twelve months), as `at_stake` of a decision is defined.
    """
    return 0.0 if people is None else stake_of(engine.open(people), customers, engine)


def stake_of(people: Relation, customers: Relation, engine: Engine) -> float:
    """Revenue of customers over the last twelve months, in currency a year; customers: as in revenue_at_stake."""
    return max(float(engine.records(revenue_of(people, customers))[0]["revenue"]), 0.0)
