"""Ours beside the peers, job by job in one run; writes benchmarks/results.md with machine, versions and ratios.

    python -m benchmarks.bench_peers [--lines 10000000] [--customers 1000000]

The peers live in .venv-peers, which `tools/peers` makes. Each job runs in a process of its own, ours and theirs in
turn, the best of RUNS. What is timed is the work on data in reach, never imports; a peer that compiles a model anew in
each process does so within its time, as its users wait for it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peers.data import customers_file, lines_file
from benchmarks.results_page import machine, met, write_section

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = ROOT / ".venv-peers" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
RUNS = 2
LIMIT = 600


@dataclass(frozen=True, slots=True)
class Job:
    """One row: what is done, by whom else, and how much of the best peer's time ours may take (None: no bar)."""

    name: str
    words: str
    peers: tuple[str, ...]
    of_lines: bool
    most: float | None
    query: float | None = None


JOBS = (
    Job(
        "summary",
        "order lines to x, t_x, T and spend",
        ("lifetimes", "pymc-marketing", "clvkit", "duckdb"),
        True,
        0.1,
        1.5,
    ),
    Job("fit_bg", "fit BG/NBD", ("lifetimes", "pymc-marketing"), False, None),
    Job("fit_gg", "fit gamma-gamma", ("lifetimes", "pymc-marketing"), False, None),
    Job("value", "fit both, 12-month discounted value", ("lifetimes", "pymc-marketing"), False, None),
    Job("ranked", "order lines to customers ranked by value, the steps of the peer", ("lifetimes",), True, 0.1),
    Job("run", "the same by `run`, from an unchecked file to a ledger", (), True, None),
)
SECONDS = {"fit_bg": 0.25, "fit_gg": 0.25, "value": 0.5}
"""Bars in seconds, told beside the time: a noisy machine may miss them."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Ours beside the peers.")
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--to", type=Path, default=HERE / "results.md")
    asked = parser.parse_args()
    if not PEERS.exists():
        sys.exit("the peers' environment is not there: make it with tools/peers")
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        files = {True: lines_file(folder, asked.lines), False: customers_file(folder, asked.customers)}
        rows = [_row(job, files[job.of_lines]) for job in JOBS]
    write_section("peers", _page(rows, asked.lines, asked.customers), asked.to)
    print(asked.to)


def _row(job: Job, file: Path) -> tuple[Job, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    for _ in range(RUNS):
        for who in ("ours", *job.peers):
            once = _run(who, job.name, file)
            best = found.get(who)
            if "why" in once or best is None or once["wall_s"] < best.get("wall_s", float("inf")):
                found[who] = once
            print(
                f"{job.name:<8} {who:<15} {once.get('wall_s', float('nan')):8.2f} s {once.get('why', '')}", flush=True
            )
    return job, found


def _run(who: str, job: str, file: Path) -> dict[str, Any]:
    ours = [sys.executable, "-m", "benchmarks.peers.ours", job, str(file)]
    theirs = [str(PEERS), str(HERE / "peers" / "theirs.py"), who, job, str(file)]
    try:
        done = subprocess.run(
            ours if who == "ours" else theirs, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return {"why": f"over {LIMIT} s"}
    if done.returncode:
        return {"why": (done.stderr.strip().splitlines() or ["no output"])[-1][:120]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def _page(rows: list[tuple[Job, dict[str, dict[str, Any]]]], lines: int, customers: int) -> str:
    parts = [
        "## Ours beside the peers\n",
        f"Made by `make bench`: {lines:,} simulated order lines of {int(lines * 0.044):,} customers, and {customers:,}",
        "customers for the models (BG/NBD r .243, alpha 4.414, a .793, b 2.426 a week; gamma-gamma 6.25, 3.74, 15.44).",
        f"{machine()}; best of {RUNS} runs, each in a process of its own.",
        "Times drift from run to run; ratios are of one run.\n",
        "| job | who | seconds | CPU s | peak GB | ours over theirs | bar |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for job, found in rows:
        parts.extend(_lines(job, found))
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("patronage", "numpy", "numba", "duckdb", "ibis-framework")
    )
    told = subprocess.run([str(PEERS), "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    named = ("lifetimes", "pymc-marketing", "clvkit", "pandas", "duckdb")
    theirs = [line for line in told.splitlines() if line.lower().split("==")[0] in named]
    parts.extend(["", *_whole_run({job.name: found for job, found in rows})])
    notes = (HERE / "peers" / "notes.md").read_text(encoding="utf-8").strip()
    return "\n".join([*parts, "", f"Ours: {versions}. Theirs: {', '.join(theirs)}.", "", notes])


def _whole_run(found: dict[str, dict[str, dict[str, Any]]]) -> list[str]:
    """What the whole of `run` takes beside the peer that does the steps alone best."""
    ours = found["run"]["ours"].get("wall_s")
    theirs = [one["wall_s"] for who, one in found["ranked"].items() if who != "ours" and "wall_s" in one]
    if ours is None or not theirs:
        return []
    ratio = ours / min(theirs)
    return [
        f"`run` takes {ratio:.2f} of the time that the best peer takes for the steps alone; {met('0.1', ratio <= 0.1)}."
    ]


def _lines(job: Job, found: dict[str, dict[str, Any]]) -> list[str]:
    ours = found["ours"]
    rivals = [found[who]["wall_s"] for who in job.peers if who != "duckdb" and "wall_s" in found[who]]
    rows: list[str] = []
    for who, one in found.items():
        if "why" in one:
            rows.append(f"| {job.words} | {who} | {one['why']} | | | | |")
            continue
        ratio = ours["wall_s"] / one["wall_s"]
        bar = _bar(job, who, ours["wall_s"], rivals, ratio)
        figures = f"{one['wall_s']:.2f} | {one['cpu_s']:.2f} | {one['peak_gb']:.2f}"
        rows.append(f"| {job.words} | {who} | {figures} | {'' if who == 'ours' else f'{ratio:.3f}'} | {bar} |")
    return rows


def _bar(job: Job, who: str, seconds: float, rivals: list[float], ratio: float) -> str:
    if who == "duckdb" and job.query is not None:
        return met(f"{job.query:.1f} times the query", ratio <= job.query)
    if who != "ours":
        return ""
    told: list[str] = []
    if job.most is not None and rivals:
        told.append(met(f"{job.most:.1f} of the best peer", seconds <= job.most * min(rivals)))
    if job.name in SECONDS:
        told.append(met(f"{SECONDS[job.name]:.2f} s", seconds <= SECONDS[job.name]))
    return ", ".join(told)


if __name__ == "__main__":
    main()
