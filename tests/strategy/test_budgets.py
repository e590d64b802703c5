import pytest

from patronage.strategy.budgets import Budget, BudgetUnit
from patronage.strategy.quantity import exactly
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"
WORK = (
    "pools: [{id: p, cost: 5, practical_capacity: 7}]\n"
    "activities: [{id: order, pool: p, time_equation: {base: 8}}, {id: check, pool: p, time_equation: {base: 8}}]\n"
)


def test_budgets_are_read_over_all_activities_or_some():
    found = strategy_from_text(
        f"{COMPANY}{WORK}budgets:\n  - {{id: whole, amount: 900000}}\n  - {{id: every, amount: 5, activities: all}}\n"
        "  - {id: team, name: Team, amount: 400, unit: hours, activities: [order, check], period: quarter}\n"
    ).budgets
    assert found is not None
    assert found.budgets == (
        Budget("whole", "whole", exactly(900000), line=5),
        Budget("every", "every", exactly(5), line=6),
        Budget("team", "Team", exactly(400), BudgetUnit.HOURS, ("order", "check"), TimeUnit.QUARTER, line=7),
    )


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        (
            "{id: b}",
            "column 11: budgets[b].amount: is missing; add it: the most that may be spent in one period, in the unit",
        ),
        ("{id: b, amount: -1}", "column 27: budgets[b].amount: is the number -1, expected a number of 0 or more"),
        (
            "{id: b, amount: 1, unit: people}",
            "column 36: budgets[b].unit: is the text 'people', expected one of money, hours",
        ),
        (
            "{id: b, amount: 1, activities: [order, chek]}",
            (
                "column 50: budgets[b].activities[row 2]: names 'chek', which no entry of activities has as its id; "
                "did you mean 'check'?"
            ),
        ),
        (
            "{id: b, amount: 1, activities: order}",
            "column 42: budgets[b].activities: is the text 'order', expected all, or a list of ids of activities",
        ),
        (
            "{id: b, amount: 1, activities: []}",
            "column 42: budgets[b].activities: is an empty list; write all, or name the activities",
        ),
        (
            "{id: b, amount: 1, activities: [7]}",
            "column 42: budgets[b].activities: is the number 7, expected text; put it in quotes",
        ),
        (
            "{id: b, amount: 1}, {id: b, amount: 2}",
            "column 36: budgets[b].id: the id 'b' stands twice, first on line 4; give each entry an id of its own",
        ),
    ],
)
def test_a_fault_of_a_budget_is_told_with_its_place(faults_below_company, budget: str, message: str):
    assert faults_below_company(f"{WORK}budgets: [{budget}]\n") == [f"strategy.yaml line 4, {message}"]
