"""Whom to treat how, by the experiments among the treatments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from patronage.analyses.relationships.treatment_policy import treatment_policy
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.evidence.tables import Treatments
from patronage.findings.relationships import TreatmentPolicy
from patronage.strategy.segments import SegmentRule, SegmentRules
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.expressions import parsed

START, AS_OF = date(2023, 1, 10), date(2023, 6, 30)
ARMS = ("none", "mail", "visit")


def shop(
    seed: int, effect: Callable[[str, str], float], customers: int = 900
) -> tuple[list[Any], dict[str, list[Any]]]:
    """Order lines of customers in two places, and the test of what each arm adds to what they spend after it."""
    random = np.random.default_rng(seed)
    lines, rows = [], []
    for number in range(customers):
        who, place = f"c{number:04d}", ("DE", "UK")[number % 2]
        for _ in range(1 + random.poisson(2)):
            day = datetime.fromisoformat("2022-01-01") + timedelta(days=float(random.uniform(0, 370)))
            lines.append({"customer_id": who, "ordered_at": day, "amount": random.gamma(4, 5), "place": place})
        arm = ARMS[random.integers(3)]
        rows.append((who, arm))
        after = datetime.fromisoformat("2023-02-01") + timedelta(days=float(random.uniform(0, 100)))
        amount = random.gamma(4, (20 + effect(place, arm)) / 4)
        lines.append({"customer_id": who, "ordered_at": after, "amount": amount, "place": place})
    at = datetime.combine(START, datetime.min.time())
    size = len(rows)
    treated = {
        "customer_id": [who for who, _ in rows], "experiment_id": ["winter"] * size, "arm": [arm for _, arm in rows],
        "at": [at] * size, "cost": [{"none": 0.0, "mail": 0.5, "visit": 6.0}[arm] for _, arm in rows],
    }  # fmt: skip
    return lines, treated


@pytest.fixture
def learned(make_orders: Callable[..., Any], make_terms: Callable[..., Any]) -> Callable[..., TreatmentPolicy]:
    def build(
        lines: list[Any], treated: dict[str, list[Any]], rules: SegmentRules | None = None, as_of: date = AS_OF
    ) -> TreatmentPolicy:
        orders = make_orders([line for line in lines if line["ordered_at"].date() <= as_of], as_of)
        terms = make_terms(as_of)
        treatments = Treatments(orders.engine.memory("treatments", treated), orders.engine)
        repeat = repeat_buying(orders, None, terms)
        return treatment_policy(treatments, orders, repeat, rules=rules, customers=None, terms=terms)

    return build


PLACES = SegmentRules(
    tuple(
        SegmentRule(place.lower(), place, parsed(f"place = '{place}'"), f"place = '{place}'") for place in ("DE", "UK")
    )
)


def test_a_segment_that_surely_gains_leaves_the_treatment_of_all(learned: Any) -> None:
    lines, treated = shop(1, lambda place, arm: 15.0 if (place, arm) == ("UK", "visit") else 0.0)
    (found,) = learned(lines, treated, PLACES).experiments
    assert (found.experiment, found.start, found.until) == ("winter", date(2023, 1, 11), AS_OF)
    assert found.default == "none"
    assert {one.segment: one.treatment for one in found.segments} == {"de": "none", "uk": "visit"}
    (abroad,) = (one for one in found.segments if one.segment == "uk")
    assert (abroad.customers, abroad.other) == (450, "visit")
    assert abroad.gain is not None
    assert abroad.gain.p05 < 15 - 6 < abroad.gain.p95
    # Half of the customers gain 15 less the cost of 6.
    assert found.over_default.p05 < 4.5 < found.over_default.p95
    assert found.why.startswith("none for all but visit for uk: worth ")
    assert [(arm.name, arm.cost) for arm in found.arms] == [("mail", 0.5), ("none", 0.0), ("visit", 6.0)]


def test_one_treatment_for_all_is_an_answer(learned: Any) -> None:
    (found,) = learned(*shop(2, lambda place, arm: 0.0)).experiments
    assert {one.treatment for one in found.segments} == {"none"}
    assert found.over_default.mean == 0.0
    assert found.why.startswith("none for all: no segment surely does better with another treatment")
    assert "a customer more than it is worth" in found.why
    assert found.claimed > found.claimed_value


def test_without_declared_segments_customers_are_parted_by_what_they_did_before(learned: Any) -> None:
    lines, treated = shop(3, lambda place, arm: 0.0)
    (found,) = learned(lines, treated).experiments
    known = {"never bought before", "bought once", "bought again, lately", "bought again, long ago"}
    assert {one.segment for one in found.segments} <= known
    assert sum(one.customers for one in found.segments) == 900


def test_an_experiment_that_cannot_be_read_says_why_and_leaves_the_others(learned: Any) -> None:
    lines, treated = shop(4, lambda place, arm: 0.0)
    crossed = {name: [*values, values[0]] for name, values in treated.items()}
    crossed["arm"][-1] = next(arm for arm in ARMS if arm != crossed["arm"][0])
    crossed["experiment_id"] = [*crossed["experiment_id"][:-1], "winter"]
    with pytest.raises(EstimationError, match=r"^treatments: 1 customer of winter under more than one arm; give each"):
        learned(lines, crossed)
    both = {name: [*values, *values] for name, values in treated.items()}
    both["experiment_id"] = ["winter"] * 900 + ["odd"] * 900
    both["arm"][900:] = ["mail"] * 900
    found = learned(lines, both)
    assert [one.experiment for one in found.experiments] == ["winter"]
    assert found.refused == ("treatments: odd has a single arm; give those left alone too, under an arm such as none",)


@pytest.mark.parametrize(
    ("change", "as_of", "message"),
    [
        ({"arm": "none"}, AS_OF, r"899 rows of winter without an arm; give the arm of every customer"),
        ({}, date(2023, 1, 10), r"winter started on 2023-01-10, and the evidence ends on 2023-01-10; run again with"),
        ({"experiment_id": "winter"}, AS_OF, r"winter has a single arm; give those left alone too"),
    ],
)
def test_treatments_without_a_test_are_refused(learned: Any, change: dict[str, str], as_of: date, message: str) -> None:
    lines, treated = shop(5, lambda place, arm: 0.0)
    alone = {name: [*[None] * 899, last] for name, last in change.items()}
    with pytest.raises(EstimationError, match=rf"^treatments: {message}"):
        learned(lines, treated | alone, as_of=as_of)


def test_an_arm_too_small_to_learn_from_is_refused(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 0.0)
    few = treated | {"arm": ["visit"] * 3 + ["none"] * 897}
    with pytest.raises(EstimationError, match=r"too small to learn from and to judge by \(none 897 and visit 3\)"):
        learned(lines, few)
