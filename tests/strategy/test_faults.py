from patronage.strategy.document import Place
from patronage.strategy.faults import located, unknown_key
from patronage.strategy.source_entries import SOURCES
from patronage.strategy.yaml_reader import read_document


def test_a_value_is_located_by_its_steps():
    document = read_document("pools:\n  - {id: a, cost: 5}\n  - {id: 'not plain', cost: 6}\n", "f")
    assert located(document, ("pools", 0, "cost")) == (Place(2, 19), "pools[a].cost")
    assert located(document, ("pools", 1, "cost")) == (Place(3, 29), "pools[row 2].cost")
    assert located(document, ("pools", 0, "cost"), at_key=True) == (Place(2, 13), "pools[a].cost")


def test_an_absent_key_is_located_at_the_group_that_lacks_it():
    document = read_document("pools:\n  - {id: a}\n", "f")
    assert located(document, ("pools", 0, "cost")) == (Place(2, 5), "pools[a].cost")


def test_a_key_with_invisible_characters_is_shown_in_quotes():
    document = read_document('a: {"x\\ny": 1}', "f")
    assert located(document, ("a", "x\ny"))[1] == r"a.'x\ny'"


def test_an_unknown_key_is_offered_the_nearest_or_all():
    assert unknown_key("oders", ["orders", "books"]) == ("is not a known key", "did you mean 'orders'?")
    assert unknown_key("zzz", ["orders", "books"]) == ("is not a known key", "known here: orders, books")
    assert unknown_key("deals", ["orders"], SOURCES) == (
        "belongs to a later release",
        "take it out; this one reads orders",
    )
