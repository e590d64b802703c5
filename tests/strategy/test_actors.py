import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.actors import OURSELVES, Actor, ActorKind
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"


def read(rows: str):
    found = strategy_from_text(f"{COMPANY}actors:\n{rows}").actors
    assert found is not None
    return found


def test_every_key_of_an_actor_is_read():
    found = read(
        "  - {id: us, kind: us, name: Acme, expenses: 70000}\n"
        "  - {id: traveller, kind: consumer, count: 100000, tier: 0}\n"
        "  - {id: caterer, name: Caterers, kind: supplier, count: 3..5, tier: 2, expenses: 9, investment: 1000,\n"
        "     next_best: -5..5, period: month, grade: expert, evidence: talks}\n"
    )
    assert found.actors == (
        Actor("us", "Acme", ActorKind.US, expenses=exactly(70000), line=3),
        Actor("traveller", "traveller", ActorKind.CONSUMER, exactly(100000), 0, line=4),
        Actor(
            "caterer",
            "Caterers",
            ActorKind.SUPPLIER,
            quantity("3..5", Domain.POSITIVE),
            2,
            exactly(9),
            exactly(1000),
            quantity("-5..5"),
            TimeUnit.MONTH,
            Grade.EXPERT,
            "talks",
            line=5,
        ),
    )
    assert found.of_kind(ActorKind.CONSUMER) == found.actors[1:2]
    assert found.by_id["us"].name == "Acme"


def test_we_are_there_without_being_declared():
    assert read("  - {id: traveller, kind: consumer}\n").by_id["us"] == OURSELVES


@pytest.mark.parametrize(
    ("actor", "message"),
    [
        ("{id: a}", "5: actors[a].kind: is missing; add it: what the actor is to us"),
        (
            "{id: a, kind: consumr}",
            (
                "19: actors[a].kind: is the text 'consumr', expected one of us, consumer, customer, supplier, rival, "
                "influencer, other; did you mean 'consumer' or 'customer'?"
            ),
        ),
        (
            "{id: us, kind: rival}",
            (
                "5: actors[us]: has the id us, which is the company itself, and the kind rival; "
                "write kind: us, or give the actor another id"
            ),
        ),
        (
            "{id: acme, kind: us}",
            "5: actors[acme]: is of kind us under another id; write id: us, and what it is called under name",
        ),
        (
            "{id: none, kind: other}",
            "5: actors[none]: has the id none, which stands for nobody; give the actor another id",
        ),
        ("{id: a, kind: other, count: 0}", "33: actors[a].count: is the number 0, expected a number above 0"),
        (
            "{id: a, kind: other, tier: 1.5}",
            "32: actors[a].tier: is the number 1.5, expected a whole number from 0 to 100",
        ),
    ],
)
def test_a_fault_of_an_actor_is_told_with_its_place(faults_below_company, actor: str, message: str):
    assert faults_below_company(f"actors:\n  - {actor}\n") == [f"strategy.yaml line 3, column {message}"]


names = st.from_regex(r"[a-zA-Z][a-z0-9_]{2,8}", fullmatch=True).map("actor_".__add__)


@given(st.dictionaries(names, st.floats(1e-6, 1e9), min_size=1, max_size=5))
def test_any_actors_come_back_as_written(counts: dict[str, float]):
    found = read("".join(f"  - {{id: {name}, kind: other, count: {count!r}}}\n" for name, count in counts.items()))
    assert {each.id: each.count for each in found.actors} == {name: exactly(count) for name, count in counts.items()}
