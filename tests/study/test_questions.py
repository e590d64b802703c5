"""The list of questions, held against its source, and the statuses that runs give to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.study.questions import LATER, Answer, answers, questions

ROOT = Path(__file__).resolve().parents[2]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


THIS_RELEASE = words(
    """order_summary change_bridge calendar buying_type activity_costs customer_profit whale_curve repeat_buying
    lifetime_value customer_equity cohorts behaviour_segments next_need category_gap price_discipline
    track_record treatment_policy first_purchase"""
)
LATER_RELEASES = words(
    """value_chain buying_units knowledge value_equations alternatives value_flow joint_surplus activity_review
    activity_fit contact_causes process_flow choice_model willingness why_segments segment_bases typing_tool
    price_driven offer_simulation unbundling price_and_line"""
)
EVIDENCE = words(
    """orders customers contacts products books activity_events interactions deals deal_reasons choices survey market
    feedback ideas exits treatments experiments referrals deliveries changes forecasts outcomes
    behaviour_events"""
)
SECTIONS = words(
    """company sources actors exchanges segments needs offers value_drivers pools activities links budgets capabilities
    channels delivery_options relationships bets roles accountabilities behaviours measures rules taxonomy
    costs_of_action"""
)
MADE_HERE = frozenset({"findings", "decisions", "ledger"})
ROOMS = {
    "relationships": 33,
    "partnership": 32,
    "activities": 25,
    "right_to_win": 24,
    "organisation": 17,
    "channels": 15,
    "who": 14,
    "value": 12,
    "innovation": 11,
    "segments": 10,
    "scorecard": 9,
    "plan": 7,
    "offers": 5,
    "worth": 5,
}
RANK = {"waiting": 0, "partly": 1, "answered": 2}

statuses = st.dictionaries(st.sampled_from(sorted(THIS_RELEASE)), st.sampled_from(("computed", "waiting", "refused")))


@pytest.fixture(scope="session")
def source(data_folder: Path) -> str:
    path = data_folder.parent / "questions.md"
    if not path.is_file():
        message = "the source of the questions is absent: questions.md is expected beside the folder of real data"
        if os.environ.get("PATRONAGE_REQUIRE_DATA"):
            pytest.fail(message)
        pytest.skip(message)
    return path.read_text(encoding="utf-8")


def rows_of(source: str) -> dict[str, str]:
    return {match[1]: match[0] for match in re.finditer(r"^\| (\d+\.\d+[a-z]?) \|.*$", source, flags=re.MULTILINE)}


def runs_of_words(text: str, length: int) -> set[tuple[str, ...]]:
    spoken = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    return {tuple(spoken[at : at + length]) for at in range(len(spoken) - length + 1)}


def statuses_when_all_is_there() -> Counter[str]:
    status = dict.fromkeys(THIS_RELEASE, "computed")
    return Counter(answer.status for answer in answers(status, {}, given=EVIDENCE | SECTIONS))


def answered_by(**status: str) -> dict[str, Answer]:
    return {answer.id: answer for answer in answers(status, {})}


def test_there_are_219_questions_with_an_id_each() -> None:
    ids = [question.id for question in questions()]
    assert len(ids) == 219
    assert len(set(ids)) == 219


def test_ids_and_rooms_are_those_of_the_source_in_its_order(source: str) -> None:
    expected = [(name, row.split("|")[2].strip()) for name, row in rows_of(source).items()]
    assert [(question.id, question.room) for question in questions()] == expected


def test_rooms_have_the_counts_of_the_table() -> None:
    assert Counter(question.room for question in questions()) == ROOMS


def test_the_counts_are_those_of_the_source(source: str) -> None:
    table = re.findall(r"^\| (\w+) \| (\d+) \|$", source, flags=re.MULTILINE)
    assert {room: int(count) for room, count in table} == ROOMS


def test_no_question_or_decision_repeats_eight_words_of_its_row(source: str) -> None:
    rows = rows_of(source)
    repeated = [
        question.id
        for question in questions()
        if (runs_of_words(question.question, 8) | runs_of_words(question.decision, 8))
        & runs_of_words(rows[question.id], 8)
    ]
    assert repeated == []


def test_the_check_for_repeated_words_finds_a_copied_sentence() -> None:
    row = '| 9.9 | who | "who pays for the goods that we send to them every month" | none |'
    assert runs_of_words("Tell me who pays for the goods that we send", 8) & runs_of_words(row, 8)


def test_every_question_is_a_sentence_of_its_own() -> None:
    texts = [question.question for question in questions()]
    assert len(set(texts)) == 219
    assert [text for text in texts if not (text.endswith("?") and text[0].isupper())] == []
    assert [text for text in texts if not 8 <= len(text.split()) <= 25] == []
    assert [question.id for question in questions() if not question.decision] == []


def test_every_finding_and_need_named_is_known() -> None:
    for question in questions():
        assert THIS_RELEASE.issuperset(question.findings), question.id
        assert LATER_RELEASES.issuperset(question.planned), question.id
        assert question.needs, question.id
        assert (EVIDENCE | SECTIONS | MADE_HERE).issuperset(question.needs), question.id
        for names in (question.needs, question.findings, question.planned):
            assert len(set(names)) == len(names), question.id


def test_what_is_answered_fully_plans_no_further_analysis() -> None:
    assert [question.id for question in questions() if question.fully and question.planned] == []


def test_the_findings_of_this_release_answer_four_questions_fully() -> None:
    done = answers(dict.fromkeys(THIS_RELEASE, "computed"), {}, given=EVIDENCE | SECTIONS)
    assert [answer.id for answer in done if answer.status == "answered"] == ["1.35a", "2.1b", "3.21b", "4.79"]


def test_a_question_is_answered_once_its_finding_is_computed() -> None:
    before, after = answered_by(change_bridge="waiting")["2.1b"], answered_by(change_bridge="computed")["2.1b"]
    assert (before.status, before.findings) == ("waiting", ("change_bridge",))
    assert (after.status, after.waits_for) == ("answered", ())


def test_some_of_the_findings_answer_in_part_and_name_the_evidence_that_lacks() -> None:
    status = {"customer_profit": "computed", "lifetime_value": "computed", "activity_costs": "waiting"}
    lacks = {"activity_costs": ("pools", "activity_events")}
    found = {answer.id: answer for answer in answers(status, lacks)}["1.35a"]
    assert found.status == "partly"
    assert found.waits_for == ("pools", "activity_events", "the finding whale_curve")


def test_a_finding_that_serves_in_part_never_answers() -> None:
    found = answered_by(repeat_buying="computed", lifetime_value="computed")["1.31b"]
    assert found.status == "partly"
    assert found.waits_for == ("exits", "treatments", LATER)


def test_evidence_that_is_there_is_not_waited_for() -> None:
    status = {"repeat_buying": "computed", "lifetime_value": "computed"}
    found = {answer.id: answer for answer in answers(status, {}, given={"orders", "exits"})}["1.31b"]
    assert found.waits_for == ("treatments", LATER)


def test_findings_computed_without_the_evidence_of_a_question_answer_it_in_part() -> None:
    status = dict.fromkeys(THIS_RELEASE, "computed")
    declared = {answer.id: answer for answer in answers(status, {}, given={"orders", "pools", "activities"})}["1.35a"]
    measured = {answer.id: answer for answer in answers(status, {}, given={"orders", "activity_events"})}["1.35a"]
    assert (declared.status, declared.waits_for) == ("partly", ("activity_events",))
    assert (measured.status, measured.waits_for) == ("answered", ())
    assert answered_by(**status)["1.35a"].status == "answered"


def test_a_planned_analysis_is_named() -> None:
    found = answered_by()["2.15c"]
    assert (found.status, found.findings) == ("waiting", ())
    assert found.waits_for == ("exchanges", f"{LATER}: value_chain")


def test_what_the_product_makes_itself_is_not_waited_for() -> None:
    assert answered_by()["4.47"].waits_for == (LATER,)


def test_a_refused_finding_says_that_its_refusal_must_be_lifted() -> None:
    found = answered_by(customer_equity="refused")["4.79"]
    assert (found.status, found.waits_for) == ("waiting", ("what lifts the refusal of customer_equity",))


def test_the_page_of_questions_tells_the_same_counts() -> None:
    page = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", page, flags=re.MULTILINE)
    told = {room: tuple(int(count) for count in counts) for room, *counts in table}
    expected = {
        room: (
            len(asked := [question for question in questions() if question.room == room]),
            sum(bool(question.fully) for question in asked),
            sum(bool(question.partly) and not question.fully for question in asked),
            sum(bool(question.planned) and not question.findings for question in asked),
        )
        for room in ROOMS
    }
    assert told == expected
    best = statuses_when_all_is_there()
    assert f"{best['answered']} can be answered in full and {best['partly']} in part" in page


@given(status=statuses)
def test_statuses_follow_from_what_is_computed(status: dict[str, str]) -> None:
    for question, answer in zip(questions(), answers(status, {}), strict=True):
        computed = [finding for finding in question.findings if status.get(finding) == "computed"]
        if answer.status == "answered":
            assert question.fully
            assert all(status[finding] == "computed" for finding in question.fully)
        elif answer.status == "partly":
            assert computed
        else:
            assert computed == []
        assert (answer.waits_for == ()) == (answer.status == "answered")
        assert len(set(answer.waits_for)) == len(answer.waits_for)


@given(status=statuses, finding=st.sampled_from(sorted(THIS_RELEASE)))
def test_one_more_finding_never_lowers_a_status(status: dict[str, str], finding: str) -> None:
    fewer = answers({**status, finding: "refused"}, {})
    more = answers({**status, finding: "computed"}, {})
    for before, after in zip(fewer, more, strict=True):
        assert RANK[before.status] <= RANK[after.status]
        assert set(after.waits_for) <= set(before.waits_for)


@given(status=statuses, known=st.sets(st.sampled_from(sorted(EVIDENCE | SECTIONS))))
def test_what_is_given_is_not_waited_for_and_what_is_answered_has_its_evidence(
    status: dict[str, str], known: set[str]
) -> None:
    for question, answer in zip(questions(), answers(status, {}, given=known), strict=True):
        assert known.isdisjoint(answer.waits_for)
        assert (answer.waits_for == ()) == (answer.status == "answered")
        if answer.status == "answered":
            assert known | MADE_HERE >= set(question.needs)


def test_the_list_opens_without_engine_or_compiler() -> None:
    code = (
        "import sys; from patronage.study.questions import questions; questions(); "
        "print(sorted({'ibis', 'duckdb', 'numba', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
