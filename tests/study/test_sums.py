from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.study import sums
from patronage.study.sums import seal, stands


@given(st.binary(min_size=1, max_size=50), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_any_byte_that_changes_is_seen(tmp_path: Path, content: bytes, data: Any) -> None:
    path = tmp_path / "finding.json"
    path.write_bytes(content)
    seal(tmp_path)
    assert stands(tmp_path, ["finding.json"])
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    assert not stands(tmp_path, ["finding.json"])


def test_a_file_that_is_gone_or_came_later_or_has_no_sums_does_not_stand(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a", encoding="utf-8")
    assert not stands(tmp_path, ["a"])
    seal(tmp_path)
    (tmp_path / "b").write_text("b", encoding="utf-8")
    assert not stands(tmp_path, ["a", "b"])
    (tmp_path / "a").unlink()
    assert not stands(tmp_path, ["a"])


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 9000, '{"a": 1}'])
def test_damaged_sums_stand_for_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "a").write_text("a", encoding="utf-8")
    seal(tmp_path)
    (tmp_path / "sums.json").write_text(content, encoding="utf-8")
    assert not stands(tmp_path, ["a"])


def test_a_large_file_is_known_by_its_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "ALWAYS_READ", 2)
    path = tmp_path / "a"
    path.write_text("abc", encoding="utf-8")
    seal(tmp_path)
    assert stands(tmp_path, ["a"])
    path.write_text("abcd", encoding="utf-8")
    assert not stands(tmp_path, ["a"])
