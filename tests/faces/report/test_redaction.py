from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.faces.report.redaction import Names, hidden_names, plain_names
from patronage.vocabulary.errors import ProjectError

KEY = Names(b"0" * 32)


def test_a_customer_has_one_pseudonym_in_every_report_of_a_project(tmp_path: Path) -> None:
    assert hidden_names(tmp_path).told("12346") == hidden_names(tmp_path).told("12346")


def test_projects_have_pseudonyms_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert hidden_names(tmp_path / "a").told("12346") != hidden_names(tmp_path / "b").told("12346")


@pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"\xff", b"00" * 31])
def test_a_damaged_key_is_refused_rather_than_other_pseudonyms_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "redaction.key").write_bytes(content)
    with pytest.raises(ProjectError, match=r"redaction\.key: is damaged, and other pseudonyms than those of earlier"):
        hidden_names(tmp_path)


def test_names_are_hidden_in_sentences_and_parts_of_words_are_not() -> None:
    told = KEY.text("Customer 123 and 1234 pay; 51234x does not.", ["123", "1234"])
    assert "123 " not in told
    assert "51234x" in told
    assert told.count("customer ") == 2


def test_without_redaction_nothing_changes() -> None:
    assert plain_names().text("Customer 123 pays.", ["123"]) == "Customer 123 pays."


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_no_listed_name_is_left_as_a_word_of_its_own(names: list[str]) -> None:
    told = KEY.text(" | ".join(names), names)
    words = set(told.split(" | "))
    assert not words & {name for name in names if " | " not in name and not name.startswith("customer ")}
