"""What tells that the files of a source changed while they were read."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

_PARQUET_END = b"PAR1"
_TAIL = 8
"""Bytes at the end of a Parquet file: the length of its footer in four, least first, and four letters."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What one file looks like from outside: bytes, time of the last writing, digest of a Parquet footer, else None."""

    size: int
    mtime_ns: int
    footer: str | None


@contextmanager
def unchanged(files: Sequence[Path], where: str) -> Generator[None]:
    """A block in which files are read; raises EvidenceError at its end where one of them is not what it was."""
    before = [_stamp(path) for path in files]
    yield
    if [_stamp(path) for path in files] != before:
        raise EvidenceError(rows_changed(where))


def rows_changed(where: str) -> Fault:
    """Why rows are refused of which some may be of one state of the source and some of another."""
    return Fault(where, "the rows changed while they were read", "read a copy of it, or run again")


def _stamp(path: Path) -> FileStamp | None:
    """The stamp of a file; None where it cannot be read, of which its reader tells the reason."""
    try:
        with path.open("rb") as file:
            seen = os.fstat(file.fileno())
            file.seek(max(seen.st_size - _TAIL, 0))
            tail, footer = file.read(_TAIL), None
            if tail[4:] == _PARQUET_END:
                # Two files of one size, written in one tick of the clock, differ in the statistics that stand here.
                file.seek(max(seen.st_size - _TAIL - int.from_bytes(tail[:4], "little"), 0))
                footer = hashlib.sha256(file.read()).hexdigest()
            return FileStamp(seen.st_size, seen.st_mtime_ns, footer)
    except OSError:
        return None
