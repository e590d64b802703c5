import pytest

from patronage.strategy.actions import ActionCost, ActionKind
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade

COMPANY = "company: {name: Acme, currency: USD}\n"


def test_costs_of_action_are_found_by_their_kind():
    found = strategy_from_text(
        COMPANY + "costs_of_action:\n  retain: {cost: 5..15, hours: 0.25, effect: 0.02..0.10, grade: expert}\n"
        "  let_go: {cost: 0, one_off: 100, yearly: 52000}\n"
    ).costs_of_action
    assert found is not None
    assert found.of("retain") == ActionCost(
        ActionKind.RETAIN,
        quantity("5..15"),
        hours=exactly(0.25),
        effect=quantity("0.02..0.10", Domain.PROBABILITY),
        grade=Grade.EXPERT,
        line=3,
    )
    assert found.of("let_go") == ActionCost(
        ActionKind.LET_GO, exactly(0), one_off=exactly(100), yearly=exactly(52000), line=4
    )
    assert found.of("grow") is None


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("retian: {cost: 5}", "line 3, column 3: costs_of_action.retian: is not a known key; did you mean 'retain'?"),
        (
            "retain: {hours: 1}",
            (
                "line 3, column 11: costs_of_action.retain.cost: is missing; "
                "add it: cost for each customer treated, paid once, in the company's currency"
            ),
        ),
        (
            "retain: {cost: 5-15}",
            (
                "line 3, column 18: costs_of_action.retain.cost: is the text '5-15', "
                "expected a number of 0 or more; write 5..15"
            ),
        ),
        ("grow: [1]", "line 3, column 9: costs_of_action.grow: is a list, expected a group of keys"),
        (
            "retain: {cost: 1, effect: 5}",
            (
                "line 3, column 29: costs_of_action.retain.effect: is the number 5, "
                "expected a share from 0 to 1; write 0.05 if 5 percent is meant"
            ),
        ),
    ],
)
def test_a_fault_of_an_action_is_told_with_its_place(faults_below_company, action: str, message: str):
    assert faults_below_company(f"costs_of_action:\n  {action}\n") == [f"strategy.yaml {message}"]
