import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.document import plain
from patronage.strategy.schema import strategy_schema
from patronage.strategy.starting_file import Beginning, starting_file
from patronage.strategy.strategy import strategy_from_text
from patronage.strategy.yaml_reader import read_document
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.sources import SourceMapping

ORDERS = SourceMapping(
    "orders",
    "data/My Orders €.csv",
    {"customer_id": "Customer ID", "ordered_at": "InvoiceDate", "amount": "quantity * unit_price", "place": "yes"},
    encoding="cp1252",
    delimiter="\t",
    decimal=",",
    date_format="%d/%m/%Y %H:%M",
    keep=parsed("quantity != 0"),
    not_product=parsed("product_id in ('POST','D')"),
    currency="GBP",
    extra={"returns": "net"},
)


def examples_switched_on(text: str) -> str:
    return "\n".join(line if "##" in line else re.sub(r"^(\s*)# ", r"\1", line) for line in text.splitlines())


def test_a_starting_file_reads_back_as_what_it_was_written_from():
    found = strategy_from_text(starting_file(Beginning('Gifts & "Co": 1', "GBP", [ORDERS])))
    assert (found.company.name, found.company.currency) == ('Gifts & "Co": 1', "GBP")
    (source,) = found.sources
    for name in SourceMapping.__slots__:
        if name != "line":
            assert getattr(source, name) == getattr(ORDERS, name), name
    assert (found.pools, found.activities, found.costs_of_action, found.segments) == (None, None, None, None)


def test_no_margin_is_invented():
    text = starting_file(Beginning("Acme", "GBP", [ORDERS]))
    assert strategy_from_text(text).company.gross_margin is None
    assert "  # gross_margin: 0.30..0.45" in text
    assert "none\n  ## is assumed: until it is declared, value is revenue and is called so." in text


@pytest.mark.parametrize("sources", [[ORDERS], []], ids=["with_orders", "without"])
def test_every_example_in_the_comments_is_valid_once_switched_on(sources: list[SourceMapping]):
    found = strategy_from_text(examples_switched_on(starting_file(Beginning("Acme", "GBP", sources))))
    assert list(found.parts()) == ["company", "sources", "pools", "activities", "costs_of_action", "segments"]
    assert found.company.gross_margin is not None


@pytest.mark.parametrize("sources", [[ORDERS], []], ids=["with_orders", "without"])
def test_the_schema_accepts_the_starting_file_with_and_without_its_examples(sources: list[SourceMapping]):
    text = starting_file(Beginning("Acme", "GBP", sources))
    for written in (text, examples_switched_on(text)):
        jsonschema.validate(plain(read_document(written, "f").root), strategy_schema())


def test_a_note_stands_beside_its_column_on_one_line():
    notes = {("orders", "customer_id"): "12346,\n12347 \x07 and 5,940 more"}
    text = starting_file(Beginning("Acme", "GBP", [ORDERS], notes))
    assert "      customer_id: Customer ID  # 12346, 12347 and 5,940 more\n" in text


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text.strip())


@given(name=texts, location=texts, column=texts, source=texts, note=st.text(max_size=30))
def test_any_name_survives_the_way_through_the_file(name: str, location: str, column: str, source: str, note: str):
    mapping = SourceMapping("orders", location, {column: source})
    found = strategy_from_text(starting_file(Beginning(name, "GBP", [mapping], {("orders", column): note})))
    assert found.company.name == name
    assert (found.sources[0].location, found.sources[0].columns) == (location, {column: source})
