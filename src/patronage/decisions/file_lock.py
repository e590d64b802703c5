"""A lock that one process at a time holds on a file, on every system."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patronage.vocabulary.errors import BlockedError, Fault

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PAUSE = 0.02
"""Seconds between two tries while another process holds the lock."""

LOCKED_BYTE = 0x7FFF_FFF0
"""The byte that Windows locks: far behind the end, since it keeps others from reading what it locks."""


@contextmanager
def locked(path: Path, message: str, *, wait: float = 0.0) -> Generator[None]:
    """Holds the file's lock for the block; the system frees it when the process ends, however it ends.

    message: what to say when another process holds it after `wait` seconds. Raises BlockedError then,
    and when the file cannot be made or opened. The file itself stays.
    """
    handle = _opened(path)
    try:
        _taken(handle, path, message, wait)
        try:
            yield
        finally:
            _release(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BlockedError(Fault(str(path), f"cannot be locked: {reason}", "make the folder writable")) from error


def _taken(handle: int, path: Path, message: str, wait: float) -> None:
    until = time.monotonic() + wait
    while not _try(handle):
        if time.monotonic() >= until:
            raise BlockedError(Fault(str(path), message, "wait until it has ended and try again"))
        time.sleep(PAUSE)


def _try(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _release(handle: int) -> None:
    if sys.platform == "win32":
        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_UN)
