"""Accepted decisions, expected against measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.analyses.worth.track_record import track_record
from patronage.evidence.acceptance import Acceptance
from patronage.evidence.queries.periods import Period
from patronage.evidence.tables import Acceptances, Treatments
from patronage.findings.trust import TrackRecord
from patronage.vocabulary.errors import EstimationError

STARTS = date(2022, 7, 1)
LISTED = [f"c{number:05d}" for number in range(2, 400, 3)]
ALONE = set(LISTED[::3])
ONE = Acceptance(
    "abc", "win_back", "those who left", date(2022, 6, 20), STARTS, len(LISTED), len(ALONE), len(ALONE) / len(LISTED),
    (600.0, 100.0, 1500.0), (400.0, 300.0, 200.0), 0.1, None,
)  # fmt: skip


def extra(share: float, seed: int = 3) -> Iterator[dict[str, Any]]:
    """Orders of the customers acted on whom acting brings to buy once in the half year after."""
    random = np.random.default_rng(seed)
    for who in LISTED:
        if who not in ALONE and random.random() < share:
            day = datetime.fromisoformat("2022-07-01") + timedelta(days=float(random.uniform(0, 180)))
            yield {"customer_id": who, "ordered_at": day, "amount": 40.0}


@pytest.fixture
def told(make_orders: Callable[..., Any], make_terms: Callable[..., Any], company: Any) -> Callable[..., TrackRecord]:
    """The track record of one decision over a made-up company's orders up to a day."""

    def build(
        one: Acceptance = ONE, *, as_of: date = date(2022, 12, 31), works: float = 0.5, treated: Any = None,
        fault: str | None = None, beside: tuple[tuple[Acceptance, list[str]], ...] = (),
    ) -> TrackRecord:  # fmt: skip
        lines = [*company.lines(7), *extra(works)]
        orders = make_orders([line for line in lines if line["ordered_at"].date() <= as_of], as_of)
        terms, engine = make_terms(as_of), orders.engine
        repeat = repeat_buying(orders, None, terms)
        members = {"decision_id": ["abc"] * len(LISTED), "customer_id": LISTED,
                   "treated": [who not in ALONE for who in LISTED]}  # fmt: skip
        for other, listed in beside:
            rows = [(other.id, who, True) for who in listed]
            members = {
                name: [*members[name], *column] for name, column in zip(members, zip(*rows, strict=True), strict=True)
            }
        table = engine.memory("members", members) if one.held_out else None
        given = None if treated is None else Treatments(engine.memory("treatments", treated), engine)
        each = (one, *(other for other, _ in beside))
        return track_record(Acceptances(each, table, engine, fault=fault), repeat, given, terms)

    return build


def test_what_acting_brought_is_told_with_its_interval_and_the_effect_behind_it(told: Any) -> None:
    (row,) = told().decisions
    assert (row.arms.treated, row.arms.holdout) == (88, 45)
    assert (row.starts, row.until) == (STARTS, date(2022, 12, 31))
    # About half of the 88 acted on each bought for 40 more.
    assert row.measured.p05 < 88 * 0.5 * 40 < row.measured.p95
    assert row.effect.rise == pytest.approx(0.5, abs=0.2)
    assert 0 < row.effect.reach < 1
    assert row.effect.share.mean == pytest.approx(row.effect.rise / row.effect.reach)
    assert row.effect.assumed == 0.1
    assert row.p_better > 0.99
    assert row.verdict == "as_expected"
    assert row.why.startswith("it works, about as well as was assumed; it worked for ")


def test_expected_by_now_is_the_part_of_each_year_that_has_gone_by(told: Any) -> None:
    (row,) = told().decisions
    # Half of the first year's 400, from two thirds of the customers; the cost of 300 is added back to both ends.
    part = 0.5 * 400 / 900 * (1 - len(ALONE) / len(LISTED))
    assert row.expected.mean == pytest.approx(900 * part, rel=0.01)
    assert (row.expected.p05, row.expected.p95) == pytest.approx((400 * part, 1800 * part), rel=0.01)


