from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from patronage.study.project import MOMENT, Project, moment_after_all

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


def test_a_run_is_named_after_all_that_are_kept_though_the_clock_went_back(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert moment_after_all(project, NOW) == NOW
    for ahead in (timedelta(days=-1), timedelta(days=900)):
        (project.runs / f"{NOW + ahead:{MOMENT}}-0123abcd").mkdir(parents=True)
    (project.runs / "no run").mkdir()
    assert moment_after_all(project, NOW) == NOW + timedelta(days=900, microseconds=1)
    assert moment_after_all(project, NOW + timedelta(days=901)) == NOW + timedelta(days=901)


@pytest.mark.parametrize("name", ["", ".", "..", "../runs", "a\x00b", "x" * 300, "99999999T999999999999-00000000"])
def test_a_pointer_that_names_no_run_is_no_run(tmp_path: Path, name: str) -> None:
    project = Project(tmp_path)
    (tmp_path / ".patronage" / "runs").mkdir(parents=True)
    project.pointer().write_text(name, encoding="utf-8")
    assert project.last() is None
