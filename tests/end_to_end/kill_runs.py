"""Runs a project again and again in child processes that are killed at random moments, and checks what is left.

Usage: python kill_runs.py FOLDER TIMES SEED. Prints one JSON line. A process of its own, so that each
child is forked before any engine, and with it any thread, was started.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from patronage.study.joining import new_run
from patronage.study.options import RunOptions
from patronage.study.project import Project
from patronage.study.shelf import last_run

OPTIONS = RunOptions(again=True)


def one_run(folder: Path) -> int:
    """Process id of a child that runs the project once."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            new_run(Project(folder), OPTIONS, lambda _: None)
            code = 0
        finally:
            os._exit(code)
    return child


def state(folder: Path) -> dict[str, bytes]:
    """The bytes that no run may ever touch."""
    return {name: (folder / name).read_bytes() for name in ("strategy.yaml", "orders.csv", "ledger.jsonl")}


def add_line(folder: Path, number: int) -> None:
    """One more order, so that every run has something new to compute."""
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write(f"k{number % 7},2021-12-{1 + number % 20:02d},5.00,k{number}\n")


def readable(folder: Path) -> bool:
    """Whether the last good run can be read whole: every finding and the ledger."""
    run = last_run(Project(folder))
    for name, status in run.statuses.items():
        if status == "computed":
            run.finding(name)
    return bool(run.ledger())


def main(folder: Path, times: int, seed: int) -> None:
    started = time.monotonic()
    if os.waitpid(one_run(folder), 0)[1] != 0:
        raise SystemExit("the first run failed")
    length = time.monotonic() - started
    draw = random.Random(seed)
    killed = 0
    for number in range(times):
        add_line(folder, number)
        before = state(folder)
        child = one_run(folder)
        time.sleep(draw.uniform(0, length))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        if state(folder) != before or not readable(folder):
            raise SystemExit(f"kill {number} left damage behind")
    succeeded = os.waitpid(one_run(folder), 0)[1] == 0
    left = [path.name for path in (folder / ".patronage").rglob(".*")]
    print(json.dumps({"killed": killed, "next_run_succeeds": succeeded, "left_behind": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
