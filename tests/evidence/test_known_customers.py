"""The ids that earlier runs saw keep their order, and a damaged file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.evidence.known_customers import known_customers, write_known
from patronage.vocabulary.errors import EvidenceError


def test_nobody_is_known_without_a_file(tmp_path: Path) -> None:
    assert known_customers(tmp_path / "none.csv") == {}


@given(
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), unique=True)
)
def test_ids_of_any_letters_come_back_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("known") / "known.csv"
    write_known(path, [(name, "2024-01-01") for name in names])
    assert list(known_customers(path).items()) == [(name, "2024-01-01") for name in names]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "does not begin with customer_id,known_since"),
        (b"id,day\nA,2024-01-01\n", "does not begin with customer_id,known_since"),
        (b"customer_id,known_since\nA,2024-01-01\nB\n", "line 3: names no customer and day"),
        (b"customer_id,known_since\n\xff,2024-01-01\n", "is damaged: 'utf-8' codec"),
        (b'customer_id,known_since\n"A,2024-01-01\n', "is damaged: unexpected end of data"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "known.csv"
    path.write_bytes(content)
    with pytest.raises(EvidenceError) as caught:
        known_customers(path)
    assert message in str(caught.value)
    assert "restore it from a copy of the folder" in str(caught.value)
