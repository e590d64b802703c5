from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.decisions.best_set import BestSet, best_compatible_set
from patronage.decisions.decision import Cost, Decision
from patronage.decisions.ledger import ledger

Lists = list[dict[str, float]]

LISTS = st.lists(
    st.dictionaries(st.sampled_from([f"c{number}" for number in range(8)]), st.integers(1, 40).map(float), min_size=1),
    min_size=1,
    max_size=5,
)


@pytest.fixture
def make_rows(make_decision: Any, engine: Any) -> Any:
    """Proposals from lists of customers with values; the value of a proposal is its list's, less a cost of its own."""
    numbers = iter(range(1_000_000))

    def build(lists: Lists, costs: list[float] | None = None, kinds: list[str] | None = None) -> list[Decision]:
        rows: list[Decision] = []
        for place, people in enumerate(lists):
            table = engine.write(f"p{next(numbers)}", [{"customer_id": list(people), "value": list(people.values())}])
            value = sum(people.values()) - (costs[place] if costs else 0.0)
            kind = kinds[place] if kinds else "retain"
            rows.append(make_decision(str(place), kind=kind, value=value, people=table))
        return rows

    return build


def brute_force(lists: Lists) -> float:
    """The largest sum over customers of what the best chosen list brings for each."""
    names = {name for people in lists for name in people}
    best = 0.0
    for taken in product([False, True], repeat=len(lists)):
        chosen = [people for people, is_in in zip(lists, taken, strict=True) if is_in]
        best = max(best, sum(max((people.get(name, 0.0) for people in chosen), default=0.0) for name in names))
    return best


def test_a_customer_on_two_lists_counts_once_where_it_is_worth_more(make_rows: Any, engine: Any) -> None:
    rows = make_rows([{"a": 10.0, "b": 8.0}, {"b": 5.0, "c": 6.0}])
    found = best_compatible_set(rows, engine, "GBP")
    assert found.ids == (rows[0].id, rows[1].id)
    assert found.total.mean == pytest.approx(24.0)
    assert found.naive.mean == pytest.approx(29.0)
    assert found.counted[rows[1].id] == pytest.approx(6 / 11)


def test_a_cost_that_hangs_on_no_customer_is_paid_in_full(make_rows: Any, engine: Any) -> None:
    rows = make_rows([{"a": 10.0, "b": 8.0}, {"b": 7.0, "c": 2.0}], costs=[0.0, 4.0])
    found = best_compatible_set(rows, engine, "GBP")
    assert found.ids == (rows[0].id,)
    assert found.total.mean == pytest.approx(18.0)


def test_a_fixed_cost_that_decisions_of_one_action_share_is_paid_once(make_rows: Any, engine: Any) -> None:
    shared = Cost(one_off=6.0, fixed=6.0, action="costs_of_action.retain")
    rows = make_rows([{"a": 9.0}, {"b": 8.0}, {"a": 4.0, "c": 5.0}], costs=[6.0, 6.0, 0.0])
    rows = [replace(row, cost=shared) for row in rows[:2]] + rows[2:]
    found = best_compatible_set(rows, engine, "GBP")
    assert found.ids == (rows[0].id, rows[1].id, rows[2].id)
    assert found.total.mean == pytest.approx(9 + 8 + 5 - 6)
    alone = best_compatible_set([rows[0], rows[2]], engine, "GBP")
    assert alone.ids == (rows[2].id,)  # 9 less 6 and 5 of the other are less than the 9 of the other alone
    assert alone.total.mean == pytest.approx(9.0)
    unlisted = [replace(row, people=None) for row in rows[:2]]
    assert best_compatible_set(unlisted, None, "GBP").total.mean == pytest.approx(9 + 8 - 6)


def test_an_uncertain_fixed_cost_that_decisions_share_is_borne_once_in_every_draw(make_decision: Any) -> None:
    draws = np.random.default_rng(2).gamma(4.0, 2.0, 1000)
    shared = Cost(fixed=float(draws.mean()), action="costs_of_action.retain", fixed_draws=draws.astype(np.float32))
    rows = [make_decision(str(gain), value=gain - draws, cost=shared) for gain in (20.0, 30.0, 40.0)]
    found = best_compatible_set(rows, None, "GBP")
    assert len(found.ids) == 3
    assert found.total.draws == pytest.approx(90 - draws, rel=1e-4)
    assert found.total.mean == pytest.approx(90 - draws.mean())
    assert found.naive.sd == pytest.approx(3 * draws.std(), rel=1e-2)


def test_parting_with_customers_and_caring_for_the_same_ones_exclude_each_other(make_rows: Any, engine: Any) -> None:
    rows = make_rows([{"a": 10.0, "b": 8.0}, {"a": 9.0, "z": 3.0}], kinds=["retain", "let_go_or_reprice"])
    found = best_compatible_set(ledger(rows, engine=engine), engine, "GBP")
    assert found.ids == (rows[0].id,)


def test_a_named_conflict_without_lists_excludes(make_decision: Any) -> None:
    one, other = make_decision("one", value=5.0), make_decision("other", value=4.0)
    found = best_compatible_set([replace(one, conflicts_with=(other.id,)), other], None, "GBP")
    assert found.ids == (one.id,)


def test_the_total_is_taken_draw_by_draw(make_decision: Any) -> None:
    draws = np.random.default_rng(1).normal(10, 3, 1000)
    one, other = make_decision("one", value=draws), make_decision("other", value=20 - draws)
    found = best_compatible_set([one, other], None, "GBP")
    assert found.total.mean == pytest.approx(20.0)
    assert found.total.sd == pytest.approx(0.0, abs=1e-3)


def test_without_proposals_the_set_is_empty(make_decision: Any) -> None:
    found = best_compatible_set([make_decision("lost", value=-5.0), make_decision("none")], None, "GBP")
    assert found.ids == ()
    assert found.total.mean == 0.0


@given(LISTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_the_best_set_is_that_of_brute_force_and_keeps_its_bounds(make_rows: Any, engine: Any, lists: Lists) -> None:
    found: BestSet = best_compatible_set(make_rows(lists), engine, "GBP")
    sums = [sum(people.values()) for people in lists]
    assert found.total.mean == pytest.approx(brute_force(lists))
    assert max(sums) - 1e-6 <= found.total.mean <= sum(sums) + 1e-6
    assert found.naive.mean == pytest.approx(sum(sums))
    assert all(0 < share <= 1 + 1e-9 for share in found.counted.values())
