from __future__ import annotations

from dataclasses import replace
from typing import Any

from patronage.decisions.commitment import Commitment, commitment_data, commitment_of, committed
from patronage.decisions.decision import Assumed, Basis, Cost
from patronage.decisions.frozen_list import frozen


def test_accepting_freezes_effect_cost_horizon_and_list(make_decision: Any, engine: Any) -> None:
    people = engine.write("listed", [{"customer_id": ["a", "b"], "amount": [5.0, None], "value": [1.0, 2.0]}])
    declared = Basis("costs_of_action", 1, "retain", {"cost per customer": 2.0, "share of customers who stay": 0.06})
    row = make_decision("one", value=9.0, people=people, evidence=(declared,))
    row = replace(row, cost=Cost(4.0, 1.0), value_by_year=(4.0, 3.0, 2.0), assumed=Assumed(0.02, "share kept"))
    found = committed(row, 0.5)
    assert found == Commitment(0.02, 4.0, 1.0, 3, 0.5, frozen([("a", 5.0), ("b", None)]), 1)
    assert commitment_of(commitment_data(found)) == found


def test_a_decision_without_list_or_declared_effect_commits_to_neither(make_decision: Any) -> None:
    assert committed(make_decision("one", value=9.0), 0.0) == Commitment(None, 0.0, 0.0, None, 0.0, frozen([]))


def test_a_list_that_was_written_in_the_event_itself_is_not_one_beside_it(make_decision: Any) -> None:
    data = commitment_data(committed(make_decision("one", value=9.0), 0.0)) | {"people": [["a", 5.0]]}
    assert commitment_of(data).people is None
