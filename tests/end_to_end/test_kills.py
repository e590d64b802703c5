"""A run that is killed at any moment leaves everything readable, and the next one succeeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLS = 50


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGKILL to send")
def test_fifty_kills_at_random_moments_lose_nothing(make_project: Any) -> None:
    folder = make_project()
    (folder / "ledger.jsonl").write_text(
        '{"version": 1, "at": "2022-01-05T10:00:00+00:00", "id": "0123456789", "action": "accept", "who": "ann"}\n',
        encoding="utf-8",
    )
    script = Path(__file__).with_name("kill_runs.py")
    done = subprocess.run(
        [sys.executable, script, folder, str(KILLS), "20260101"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] == KILLS
    assert told["next_run_succeeds"]
    assert told["left_behind"] == []
