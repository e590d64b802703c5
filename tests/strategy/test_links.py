from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.links import Link, LinkKind
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.errors import StrategyError
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"
WORK = "pools: [{id: p, cost: 5, practical_capacity: 7}]\nactivities:\n" + "".join(
    f"  - {{id: {name}, pool: p, time_equation: {{base: 8}}}}\n" for name in ("order", "check", "pack")
)


def read(links: str):
    found = strategy_from_text(f"{COMPANY}{WORK}links: [{links}]").links
    assert found is not None
    return found.links


def test_every_key_of_a_link_is_read():
    assert read(
        "{from: order, to: check, kind: lowers_cost, amount: 20000}, {from: check, to: pack, kind: raises_value, "
        "amount: 5..9, period: quarter, grade: interview, evidence: asked in May}"
    ) == (
        Link("order", "check", LinkKind.LOWERS_COST, exactly(20000), line=7),
        Link(
            "check",
            "pack",
            LinkKind.RAISES_VALUE,
            quantity("5..9", Domain.NON_NEGATIVE),
            TimeUnit.QUARTER,
            Grade.INTERVIEW,
            "asked in May",
            line=7,
        ),
    )


def test_a_conflict_without_an_amount_excludes():
    free, priced = read(
        "{from: order, to: check, kind: conflicts}, {from: order, to: pack, kind: conflicts, amount: 9}"
    )
    assert (free.excludes, priced.excludes) == (True, False)


def test_links_of_other_kinds_may_stand_between_the_same_two():
    assert (
        len(
            read(
                "{from: order, to: check, kind: lowers_cost, amount: 2}, "
                "{from: check, to: order, kind: lowers_cost, amount: 2},"
                "{from: order, to: check, kind: raises_value, amount: 2}, {from: order, to: check, kind: requires},"
                "{from: check, to: order, kind: precedes}"
            )
        )
        == 5
    )
    assert (
        len(
            read(
                "{from: order, to: check, kind: conflicts, amount: 3},"
                "{from: order, to: check, kind: raises_value, amount: 2}"
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    ("links", "message"),
    [
        (
            ["from: ordr, to: check, kind: requires"],
            (
                "line 8, column 12: links[row 1].from: names 'ordr', which no entry of activities has as its id; "
                "did you mean 'order'?"
            ),
        ),
        (
            ["from: order, to: xyz, kind: requires"],
            (
                "line 8, column 23: links[row 1].to: names 'xyz', which no entry of activities has as its id; "
                "known there: order, check, pack"
            ),
        ),
        (
            ["from: order, to: order, kind: requires"],
            "line 8, column 23: links[row 1].to: links 'order' to itself; name another activity",
        ),
        (
            ["from: order, to: check, kind: lower_cost, amount: 1"],
            (
                "line 8, column 36: links[row 1].kind: is the text 'lower_cost', expected one of lowers_cost, "
                "raises_value, requires, conflicts, precedes; did you mean 'lowers_cost'?"
            ),
        ),
        (
            ["from: order, to: check, kind: lowers_cost"],
            (
                "line 8, column 5: links[row 1]: is lowers_cost and does not say by how much; "
                "add amount: the money that it brings a year"
            ),
        ),
        (
            ["from: order, to: check, kind: requires, amount: 3"],
            (
                "line 8, column 5: links[row 1]: is requires, which carries no money, and has an amount; "
                "take amount out, or add a link that is lowers_cost or raises_value"
            ),
        ),
        (
            ["from: order, to: check, kind: raises_value, amount: -3"],
            "line 8, column 58: links[row 1].amount: is the number -3, expected a number of 0 or more",
        ),
        (
            ["from: order, to: check, kind: raises_value, amount: 3, period: fortnight"],
            (
                "line 8, column 69: links[row 1].period: is the text 'fortnight', expected one of day, week, month, "
                "quarter, year"
            ),
        ),
        (
            ["from: order, to: check, kind: requires", "from: check, to: order, kind: conflicts"],
            (
                "line 9, column 5: links[row 2]: contradicts order requires check on line 8: what an activity requires "
                "cannot conflict with it; take one of the two out"
            ),
        ),
        (
            ["from: order, to: check, kind: precedes", "from: check, to: order, kind: precedes"],
            ("line 9, column 5: links[row 2]: contradicts order precedes check on line 8; keep the order that holds"),
        ),
        (
            ["from: order, to: check, kind: conflicts", "from: order, to: check, kind: lowers_cost, amount: 2"],
            (
                "line 9, column 5: links[row 2]: contradicts order conflicts check on line 8: activities that exclude "
                "each other are never on together; take one of the two out, or give the conflict an amount"
            ),
        ),
        (
            ["from: order, to: check, kind: conflicts", "from: check, to: order, kind: conflicts, amount: 2"],
            (
                "line 9, column 5: links[row 2]: says again what order conflicts check on line 8 says; "
                "keep one of the two"
            ),
        ),
        (
            [
                "from: pack, to: check, kind: precedes",
                "from: order, to: check, kind: requires",
                "from: check, to: pack, kind: requires",
                "from: pack, to: order, kind: requires",
            ],
            (
                "line 9, column 5: links[row 2]: is part of a circle: order requires check, check requires pack, "
                "pack requires order; take one of these links out, or make them one activity: all or none"
            ),
        ),
    ],
)
def test_a_fault_of_a_link_is_told_with_its_place(faults_below_company, links: list[str], message: str):
    rows = "".join(f"  - {{{each}}}\n" for each in links)
    assert faults_below_company(f"{WORK}links:\n{rows}") == [f"strategy.yaml {message}"]


ids = st.from_regex(r"[a-zA-Z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda text: text.lower() not in {"null", "true", "false"}
)


@given(
    st.lists(ids, min_size=2, max_size=6, unique=True),
    st.floats(0, 1e12),
    st.sampled_from(["lowers_cost", "conflicts"]),
)
def test_links_of_any_activities_come_back_as_written(names: list[str], amount: float, kind: str):
    rows = [f"{{id: {name}, pool: p, time_equation: {{base: 8}}}}" for name in names]
    links = [f"{{from: {one}, to: {two}, kind: {kind}, amount: {amount!r}}}" for one, two in pairwise(names)]
    pools = "pools: [{id: p, cost: 5, practical_capacity: 7}]"
    text = f"{COMPANY}{pools}\nactivities: [{','.join(rows)}]\nlinks: [{','.join(links)}]"
    found = strategy_from_text(text).links
    assert found is not None
    assert [(link.from_id, link.to_id) for link in found.links] == list(pairwise(names))
    assert {(str(link.kind), link.amount) for link in found.links} == {(kind, exactly(amount))}


@given(st.permutations(range(6)), st.integers(2, 6))
def test_a_circle_of_requires_is_refused_in_whatever_order_it_is_written(order: list[int], size: int):
    rows = ", ".join(f"{{id: a{n}, pool: p, time_equation: {{base: 8}}}}" for n in range(6))
    links = ", ".join(f"{{from: a{n}, to: a{(n + 1) % size}, kind: requires}}" for n in order if n < size)
    text = f"{COMPANY}pools: [{{id: p, cost: 5, practical_capacity: 7}}]\nactivities: [{rows}]\nlinks: [{links}]"
    with pytest.raises(StrategyError, match="is part of a circle: ") as refusal:
        strategy_from_text(text)
    assert len(refusal.value.faults) == 1
