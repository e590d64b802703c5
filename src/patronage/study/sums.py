"""What tells whether a folder of results still holds what was written: the sizes and fingerprints of its files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from patronage.study.digest import file_digest
from patronage.study.inputs import ALWAYS_READ

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUMS = "sums.json"
"""The file that holds them, in the folder itself."""


def seal(folder: Path) -> None:
    """Writes down the sum of every file of a finished folder.

    A file of more than 256 MB is known by its size and time alone: reading it whole at every look would take longer
    than the look.
    """
    sums = {path.name: _sum(path) for path in sorted(folder.iterdir()) if path.is_file() and path.name != SUMS}
    (folder / SUMS).write_text(json.dumps(sums), encoding="utf-8")


def stands(folder: Path, names: Iterable[str]) -> bool:
    """Whether each of the named files of a folder is there as it was when the folder was sealed."""
    try:
        sums: Any = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        return isinstance(sums, dict) and all(
            cast("dict[str, Any]", sums).get(name) == _sum(folder / name) for name in names
        )
    except (OSError, ValueError, RecursionError):
        return False


def _sum(path: Path) -> list[int | str]:
    seen = path.stat()
    return [seen.st_size, seen.st_mtime_ns if seen.st_size > ALWAYS_READ else file_digest(path)]
