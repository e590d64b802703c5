"""Kills run, decide and report at random moments, and checks what is left.

Usage: python -m benchmarks.faults.kills FOLDER SEED RUNS DECIDES REPORTS. FOLDER is a shop that was run once.
Prints one JSON line. A process of its own, so that each child is forked before any engine was started.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.children import Said, add_line, begun
from benchmarks.faults.kept import Kept

from patronage.decisions.decision import Decision, Status
from patronage.study.decided import decided_ledger
from patronage.study.project import Project
from patronage.study.shelf import last_run

TRIES = 3
"""Most commands for each kill that is wanted: one that ends before its kill does not count."""


@dataclass(frozen=True, slots=True)
class Killing:
    """What kills of one command left: how many there were, how often an event was written though nobody was told."""

    killed: int
    lost: tuple[str, ...]
    untold: int


def run_words(folder: Path, _: random.Random) -> tuple[object, ...]:
    """A run that has something new; one finding is enough: all are written by the same code."""
    add_line(folder)
    return ("run", folder, "--only", "cohorts")


def decide_words(folder: Path, draw: random.Random) -> tuple[object, ...]:
    """A verdict on one of the proposals: accept with a holdout, reject or reopen, as it stands."""
    rows = proposals(folder)
    row = rows[draw.randrange(len(rows))]
    if row.status is not Status.PROPOSED:
        return ("decide", folder, row.id, draw.choice(("reopen", "reject")), "--why", "killed")
    if row.people is not None and draw.random() < 0.8:
        return ("decide", folder, row.id, "accept")
    return ("decide", folder, row.id, "reject", "--owner", "ann")


def report_words(folder: Path, _: random.Random) -> tuple[object, ...]:
    """The report."""
    return ("report", folder, "--to", folder / "report.html")


def proposals(folder: Path) -> list[Decision]:
    """The rows that people can decide on, in the order of their ids."""
    able = {Status.PROPOSED, Status.ACCEPTED, Status.REJECTED}
    return sorted(
        (row for row in decided_ledger(last_run(Project(folder))) if row.status in able), key=lambda row: row.id
    )


def killing(
    folder: Path, words: Callable[[Path, random.Random], tuple[object, ...]], wanted: int, seed: int
) -> Killing:
    """That many kills of one command, each at a moment drawn from the length of a whole one."""
    draw = random.Random(seed)
    length = 0.0
    for _ in range(2):
        arguments = words(folder, draw)
        started = time.monotonic()
        found = begun(*arguments).ended()
        length = time.monotonic() - started
        if found.code != 0:
            raise SystemExit(f"{arguments}: nobody killed it, and it failed: {found.words}")
    kept, killed, tries, untold = Kept(folder), 0, 0, 0
    lost: list[str] = []
    page = folder / "report.html"
    while killed < wanted and tries < TRIES * wanted:
        tries += 1
        arguments = words(folder, draw)
        kept.look()
        found = begun(*arguments).ended(draw.uniform(0, length))
        killed += found.code is None
        if fault := kept.lost(found if arguments[0] == "decide" else None):
            lost.append(f"{arguments[0]}: {fault}")
        if page.exists() and not page.read_bytes().rstrip().endswith(b"</html>"):
            lost.append("report: half a page")
        untold += found.code is None and (folder / "ledger.jsonl").read_bytes() != kept.journal
    return Killing(killed, tuple(lost), untold)


def main(folder: Path, seed: int, runs: int, decides: int, reports: int) -> None:
    """Kills, then one of each command that nobody kills."""
    (folder / "ledger.jsonl").touch()
    found = {
        "decide": killing(folder, decide_words, decides, seed),
        "run": killing(folder, run_words, runs, seed + 1),
        "report": killing(folder, report_words, reports, seed + 2),
    }
    draw = random.Random(seed)
    after: list[Said] = [begun(*words(folder, draw)).ended() for words in (run_words, decide_words, report_words)]
    left = [path.relative_to(folder).as_posix() for path in (folder / ".patronage").rglob(".*")]
    told = {name: {"killed": one.killed, "lost": one.lost, "untold": one.untold} for name, one in found.items()}
    print(json.dumps({"kills": told, "next_succeed": [one.code == 0 for one in after], "left_behind": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:6]))
