import pytest

from patronage.strategy.needs import Need
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade

COMPANY = "company: {name: Acme, currency: USD}\n"


def test_needs_are_read_with_how_much_they_matter_and_how_well_they_are_met():
    found = strategy_from_text(
        COMPANY + "segments: [{id: makers, rule: all}]\nneeds:\n  - {id: run, job: keep the line running}\n"
        "  - {id: fast, name: Speed, job: get parts in time, outcome: hours late, unit: hours, importance: 0.7..0.9,\n"
        "     satisfaction: 0.4, segment: makers, served: false, grade: survey, evidence: 40 answers}\n"
    ).needs
    assert found is not None
    assert found.needs[0] == Need("run", "run", "keep the line running", line=4)
    assert found.by_id["fast"] == Need(
        "fast",
        "Speed",
        "get parts in time",
        "hours late",
        "hours",
        quantity("0.7..0.9", Domain.PROBABILITY),
        exactly(0.4),
        "makers",
        served=False,
        grade=Grade.SURVEY,
        evidence="40 answers",
        line=5,
    )


@pytest.mark.parametrize(
    ("need", "message"),
    [
        ("{id: a}", "column 9: needs[a].job: is missing; add it: the job that customers want done, in their words"),
        (
            "{id: a, job: x, importance: 70}",
            (
                "column 37: needs[a].importance: is the number 70, expected a share from 0 to 1; "
                "write 0.70 if 70 percent is meant"
            ),
        ),
        (
            "{id: a, job: x, segment: makers}",
            (
                "column 34: needs[a].segment: names 'makers', which no entry of segments has as its id; "
                "declare it under segments"
            ),
        ),
    ],
)
def test_a_fault_of_a_need_is_told_with_its_place(faults_below_company, need: str, message: str):
    assert faults_below_company(f"needs: [{need}]\n") == [f"strategy.yaml line 2, {message}"]
