"""Runs a project again and again in child processes that are killed at random moments, and checks what is left.

Usage: python kill_runs.py FOLDER KILLS SEED. Prints one JSON line. A process of its own, so that each
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

OPTIONS = RunOptions(again=True, only="cohorts")
"""One finding is enough: loading, findings, the ledger and the run are written by the same code for all."""

TRIES = 4
"""Most runs for each kill that is wanted: a run that ends before its kill does not count."""


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


def main(folder: Path, wanted: int, seed: int) -> None:
    """Kills that many runs, each at a moment drawn from the length of a whole one."""
    length = 0.0
    for _ in range(2):
        started = time.monotonic()
        add_line(folder, -1)
        if os.waitpid(one_run(folder), 0)[1] != 0:
            raise SystemExit("a run that nobody killed failed")
        length = time.monotonic() - started
    draw = random.Random(seed)
    killed = tries = 0
    while killed < wanted and tries < TRIES * wanted:
        tries += 1
        add_line(folder, tries)
        before = state(folder)
        child = one_run(folder)
        time.sleep(draw.uniform(0, length))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        if state(folder) != before or not readable(folder):
            raise SystemExit(f"kill {tries} left damage behind")
    succeeded = os.waitpid(one_run(folder), 0)[1] == 0
    left = [path.name for path in (folder / ".patronage").rglob(".*")]
    print(json.dumps({"killed": killed, "next_run_succeeds": succeeded, "left_behind": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
