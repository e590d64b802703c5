"""A disk that fills up at random points: no file may grow beyond a random size, or the disk itself is small."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.children import Terms, add_line, said
from benchmarks.faults.kept import INPUTS, Kept
from benchmarks.faults.kills import decide_words

COMMANDS = ("run", "decide", "report", "lists")


@dataclass(slots=True)
class Full:
    """How commands ended on a full disk: cases, ended whole, refusals by exit code, and what was lost."""

    cases: int = 0
    whole: int = 0
    refused: Counter[int] = field(default_factory=Counter[int])
    lost: list[str] = field(default_factory=list[str])


def full_disk(shop: Path, cases: int, seed: int) -> dict[str, Full]:
    """So many cases for a shop with an accepted decision: no file may grow beyond 1 byte to 1 MB."""
    draw = random.Random(seed)
    found = {name: Full() for name in COMMANDS}
    kept = Kept(shop)
    for number in range(cases):
        name = COMMANDS[number % len(COMMANDS)]
        if name == "run":
            add_line(shop)
        words: tuple[object, ...] = {
            "run": lambda: ("run", shop, "--only", "cohorts"),
            "decide": lambda: decide_words(shop, draw),
            "report": lambda: ("report", shop, "--to", shop / "report.html"),
            "lists": lambda: ("lists", shop, "--xlsx", shop / "lists.xlsx"),
        }[name]()
        kept.look()
        answer = said(*words, terms=Terms(most=int(10 ** draw.uniform(0, 6))))
        into = found[name]
        into.cases += 1
        if answer.code == 0:
            into.whole += 1
        else:
            into.refused[-1 if answer.code is None else answer.code] += 1
        if not answer.in_words:
            into.lost.append(f"{name}: {answer.code}: {answer.words[-300:]}")
        if fault := kept.lost(answer if name == "decide" else None):
            into.lost.append(f"{name}: {fault}")
    add_line(shop)
    if (answer := said("run", shop, "--only", "cohorts")).code != 0:
        found["run"].lost.append(f"the next run failed: {answer.words[-300:]}")
    return found


def small_disk(shop: Path, folder: Path, cases: int, seed: int) -> Full | None:
    """Runs on a disk that has room for the inputs and 10 KB to 2 MB more, None where no disk may be mounted."""
    draw, found = random.Random(seed), Full()
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(cases):
        size = 2 * (shop / "orders.csv").stat().st_size + int(10 ** draw.uniform(4, 6.3))
        if sys.platform != "linux" or os.geteuid() != 0 or not _mounted(folder, size):
            return None
        try:
            for name in INPUTS:
                shutil.copyfile(shop / name, folder / name)
            answer = said("run", folder, "--only", "cohorts")
            found.cases += 1
            found.whole += answer.code == 0
            if answer.code != 0:
                found.refused[-1 if answer.code is None else answer.code] += 1
            if not answer.in_words or any((folder / one).read_bytes() != (shop / one).read_bytes() for one in INPUTS):
                found.lost.append(f"a disk of {size} bytes: {answer.code}: {answer.words[-300:]}")
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    return found


def _mounted(folder: Path, size: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
