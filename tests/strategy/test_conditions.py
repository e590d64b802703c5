import pytest

from patronage.strategy.conditions import condition, declared_rule
from patronage.strategy.refusal import RefusedError
from patronage.vocabulary.expressions import Column, Literal, Operation

EXAMPLE = "write a condition such as revenue > 1000 and place = 'UK'"


def test_all_stands_for_every_customer():
    assert declared_rule(" All ").expression is None


def test_a_rule_keeps_its_text_beside_its_expression():
    found = declared_rule("revenue > 1000")
    assert (found.text, found.expression) == ("revenue > 1000", Operation(">", Column("revenue"), Literal(1000)))


@pytest.mark.parametrize(
    "text", ["is_product", "not closed", "starts_with(name, 'A')", "a is null", "true", "a in (1)"]
)
def test_whatever_answers_yes_or_no_is_a_condition(text: str):
    assert condition(text) is not None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("revenue >", "cannot be read: expected a name, a number or a text at character 10 of 'revenue >'"),
        ("a && b", "cannot be read: cannot read '&' at character 3 of 'a && b'; write and"),
        ("a | b", "cannot be read: cannot read '|' at character 3 of 'a | b'; write or"),
        (
            "name = 'x",
            'cannot be read: cannot read "\'" at character 8 of "name = \'x"; close the quote that opens there',
        ),
        ("revenue + 1", f"is 'revenue + 1', which gives a value and no yes or no; {EXAMPLE}"),
        ("-revenue", f"is '-revenue', which gives a value and no yes or no; {EXAMPLE}"),
        ("'all of them'", f"is \"'all of them'\", which gives a value and no yes or no; {EXAMPLE}"),
        (5, f"is the number 5, expected a condition in text; {EXAMPLE}"),
        (None, f"has no value, expected a condition in text; {EXAMPLE}"),
        ("  ", f"is the text '  ', expected a condition in text; {EXAMPLE}"),
        (
            " or ".join(["a = 1"] * 300),
            (
                "is 'a = 1 or a = 1 or a = 1 or a = 1 or a = '... (2,696 characters), "
                "which chains more than 200 parts; use in ('A', 'B', ...) instead of or, or add a column to the data"
            ),
        ),
        (
            "(" * 70 + "a",
            f"cannot be read: nested deeper than 60 levels at character 61 of '{'(' * 40}'... (71 characters)",
        ),
    ],
)
def test_what_gives_no_yes_or_no_is_refused(value: object, message: str):
    with pytest.raises(RefusedError) as refusal:
        condition(value)
    assert str(refusal.value) == message


def test_a_long_list_of_options_is_no_long_chain():
    assert condition("a in (" + ", ".join(str(n) for n in range(5000)) + ")") is not None