def test_an_action_that_does_nothing_is_not_told_to_work(told: Any) -> None:
    record = told(works=0.0)
    (row,) = record.decisions
    assert row.measured.p05 < 0 < row.measured.p95
    assert row.verdict in ("open", "less_than_expected")
    (effect,) = record.effects
    assert (effect.kind, effect.decisions, effect.treated, effect.held_out) == ("win_back", ("abc",), 88, 45)
    assert effect.mean == row.effect.share.mean
    assert effect.spread == 0.0


def test_looking_early_gives_a_wider_interval_and_before_the_start_none(told: Any) -> None:
    (early,) = told(as_of=date(2022, 7, 31), works=0.0).decisions
    (late,) = told(works=0.0).decisions
    assert early.effect.share.p95 - early.effect.share.p05 > late.effect.share.p95 - late.effect.share.p05
    (none,) = told(as_of=date(2022, 6, 30)).decisions
    assert (none.verdict, none.measured, none.expected) == ("too_early", None, None)
    assert none.why == "the evidence ends on 2022-06-30, before acting starts on 2022-07-01"


def test_those_left_alone_whom_another_decision_acts_on_are_counted_and_warned_of(told: Any) -> None:
    other = replace(ONE, id="other", kind="grow", held_out=0, holdout=0.0)
    both = [*sorted(ALONE)[:9], *[who for who in LISTED if who not in ALONE][:22], "c00000"]
    row, beside = told(beside=((other, both),)).decisions
    assert (row.elsewhere.holdout, row.elsewhere.treated) == (9, 22)
    assert row.verdict == "as_expected"
    assert row.why.endswith(
        "lists of other accepted decisions of the same days hold 9 customers left alone here (20%) and 22 of those "
        "acted on (25%): what is measured is what this adds beside them, not what it does by itself"
    )
    assert (beside.verdict, beside.elsewhere.holdout) == ("no_holdout", 0)
    (alone,) = told().decisions
    assert alone.why in row.why
    assert alone.measured == row.measured


def test_another_list_that_holds_one_arm_alone_is_part_of_what_is_measured(told: Any) -> None:
    other = replace(ONE, id="other", kind="grow", held_out=0, holdout=0.0)
    acted = [who for who in LISTED if who not in ALONE][:44]
    row, _ = told(beside=((other, acted),)).decisions
    assert row.why.endswith(
        "hold 0 customers left alone here (0%) and 44 of those acted on (50%): what is measured is this together with "
        "what they do, since they reach one arm more than the other"
    )


def test_a_gain_within_days_is_expected_by_their_end(told: Any) -> None:
    (by_years,) = told().decisions
    (soon,) = told(replace(ONE, gain_days=60.0)).decisions
    part = 88 / 133
    assert by_years.expected.mean == pytest.approx(part * 400 * Period(STARTS, date(2022, 12, 31)).years)
    assert soon.expected.mean == pytest.approx(part * 900)
    (early,) = told(replace(ONE, gain_days=60.0), as_of=date(2022, 7, 30)).decisions
    assert early.expected.mean == pytest.approx(part * 900 / 2, rel=0.04)


@pytest.mark.parametrize(
    "change", [{"ended": date(2022, 6, 30), "starts": date(2022, 6, 1)}, {"starts": date(2023, 1, 1)}]
)
def test_what_acted_before_or_will_act_after_warns_of_nothing(told: Any, change: dict[str, Any]) -> None:
    other = replace(ONE, id="other", held_out=0, holdout=0.0, **change)
    row, _ = told(beside=((other, sorted(ALONE)),)).decisions
    assert (row.elsewhere.holdout, row.elsewhere.treated) == (0, 0)
    assert "other accepted decisions" not in row.why


def test_what_was_ended_is_told_up_to_that_day_and_keeps_its_place_among_the_experiments(told: Any) -> None:
    record = told(replace(ONE, ended=date(2022, 9, 30)))
    (row,) = record.decisions
    assert row.until == date(2022, 9, 30)
    (until_then,) = told(as_of=date(2022, 9, 30)).decisions
    assert row.measured.mean == pytest.approx(until_then.measured.mean, rel=1e-9)
    assert row.measured.p05 == pytest.approx(until_then.measured.p05, rel=1e-9)
    assert [one.kind for one in record.effects] == ["win_back"]


