"""Commands that are killed, starved of disk, damaged or told the wrong time leave everything readable, and go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KILLS = {"run": 25, "decide": 20, "report": 5}

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGKILL to send and no fork")


def answered(module: str, *words: object) -> Any:
    """What a script of the faults prints; a process of its own, since its children are forked before any thread."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    command = [sys.executable, "-m", f"benchmarks.faults.{module}", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@posix
def test_kills_at_random_moments_of_run_decide_and_report_lose_nothing(own_shop: Path) -> None:
    told = answered("kills", own_shop, 20260101, *KILLS.values())
    assert {name: one["killed"] for name, one in told["kills"].items()} == KILLS
    assert not [fault for one in told["kills"].values() for fault in one["lost"]]
    assert told["next_succeed"] == [True, True, True]
    assert told["left_behind"] == []


@posix
def test_a_few_of_every_other_fault_lose_nothing(own_shop: Path, tmp_path: Path) -> None:
    told = answered("small", own_shop, tmp_path)
    every = [told["writers"], told["clocks"], *told["disk"].values(), *told["damage"].values()]
    assert not [fault for one in every for fault in one["lost"]]
    assert (told["writers"]["cases"], told["clocks"]["whole"]) == (3, 1)
    assert sum(one["cases"] for one in told["disk"].values()) == 4
