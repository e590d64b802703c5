"""Expressions of the grammar say on real tables what they say in the strategy file."""

# ruff: noqa: DTZ001  times of canonical tables are naive UTC
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence.engine import Engine
from patronage.evidence.grammar import condition, value
from patronage.vocabulary.errors import EvidenceError
from patronage.vocabulary.expressions import FUNCTIONS, parsed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyspark.sql import SparkSession

COLUMNS: dict[str, list[Any]] = {
    "code": ["Gift_1", "gift 2", None],
    "quantity": ["-3", "1,000", "few"],
    "number": [1.0, 0.0, None],
    "customer": [12, 7, 12],
    "day": [datetime(2010, 12, 1), datetime(2011, 3, 4, 10), None],
    "open": [True, False, None],
}

EXPECTED: list[tuple[str, list[Any]]] = [
    ("number / 0", [None, None, None]),
    ("1 / number", [1.0, None, None]),
    ("number * 2 + 1 - 0.5", [2.5, 0.5, None]),
    ("-quantity", [3.0, -1000.0, None]),
    ("code like 'gift%'", [False, True, None]),
    ("code like 'Gift__'", [True, False, None]),
    ("code not like 'Gift%'", [False, True, None]),
    ("code = 'gift 2'", [False, True, None]),
    ("code = 'GIFT 2'", [False, False, None]),
    ("code in ('Gift_1', 'x')", [True, False, None]),
    ("customer in (12, 13)", [True, False, True]),
    ("customer in ('12')", [True, False, True]),
    ("customer = '12'", [True, False, True]),
    ("quantity < 0", [True, False, None]),
    ("quantity in (1000)", [False, True, None]),
    ("day < '2011-01-01'", [True, False, None]),
    ("'2011-03-04' <= day", [False, True, None]),
    ("number is null", [False, False, True]),
    ("number is not null and not open", [False, True, False]),
    ("open or number = 0", [True, True, None]),
    ("open in (true)", [True, False, None]),
    ("number != 1", [False, True, None]),
    ("number >= 1", [True, False, None]),
    ("number > 1", [False, False, None]),
    ("number <= 0", [False, True, None]),
    ("null", [None, None, None]),
    ("lower(code)", ["gift_1", "gift 2", None]),
    ("upper(code)", ["GIFT_1", "GIFT 2", None]),
    ("trim(concat('  ', code))", ["Gift_1", "gift 2", ""]),
    ("abs(quantity)", [3.0, 1000.0, None]),
    ("round(number / 3, 2)", [0.33, 0.0, None]),
    ("round(number + 0.4)", [1.0, 0.0, None]),
    ("coalesce(number, 9)", [1.0, 0.0, 9.0]),
    ("coalesce(code, customer)", ["Gift_1", "gift 2", "12"]),
    ("length(code)", [6, 6, None]),
    ("starts_with(code, 'Gift')", [True, False, None]),
    ("year(day)", [2010, 2011, None]),
    ("month(day)", [12, 3, None]),
    ("text(number)", ["1", "0", None]),
    ("number(quantity)", [-3.0, 1000.0, None]),
    ("concat(code, '-', customer)", ["Gift_1-12", "gift 2-7", "-12"]),
    ("greatest(number, 0.5)", [1.0, 0.5, 0.5]),
    ("least(number, 0.5)", [0.5, 0.0, 0.5]),
]


@pytest.mark.parametrize(("text", "expected"), EXPECTED, ids=[text for text, _ in EXPECTED])
def test_an_expression_has_the_value_that_its_words_say(
    cells: Callable[..., list[Any]], text: str, expected: list[Any]
) -> None:
    assert cells(lambda table: value(parsed(text), table), **COLUMNS) == expected


def test_every_function_of_the_grammar_is_tried() -> None:
    tried = {name for name in FUNCTIONS if any(f"{name}(" in text for text, _ in EXPECTED)}
    assert tried == set(FUNCTIONS)


@settings(max_examples=15)
@given(numbers=st.lists(st.integers(-50, 50), min_size=1, max_size=5), bound=st.integers(-50, 50))
def test_a_comparison_agrees_with_python_and_its_negation_is_its_opposite(
    shared_engine: Engine, numbers: list[int], bound: int
) -> None:
    table = shared_engine.memory("numbers", {"x": numbers})
    both = table.select(
        "x", below=condition(parsed(f"x < {bound}"), table), rest=condition(parsed(f"not x < {bound}"), table)
    )
    for row in shared_engine.records(both):
        assert (row["below"], row["rest"]) == (row["x"] < bound, row["x"] >= bound)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("custmer = 1", "segments: there is no column 'custmer'; did you mean 'customer' or 'number'?"),
        (
            "a + zz > 1",
            (
                "segments: there is no column 'a'; did you mean 'day'?\n"
                "segments: there is no column 'zz'; the columns are 'code', 'quantity', 'number', 'customer', 'day', "
                "'open', 'place_in_test'"
            ),
        ),
        ("code", "segments: a condition that is true or false is expected here, not a value"),
        ("day > 'soon'", "segments: 'soon' is compared with a date and is none; write it as YYYY-MM-DD"),
        ("day > number", "segments: a date is compared with what is no date"),
        ("code like number", "segments: 'like' takes a quoted pattern, such as 'gift%'"),
        ("round(number, customer) > 1", "segments: 'round' takes a whole number of digits"),
    ],
)
def test_what_cannot_be_read_over_a_table_is_refused_in_words(
    cells: Callable[..., list[Any]], text: str, message: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        cells(lambda table: condition(parsed(text), table, where="segments"), **COLUMNS)
    assert str(caught.value) == message


def test_text_in_an_expression_is_never_read_as_a_query(cells: Callable[..., list[Any]]) -> None:
    text = "code = 'x'' or 1=1; drop table orders --'"
    assert cells(lambda table: condition(parsed(text), table), **COLUMNS) == [False, False, None]


def test_expressions_mean_the_same_on_spark(spark: SparkSession, tmp_path: Path) -> None:
    pq.write_table(pa.table({**COLUMNS, "place": list(range(3))}), tmp_path / "table.parquet")
    backend = ibis.pyspark.connect(spark)
    table = backend.read_parquet(tmp_path / "table.parquet")
    texts = [text for text, _ in EXPECTED if text != "null"]
    query = table.select("place", **{f"c{place}": value(parsed(text), table) for place, text in enumerate(texts)})
    rows = sorted(backend.to_pyarrow(query).to_pylist(), key=lambda row: row["place"])
    for place, text in enumerate(texts):
        assert [row[f"c{place}"] for row in rows] == dict(EXPECTED)[text], text
