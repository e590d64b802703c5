"""Files that are written beside their place and moved into it whole."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

OLD = 3600.0
"""Seconds after which a temporary file is taken for what a killed program left."""


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """A temporary path beside the wanted one, moved into its place only when the block succeeds.

    What an earlier writer of the same file left when it was killed goes, once it is an hour old.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
    try:
        yield temporary
        temporary.replace(path)
        _forget_left(path)
    except OSError as error:
        if error.filename is not None and Path(error.filename) == temporary:
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _forget_left(path: Path) -> None:
    left = re.compile(re.escape(f".{path.name}.") + r"\d+\.[0-9a-f]{8}")
    for one in path.parent.iterdir():
        if left.fullmatch(one.name):
            with suppress(OSError):
                if time.time() - one.stat().st_mtime > OLD:
                    one.unlink()
