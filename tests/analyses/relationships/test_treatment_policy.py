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
    assert found.why.startswith("none for all but visit for UK: worth ")
    assert abroad.raw == pytest.approx(15 - 6, abs=4)
    assert [(arm.name, arm.cost) for arm in found.arms] == [("mail", 0.5), ("none", 0.0), ("visit", 6.0)]


def test_one_treatment_that_is_better_everywhere_is_told_for_all(learned: Any) -> None:
    (found,) = learned(*shop(7, lambda place, arm: 20.0 if arm == "mail" else 0.0), PLACES).experiments
    assert {one.treatment for one in found.segments} == {"mail"}
    assert found.why.startswith("mail for all in place of none: worth ")
    assert found.over_default.p05 < 20 - 0.5 < found.over_default.p95


def test_one_treatment_for_all_is_an_answer(learned: Any) -> None:
    (found,) = learned(*shop(2, lambda place, arm: 0.0)).experiments
    assert {one.treatment for one in found.segments} == {"none"}
    assert found.over_default.mean == 0.0
    assert found.why.startswith("none for all: no segment surely does better with another treatment")
    assert "a customer more than it is worth" in found.why
    assert found.claimed > found.claimed_value


def test_until_the_watch_ends_intervals_hold_at_every_look_and_a_deviation_takes_more(learned: Any) -> None:
    lines, treated = shop(1, lambda place, arm: 15.0 if (place, arm) == ("UK", "visit") else 0.0)
    (early,) = learned(lines, treated, PLACES).experiments
    assert (early.look.days, early.look.watch, early.look.running) == (171, 365, True)
    # 171 of 365 days: s = 6.3289 * 171 / 365 = 2.965, and sqrt((s + 1) / s (ln(s + 1) + 4.6052)).
    assert early.look.errors == pytest.approx(2.8285, abs=1e-3)
    assert early.look.words == (
        "the test runs until 2024-01-10: looked at after 171 days of outcomes, by the data of 2023-06-30, with "
        "intervals that hold however early and often it is looked at"
    )
    (late,) = learned(lines, treated | {"watch_days": [150.0] * 900}, PLACES).experiments
    assert (late.look.days, late.look.running, late.until) == (150, False, date(2023, 6, 9))
    assert late.look.errors == pytest.approx(1.645, abs=1e-3)
    assert late.look.words == (
        "the test was watched for 150 days, until 2023-06-09, as the column watch_days says: the intervals are those "
        "of that one look, and later data move nothing"
    )
    assert late.over_default.p95 - late.over_default.p05 < early.over_default.p95 - early.over_default.p05


def test_a_gain_that_one_look_would_call_sure_is_not_sure_at_every_look(learned: Any) -> None:
    lines, treated = shop(2, lambda place, arm: 9.5 if (place, arm) == ("UK", "visit") else 0.0)
    (early,) = learned(lines, treated, PLACES).experiments
    (late,) = learned(lines, treated | {"watch_days": [150.0] * 900}, PLACES).experiments
    told = [{one.segment: one for one in found.segments}["uk"] for found in (early, late)]
    assert [one.treatment for one in told] == ["none", "visit"]
    assert [one.other for one in told] == ["visit", "visit"]
    assert all(0.95 < (one.p_better or 0) < 0.9975 for one in told)


def test_the_table_has_every_segment_under_every_arm(learned: Any) -> None:
    lines, treated = shop(1, lambda place, arm: 15.0 if (place, arm) == ("UK", "visit") else 0.0)
    rows: list[Any] = learned(lines, treated, PLACES).arms.records()
    assert [(row["segment"], row["arm"]) for row in rows] == [(place, arm) for place in ("de", "uk") for arm in (
        "mail", "none", "visit")]  # fmt: skip
    assert sum(row["customers"] for row in rows) == 900
    assert [row["arm"] for row in rows if row["chosen"]] == ["none", "visit"]
    assert [row["effect"] for row in rows if row["arm"] == "none"] == [None, None]
    (visit,) = (row for row in rows if (row["segment"], row["arm"]) == ("uk", "visit"))
    (none,) = (row for row in rows if (row["segment"], row["arm"]) == ("uk", "none"))
    assert visit["effect"] == pytest.approx(visit["brought"] - none["brought"])
    assert visit["p05"] < 15 - 6 < visit["p95"]


