import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.exchanges import Dependency, Exchange, ExchangeKind
from patronage.strategy.quantity import exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.errors import StrategyError
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

COMPANY = "company: {name: Acme, currency: USD}\n"
ACTORS = (
    "actors: [{id: traveller, kind: consumer}, {id: caterer, kind: supplier}, {id: farm, kind: supplier},"
    " {id: guide, kind: influencer}, {id: dealer, kind: customer}]\n"
)
TRIP = "  - {id: trip, from: us, to: traveller, price: 200}\n"


def read(rows: str):
    found = strategy_from_text(f"{COMPANY}{ACTORS}exchanges:\n{rows}").exchanges
    assert found is not None
    return found


def test_every_key_of_an_exchange_is_read():
    found = read(
        "  - {id: trip, from: us, to: traveller, object: trip, kind: service, occurrences: 10, price: 200,\n"
        "     valuation: 210..260, place: station, time: weekdays, manner: ticket, reason: to reach work,\n"
        "     depends_on: [{exchange: meal, fraction: 0.5, cardinality: 3}], or_nothing: true}\n"
        "  - {id: meal, name: A meal, from: caterer, to: us, price: 4, period: week, grade: survey, evidence: bills}\n"
    )
    trip, meal = found.exchanges
    assert trip == Exchange(
        "trip",
        "trip",
        "us",
        "traveller",
        "trip",
        ExchangeKind.SERVICE,
        exactly(200),
        quantity("210..260", Domain.ANY),
        exactly(10),
        place="station",
        time="weekdays",
        manner="ticket",
        reason="to reach work",
        depends_on=(Dependency("meal", exactly(0.5), exactly(3)),),
        or_nothing=True,
        line=4,
    )
    assert meal == Exchange(
        "meal",
        "A meal",
        "caterer",
        "us",
        price=exactly(4),
        period=TimeUnit.WEEK,
        grade=Grade.SURVEY,
        evidence="bills",
        line=7,
    )
    assert found.by_id["meal"] is meal
    assert trip.unanswered == ()
    assert meal.unanswered == ("what", "where", "when", "how and why")


def test_the_taker_pays_and_of_money_the_giver():
    found = read(
        f"{TRIP}  - {{id: fee, kind: money, from: traveller, to: caterer}}\n"
        "  - {id: food, from: caterer, to: traveller}\n"
        "  - {id: advice, kind: influence, from: guide, to: traveller}\n"
    )
    told = found.by_id
    assert (told["trip"].payer, told["trip"].payee) == ("traveller", "us")
    assert (told["fee"].payer, told["fee"].payee) == ("traveller", "caterer")
    assert "for what value" in told["advice"].unanswered


def test_alternatives_have_fractions_and_what_always_takes_place_has_none():
    found = read(
        "  - {id: trip, from: us, to: traveller, price: 200, depends_on: [{exchange: meal, fraction: 0.7..0.9},\n"
        "     {exchange: crop, fraction: 0.1..0.3}, {exchange: fuel}, {exchange: oil}]}\n"
        + "".join(f"  - {{id: {name}, from: farm, to: us, price: 1}}\n" for name in ("meal", "crop", "fuel", "oil"))
    )
    assert [each.fraction is None for each in found.exchanges[0].depends_on] == [False, False, True, True]


