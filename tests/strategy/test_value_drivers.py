import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.strategy.value_drivers import Equation, ValueDriver
from patronage.vocabulary.errors import StrategyError
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"
OFFERS = "segments: [{id: makers, rule: all}]\noffers: [{id: ours}, {id: theirs, owner: bolt}]\n"


def read(drivers: str):
    found = strategy_from_text(f"{COMPANY}{OFFERS}value_drivers:\n{drivers}").value_drivers
    assert found is not None
    return found


def test_the_value_statement_of_the_acceptance_figures_is_read():
    # Acceptance figure A9: USD 200,000 at 10% and USD 100,000 at 5%.
    found = read(
        "  - {id: continuous, offer: ours, reference: nothing, segment: makers, statement: continuous production,\n"
        "     benefit: 200000, probability: 0.10}\n"
        "  - {id: custom, offer: ours, reference: nothing, segment: makers, benefit: 100000, probability: 0.05}\n"
    )
    assert found.drivers[0] == ValueDriver(
        "continuous",
        "ours",
        "nothing",
        "makers",
        "continuous production",
        exactly(200000),
        probability=exactly(0.10),
        line=5,
    )
    assert found.equations == {Equation("ours", "nothing", "makers"): found.drivers}
    assert sum(each.factors[0].mean * each.probability.mean for each in found.drivers) == 25_000


def test_a_benefit_may_be_a_metric_times_a_change_times_a_conversion_and_below_nothing():
    found = read(
        "  - {id: stops, offer: ours, reference: theirs, metric: 120..160, change: 0.25, conversion: 900,\n"
        "     period: month, common: 0.3, grade: experiment, evidence: the trial}\n"
        "  - {id: training, offer: ours, reference: theirs, benefit: -4000}\n"
    )
    assert found.drivers[0] == ValueDriver(
        "stops",
        "ours",
        "theirs",
        metric=quantity("120..160", Domain.ANY),
        change=exactly(0.25),
        conversion=exactly(900),
        period=TimeUnit.MONTH,
        common=exactly(0.3),
        grade=Grade.EXPERIMENT,
        evidence="the trial",
        line=5,
    )
    assert len(found.drivers[0].factors) == 3
    assert (found.drivers[1].factors, found.drivers[1].probability) == ((exactly(-4000),), exactly(1))
    assert found.common == {Equation("ours", "theirs", None): exactly(0.3)}


def test_equations_are_told_apart_by_offer_reference_and_segment():
    found = read(
        "  - {id: a, offer: ours, benefit: 1, common: 0.2}\n  - {id: b, offer: ours, reference: theirs, benefit: 2}\n"
        "  - {id: c, offer: ours, segment: makers, benefit: 3, common: 0.4}\n  - {id: d, offer: ours, benefit: 4}\n"
    )
    assert {equation: [each.id for each in drivers] for equation, drivers in found.equations.items()} == {
        Equation("ours", "nothing", None): ["a", "d"],
        Equation("ours", "theirs", None): ["b"],
        Equation("ours", "nothing", "makers"): ["c"],
    }
    assert found.common == {
        Equation("ours", "nothing", None): exactly(0.2),
        Equation("ours", "nothing", "makers"): exactly(0.4),
    }


@pytest.mark.parametrize(
    ("driver", "message"),
    [
        (
            "{id: a, offer: our, benefit: 1}",
            (
                "5, column 20: value_drivers[a].offer: names 'our', which no entry of offers has as its id; "
                "did you mean 'ours'?"
            ),
        ),
        (
            "{id: a, offer: ours, reference: nothin, benefit: 1}",
            (
                "5, column 37: value_drivers[a].reference: names 'nothin', which no entry of offers has as its id; "
                "did you mean 'nothing' or 'theirs'?"
            ),
        ),
        (
            "{id: a, offer: ours, segment: maker, benefit: 1}",
            (
                "5, column 35: value_drivers[a].segment: names 'maker', which no entry of segments has as its id; "
                "did you mean 'makers'?"
            ),
        ),
        (
            "{id: a, offer: ours, reference: ours, benefit: 1}",
            (
                "5, column 37: value_drivers[a].reference: compares the offer 'ours' with itself; "
                "name the next best alternative, or nothing"
            ),
        ),
        (
            "{id: a, offer: ours, benefit: 1, probability: 1.2}",
            (
                "5, column 51: value_drivers[a].probability: is the number 1.2, expected a share from 0 to 1; "
                "write 0.012 if 1.2 percent is meant"
            ),
        ),
        (
            "{id: a, offer: ours, benefit: 1, period: fortnight}",
            (
                "5, column 46: value_drivers[a].period: is the text 'fortnight', expected one of day, week, month, "
                "quarter, year"
            ),
        ),
        (
            "{id: a, offer: ours}",
            "5, column 5: value_drivers[a]: states no benefit; write benefit, or metric, change and conversion",
        ),
        (
            "{id: a, offer: ours, metric: 3, change: 1}",
            (
                "5, column 5: value_drivers[a]: has metric and change without conversion; "
                "write benefit, or metric, change and conversion"
            ),
        ),
        (
            "{id: a, offer: ours, benefit: 2, metric: 3}",
            "5, column 5: value_drivers[a]: has benefit and metric both; keep one of the two ways to state it",
        ),
        (
            "{id: a, offer: ours, benefit: 2, common: 0.2}\n  - {id: b, offer: ours, benefit: 2, common: 0.3}",
            (
                "6, column 46: value_drivers[b].common: is another common factor of the same equation than line 5 has; "
                "an equation has one: write it once"
            ),
        ),
        (
            "{id: a, offer: ours, benefit: 2}\n  - {id: a, offer: ours, benefit: 2}",
            (
                "6, column 10: value_drivers[a].id: the id 'a' stands twice, first on line 5; "
                "give each entry an id of its own"
            ),
        ),
    ],
)
def test_a_fault_of_a_value_driver_is_told_with_its_place(faults_below_company, driver: str, message: str):
    assert faults_below_company(f"{OFFERS}value_drivers:\n  - {driver}\n") == [f"strategy.yaml line {message}"]


@given(st.lists(st.tuples(st.floats(-1e12, 1e12), st.floats(0, 1)), min_size=1, max_size=6))
def test_any_benefits_and_probabilities_come_back_as_written(terms: list[tuple[float, float]]):
    rows = "".join(
        f"  - {{id: d{at}, offer: ours, benefit: {benefit!r}, probability: {chance!r}}}\n"
        for at, (benefit, chance) in enumerate(terms)
    )
    drivers = read(rows).equations[Equation("ours", "nothing", None)]
    assert [(each.benefit, each.probability) for each in drivers] == [tuple(map(exactly, term)) for term in terms]


@given(st.floats(1, 1e9, exclude_min=True) | st.floats(-1e9, 0, exclude_max=True))
def test_a_probability_outside_nothing_to_one_is_refused(chance: float):
    with pytest.raises(StrategyError, match="expected a share from 0 to 1"):
        read(f"  - {{id: a, offer: ours, benefit: 1, probability: {chance!r}}}\n")
