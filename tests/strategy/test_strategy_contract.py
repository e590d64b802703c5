from collections.abc import Callable
from time import process_time
from typing import Any

import jsonschema
import pytest

from patronage.strategy.document import plain
from patronage.strategy.quantity import exactly
from patronage.strategy.schema import strategy_schema
from patronage.strategy.strategy import strategy_from_text
from patronage.strategy.value_drivers import Equation
from patronage.strategy.yaml_reader import read_document
from patronage.vocabulary.errors import StrategyError

CONTRACT = """\
company: {name: Acme, currency: USD, horizon_years: 3, discount_rate: 0.1}
segments: [{id: makers, rule: all, size: 120}]
offers:
  - {id: ours, owner: us, price: 100}
  - {id: nothing, owner: none, price: 0}
value_drivers:
  - {id: continuous, offer: ours, reference: nothing, segment: makers, statement: continuous production, benefit: 200000, probability: 0.10}
  - {id: custom, offer: ours, reference: nothing, segment: makers, statement: more customisation, benefit: 100000, probability: 0.05}
pools: [{id: service, cost: 560000, period: quarter, practical_capacity: 700000, unit: minute}]
activities:
  - {id: handle_order, pool: service, category: sales, time_equation: {base: 8}, volume: 49000, value: 1600000}
  - {id: credit_check, pool: service, category: rules, time_equation: {base: 50}, volume: 2500, value: 0}
links: [{from: handle_order, to: credit_check, kind: lowers_cost, amount: 20000}]
actors:
  - {id: us, kind: us}
  - {id: traveller, kind: consumer, count: 100000}
exchanges:
  - {id: trip, from: us, to: traveller, object: trip, kind: service, occurrences: 10, price: 200, place: station, time: weekdays, manner: ticket, reason: to reach work}
"""  # noqa: E501  as it is told to those who script against it
"""What others script against, word for word."""


def test_the_contract_is_read():
    found = strategy_from_text(CONTRACT)
    assert list(found.parts()) == [
        "company",
        "pools",
        "activities",
        "links",
        "segments",
        "offers",
        "value_drivers",
        "actors",
        "exchanges",
    ]
    assert found.value_drivers is not None
    drivers = found.value_drivers.equations[Equation("ours", "nothing", "makers")]
    assert sum(each.factors[0].mean * each.probability.mean for each in drivers) == 25_000
    assert found.exchanges is not None
    assert found.actors is not None
    trip = found.exchanges.by_id["trip"]
    assert trip.unanswered == ()
    assert (trip.payer, trip.payee, found.actors.by_id[trip.to_id].count) == ("traveller", "us", exactly(100000))
    assert found.links is not None
    assert found.links.links[0].amount == exactly(20000)


def test_the_schema_accepts_the_contract():
    jsonschema.validate(plain(read_document(CONTRACT, "f").root), strategy_schema())


def test_any_range_may_stand_for_a_number_of_the_contract():
    text = (
        CONTRACT.replace("benefit: 200000", "benefit: 150000..260000")
        .replace("probability: 0.10", "probability: {beta: [2, 18]}")
        .replace("amount: 20000", "amount: {low: 5000, mode: 20000, high: 40000}")
        .replace("price: 200", "price: {mean: 200, sd: 20}")
        .replace("count: 100000", "count: 90000..110000")
        .replace("occurrences: 10", "occurrences: 8..12")
    )
    strategy_from_text(text)
    jsonschema.validate(plain(read_document(text, "f").root), strategy_schema())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kind: lowers_cost", "kind: lower_cost"),
        ("probability: 0.05", "probability: 1.05"),
        ("kind: consumer", "kind: consumr"),
        ("kind: service", "kind: servce"),
        ("count: 100000", "count: 0"),
        ("object: trip", "objekt: trip"),
        ("id: ours, owner: us, price: 100", "id: ours, owner: us, price: -100"),
        ("amount: 20000", "amount: 20000, period: fortnight"),
    ],
)
def test_the_schema_and_the_reader_refuse_alike(right: str, wrong: str):
    text = CONTRACT.replace(right, wrong)
    whole: Any = plain(read_document(text, "f").root)
    assert not jsonschema.Draft202012Validator(strategy_schema()).is_valid(whole)
    with pytest.raises(StrategyError):
        strategy_from_text(text)


def _rows(size: int) -> str:
    """A file with links, offers, drivers, actors and exchanges, each of about a fifth of the size."""
    part = size // 5
    each: dict[str, Callable[[int], str]] = {
        "activities": lambda n: f"{{id: a{n}, pool: p, time_equation: {{base: 1..2}}, value: 5..9}}",
        "links": lambda n: f"{{from: a{n}, to: a{(n * 7 + 1) % part}, kind: lowers_cost, amount: 1..2}}",
        "value_drivers": lambda n: f"{{id: d{n}, offer: ours, benefit: 10..20, probability: 0.1}}",
        "actors": lambda n: f"{{id: m{n}, kind: consumer, count: 3}}",
        "exchanges": lambda n: f"{{id: e{n}, from: us, to: m{n}, object: x, price: 1..2, occurrences: 5}}",
    }
    head = (
        "company: {name: Acme, currency: USD}\npools: [{id: p, cost: 1, practical_capacity: 1}]\noffers: [{id: ours}]\n"
    )
    return head + "".join(
        f"{section}:\n" + "".join(f"- {row(n)}\n" for n in range(part)) for section, row in each.items()
    )


def test_the_time_to_load_grows_with_the_rows_and_no_faster():
    def taken(size: int) -> float:
        text, start = _rows(size), process_time()
        strategy_from_text(text)
        return process_time() - start

    taken(50)
    assert min(taken(1000), taken(1000)) < 8 * max(taken(250), taken(250), 0.05)
