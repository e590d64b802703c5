from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from patronage.evidence.replacing import OLD, replacing


def test_a_block_that_fails_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text(f"half {1 // 0}", encoding="utf-8")
    assert [(one.name, one.read_text("utf-8")) for one in tmp_path.iterdir()] == [("page.html", "before")]


def test_what_a_killed_writer_left_goes_once_it_is_old(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    old, new, other = (
        tmp_path / name for name in (".page.html.12.0123abcd", ".page.html.13.0123abcd", ".page.html.bak")
    )
    for one in (old, new, other):
        one.write_text("half", encoding="utf-8")
    for one in (old, other):
        os.utime(one, (0, time.time() - OLD - 60))
    with replacing(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
    assert {one.name for one in tmp_path.iterdir()} == {"page.html", new.name, other.name}
