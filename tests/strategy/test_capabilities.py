import pytest

from patronage.strategy.capabilities import Capability
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade

COMPANY = "company: {name: Acme, currency: USD}\n"
RIVALS = "segments: [{id: makers, rule: all}]\noffers: [{id: ours}, {id: theirs, owner: bolt}]\n"


def test_capabilities_are_read_with_levels_of_ours_and_of_rivals():
    found = strategy_from_text(
        f"{COMPANY}{RIVALS}capabilities:\n  - {{id: speed, levels: {{us: 4, bolt: 3..5}}, needed_by: [makers, ours]}}\n"
        "  - {id: care, name: Care, levels: {us: 2}, importance: 0.3, grade: survey, evidence: 40 answers}\n"
    ).capabilities
    assert found is not None
    assert found.capabilities == (
        Capability(
            "speed",
            "speed",
            {"us": exactly(4), "bolt": quantity("3..5", Domain.NON_NEGATIVE)},
            ("makers", "ours"),
            line=5,
        ),
        Capability(
            "care",
            "Care",
            {"us": exactly(2)},
            importance=exactly(0.3),
            grade=Grade.SURVEY,
            evidence="40 answers",
            line=6,
        ),
    )
    assert list(found.by_id["speed"].rivals) == ["bolt"]


def test_rivals_are_free_where_the_file_names_none():
    assert (
        strategy_from_text(f"{COMPANY}capabilities: [{{id: a, levels: {{us: 1, bolt: 2}}}}]").capabilities is not None
    )


@pytest.mark.parametrize(
    ("capability", "message"),
    [
        (
            "{id: a}",
            (
                "5: capabilities[a].levels: is missing; add it: how good each is at it, on one scale: us, and rivals "
                "by the ids that own offers or are actors"
            ),
        ),
        (
            "{id: a, levels: {bolt: 3}}",
            "5: capabilities[a]: has levels without ours; write levels: {us: ..., a rival's id: ...}",
        ),
        (
            "{id: a, levels: {us: -3}}",
            "26: capabilities[a].levels.us: is the number -3, expected a number of 0 or more",
        ),
        (
            "{id: a, levels: {us: 3, blt: 4}}",
            (
                "29: capabilities[a].levels.blt: tells the level of 'blt', who owns no offer and is no actor; "
                "did you mean 'bolt'?"
            ),
        ),
        (
            "{id: a, levels: {us: 3}, needed_by: [maker]}",
            (
                "42: capabilities[a].needed_by[row 1]: names 'maker', which no entry of segments, offers or activities "
                "has as its id; did you mean 'makers'?"
            ),
        ),
    ],
)
def test_a_fault_of_a_capability_is_told_with_its_place(faults_below_company, capability: str, message: str):
    assert faults_below_company(f"{RIVALS}capabilities:\n  - {capability}\n") == [
        f"strategy.yaml line 5, column {message}"
    ]
