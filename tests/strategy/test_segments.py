import pytest

from patronage.strategy.quantity import exactly
from patronage.strategy.segments import SegmentRule
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.expressions import Column, Literal, Operation
from patronage.vocabulary.grade import Grade

COMPANY = "company: {name: Acme, currency: USD}\n"


def test_segments_are_read_with_their_rules():
    found = strategy_from_text(
        COMPANY + "segments:\n  - {id: makers, rule: all, size: 120}\n"
        "  - {id: big, name: Big ones, rule: revenue > 1000, basis: size, status: target,\n"
        "     grade: survey, evidence: the census}\n"
    ).segments
    assert found is not None
    assert found.segments == (
        SegmentRule("makers", "makers", None, "all", size=exactly(120), line=3),
        SegmentRule(
            "big",
            "Big ones",
            Operation(">", Column("revenue"), Literal(1000)),
            "revenue > 1000",
            basis="size",
            status="target",
            grade=Grade.SURVEY,
            evidence="the census",
            line=4,
        ),
    )
    assert found.by_id["big"].line == 4


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        (
            "{id: big, rule: 'revenue >'}",
            (
                "line 3, column 21: segments[big].rule: cannot be read: "
                "expected a name, a number or a text at character 10 of 'revenue >'"
            ),
        ),
        (
            "{id: big}",
            (
                "line 3, column 5: segments[big].rule: is missing; "
                "add it: which customers belong: a condition such as geography = 'UK', or all"
            ),
        ),
        (
            "{id: big, rule: all, size: 0}",
            ("line 3, column 32: segments[big].size: is the number 0, expected a number above 0"),
        ),
        (
            "{id: big, rule: all, colour: red}",
            (
                "line 3, column 26: segments[big].colour: is not a known key; "
                "known here: id, name, rule, basis, status, size, grade, evidence"
            ),
        ),
    ],
)
def test_a_fault_of_a_segment_is_told_with_its_place(faults_below_company, segment: str, message: str):
    assert faults_below_company(f"segments:\n  - {segment}\n") == [f"strategy.yaml {message}"]
