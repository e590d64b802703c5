"""Numbers of the grammar are those that every engine can hold; the tests of the engine's room prove the rest."""

from __future__ import annotations

import re

import pytest

from patronage.vocabulary.expressions import ExpressionError, Literal, Negation, Operation, parsed


@pytest.mark.parametrize("digits", ["1e999", "9223372036854775808", "1" * 5000])
def test_a_number_that_no_engine_holds_is_refused_with_its_place(digits: str) -> None:
    told = "the number is too large; put it in quotes where it is a name at character 5"
    with pytest.raises(ExpressionError, match=f"^{re.escape(told)}"):
        parsed(f"a < {digits}")


def test_the_largest_whole_numbers_are_read_exactly() -> None:
    assert parsed("9223372036854774784") == Literal(9223372036854774784)
    assert parsed("1e300 - 1") == Operation("-", Literal(1e300), Literal(1))
    assert parsed("-5") == Negation("-", Literal(5))
