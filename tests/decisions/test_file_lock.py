from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from patronage.decisions.file_lock import locked
from patronage.vocabulary.errors import ProjectError

HOLD = """
import sys, time
from pathlib import Path
from patronage.decisions.file_lock import locked
with locked(Path(sys.argv[1]), "held"):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_refused_with_the_message_and_the_first_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.lock"
    with (
        locked(path, "held"),
        pytest.raises(ProjectError, match=r"run\.lock: another run is at work; wait until it has ended and try again$"),
        locked(path, "another run is at work"),
    ):
        pass
    with locked(path, "held"):
        assert path.exists()


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with pytest.raises(RuntimeError, match="inside"), locked(path, "held"):
        raise RuntimeError("inside")
    with locked(path, "held"):
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(ProjectError), locked(path, "held"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with locked(path, "held", wait=5.0):
        pass


def test_waiting_ends_after_the_time_given(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    started = time.monotonic()
    with locked(path, "held"), pytest.raises(ProjectError), locked(path, "held", wait=0.1):
        pass
    assert 0.1 <= time.monotonic() - started < 2.0


def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(ProjectError, match=r"cannot be locked: .*; make the folder writable$"),
        locked(tmp_path / "file" / "run.lock", "held"),
    ):
        pass