def test_without_a_holdout_nothing_can_be_told(told: Any) -> None:
    record = told(replace(ONE, held_out=0, holdout=0.0))
    (row,) = record.decisions
    assert (row.verdict, row.measured, row.arms.holdout) == ("no_holdout", None, 0)
    assert row.expected is not None
    assert record.effects == ()


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({"fault": "the list is missing"}, "not_measurable", "the list is missing"),
        ({"kind": "let_go_or_reprice"}, "not_measurable", "does not show in order lines yet"),
        (
            {"kind": "protect"},
            "not_measurable",
            "customers who do not leave later on, does not show in order lines yet",
        ),
        ({"holdout": 0.05}, "uneven_arms", "where chance left 5.0% alone: so uneven a split"),
    ],
)
def test_what_cannot_be_measured_says_why(told: Any, change: dict[str, Any], verdict: str, words: str) -> None:
    (row,) = told(replace(ONE, **change)).decisions
    assert (row.verdict, row.measured, row.effect) == (verdict, None, None)
    assert words in row.why


def test_a_kind_that_shows_in_money_has_its_effect_by_money(told: Any) -> None:
    (row,) = told(replace(ONE, kind="grow")).decisions
    assert row.effect.rise is None
    assert row.effect.share.mean == pytest.approx(0.1 * row.measured.mean / row.expected.mean)


def test_treatments_tell_who_was_acted_on_in_fact(told: Any) -> None:
    acted = [who for who in LISTED if who not in ALONE][::2]
    at = [datetime.fromisoformat("2022-07-02")] * len(acted)
    rows = {"customer_id": acted, "decision_id": ["abc"] * len(acted), "arm": ["treated"] * len(acted), "at": at}
    (whole,), (half,) = told().decisions, told(treated=rows).decisions
    assert half.measured == whole.measured
    # Half of the list was acted on, so that each of them answers for twice the rise.
    assert half.effect.share.mean == pytest.approx(2 * whole.effect.share.mean, rel=0.01)
    assert "50% more of those to be treated were acted on than of those left alone" in half.why
    nobody = {name: values[:1] for name, values in rows.items()} | {"decision_id": ["abd"]}
    other = told(treated=nobody)
    assert other.decisions == (whole,)
    assert other.unknown == ("treatments: 1 row of abd, which nobody accepted; did you mean 'abc'?",)
    few = {name: values[:2] for name, values in rows.items()}
    (hardly,) = told(treated=few).decisions
    assert (hardly.measured, hardly.effect) == (whole.measured, None)
    assert "too few of its list were acted on to tell for whom it works" in hardly.why


def test_treatments_that_contradict_the_list_are_all_told_at_once(told: Any) -> None:
    at = [datetime.fromisoformat(day) for day in ("2022-07-02", "2022-06-01", "2022-07-02")]
    rows = {
        "customer_id": ["stranger", LISTED[1], LISTED[0]], "decision_id": ["abc"] * 3,
        "arm": [None, "treated", "treated"], "at": at,
    }  # fmt: skip
    (row,) = told(treated=rows).decisions
    assert (row.verdict, row.measured) == ("not_measurable", None)
    strangers, early, swapped = (f"treatments: {told_of}" for told_of in row.why.split("treatments: ")[1:])
    assert strangers == (
        "treatments: 1 row of abc about customers who were on no list of it (first: stranger); give the decision that "
        "they were treated for; "
    )
    assert early == (
        f"treatments: 1 row of abc dated before acting started on 2022-07-01 (first: {LISTED[1]}); an effect cannot "
        "come before the action; "
    )
    assert swapped == (
        f"treatments: 1 row of abc under another arm than the one that chance drew (first: {LISTED[0]}); a holdout "
        "cannot be changed after the fact: give the arm of `lists`, or leave the column out"
    )


def test_a_journal_that_cannot_be_read_refuses_the_record(told: Any) -> None:
    with pytest.raises(EstimationError, match=r"^ledger\.jsonl: line 3 is no JSON; mend it, or restore it from git$"):
        told(fault="line 3 is no JSON")
