from __future__ import annotations

from dataclasses import replace
from typing import Any

from patronage.decisions.decision import Cost
from patronage.decisions.shared_cost import BORNE, sharing, with_shared_cost

SHARED = Cost(one_off=8.0, fixed=6.0, action="costs_of_action.retain")


def test_rows_that_bear_one_fixed_cost_say_how_many_they_are(make_decision: Any) -> None:
    one, other, alone, free = (make_decision(name, value=9.0) for name in ("one", "other", "alone", "free"))
    rows = [replace(one, cost=SHARED), replace(other, cost=SHARED), free]
    rows.append(replace(alone, cost=replace(SHARED, action="costs_of_action.grow")))
    found = with_shared_cost(rows)
    assert sharing(rows) == {"costs_of_action.retain": (0, 1)}
    for row in found[:2]:
        assert row.evidence[-1].finding == "costs_of_action"
        assert row.evidence[-1].table == "retain"
        assert row.evidence[-1].figures == {BORNE: 2, "that cost": 6.0}
    assert found[2:] == tuple(rows[2:])
