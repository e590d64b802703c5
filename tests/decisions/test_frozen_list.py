from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.decisions.frozen_list import FrozenList, frozen, list_fault, list_file, read_list, write_list
from patronage.vocabulary.errors import BlockedError, ProjectError

PEOPLE = [("a\nb", 5.0), ("=1+1", None)]
people = st.lists(st.tuples(st.text(max_size=8), st.one_of(st.none(), st.floats(-1e9, 1e9))), max_size=5)


@given(people)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_is_written_is_read_back_and_has_its_digest(tmp_path: Path, found: Any) -> None:
    kept = frozen(found)
    path = list_file(tmp_path / "lists", "abc", kept)
    write_list(path, found)
    assert list_fault(path, kept) is None
    assert list(read_list(path, kept)) == found
    assert kept == FrozenList(len(found), hashlib.sha256(path.read_bytes()).hexdigest())
    assert path.name == f"abc-{kept.sha256}.jsonl"


def test_one_line_holds_one_customer_whatever_the_id(tmp_path: Path) -> None:
    write_list(tmp_path / "list.jsonl", PEOPLE)
    assert (tmp_path / "list.jsonl").read_bytes() == b'["a\\nb", 5.0]\n["=1+1", null]\n'
    assert [one.name for one in tmp_path.iterdir()] == ["list.jsonl"]


def test_a_missing_or_changed_list_is_told(tmp_path: Path) -> None:
    path, kept = tmp_path / "list.jsonl", frozen(PEOPLE)
    copy = "restore it from a copy of the folder; the journal and every other list stay as they are"
    assert str(list_fault(path, kept)).endswith(
        f"list.jsonl: is missing, the list of 2 customers that was accepted; {copy}"
    )
    path.write_bytes(b'["a", 5.0]\n')
    assert str(list_fault(path, kept)).endswith(
        f"list.jsonl: was changed, and is not the list that was accepted any more; {copy}"
    )
    path.write_bytes(b"7\n")
    with pytest.raises(ProjectError, match=re.escape(f"list.jsonl, line 1: holds no customer; {copy}")):
        list(read_list(path, kept))


def test_a_list_of_nobody_needs_no_file(tmp_path: Path) -> None:
    assert list_fault(tmp_path / "none", frozen([])) is None
    assert list(read_list(tmp_path / "none", frozen([]))) == []


def test_a_list_that_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "list.jsonl"
    path.write_bytes(b"before")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("patronage.decisions.frozen_list.os.fsync", full)
    with pytest.raises(BlockedError, match=r"list\.jsonl: the list cannot be written: No space left on device; make"):
        write_list(path, PEOPLE)
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["list.jsonl"]


@pytest.mark.parametrize(
    "line", [b"5", b'["a"]', b'[1, 2]', b'["a", "b"]', b'["a", true]', b'["a", NaN]', b'["a", 1e999]',
             b'["a", 1' + b"0" * 400 + b"]", b"[" * 9000, b"\xff"]
)  # fmt: skip
def test_a_line_that_holds_no_customer_and_amount_is_refused_by_its_number(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "list.jsonl"
    path.write_bytes(b'["a", 1]\n' + line + b"\n")
    with pytest.raises(ProjectError, match=r"^list\.jsonl, line 2: holds no customer; restore it from a copy"):
        list(read_list(path, FrozenList(2, "0" * 64)))
