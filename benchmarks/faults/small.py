"""A few of each fault on one shop, for the tests.

Usage: python -m benchmarks.faults.small FOLDER SCRATCH. FOLDER is a shop that was run once. Prints one JSON line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.faults.children import said
from benchmarks.faults.clock import clocks, writers
from benchmarks.faults.damage import damage
from benchmarks.faults.disk import full_disk
from benchmarks.faults.kills import proposals
from benchmarks.faults.run import ended, vars_of

SEED = 7


def main(folder: Path, scratch: Path) -> None:
    """Two of most faults."""
    said("run", folder, "--only", "cohorts")
    row = next(row for row in proposals(folder) if row.people is not None)
    said("decide", folder, row.id, "accept", "--holdout", "20%")
    told = {
        "writers": vars_of(writers(folder, 3, SEED)),
        "clocks": vars_of(clocks(folder, 1, SEED)),
        "disk": ended(full_disk(folder, 4, SEED)),
        "damage": ended(damage(folder, scratch, 4, SEED)),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
