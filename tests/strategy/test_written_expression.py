import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.written_expression import written
from patronage.vocabulary.expressions import Call, Column, Literal, Membership, Missing, Negation, Operation, parsed

names = st.sampled_from(["a", "Customer ID", "not", "größe", "x.y"])
literals = st.builds(
    Literal,
    st.none() | st.booleans() | st.integers(0, 10**12) | st.floats(0, 1e12) | st.text(max_size=5),
)
options = st.builds(Literal, st.integers(-100, 100) | st.text(max_size=5))
expressions = st.recursive(
    literals | st.builds(Column, names),
    lambda inner: (
        st.builds(Negation, st.sampled_from(["not", "-"]), inner)
        | st.builds(Operation, st.sampled_from(["and", "or", "=", "<=", "+", "*", "like"]), inner, inner)
        | st.builds(Membership, inner, st.lists(options, min_size=1, max_size=3).map(tuple))
        | st.builds(Missing, inner)
        | st.builds(Call, st.just("coalesce"), st.tuples(inner, inner))
    ),
    max_leaves=8,
)


@given(expressions)
def test_what_is_written_reads_as_the_same_expression(expression):
    assert parsed(written(expression)) == expression


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("product_id in ('POST','D')", "product_id in ('POST', 'D')"),
        ("not `Customer ID` is null", "not (`Customer ID` is null)"),
        ("quantity>0 AND price >= 0.5", "(quantity > 0) and (price >= 0.5)"),
    ],
)
def test_common_conditions_read_well(text: str, again: str):
    assert written(parsed(text)) == again


@pytest.mark.parametrize("operator", ["or", "and", "+", "-", "*", "/"])
def test_a_chain_longer_than_brackets_may_nest_is_read_again(operator: str) -> None:
    text = f" {operator} ".join(["(a = 1)" if operator in {"or", "and"} else "a"] * 150)
    assert parsed(written(parsed(text))) == parsed(text)
