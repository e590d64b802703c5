"""Cells are read as people and programs write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence.cells import as_key, as_number, as_text, is_blank, tidied
from patronage.evidence.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable


POINT = {
    "12": 12.0, "-3.5": -3.5, "+5": 5.0, ".5": 0.5, "1e5": 1e5, "1,234.50": 1234.5, "1,234,567": 1234567.0,
    "£12.50": 12.5, "-£3": -3.0, "$-3": -3.0, "US$ 5": 5.0, "GBP 12": 12.0, "12 €": 12.0, "(12.50)": -12.5,
    "12.50-": -12.5, "−4": -4.0, "1 234.5": 1234.5, "1'234.5": 1234.5, "1\u202f234": 1234.0,
    "12,5": None, "1,23": None, "1.234,56": None, "abc": None, "1_000": None, "5 kg": None, "(5": None, "$": None,
    "-": None, "": None, "0x10": None, "1 2": None, "12;": None, "=1+1": None,
}  # fmt: skip
COMMA = {
    "12": 12.0, "12,5": 12.5, "1.234,56": 1234.56, "1.234": 1234.0, "1 234,5": 1234.5, "-0,5 €": -0.5, "(1,5)": -1.5,
    "12.50": None, "1,234.5": None, "abc": None,
}  # fmt: skip


def test_numbers_are_read_with_a_decimal_point(cells: Callable[..., list[Any]]) -> None:
    found = cells(lambda table: as_number(tidied(table.cell)), cell=list(POINT))
    assert dict(zip(POINT, found, strict=True)) == POINT


def test_numbers_are_read_with_a_decimal_comma(cells: Callable[..., list[Any]]) -> None:
    found = cells(lambda table: as_number(tidied(table.cell), ","), cell=list(COMMA))
    assert dict(zip(COMMA, found, strict=True)) == COMMA


@pytest.mark.parametrize(("decimal", "grouping"), [(".", ","), (",", "."), (".", "'"), (",", " ")])
@settings(max_examples=10)
@given(values=st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), min_size=1, max_size=30))
def test_a_number_survives_being_written_with_marks(
    shared_engine: Engine, values: list[Any], decimal: str, grouping: str
) -> None:
    marks = str.maketrans({",": grouping, ".": decimal})
    written = [f"{value:,.2f}".translate(marks) for value in values]
    table = shared_engine.memory("written", {"cell": written, "value": [float(value) for value in values]})
    for row in shared_engine.records(table.select("value", found=as_number(table.cell, decimal))):
        assert row["found"] == row["value"]


def test_keys_are_trimmed_whole_numbers_are_plain_and_words_for_nothing_are_none(
    cells: Callable[..., list[Any]],
) -> None:
    written = [
        " 12345.0 ",
        "00012",
        "12.50",
        "a.0",
        "NaN",
        "NULL",
        "None",
        "<NA>",
        "#N/A",
        "",
        " ",
        None,
        "\tx\n",
        "Nano",
    ]
    expected = ["12345", "00012", "12.50", "a.0", None, None, None, None, None, None, None, None, "x", "Nano"]
    assert cells(lambda table: as_key(tidied(table.cell)), cell=written) == expected


def test_numeric_keys_are_text_without_a_fraction(cells: Callable[..., list[Any]]) -> None:
    assert cells(lambda table: as_key(table.cell), cell=[12345.0, 0.5, None, 9e14]) == [
        "12345",
        "0.5",
        None,
        "900000000000000",
    ]
    assert cells(lambda table: as_key(table.cell), cell=[12345, -1]) == ["12345", "-1"]


def test_not_a_number_is_no_text(cells: Callable[..., list[Any]]) -> None:
    assert cells(lambda table: as_text(table.cell), cell=[float("nan"), 2.0]) == [None, "2"]


def test_numbers_beyond_any_key_are_text_all_the_same(cells: Callable[..., list[Any]]) -> None:
    numbers = [1e300, float("inf"), -(2.0**60), 1e-9]
    assert [float(text) for text in cells(lambda table: as_key(table.cell), cell=numbers)] == numbers


def test_a_cell_of_spaces_is_blank(cells: Callable[..., list[Any]]) -> None:
    written = ["", "  ", "\t\n", None, " x ", "0"]
    assert cells(lambda table: is_blank(tidied(table.cell)), cell=written) == [True, True, True, True, False, False]


@settings(max_examples=10)
@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1))
def test_tidying_takes_spaces_off_the_ends_and_nothing_else(shared_engine: Engine, texts: list[str]) -> None:
    table = shared_engine.memory("text", {"cell": texts})
    for row in shared_engine.records(table.select("cell", found=tidied(table.cell))):
        assert row["found"] == row["cell"].strip(" \t\n\r\v\f")
