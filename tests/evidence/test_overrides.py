"""Reviewed pairs of customers are read whole, or refused with every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from patronage.evidence.overrides import Override, overrides
from patronage.vocabulary.errors import EvidenceError

KNOWN = {"A", "B", "C", "D", "E"}
HEAD = "customer_id,same_as,different_from,who,when,why"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """The file of some lines."""

    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "same.csv"
        path.write_bytes("\n".join([*lines, ""]).encode(encoding))
        return path

    return write


@pytest.fixture
def refusal(written: Callable[..., Path]) -> Callable[..., list[str]]:
    """The faults of a file of some lines below the header."""

    def read(*lines: str) -> list[str]:
        with pytest.raises(EvidenceError) as caught:
            overrides(written(HEAD, *lines), KNOWN)
        return [str(fault) for fault in caught.value.faults]

    return read


def test_pairs_are_read_in_the_order_of_the_file(written: Callable[..., Path]) -> None:
    path = written("\ufeff" + HEAD, "A, B ,,Ann,2024-01-05,called", "", "C,,D,,,", '"E",A,,"Ann, Bob",,')
    assert overrides(path, KNOWN) == (
        Override(2, "A", "B", True),
        Override(4, "C", "D", False),
        Override(5, "E", "A", True),
    )


def test_semicolons_a_shorter_header_and_other_orders_of_columns_are_read(written: Callable[..., Path]) -> None:
    assert overrides(written("Same_As;Customer_ID", "B;A"), KNOWN) == (Override(2, "A", "B", True),)
    assert overrides(written("different_from,customer_id", "B,A"), KNOWN) == (Override(2, "A", "B", False),)


def test_every_fault_is_told_at_once(refusal: Callable[..., list[str]]) -> None:
    assert refusal("A,B,C,,,", "A,,,,,", ",B,,,,", "A,A,,,,", "A,B,,,soon,", "A,X,,,,") == [
        "same.csv line 2: says both same_as and different_from; say one of them",
        "same.csv line 3: says neither same_as nor different_from; say one of them",
        "same.csv line 4: names no customer_id; name it",
        "same.csv line 5: names A twice; name two customers",
        "same.csv line 6: was reviewed on 'soon', which is no date; write it as YYYY-MM-DD",
        "same.csv line 7: names the customer 'X', whom nobody knows; no customer has or had this id",
    ]


def test_pairs_that_contradict_each_other_are_refused_with_their_lines(refusal: Callable[..., list[str]]) -> None:
    assert refusal("A,B,,,,", "B,C,,,,", "A,,C,,,", "D,E,,,,", "E,,D,,,") == [
        "same.csv line 4: A is different from C, and lines 2 and 3 make them the same; take one of them out",
        "same.csv line 6: E is different from D, and line 5 makes them the same; take one of them out",
    ]


def test_pairs_that_merge_in_a_circle_are_refused_with_their_lines(refusal: Callable[..., list[str]]) -> None:
    assert refusal("A,B,,,,", "B,C,,,,", "C,A,,,,", "D,E,,,,", "E,D,,,,") == [
        "same.csv: lines 2, 3 and 4 merge in a circle: C is the same as A, which leads back to C; take one of them out",
        "same.csv: lines 5 and 6 merge in a circle: E is the same as D, which leads back to E; take one of them out",
    ]


def test_what_stands_twice_or_leads_to_one_customer_twice_is_no_circle(written: Callable[..., Path]) -> None:
    assert len(overrides(written(HEAD, "A,B,,,,", "A,B,,,,", "B,C,,,,", "A,C,,,,"), KNOWN)) == 4


def test_a_file_that_cannot_be_read_is_refused(written: Callable[..., Path], tmp_path: Path) -> None:
    for lines, message in (
        (["customer,same_as", "A,B"], "has no column 'customer_id'; did you mean 'customer'?"),
        (["customer_id,who", "A,B"], "has neither same_as nor different_from; add the one that you need"),
        (["customer_id,same_as,reason", "A,B,x"], "has the column 'reason', which says nothing here"),
        ([""], "is empty; its first line names the columns"),
    ):
        with pytest.raises(EvidenceError, match=message):
            overrides(written(*lines), KNOWN)
    with pytest.raises(EvidenceError, match="is not written in UTF-8; save it as CSV in UTF-8"):
        overrides(written(HEAD, "Å,B,,,,", encoding="latin-1"), KNOWN)
    with pytest.raises(EvidenceError, match="there is no such file; write it with the columns customer_id, same_as"):
        overrides(tmp_path / "none.csv", KNOWN)


def test_without_known_customers_the_file_alone_is_judged(written: Callable[..., Path]) -> None:
    assert overrides(written(HEAD, "A,whoever,,,,"), None) == (Override(2, "A", "whoever", True),)
