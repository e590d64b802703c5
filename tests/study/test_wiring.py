from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.study.catalog import the_wiring
from patronage.study.questions import questions
from patronage.study.wiring import snake_case, wired
from patronage.vocabulary.errors import WiringError


@dataclass(frozen=True)
class Given:
    pass


@dataclass(frozen=True)
class First:
    pass


@dataclass(frozen=True)
class Second:
    pass


def first(given: Given) -> First:
    return First()


def second(first: First, given: Given | None) -> Second:
    return Second()


def rule(second: Second) -> tuple[int, ...]:
    return ()


def test_makers_come_before_what_needs_them_whatever_the_order_listed() -> None:
    wiring = wired([second, first], [rule], frozenset({Given}))
    assert [step.name for step in wiring.analyses] == ["first", "second"]
    assert [need.optional for need in wiring.analyses[1].needs] == [False, True]


def test_upstream_names_all_that_a_finding_rests_on() -> None:
    assert wired([second, first], [], frozenset({Given})).upstream("second") == {"first", "second"}
    assert wired([second, first], [], frozenset({Given})).upstream("first") == {"first"}


def test_a_missing_maker_is_named_with_its_place() -> None:
    with pytest.raises(WiringError, match=r"^second\(first\): nothing makes First; list its analysis in the catalog$"):
        wired([second], [], frozenset({Given}))


def test_two_makers_of_one_finding_are_refused() -> None:
    def other(given: Given) -> First:
        return First()

    with pytest.raises(WiringError, match=r"^other: First is made by first too; keep one of them$"):
        wired([first, other], [], frozenset({Given}))


def test_a_circle_is_refused_by_name() -> None:
    def round_first(second: Second) -> First:
        return First()

    def round_second(first: First) -> Second:
        return Second()

    with pytest.raises(WiringError, match=r"need each other in a circle: round_first, round_second"):
        wired([round_first, round_second], [], frozenset())


def test_an_analysis_without_a_return_type_is_refused() -> None:
    def shapeless(given: Given):
        return First()

    with pytest.raises(WiringError, match=r"^shapeless: has no single return type; return exactly one finding$"):
        wired([shapeless], [], frozenset({Given}))


def test_all_faults_of_a_catalog_are_told_at_once() -> None:
    def lost(first: First) -> Second:
        return Second()

    with pytest.raises(WiringError) as caught:
        wired([lost, second], [], frozenset())
    assert len(caught.value.faults) == 4


def test_the_products_own_catalog_is_wired() -> None:
    names = [step.name for step in the_wiring().analyses]
    assert len(names) == len(set(names))
    assert {"order_summary", "change_bridge"} <= set(names)


def test_every_rule_names_the_questions_that_it_answers() -> None:
    known = {question.id for question in questions()}
    for rule in the_wiring().rules:
        assert rule.questions, rule.name
        assert set(rule.questions) <= known
    assert {rule.name: rule.questions for rule in the_wiring().rules}["price"] == ("4.69", "4.83b")


def test_a_rule_whose_file_names_no_questions_answers_none() -> None:
    (step,) = wired([second, first], [rule], frozenset({Given})).rules
    assert step.questions == ()


def test_every_finding_is_made_by_the_analysis_of_its_name() -> None:
    for step in the_wiring().analyses:
        assert step.makes is not None
        assert snake_case(step.makes.__name__) == step.name


@given(st.lists(st.from_regex(r"[A-Z][a-z]{1,6}", fullmatch=True), min_size=1, max_size=4))
def test_snake_case_joins_the_words_of_a_class_name(words: list[str]) -> None:
    assert snake_case("".join(words)) == "_".join(word.lower() for word in words)
