"""Memory under control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from patronage.study.memory_limit import memory_limit
from patronage.study.options import RunOptions
from patronage.study.project import Project
from patronage.study.shelf import Run
from patronage.study.study import open_study
from patronage.study.workbench import at_work
from patronage.vocabulary.errors import ProjectError

SUMMARY = RunOptions(only="order_summary")


@pytest.mark.parametrize("text", ["4GB", "500MB", "1.5 GiB", " 800 mb ", "100MB", "2TB"])
def test_a_limit_is_passed_on(text: str) -> None:
    assert memory_limit(text, "memory") == text.strip()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "'' is no size; write it as 4GB or 500MB"),
        ("4", "'4' is no size; write it as 4GB or 500MB"),
        ("80%", "'80%' is no size; write it as 4GB or 500MB"),
        ("99MB", "'99MB' is too little to work with; give at least 100MB"),
        ("0GB", "'0GB' is too little to work with; give at least 100MB"),
    ],
)
def test_what_is_no_limit_is_refused(text: str, found: str) -> None:
    with pytest.raises(ProjectError) as refused:
        memory_limit(text, "memory")
    assert str(refused.value) == f"memory: {found}"


def test_a_limit_reaches_the_engine_and_it_spills_into_its_own_folder(tmp_path: Path) -> None:
    with at_work(Project(tmp_path), "150MB") as engine:
        asked = "select current_setting('memory_limit'), current_setting('temp_directory')"
        limit, spill = engine.connection.con.execute(asked).fetchall()[0]
        assert limit == "143.0 MiB"
        assert Path(spill) == engine.folder / "spill"
    assert not engine.folder.exists()


def test_a_run_under_a_small_limit_gives_equal_findings(make_project: Callable[..., Path]) -> None:
    plain = open_study(make_project(name="plain")).run(SUMMARY)
    held = open_study(make_project(name="held")).run(replace(SUMMARY, memory="100MB"))
    assert _bytes(held) == _bytes(plain)


def _bytes(run: Run) -> list[bytes]:
    kept = run.project.findings / f"order_summary-{run.record['findings'][0]['key']}"
    return [path.read_bytes() for path in sorted(kept.iterdir())]


def test_a_limit_that_is_none_is_refused_before_anything_is_read(make_project: Callable[..., Path]) -> None:
    with pytest.raises(ProjectError, match="memory: 'lots' is no size"):
        open_study(make_project()).run(replace(SUMMARY, memory="lots"))
