"""How one job is timed, alike on both sides: this file needs the standard library alone."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def told(work: Callable[[], Any], warm: Callable[[], Any] | None = None, *, times: int = 1) -> None:
    """Runs a job, after a small one that compiles where there is any, and prints wall, CPU and peak memory.

    times: how often it is run; the least of each figure is printed.
    """
    if warm is not None:
        warm()
    wall = cpu = float("inf")
    found: Any = None
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        found = work()
        wall, cpu = min(wall, time.perf_counter() - begun), min(cpu, time.process_time() - used)
    print(json.dumps({"wall_s": wall, "cpu_s": cpu, "peak_gb": peak_gb(), "found": found}))


def peak_gb() -> float:
    """The most memory that this process has held; 0 where the system does not tell.

    Linux hands the high-water mark of getrusage on to children, so it is read from the process's own status there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii", errors="replace").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e9
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
