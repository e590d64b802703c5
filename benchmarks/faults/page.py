"""The page that tells what faults and fuzzing did, made from the two files of results beside this one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.proof.commit import commit

HERE = Path(__file__).parent
FAULTS = HERE / "faults.json"
FUZZ = HERE / "fuzz.jsonl"
MENDED = HERE / "mended.md"
PAGE = HERE.parents[1] / "docs" / "faults.md"

TEXT = """# Faults on purpose

What is tried: commands killed at random moments, full disks, damaged files, clocks that go backwards, two writers
at once (`make faults`), and input that no person would write (`make fuzz`). A case is whole where the command did its
work or the last good state stands, and refused where it ends with exit code 1, 2 or 3 and words; nothing may be lost:
not the inputs, not an event of the journal that was told to be written, not a list, not the last good run.

{faults}

## Fuzzing

{fuzz}

## What broke and was mended

{mended}
"""


def stamp() -> str:
    """The day and the commit."""
    return f"{datetime.now(UTC).date()} at commit {commit()}"


def write_page() -> None:
    """Writes docs/faults.md from what was measured so far."""
    faults = json.loads(FAULTS.read_text(encoding="utf-8")) if FAULTS.exists() else {}
    rows = [json.loads(line) for line in FUZZ.read_text(encoding="utf-8").splitlines()] if FUZZ.exists() else []
    PAGE.write_text(
        TEXT.format(
            faults=faults_text(faults), fuzz=fuzz_text(rows), mended=MENDED.read_text(encoding="utf-8").strip()
        ),
        encoding="utf-8",
    )


def faults_text(told: Mapping[str, Any]) -> str:
    """The tables of faults; those that were not tried are said to be."""
    if not told:
        return "No run of `make faults` is recorded here yet."
    lines = [f"Made by `make faults` on {told['made']}.", ""]
    if told["share"] != 1:
        lines[0] += f" It was cut to {told['share']:.0%} of its cases; what shows 0 cases was not tried in it."
    lines += ["| fault | cases | whole | refused, by exit code | lost |", "|---|---:|---:|---|---:|"]
    for name, one in told.get("kills", {}).get("kills", {}).items():
        lines.append(f"| `{name}` killed at a random moment | {one['killed']} | {one['killed'] - len(one['lost'])} "
                     f"| | {len(one['lost'])} |")  # fmt: skip
    for name, one in told.get("disk", {}).items():
        lines.append(_row(f"`{name}`: no file may grow beyond a random size", one))
    if told.get("small disk"):
        lines.append(_row("`run` on a small disk", told["small disk"]))
    for name, one in told.get("damage", {}).items():
        lines.append(_row(f"{name}: changed, cut, emptied, swapped or gone", one))
    for name, words in (("clocks", "a run and verdicts after the clock went back"), ("writers", "two writers at once")):
        if name in told:
            lines.append(_row(words, told[name]))
    if "small disk" in told and told["small disk"] is None:
        lines += ["", "No small disk could be mounted where this was made."]
    missing = [name for name in ("kills", "disk", "damage", "clocks", "writers") if name not in told]
    if missing:
        lines += ["", f"Not tried to the end in this run: {', '.join(missing)}."]
    if "kills" in told:
        after = "succeeded" if all(told["kills"]["next_succeed"]) else "**failed**"
        untold = sum(one["untold"] for one in told["kills"]["kills"].values())
        lines += ["", (f"After all kills a run, a verdict and a report {after}; {untold} verdicts had been written "
                  "when their command was killed before it could say so, which is no loss.")]  # fmt: skip
    return "\n".join(lines)


def _row(name: str, one: Mapping[str, Any]) -> str:
    refused = one["refused"]
    told = (
        ", ".join(f"{code}: {number}" for code, number in sorted(refused.items()))
        if isinstance(refused, dict)
        else refused
    )
    return f"| {name} | {one['cases']} | {one['whole']} | {told} | {len(one['lost'])} |"


def fuzz_text(rows: list[Mapping[str, Any]]) -> str:
    """What each target did over all recorded rounds, before and after what they found was mended."""
    if not rows:
        return "No run of `make fuzz` is recorded here yet."
    lines = [
        "Targets of `make fuzz`, summed over all rounds that were recorded; what a round found was mended since.",
        "",
    ]
    lines += ["| target | executions | CPU minutes | findings |", "|---|---:|---:|---:|"]
    for name in dict.fromkeys(row["target"] for row in rows):
        of_it = [row for row in rows if row["target"] == name]
        found = {kind for row in of_it for kind in row["findings"]}
        minutes = sum(row["cpu_seconds"] for row in of_it) / 60
        lines.append(
            f"| {name.replace('_', ' ')} | {sum(row['executions'] for row in of_it):,} | {minutes:.1f} | {len(found)} |"
        )
    total = sum(row["cpu_seconds"] for row in rows) / 60
    lines += ["", f"{sum(row['executions'] for row in rows):,} executions in {total:.1f} CPU minutes; 30 are the bar."]
    return "\n".join(lines)
