"""Whom to treat otherwise than all are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.decisions.decision import Decision, Status
from patronage.decisions.ledger import ledger
from patronage.decisions.rules.treat import treat
from patronage.evidence.store import stored
from patronage.findings import relationships
from patronage.findings.relationships import (
    Checks,
    ExperimentPolicy,
    Look,
    SegmentTreatment,
    TreatmentPolicy,
)
from patronage.findings.trust import Arms, Ranged, Tracked, TrackRecord
from patronage.strategy.segments import SegmentRule, SegmentRules
from patronage.vocabulary.grade import Grade

ONCE = 1.6448536
LOOK = Look(60, 60, running=False, planned=1.0, errors=ONCE, words="it was watched for 60 days")
SOUND = Checks(0.5, planned=True, mixing=0.5, past=0.5, failed=(), words="fine")
PEOPLE = {
    "experiment": pa.string(), "customer_id": pa.string(), "place": pa.string(), "segment": pa.string(),
    "amount": pa.float64(), "last_day": pa.date32(), "in_test": pa.bool_(),
}  # fmt: skip


def around(mean: float, error: float) -> Ranged:
    return Ranged(mean, mean - ONCE * error, mean + ONCE * error)


def segment(name: str, treatment: str, gain: float, error: float = 1.0, **changes: Any) -> SegmentTreatment:
    told: dict[str, Any] = {"p_better": 0.99, "needed": 300, "raw": gain + 1} | changes
    return SegmentTreatment(name, 500, treatment, "visit", around(gain, error), **told)


def experiment(*segments: SegmentTreatment, over: Ranged, **changes: Any) -> ExperimentPolicy:
    arm = relationships.TestedArm
    arms = (arm("none", 500, 0.0, around(10, 1)), arm("visit", 500, 2.0, around(11, 1)))
    made = ExperimentPolicy(
        "winter", date(2011, 9, 2), date(2011, 10, 31), "none", arms, segments, around(11, 1), over, 12.0, 11.0, "",
        LOOK, SOUND,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.fixture
def make_policy(tmp_path: Path) -> Callable[..., TreatmentPolicy]:
    """What experiments say, with ten customers in the north and four in the south of 100 of revenue each.

    A test that runs holds three of the north and all of the south.
    """

    def build(*experiments: ExperimentPolicy, refused: tuple[str, ...] = (), **changes: Any) -> TreatmentPolicy:
        rows = [
            {"experiment": one.experiment, "customer_id": f"{where}{place}", "place": "UK", "segment": where,
             "amount": 100.0, "last_day": date(2011, 11, 1), "in_test": one.look.running and place < held}
            for one in experiments
            for where, size, held in (("north", 10, 3), ("south", 4, 4))
            for place in range(size)
        ]  # fmt: skip
        path = tmp_path / "people.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(PEOPLE.items())), path)
        made = TreatmentPolicy(
            Grade.EXPERIMENT, date(2011, 12, 9), "GBP", "margin_measured", (), experiments, refused, stored(path),
            stored(path),
        )  # fmt: skip
        return replace(made, **changes)

    return build


@pytest.fixture
def told(make_policy: Any, terms: Any, engine: Any) -> Callable[[ExperimentPolicy], Decision]:
    """The one row that the rule gives on an experiment."""

    def build(found: ExperimentPolicy) -> Decision:
        (row,) = treat(make_policy(found), None, terms, engine)
        return row

    return build


def test_a_segment_that_surely_gains_is_proposed_with_its_money_its_list_and_its_evidence(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    # Half of the customers tested gain 6 each: 3 a customer, of which 1.5 are left on customers not learned from.
    found = experiment(
        segment("north", "visit", 6.0, 0.6), SegmentTreatment("south", 500, "none", None, None, None, None),
        over=around(1.5, 0.3),
    )  # fmt: skip
    rules = SegmentRules((SegmentRule("north", "The north", None, "all"),))
    (row,) = treat(make_policy(found), rules, terms, engine)
    assert (row.status, row.grade) == (Status.PROPOSED, Grade.EXPERIMENT)
    move = row.move
    assert (move.subject, move.from_state) == ("customers in The north", "none")
    assert move.to_state == "visit, as tested in winter"
    assert row.value is not None
    assert row.value.mean == pytest.approx(10 * 6 * 0.5)
    # Off by a fifth, as the policy's value is, and by a tenth, as the segment's own gain is.
    assert row.value.sd == pytest.approx(30 * (0.2**2 + 0.1**2) ** 0.5, rel=0.08)
    assert row.value_raw is not None
    assert row.value_raw.mean == pytest.approx(10 * 7)
    assert row.value_by_year == pytest.approx((30.0, 0.0, 0.0))
    assert (row.cost.one_off, row.cost.by_year) == (20.0, (20.0, 0.0, 0.0))
    assert row.payback == pytest.approx(60 / 365.25 * 20 / 50)
    assert row.gain_days == 60.0
    assert row.break_even is not None
    assert (row.break_even.effect, row.at_stake) == (2.0, 1000.0)
    assert row.questions == ("3.21a", "3.21b")
    assert [basis.finding for basis in row.evidence] == ["treatment_policy", "treatments"]
    assert row.people is not None
    people: list[Any] = row.people.records()
    assert len(people) == 10
    assert people[0] == {"customer_id": "north0", "place": "UK", "amount": 100.0, "value": 3.0,
                         "why": "in segment The north, bought last on 2011-11-01"}  # fmt: skip
    assert row.reason == (
        "10 customers in The north, with GBP 1,000 of revenue in the last twelve months, are like those to whom visit "
        "brought GBP 6 (GBP 5.01 to GBP 6.99) more from each than none in winter, net of its cost (500 such customers "
        "tested); on customers that it was not learned from, treating by segments is worth GBP 1.50 (GBP 1.01 to GBP "
        f"1.99) a customer over none for all; treating each of them so once in the coming year is worth {_told(row)} "
        "net; it was watched for 60 days."
    )


def _told(row: Decision) -> str:
    assert row.value is not None
    return f"GBP 30 (GBP {row.value.p05:.0f} to GBP {row.value.p95:.0f})"


def test_its_value_comes_corrected_into_the_ledger_and_stays(make_policy: Any, terms: Any, engine: Any) -> None:
    found = experiment(segment("north", "visit", 6.0), segment("south", "visit", 3.0), over=around(4.0, 0.5))
    both = experiment(segment("north", "visit", 6.0), over=around(4.0, 0.5), experiment="spring")
    rows = treat(make_policy(found, both), None, terms, engine)
    assert len(rows) == 2
    kept = {row.id: row for row in ledger(rows)}
    for row in rows:
        assert kept[row.id].value == row.value
        assert kept[row.id].value_raw == row.value_raw


def test_the_best_of_several_experiments_is_taken_back_by_its_luck(make_policy: Any, terms: Any, engine: Any) -> None:
    one = experiment(segment("north", "visit", 6.0, 0.6), over=around(6.0, 1.0))
    others = [replace(one, experiment=name, over_default=around(mean, 1.0)) for name, mean in (("a", 2.0), ("b", 2.2))]
    (alone,) = treat(make_policy(one), None, terms, engine)
    first, *_ = treat(make_policy(one, *others), None, terms, engine)
    assert alone.value is not None
    assert first.value is not None
    assert first.value.mean < alone.value.mean == pytest.approx(60)
    # Both say the same before luck is taken out.
    assert first.value_raw is not None
    assert alone.value_raw is not None
    assert first.value_raw.mean == alone.value_raw.mean


def test_experiments_in_which_nobody_deviates_take_nothing_from_a_sure_one(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    sure = experiment(segment("north", "visit", 6.0, 0.6), over=around(6.0, 1.2))
    alone = SegmentTreatment("north", 500, "none", None, None, None, None)
    nulls = [replace(experiment(alone, over=around(0.0, 0.0)), experiment=name) for name in ("a", "b", "c")]
    row, *_ = treat(make_policy(sure, *nulls), None, terms, engine)
    assert row.value is not None
    assert row.value.mean == pytest.approx(60)


def test_every_segment_under_one_treatment_is_one_decision(make_policy: Any, terms: Any, engine: Any) -> None:
    found = experiment(segment("north", "visit", 6.0), segment("south", "visit", 3.0), over=around(9.0, 0.5))
    (row,) = treat(make_policy(found), None, terms, engine)
    assert row.move.subject == "customers of all segments"
    assert row.value is not None
    assert row.value.mean == pytest.approx(10 * 6 + 4 * 3)
    assert row.people is not None
    assert row.people.rows == 14
    # Both are off together by 1 in 18 as the policy is, and by 1 in 6 and 1 in 3 each by itself.
    assert row.value.sd == pytest.approx((4**2 + 10**2 + 4**2) ** 0.5, rel=0.08)


def test_a_gain_of_more_than_a_year_counts_a_years_part_and_a_poor_segment_no_more_than_its_own(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    long = replace(LOOK, days=730)
    found = experiment(segment("north", "visit", 6.0, raw=4.0), over=around(9.0, 0.5), look=long)
    (row,) = treat(make_policy(found), None, terms, engine)
    assert row.value is not None
    # A customer brings 4 and the 2 paid for it in 730 days, of which 365.25 count: 3.002; the 2 are paid in full.
    assert row.value.mean == pytest.approx(10 * (6 * 365.25 / 730 - 2))
    assert row.value.mean == pytest.approx(10.02, abs=0.01)
    # The spread is that of the gain's year: of 40 a sixth by the segment's own gain and an eighteenth by the policy's.
    assert row.value.sd == pytest.approx(20.01 * (1 / 6**2 + 1 / 18**2) ** 0.5, rel=0.08)
    assert row.value_raw is not None
    assert row.value_raw.mean == pytest.approx(10.02, abs=0.01)
    # The first year brings 30.02 of which 20 are paid: two thirds of it.
    assert row.payback == pytest.approx(20 / 30.02, abs=1e-3)
    assert row.gain_days == 365.25
    people: list[Any] = row.people.records() if row.people else []
    assert people[0]["value"] == pytest.approx(1.002, abs=1e-3)


def test_a_gain_that_pays_its_cost_only_after_the_coming_year_is_not_proposed(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    long = replace(LOOK, days=730)
    found = experiment(segment("north", "visit", 1.5, 0.2, raw=1.5), over=around(1.5, 0.2), look=long)
    (row,) = treat(make_policy(found), None, terms, engine)
    # Half of 1.5 + 2 within the year against 2 paid: a loss of 0.25 each.
    assert (row.status, row.value) == (Status.NOTHING_TO_GAIN, None)


def test_a_proposal_that_was_accepted_and_measured_shows_it_and_one_that_did_harm_is_made_no_more(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    policy = make_policy(experiment(segment("north", "visit", 6.0), over=around(6.0, 0.5)))
    (before,) = treat(policy, None, terms, engine)
    seen = Tracked(
        before.id, "treat", before.move.subject, date(2011, 11, 1), date(2011, 11, 2), date(2011, 12, 9), Arms(300, 90),
        Ranged(60, 40, 80), Ranged(55, 30, 80), None, 0.99, None, "as_expected", "",
    )  # fmt: skip
    record = TrackRecord(Grade.EXPERIMENT, date(2011, 12, 9), "GBP", (replace(seen, id="other"), seen), ())
    (row,) = treat(policy, None, terms, engine, record=record)
    assert (row.status, row.value) == (Status.PROPOSED, before.value)
    assert row.reason.endswith(
        "; accepted on 2011-11-01, it brought GBP 55 (GBP 30 to GBP 80) from 2011-11-02 to 2011-12-09, before its "
        "cost, with 300 customers acted on and 90 left alone by chance."
    )
    assert row.evidence[-1].finding == "track_record"
    assert row.evidence[-1].figures["measured gain from its own customers, before its cost"] == 55
    harm = replace(seen, measured=Ranged(-50, -90, -10), verdict="harmful")
    (row,) = treat(policy, None, terms, engine, record=replace(record, decisions=(harm,)))
    assert (row.id, row.status, row.value, row.people) == (before.id, Status.REFUSED, None, None)
    assert row.at_stake == before.at_stake
    assert row.reason == (
        "No proposal, although visit, as tested in winter did better there: accepted on 2011-11-01, it brought GBP -50 "
        "(GBP -90 to GBP -10) from 2011-11-02 to 2011-12-09, before its cost, with 300 customers acted on and 90 left "
        "alone by chance; that is harm. Treat these customers as before, and test anew before any of them is treated "
        "so again."
    )
    by_share = replace(harm, measured=None, why="it does harm")
    (row,) = treat(policy, None, terms, engine, record=replace(record, decisions=(by_share,)))
    assert "better there: accepted on 2011-11-01, it does harm; that is harm. Treat" in row.reason
    open_still = replace(seen, measured=None, verdict="no_holdout")
    assert (
        treat(policy, None, terms, engine, record=replace(record, decisions=(open_still,)))[0].reason == before.reason
    )


def test_while_a_test_runs_its_own_customers_are_left_off_its_list(make_policy: Any, terms: Any, engine: Any) -> None:
    running = replace(LOOK, running=True)
    found = experiment(segment("north", "visit", 6.0), over=around(6.0, 0.5), look=running)
    (row,) = treat(make_policy(found), None, terms, engine)
    assert row.value is not None
    assert row.value.mean == pytest.approx(7 * 6)
    assert (row.at_stake, row.cost.one_off) == (700.0, 14.0)
    assert row.people is not None
    people: list[Any] = row.people.records()
    assert [one["customer_id"] for one in people] == [f"north{place}" for place in range(3, 10)]
    assert "net; 3 customers of the test itself, which still runs, are left off the list; it was" in row.reason
    south = experiment(segment("south", "visit", 6.0), over=around(6.0, 0.5), look=running)
    (row,) = treat(make_policy(south), None, terms, engine)
    assert (row.status, row.value, row.at_stake) == (Status.REFUSED, None, 400.0)
    assert row.reason.endswith(
        "but the 4 customers of today who stand so and bought as lately are in that test themselves; no proposal, "
        "because to treat them otherwise while it runs would spoil it."
    )


def test_what_is_not_sure_is_told_as_not_known_with_the_test_that_would_tell(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    found = experiment(segment("south", "none", 2.0, 2.0, p_better=0.84, needed=300), over=around(0.0, 0.0))
    (row,) = treat(make_policy(found), None, terms, engine)
    assert (row.status, row.value, row.at_stake, row.grade) == (Status.REFUSED, None, 400.0, Grade.EXPERIMENT)
    assert row.reason == (
        "We do not know whether visit does better than none for customers in south: in winter it brought GBP 2 (GBP "
        "-1.29 to GBP 5.29) more from each, net of its cost; it was watched for 60 days; so none stands, and the test "
        "would tell."
    )
    assert row.learning is not None
    # 300 in each arm show 2; with 4 in all a difference of 2 times the root of 600 / 4.
    assert row.learning.test == (
        "Showing a difference of GBP 2 takes 600 customers in south and there are 4: let chance part them, let half of "
        "these get visit and half none, and compare what they bring within 60 days, and know that only GBP 24 or more "
        "would show with 80% power."
    )
    few = replace(found, segments=(replace(found.segments[0], needed=2),), look=replace(LOOK, running=True))
    (row,) = treat(make_policy(few), None, terms, engine)
    assert row.learning is not None
    assert row.learning.test == (
        "Let winter run to its end first, since more of its outcomes may tell. Let chance pick 4 of the 4 customers in "
        "south, let half of these get visit and half none, and compare what they bring within 60 days: a difference of "
        "GBP 2 shows with 80% power."
    )


def test_a_policy_that_does_not_surely_beat_the_default_elsewhere_proposes_nothing(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    found = experiment(segment("north", "visit", 6.0, 0.6), over=around(0.5, 0.4))
    (row,) = treat(make_policy(found), None, terms, engine)
    assert (row.status, row.value) == (Status.REFUSED, None)
    assert (
        "a policy so learned is worth GBP 0.50 (GBP -0.16 to GBP 1.16) a customer over none for all on customers that "
        "it was not learned from, which is not surely more than nothing"
    ) in row.reason


def test_one_treatment_for_all_is_an_answer(make_policy: Any, terms: Any, engine: Any) -> None:
    found = experiment(SegmentTreatment("north", 500, "none", None, None, None, None), over=around(0.0, 0.0))
    (row,) = treat(make_policy(found), None, terms, engine)
    assert (row.status, row.at_stake) == (Status.NOTHING_TO_GAIN, 1400.0)
    assert row.reason == (
        "In no segment of winter did visit bring more than none once the cost is paid, so none for "
        "all stands; it was watched for 60 days."
    )


def test_an_experiment_that_is_unsound_untold_or_about_nobody_is_refused_with_the_reason(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    sure = experiment(segment("north", "visit", 6.0), over=around(4.0, 0.5))
    uneven = replace(sure, checks=replace(SOUND, failed=("its arms (none 400 and visit 600) are too far apart",)))
    (row,) = treat(make_policy(uneven), None, terms, engine)
    assert row.status is Status.REFUSED
    assert row.reason == (
        "No proposal, because the arms of winter are not as chance draws them: its arms (none 400 and visit 600) are "
        "too far apart. Find out how customers came to their arms, or lost them, and test anew."
    )
    (row,) = treat(make_policy(sure, basis="revenue"), None, terms, engine)
    assert row.reason.endswith("against which no cost can be set: declare company.gross_margin or give unit costs.")
    nobody = experiment(segment("west", "visit", 6.0), over=around(4.0, 0.5))
    (row,) = treat(make_policy(nobody), None, terms, engine)
    assert row.status is Status.REFUSED
    assert row.reason.endswith("no proposal, because there is nobody to list.")
    first, second = treat(make_policy(sure, refused=("treatments: odd has a single arm",)), None, terms, engine)
    assert first.status is Status.PROPOSED
    assert second.reason == "No proposal from what cannot be read: treatments: odd has a single arm."


def test_an_experiment_without_an_arm_of_today_proposes_nothing_and_asks_for_its_name(
    make_policy: Any, terms: Any, engine: Any
) -> None:
    found = experiment(segment("north", "visit", 6.0), over=around(4.0, 0.5), default_is_today=False)
    (row,) = treat(make_policy(found), None, terms, engine)
    assert (row.status, row.value, row.at_stake) == (Status.REFUSED, None, 1400.0)
    assert row.reason == (
        "No proposal: name today's arm. None of the arms of winter (none and visit) is named as the treatment that "
        "customers get today, so nobody can tell what would change: call that arm none or control in the treatments "
        "and run again."
    )


@given(
    st.tuples(st.floats(-5, 50), st.floats(0.01, 20)),
    st.tuples(st.floats(-5, 20), st.floats(0.01, 10)),
    st.none() | st.floats(-5, 60),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_value_is_more_than_was_seen_and_none_without_an_interval_above_nothing(
    told: Callable[[ExperimentPolicy], Decision],
    own: tuple[float, float],
    honest: tuple[float, float],
    raw: float | None,
) -> None:
    gain, over = own[0], honest[0]
    alone = SegmentTreatment("north", 500, "none", None, None, None, None)
    found = experiment(segment("north", "visit", *own, raw=raw) if gain > 0 else alone, over=around(*honest))
    row = told(found)
    assert (row.value is not None) == (row.status is Status.PROPOSED)
    if row.value is None:
        return
    assert found.over_default.p05 > 0
    assert 0 < row.value.mean <= 10 * min(gain, over, gain if raw is None else raw) * (1 + 1e-9)
    assert row.value_raw is not None
    assert row.value_raw.mean >= row.value.mean - 1e-9
    assert sum(row.value_by_year) == pytest.approx(row.value.mean)
    assert row.p_better is not None
    assert row.p_better >= 0.5
