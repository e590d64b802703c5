import pytest

from patronage.strategy.activities import Activity, Category, Driver, Level, Pool, TimeEquation
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"
POOLS = "pools: [{id: service, cost: 560000, period: quarter, practical_capacity: 700000}]\n"


def test_the_published_example_of_time_driven_costing_is_read():
    # Kaplan & Anderson (2004): USD 560,000 and 700,000 minutes a quarter; 8 minutes an order, 50 a credit check.
    found = strategy_from_text(
        COMPANY + POOLS + "activities:\n"
        "  - {id: handle_order, pool: service, category: sales, time_equation: {base: 8},\n"
        "     volume: 49000, value: 1600000}\n"
        "  - {id: credit_check, pool: service, category: rules, time_equation: {base: 50}, volume: 2500, value: 0}\n"
    )
    assert found.pools is not None
    assert found.activities is not None
    assert found.pools.by_id["service"] == Pool(
        "service", "service", exactly(560000), exactly(700000), "minute", TimeUnit.QUARTER, line=2
    )
    assert found.activities.by_id["handle_order"] == Activity(
        "handle_order",
        "handle_order",
        "service",
        TimeEquation(exactly(8), {}),
        Category.SALES,
        volume=exactly(49000),
        value=exactly(1600000),
        line=4,
    )
    assert found.activities.activities[1].value == exactly(0)


def test_every_key_of_an_activity_is_read():
    found = strategy_from_text(
        COMPANY + POOLS + "activities:\n- id: pack\n  name: Pack\n  pool: service\n  driver: order\n  owner: Ann\n"
        "  time_equation: {base: 0.5, per: {lines: 6.5, returns: 1..2}}\n  today: false\n  avoidable: 0.5\n"
        "  grade: interview\n  evidence: clocked in May\n"
    ).activities
    assert found is not None
    assert found.by_id["pack"] == Activity(
        "pack",
        "Pack",
        "service",
        TimeEquation(exactly(0.5), {"lines": exactly(6.5), "returns": quantity("1..2")}),
        driver=Driver.ORDER,
        owner="Ann",
        today=False,
        avoidable=exactly(0.5),
        grade=Grade.INTERVIEW,
        evidence="clocked in May",
        line=4,
    )


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        (
            "{id: a, cost: 1}",
            (
                "line 2, column 9: pools[a].practical_capacity: is missing; add it: what the pool can do "
                "in one period, in its unit: 80% of paid time is usual"
            ),
        ),
        (
            "{id: a, cost: 1, practical_capacity: 0}",
            ("line 2, column 46: pools[a].practical_capacity: is the number 0, expected a number above 0"),
        ),
        (
            "{id: a, cost: .nan, practical_capacity: 1}",
            (
                "line 2, column 23: pools[a].cost: is not a number (NaN), "
                "expected a number above 0; write a number, or take the key out"
            ),
        ),
        (
            "{id: a, cost: -.inf, practical_capacity: 1}",
            (
                "line 2, column 23: pools[a].cost: is infinite, "
                "expected a number above 0; write a finite number, or take the key out"
            ),
        ),
        (
            "{id: a, cost: yes, practical_capacity: true}",
            (
                "line 2, column 23: pools[a].cost: is the text 'yes', "
                'expected a number above 0; write a number, "low..high", {mean: , sd: }, {low: , mode: , high: } '
                "or {beta: [a, b]}\n"
                "strategy.yaml line 2, column 48: pools[a].practical_capacity: is true, expected a number above 0"
            ),
        ),
        (
            "{id: a, cost: 1, practical_capacity: 1, avoidable: 1.4}",
            (
                "line 2, column 60: pools[a].avoidable: "
                "is the number 1.4, expected a share from 0 to 1; write 0.014 if 1.4 percent is meant"
            ),
        ),
        (
            "{id: a b, cost: 1, practical_capacity: 1}",
            ("line 2, column 14: pools[row 1].id: is 'a b', expected an id of letters, digits and _; write a_b"),
        ),
        (
            "{id: 7, cost: 1, practical_capacity: 1}",
            ("line 2, column 14: pools[row 1].id: is the number 7, expected text; put it in quotes"),
        ),
        ("7", "line 2, column 9: pools[row 1]: is the number 7, expected a group of keys"),
    ],
)
def test_a_fault_of_a_pool_is_told_with_its_place(faults_below_company, pool: str, message: str):
    assert "\n".join(faults_below_company(f"pools: [{pool}]")) == f"strategy.yaml {message}"


