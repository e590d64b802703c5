"""Tries every fault on small shops, and writes what came of it into docs/faults.md.

Usage: python -m benchmarks.faults.run [share], where a share of 1 is 500 kills.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.faults.children import said
from benchmarks.faults.clock import clocks, writers
from benchmarks.faults.damage import Damaged, damage
from benchmarks.faults.disk import Full, full_disk, small_disk
from benchmarks.faults.kills import proposals
from benchmarks.faults.page import FAULTS, stamp, write_page
from benchmarks.faults.shop import shop

SEED = 20260101
KILLS = {"runs": 200, "decides": 200, "reports": 100}
CASES = {"damage": 120, "disk": 120, "small": 20, "clocks": 10, "writers": 30}


def main() -> None:
    """Every fault, each on a shop of its own."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    memory = Path("/dev/shm")
    told: dict[str, Any] = {"made": stamp(), "share": share}
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="patronage-faults-") as name:
        scratch = Path(name)
        base = shop(scratch / "shop")
        row = next(row for row in proposals(base) if row.people is not None)
        if (answer := said("decide", base, row.id, "accept", "--holdout", "20%")).code != 0:
            raise SystemExit(answer.words)
        cases = {name: max(2, round(number * share)) for name, number in CASES.items()}

        def own(name: str) -> Path:
            return Path(shutil.copytree(base, scratch / name))

        for kind, found in (
            ("writers", lambda: vars_of(writers(own("writers"), cases["writers"], SEED))),
            ("clocks", lambda: vars_of(clocks(own("clocks"), cases["clocks"], SEED))),
            ("disk", lambda: ended(full_disk(own("disk"), cases["disk"], SEED))),
            ("small disk", lambda: small(small_disk(base, scratch / "small", cases["small"], SEED))),
            ("damage", lambda: ended(damage(base, scratch, cases["damage"], SEED))),
            ("kills", lambda: kills(own("kills"), share)),
        ):
            print(f"{kind} ...", flush=True)
            told[kind] = found()
            FAULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    write_page()


def kills(folder: Path, share: float) -> Any:
    """Kills of a shop, in a process of its own that has started no engine."""
    numbers = [str(max(1, round(number * share))) for number in KILLS.values()]
    command = [sys.executable, "-m", "benchmarks.faults.kills", str(folder), str(SEED), *numbers]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def ended(found: Mapping[str, Full] | Mapping[str, Damaged]) -> dict[str, Any]:
    """How each kind ended, as plain data."""
    return {name: vars_of(one) for name, one in found.items()}


def small(found: Full | None) -> Any:
    """The small disk as plain data, None where none could be mounted."""
    return None if found is None else vars_of(found)


def vars_of(one: Any) -> dict[str, Any]:
    """The fields of a result, by name."""
    return {name: getattr(one, name) for name in one.__slots__}


if __name__ == "__main__":
    main()
