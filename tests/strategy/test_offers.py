import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.offers import INACTION, Element, Offer
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"
NEEDS = "needs: [{id: fast, job: get parts}, {id: safe, job: stay whole}]\n"


def read(text: str):
    found = strategy_from_text(COMPANY + text).offers
    assert found is not None
    return found


def test_our_offers_rivals_offers_and_doing_nothing_are_read():
    found = read(
        "offers:\n  - {id: ours, price: 100}\n  - {id: theirs, owner: bolt, price: 80..90, cost: 60, period: month,\n"
        "     grade: interview, evidence: their list}\n  - {id: nothing, owner: none, price: 0}\n"
    )
    theirs = Offer(
        "theirs",
        "theirs",
        "bolt",
        quantity("80..90", Domain.NON_NEGATIVE),
        exactly(60),
        TimeUnit.MONTH,
        grade=Grade.INTERVIEW,
        evidence="their list",
        line=4,
    )
    nothing = Offer("nothing", "nothing", "none", exactly(0), line=6)
    assert found.offers == (Offer("ours", "ours", price=exactly(100), line=3), theirs, nothing)
    assert found.ours == found.offers[:1]
    assert found.by_id["nothing"] == nothing


def test_the_offer_to_do_nothing_needs_no_declaration():
    assert read("offers: [{id: ours}]\n").by_id["nothing"] == INACTION
    assert read("offers: [{id: nothing}]\n").offers[0].owner == "none"


def test_elements_are_read_with_the_needs_that_they_serve():
    found = read(
        f"{NEEDS}offers: [{{id: ours, needs: [fast], elements: [{{id: a, name: Hot line, cost: 3, needs: [safe]}}, "
        "{id: b, included: false, grade: expert, evidence: x}]}]\n"
    )
    assert found.offers[0].elements == (
        Element("a", "Hot line", exactly(3), needs=("safe",)),
        Element("b", "b", included=False, grade=Grade.EXPERT, evidence="x"),
    )


def test_a_need_may_stay_open_where_that_is_said_or_no_offer_names_needs():
    assert strategy_from_text(f"{COMPANY}{NEEDS}offers: [{{id: ours}}]\n").needs is not None
    known = NEEDS.replace("stay whole", "stay whole, served: false")
    assert strategy_from_text(f"{COMPANY}{known}offers: [{{id: ours, needs: [fast]}}]\n").needs is not None


def test_owners_are_free_where_no_actor_is_a_rival():
    assert read("offers: [{id: theirs, owner: bolt}]\nactors: [{id: us, kind: us}]\n").offers[0].owner == "bolt"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "offers: [{id: a, price: -1}]",
            "2, column 25: offers[a].price: is the number -1, expected a number of 0 or more",
        ),
        (
            "offers: [{id: a}, {id: a}]",
            "2, column 24: offers[a].id: the id 'a' stands twice, first on line 2; give each entry an id of its own",
        ),
        (
            "offers: [{id: nothing, owner: us}]",
            (
                "2, column 10: offers[nothing]: is the offer to do nothing, and has the owner 'us'; "
                "write owner: none, or give the offer another id"
            ),
        ),
        (
            "offers: [{id: nothing, price: 4}]",
            (
                "2, column 10: offers[nothing]: is the offer to do nothing, and has a price; "
                "take price out; what doing nothing costs a customer is a value driver"
            ),
        ),
        (
            "offers: [{id: a, elements: [{id: x}, {id: x}]}]",
            "2, column 10: offers[a]: has the element 'x' twice; give each element an id of its own",
        ),
        (
            "offers: [{id: a, elements: [{id: x, needs: [fast]}]}]",
            (
                "2, column 45: offers[a].elements[x].needs[row 1]: names 'fast', "
                "which no entry of needs has as its id; declare it under needs"
            ),
        ),
        (
            "offers: [{id: a, owner: bolt}]\nactors: [{id: bold, kind: rival}]",
            (
                "2, column 25: offers[a].owner: names 'bolt', which no entry of actors has as its id; "
                "did you mean 'bold'?"
            ),
        ),
        (
            f"offers: [{{id: a, needs: [fast]}}]\n{NEEDS}",
            (
                "3, column 37: needs[safe]: is a need that no offer serves; "
                "add it to the needs of an offer, or write served: false where none serves it yet"
            ),
        ),
        (
            "offers: [{id: a, period: once}]",
            "2, column 26: offers[a].period: is the text 'once', expected one of day, week, month, quarter, year",
        ),
    ],
)
def test_a_fault_of_an_offer_is_told_with_its_place(faults_below_company, text: str, message: str):
    assert faults_below_company(text) == [f"strategy.yaml line {message}"]


names = st.from_regex(r"[a-zA-Z][a-z0-9_]{2,8}", fullmatch=True).map("offer_".__add__)


@given(st.dictionaries(names, st.floats(0, 1e12), min_size=1, max_size=5))
def test_any_offers_come_back_as_written(prices: dict[str, float]):
    rows = ",".join(f"{{id: {name}, price: {price!r}}}" for name, price in prices.items())
    assert {each.id: each.price for each in read(f"offers: [{rows}]").offers} == {
        name: exactly(price) for name, price in prices.items()
    }