@pytest.mark.parametrize(
    ("activity", "message"),
    [
        (
            "pool: servce, time_equation: {base: 1}",
            (
                "line 4, column 19: activities[a].pool: names 'servce', "
                "which no entry of pools has as its id; did you mean 'service'?"
            ),
        ),
        (
            "pool: xyz, time_equation: {base: 1}",
            (
                "line 4, column 19: activities[a].pool: names 'xyz', "
                "which no entry of pools has as its id; known there: service"
            ),
        ),
        (
            "pool: service, time_equation: {base: -3}",
            ("line 4, column 50: activities[a].time_equation.base: is the number -3, expected a number of 0 or more"),
        ),
        (
            "pool: service, time_equation: {base: .inf}",
            (
                "line 4, column 50: activities[a].time_equation.base: "
                "is infinite, expected a number of 0 or more; write a finite number, or take the key out"
            ),
        ),
        (
            "pool: service, time_equation: {base: 2, per: {early: -5}}",
            (
                "line 4, column 43: activities[a].time_equation: "
                "comes out negative (-3) with one each of early; raise base, or take less off per driver"
            ),
        ),
        (
            "pool: service, time_equation: 5",
            ("line 4, column 43: activities[a].time_equation: is the number 5, expected a group of keys"),
        ),
        (
            "pool: service, time_equation: {base: 1}, category: sale",
            (
                "line 4, column 64: activities[a].category: "
                "is the text 'sale', expected one of training, planning, manufacturing, sales, service, metrics, "
                "rules, other; did you mean 'sales'?"
            ),
        ),
        (
            "pool: service, time_equation: {base: 1}, today: yes",
            ("line 4, column 61: activities[a].today: is the text 'yes', expected true or false; write true"),
        ),
        (
            "pool: service, driver: order, time_equation: {base: 1, per: {speed: 2}}",
            (
                "line 4, column 74: "
                "activities[a].time_equation.per.speed: counts 'speed', which orders do not give; "
                "count one of lines, units, returns, or give activity_events under sources"
            ),
        ),
        (
            "pool: service, driver: order, time_equation: {base: 1, per: {line: 2}}",
            (
                "line 4, column 74: "
                "activities[a].time_equation.per.line: counts 'line', which orders do not give; did you mean 'lines'?"
            ),
        ),
    ],
)
def test_a_fault_of_an_activity_is_told_with_its_place(faults_below_company, activity: str, message: str):
    text = f"{POOLS}activities:\n  - {{id: a, {activity}}}\n"
    assert faults_below_company(text) == [f"strategy.yaml {message}"]


def test_any_driver_may_be_counted_where_events_are_given():
    found = strategy_from_text(
        COMPANY + POOLS + "sources: {activity_events: {from: e.csv, columns: {}}}\n"
        "activities: [{id: a, pool: service, driver: order, time_equation: {base: 1, per: {speed: 2}}}]"
    )
    assert found.activities is not None


def test_a_driver_may_save_time_as_long_as_some_is_left():
    text = COMPANY + POOLS + "activities: [{id: a, pool: service, time_equation: {base: 5, per: {early: -2}}}]"
    assert strategy_from_text(text).activities is not None


def test_an_activity_without_any_pools_is_told_to_declare_one(faults_below_company):
    assert faults_below_company("activities: [{id: a, pool: service, time_equation: {base: 1}}]") == [
        (
            "strategy.yaml line 2, column 28: activities[a].pool: "
            "names 'service', which no entry of pools has as its id; declare it under pools"
        )
    ]


def test_levels_needs_and_the_period_of_a_value_are_read():
    found = strategy_from_text(
        COMPANY + POOLS + "needs: [{id: fast, job: get parts}]\n"
        "activities: [{id: a, pool: service, time_equation: {base: 1}, value: 3, period: month, needs: [fast],\n"
        "  levels: [{id: daily, value: 5, cost: 2, today: true}, {id: hourly, name: By the hour, value: 1..2}]}]"
    ).activities
    assert found is not None
    (activity,) = found.activities
    assert (activity.period, activity.needs) == (TimeUnit.MONTH, ("fast",))
    assert activity.levels == (
        Level("daily", "daily", exactly(5), exactly(2), today=True),
        Level("hourly", "By the hour", quantity("1..2"), exactly(0)),
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "levels: [{id: x}, {id: x}]",
            "column 5: activities[a]: has the level 'x' twice; give each level an id of its own",
        ),
        (
            "levels: [{id: x}, {id: y, today: true}]",
            (
                "column 5: activities[a]: does the level 'y' today, but not the level 'x' below it; "
                "write today: true below it too, or today: false here"
            ),
        ),
        (
            "today: false, levels: [{id: x, today: true}]",
            (
                "column 5: activities[a]: does the level 'x' today, but not the activity itself below it; "
                "write today: true below it too, or today: false here"
            ),
        ),
        (
            "levels: [{id: x, cost: -2}]",
            "column 77: activities[a].levels[x].cost: is the number -2, expected a number of 0 or more",
        ),
        (
            "needs: [speed]",
            (
                "column 62: activities[a].needs[row 1]: names 'speed', which no entry of needs has as its id; "
                "declare it under needs"
            ),
        ),
        (
            "period: yearly",
            (
                "column 62: activities[a].period: is the text 'yearly', expected one of day, week, month, quarter, "
                "year; did you mean 'year'?"
            ),
        ),
    ],
)
def test_a_fault_of_levels_needs_or_period_is_told_with_its_place(faults_below_company, more: str, message: str):
    text = f"{POOLS}activities:\n  - {{id: a, pool: service, time_equation: {{base: 1}}, {more}}}\n"
    assert faults_below_company(text) == [f"strategy.yaml line 4, {message}"]
