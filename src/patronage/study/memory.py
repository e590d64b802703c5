"""How much memory the process held at its peak."""

from __future__ import annotations

import sys


def peak_memory_bytes(beside: int = 0) -> int | None:
    """The largest resident size so far, in bytes; None where the system does not tell.

    beside: bytes that an engine held at its peak outside this process.
    """
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return beside + (peak if sys.platform == "darwin" else peak * 1024)