def test_it_applies_to_customers_of_today_who_bought_as_lately_as_those_tested(learned: Any) -> None:
    lines, treated = shop(1, lambda place, arm: 0.0)
    lines = [line for line in lines if line["customer_id"] != "c0001" or line["ordered_at"].year == 2022]
    # One who bought before anybody else and never since: longer silent on the last day than all were before the test.
    lines.append(
        {"customer_id": "old", "ordered_at": datetime.fromisoformat("2021-01-01"), "amount": 5.0, "place": "UK"}
    )
    found = learned(lines, treated, PLACES)
    people: list[Any] = found.customers.records()
    assert {row["experiment"] for row in people} == {"winter"}
    ids = {row["customer_id"] for row in people}
    assert "old" not in ids
    assert {row["segment"]: row["place"] for row in people} == {"de": "DE", "uk": "UK"}
    assert len(ids) == len(people) > 800


def test_arms_that_chance_has_drawn_pass_the_checks_and_say_so(learned: Any) -> None:
    found = learned(*shop(3, lambda place, arm: 0.0))
    (one,) = found.experiments
    assert one.checks.failed == ()
    assert min(one.checks.split, one.checks.mixing, one.checks.past) > 0.001
    assert not one.checks.planned
    assert {arm.name: arm.past_apart for arm in one.arms}["none"] == 0.0
    assert found.words[1].startswith("The checks hold: arms of mail ")
    assert "against equal shares (P 0." in found.words[1]


def _swapped(treated: dict[str, list[Any]], who: Callable[[int], bool], arm: str) -> dict[str, list[Any]]:
    return treated | {"arm": [arm if who(place) else old for place, old in enumerate(treated["arm"])]}


def test_an_uneven_split_fails_unless_it_was_planned(learned: Any) -> None:
    lines, treated = shop(4, lambda place, arm: 0.0)
    uneven = _swapped(treated, lambda place: place % 7 == 0, "none")
    (found,) = learned(lines, uneven).experiments
    assert found.checks.split < 0.001
    assert len(found.checks.failed) == 1
    assert found.checks.failed[0].startswith("its arms (mail ")
    assert found.checks.failed[0].endswith(
        "are too far from equal shares for chance; where other shares were meant, give them in the column planned_share"
    )
    # A seventh more to none leaves two sevenths to each of the others.
    shares = {"planned_share": [3 / 7 if arm == "none" else 2 / 7 for arm in uneven["arm"]]}
    (planned,) = learned(lines, uneven | shares).experiments
    assert planned.checks.planned
    assert planned.checks.failed == ()


def test_arms_that_hang_on_the_segment_or_on_the_past_fail(learned: Any) -> None:
    lines, treated = shop(5, lambda place, arm: 0.0)
    spent: dict[str, float] = {}
    for line in lines:
        if line["ordered_at"].date() < START:
            spent[line["customer_id"]] = spent.get(line["customer_id"], 0.0) + line["amount"]
    order = sorted(spent, key=lambda who: spent[who])
    rank = {who: place for place, who in enumerate(order)}
    best = [rank[who] > 700 and who[-1] in "02468" for who in treated["customer_id"]]
    (chosen,) = learned(lines, _swapped(treated, best.__getitem__, "visit")).experiments
    assert chosen.checks.past < 0.001
    assert any("too unlike for chance to have drawn them" in one for one in chosen.checks.failed)
    (mixed,) = learned(lines, _swapped(treated, lambda place: place % 8 == 1, "visit"), PLACES).experiments
    assert mixed.checks.mixing < 0.001
    assert any(
        one.startswith("its arms are shared out otherwise from segment to segment") for one in mixed.checks.failed
    )