@pytest.mark.parametrize("price", ["", ", price: 3", ", price: 0"])
def test_a_chain_may_end_with_a_customer_and_money_flows_back_along_it(price: str):
    rows = "  - {id: sale, from: us, to: dealer, price: 9}\n  - {id: crop, from: farm, to: us, price: 2}\n"
    more = f"  - {{id: hint, kind: influence, from: guide, to: dealer{price}}}\n"
    text = f"{COMPANY}{ACTORS.replace('{id: traveller, kind: consumer}, ', '')}exchanges:\n{rows}{more}"
    found = strategy_from_text(text).exchanges
    assert found is not None
    assert len(found.exchanges) == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            TRIP + "  - {id: a, from: farmer, to: us, price: 1}\n",
            (
                "5, column 19: exchanges[a].from: names 'farmer', which no entry of actors has as its id; "
                "did you mean 'farm' or 'dealer'?"
            ),
        ),
        (
            TRIP + "  - {id: a, from: farm, to: uss, price: 1}\n",
            "5, column 29: exchanges[a].to: names 'uss', which no entry of actors has as its id; did you mean 'us'?",
        ),
        (
            TRIP.replace("200", "200, depends_on: [{exchange: mael}]")
            + "  - {id: meal, from: farm, to: us, price: 1}\n",
            (
                "4, column 77: exchanges[trip].depends_on[row 1].exchange: names 'mael', "
                "which no entry of exchanges has as its id; did you mean 'meal'?"
            ),
        ),
        (
            TRIP + "  - {id: a, from: us, to: us, price: 1}\n",
            "5, column 27: exchanges[a].to: leads from 'us' to itself; name another actor",
        ),
        (
            TRIP.replace("200", "200, depends_on: [{exchange: trip}]"),
            (
                "4, column 65: exchanges[trip].depends_on: is part of a loop of needs: trip needs trip; "
                "take one of these dependencies out: a chain ends somewhere"
            ),
        ),
        (
            TRIP.replace("200", "200, depends_on: [{exchange: a}]")
            + "  - {id: a, from: farm, to: us, price: 1, depends_on: [{exchange: b}]}\n"
            + "  - {id: b, from: farm, to: us, price: 1, depends_on: [{exchange: a}]}\n",
            (
                "5, column 55: exchanges[a].depends_on: is part of a loop of needs: a needs b, b needs a; "
                "take one of these dependencies out: a chain ends somewhere"
            ),
        ),
        (
            TRIP.replace("200", "200, depends_on: [{exchange: a, fraction: 0.7}, {exchange: b, fraction: 0.6}]")
            + "  - {id: a, from: farm, to: us, price: 1}\n  - {id: b, from: farm, to: us, price: 1}\n",
            (
                "4, column 5: exchanges[trip]: has fractions that add to 1.3, more than one; "
                "make them add to one; leave fraction out of what always takes place"
            ),
        ),
        (
            TRIP.replace("200", "200, depends_on: [{exchange: a, fraction: 0.7}]")
            + "  - {id: a, from: farm, to: us, price: 1}\n",
            (
                "4, column 5: exchanges[trip]: has fractions that add to 0.7, less than one; "
                "make them add to one, or write or_nothing: true where the rest is nothing"
            ),
        ),
        (
            TRIP.replace("200", "200, depends_on: [{exchange: a, fraction: 1.2}]")
            + "  - {id: a, from: farm, to: us, price: 1}\n",
            (
                "4, column 90: exchanges[trip].depends_on[row 1].fraction: is the number 1.2, "
                "expected a share from 0 to 1; write 0.012 if 1.2 percent is meant"
            ),
        ),
        (
            TRIP + "  - {id: a, from: farm, to: us, object: wheat}\n",
            (
                "5, column 19: exchanges[a].from: names 'farm', who gives to others and is paid by no one; "
                "give one of its exchanges a price, or add the one that pays it"
            ),
        ),
        (
            TRIP + "  - {id: a, kind: money, from: caterer, to: farm, price: 3}\n",
            (
                "5, column 5: exchanges[a]: is paid by 'caterer' with money created from nothing: "
                "no consumer's or customer's leads there; add the exchange by which 'caterer' is paid"
            ),
        ),
        (
            "  - {id: a, from: us, to: dealer, price: 3}\n",
            ("2, column 10: actors[traveller]: is a consumer that no one serves; add an exchange with to: traveller"),
        ),
        (
            TRIP.replace("price", "kind: servce, price"),
            (
                "4, column 47: exchanges[trip].kind: is the text 'servce', expected one of product, service, "
                "information, money, influence, other; did you mean 'service'?"
            ),
        ),
        (
            TRIP.replace("200", "-3"),
            "4, column 48: exchanges[trip].price: is the number -3, expected a number of 0 or more",
        ),
        (
            TRIP + TRIP,
            (
                "5, column 10: exchanges[trip].id: the id 'trip' stands twice, first on line 4; "
                "give each entry an id of its own"
            ),
        ),
    ],
)
def test_a_fault_of_an_exchange_is_told_with_its_place(faults_below_company, rows: str, message: str):
    assert faults_below_company(f"{ACTORS}exchanges:\n{rows}") == [f"strategy.yaml line {message}"]


def test_money_that_goes_round_without_a_consumer_comes_from_nothing(faults_below_company):
    rows = "  - {id: a, from: farm, to: caterer, price: 1}\n  - {id: b, from: caterer, to: farm, price: 1}\n"
    told = faults_below_company(f"{ACTORS}exchanges:\n{TRIP}{rows}")
    assert [fault.partition(" with money created")[0].partition(": ")[2] for fault in told] == [
        "exchanges[a]: is paid by 'caterer'",
        "exchanges[b]: is paid by 'farm'",
    ]


def test_actors_without_exchanges_are_a_beginning():
    assert strategy_from_text(COMPANY + ACTORS).exchanges is None


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.booleans())
def test_fractions_are_read_exactly_where_they_add_to_one_or_leave_a_rest_that_is_said(
    weights: list[float], or_nothing: bool
):
    total = sum(weights)
    parts = ", ".join(f"{{exchange: b{at}, fraction: {each!r}}}" for at, each in enumerate(weights))
    rows = TRIP.replace("200", f"200, or_nothing: {str(or_nothing).lower()}, depends_on: [{parts}]")
    rows += "".join(f"  - {{id: b{at}, from: farm, to: us, price: 1}}\n" for at in range(len(weights)))
    if abs(total - 1) < 1e-7 or (total < 1 - 2e-6 and or_nothing):
        assert len(read(rows).exchanges[0].depends_on) == len(weights)
    elif total > 1 + 2e-6 or total < 1 - 2e-6:
        with pytest.raises(StrategyError, match="has fractions that add to "):
            read(rows)
