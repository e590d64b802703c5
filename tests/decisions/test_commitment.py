from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from patronage.decisions.commitment import Commitment, commitment_data, commitment_of, committed, first_day
from patronage.decisions.decision import Assumed, Basis, Cost
from patronage.decisions.frozen_list import frozen


def test_accepting_freezes_effect_cost_horizon_and_list(make_decision: Any, engine: Any) -> None:
    people = engine.write("listed", [{"customer_id": ["a", "b"], "amount": [5.0, None], "value": [1.0, 2.0]}])
    declared = Basis("costs_of_action", 1, "retain", {"cost per customer": 2.0, "share of customers who stay": 0.06})
    row = make_decision("one", value=9.0, people=people, evidence=(declared,))
    paid = Cost(4.0, 1.0, by_year=(5.0, 1.0, 1.0))
    row = replace(row, cost=paid, value_by_year=(4.0, 3.0, 2.0), assumed=Assumed(0.02, "share kept"))
    starts = date(2012, 1, 10)
    found = committed(row, 0.5, starts)
    listed = frozen([("a", 5.0), ("b", None)])
    assert found == Commitment(0.02, 4.0, 1.0, 3, 0.5, listed, 1, starts, gain_by_year=(9.0, 4.0, 3.0))
    assert commitment_of(commitment_data(found)) == found


def test_a_decision_without_list_or_declared_effect_commits_to_neither(make_decision: Any) -> None:
    assert committed(make_decision("one", value=9.0), 0.0) == Commitment(None, 0.0, 0.0, None, 0.0, frozen([]))


def test_acting_starts_on_the_day_of_the_accept_unless_the_past_is_replayed() -> None:
    accepted = date(2012, 1, 10)
    assert first_day(accepted, date(2011, 12, 9)) == accepted
    assert first_day(accepted, accepted) == date(2012, 1, 11)
    assert first_day(accepted, date(2010, 12, 9)) == date(2010, 12, 10)


def test_an_event_of_before_the_first_day_was_written_down_has_none(make_decision: Any) -> None:
    data = commitment_data(committed(make_decision("one", value=9.0), 0.0, date(2012, 1, 10)))
    del data["starts"], data["gain_by_year"]
    assert (commitment_of(data).starts, commitment_of(data).gain_by_year) == (None, ())


def test_a_gain_within_days_is_written_down_and_one_within_none_refused(make_decision: Any) -> None:
    decision = replace(make_decision("one", value=9.0), gain_days=60.0)
    data = commitment_data(committed(decision, 0.0, date(2012, 1, 10)))
    assert commitment_of(data).gain_days == 60.0
    with pytest.raises(ValueError, match=r"^has a gain within 0 days, which is no time$"):
        commitment_of(data | {"gain_days": 0})