def test_without_an_arm_of_today_the_best_for_all_is_the_default_and_says_so(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 9.0 if arm == "mail" else 0.0)
    named = treated | {"arm": ["letter" if arm == "none" else arm for arm in treated["arm"]]}
    (found,) = learned(lines, named).experiments
    assert (found.default, found.default_is_today) == ("mail", False)
    assert "mail for all (the best for all: no arm is named as today's, such as none or control)" in found.why
    (usual,) = learned(
        lines, treated | {"arm": ["No e-mail" if arm == "none" else arm for arm in treated["arm"]]}
    ).experiments
    assert (usual.default, usual.default_is_today) == ("No e-mail", True)


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


def test_two_arms_that_are_named_as_todays_are_refused(learned: Any) -> None:
    lines, treated = shop(4, lambda place, arm: 0.0)
    with pytest.raises(
        EstimationError,
        match=r"^treatments: winter has 2 arms that are named as today's, Control group and none; leave that name to",
    ):
        learned(lines, _swapped(treated, lambda place: treated["arm"][place] == "mail", "Control group"))


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


def test_customers_whom_the_orders_do_not_know_are_refused(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 0.0)
    with pytest.raises(
        EstimationError, match=r"^treatments: none of the 900 customers of winter bought anything, before "
    ):
        learned(lines, treated | {"customer_id": [f"z{who}" for who in treated["customer_id"]]})


def test_a_test_that_sets_no_end_is_watched_for_a_year(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 0.0)
    day = datetime.fromisoformat("2024-06-30")
    lines.append({"customer_id": "late", "ordered_at": day, "amount": 5.0, "place": "UK"})
    (found,) = learned(lines, treated, as_of=date(2024, 6, 30)).experiments
    assert (found.look.days, found.look.running, found.until) == (365, False, date(2024, 1, 10))
    assert ", until 2024-01-10, as a test is that sets no other end: the intervals are those" in found.look.words


def test_a_watch_beyond_reason_is_cut_and_one_below_a_day_is_refused_by_name(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 0.0)
    (found,) = learned(lines, treated | {"watch_days": [1e11] * 900}).experiments
    assert found.look.watch == 3650
    with pytest.raises(
        EstimationError, match=r"^treatments: winter has -3 in the column watch_days, which must be 1 or more; give the"
    ):
        learned(lines, treated | {"watch_days": [60.0] * 899 + [-3.0]})


def test_customers_whom_no_order_names_are_told_and_too_many_of_them_refused(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 0.0)
    strange = [f"z{who}" if place % 3 == 0 else who for place, who in enumerate(treated["customer_id"])]
    found = learned(lines, treated | {"customer_id": strange})
    note = "no order names 300 of the 900 customers of winter, before or since: they count as having brought nothing"
    assert found.experiments[0].notes[0].startswith(note)
    assert any(words.startswith(f"N{note[1:]}") for words in found.words)
    strange = [f"z{who}" if place % 3 else who for place, who in enumerate(treated["customer_id"])]
    with pytest.raises(
        EstimationError, match=r"^treatments: no order names 600 of the 900 customers of winter; give the customer ids"
    ):
        learned(lines, treated | {"customer_id": strange})


def test_a_customer_of_two_merged_ids_in_different_arms_is_left_out_and_told(learned: Any) -> None:
    lines, treated = shop(4, lambda place, arm: 0.0)
    merged = {name: [*values, values[0]] for name, values in treated.items()}
    merged["arm"][-1] = next(arm for arm in ARMS if arm != merged["arm"][0])
    found = learned(lines, merged | {"source_customer_id": [*treated["customer_id"], "another"]})
    assert sum(arm.customers for arm in found.experiments[0].arms) == 899
    assert found.words[-1] == (
        "1 customer of winter had ids that were merged into one and stand under different arms, and is left out."
    )


def test_an_arm_too_small_to_learn_from_is_refused(learned: Any) -> None:
    lines, treated = shop(6, lambda place, arm: 0.0)
    few = treated | {"arm": ["visit"] * 3 + ["none"] * 897}
    with pytest.raises(EstimationError, match=r"too small to learn from and to judge by \(none 897 and visit 3\)"):
        learned(lines, few)
