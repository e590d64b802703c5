"""Fuzzes every target in turn, records what it did, and writes docs/faults.md.

Usage: python -m benchmarks.faults.fuzz [cpu_minutes] [target ...], in the environment of tools/fuzz.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.faults.page import FUZZ, stamp, write_page
from benchmarks.faults.targets import BY_NAME, TARGETS

MINUTES = 30.0


def main() -> None:
    """Each target for its share of the time; exits with 1 where something was found."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    chosen = [BY_NAME[name] for name in sys.argv[2:]] or list(TARGETS)
    whole = sum(target.share for target in chosen)
    folder = Path(tempfile.mkdtemp(prefix="patronage-fuzz-"))
    found = False
    for seed, target in enumerate(chosen):
        seconds = 60 * minutes * target.share / whole
        print(f"{target.name}: {target.what}, {seconds:.0f} CPU seconds ...", flush=True)
        found |= fuzzed(target.name, seconds, folder / target.name, seed)
    write_page()
    if found:
        raise SystemExit(f"something was found; the inputs are in {folder}")


def fuzzed(name: str, seconds: float, folder: Path, seed: int) -> bool:
    """One target in a process of its own; whether it found something."""
    command = [sys.executable, "-m", "benchmarks.faults.fuzz_one", name, f"{seconds:.0f}", str(folder), str(seed + 1)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return record(name, folder, done.returncode)


def record(name: str, folder: Path, code: int) -> bool:
    """Adds one round to the results; a process that ended by itself found a crash or an input without end."""
    result = folder / "result.json"
    told: dict[str, Any] = {"executions": 0, "cpu_seconds": 0.0, "findings": {}}
    if result.exists():
        told = json.loads(result.read_text(encoding="utf-8"))
    if code:
        told["findings"][f"ended with {code}"] = "see the files beside"
    with FUZZ.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"target": name, "made": stamp(), **told}, ensure_ascii=False) + "\n")
    return bool(told["findings"])


if __name__ == "__main__":
    main()
