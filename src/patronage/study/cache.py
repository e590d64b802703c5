"""Finished findings on disk, found again by the fingerprint of everything they rest on."""

from __future__ import annotations

import json
import os
import shutil
import uuid
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from patronage.study.codec import Arrays, decoded, encoded
from patronage.study.sums import seal, stands

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path


UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, RecursionError, OverflowError,
    NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a damaged value may raise."""


@contextmanager
def building(target: Path) -> Generator[Path]:
    """A temporary folder beside the target, moved into its place only when the block succeeds.

    A crash leaves at most a folder whose name starts with a dot. A target that is there already gives
    way: its caller found it damaged.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{uuid.uuid4().hex[:6]}")
    temporary.mkdir(parents=True)
    try:
        yield temporary
        seal(temporary)
        _sync(temporary)
        if target.exists():
            target.rename(temporary.with_name(temporary.name + ".old"))
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary.with_name(temporary.name + ".old"), ignore_errors=True)
        shutil.rmtree(temporary, ignore_errors=True)


def write_value(value: Any, folder: Path, name: str) -> None:
    """A dataclass as `<name>.json` and, where it has arrays, `<name>.npz` in a folder."""
    arrays: Arrays = {}
    data = encoded(value, arrays, name)
    (folder / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    if arrays:
        np.savez_compressed(folder / f"{name}.npz", **arrays)  # pyright: ignore[reportArgumentType]  numpy's stub takes one array


def read_value(hint: Any, folder: Path, name: str) -> Any:
    """The value that `write_value` wrote, None when it is not there, was changed, or cannot be read as that type."""
    try:
        data = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        archive = folder / f"{name}.npz"
        arrays: dict[str, Any] = {}
        if archive.is_file():
            # numpy leaves a damaged file open when it opens it itself.
            with archive.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
        value = decoded(hint, data, arrays, folder)
    except UNREADABLE:
        return None
    named = [f"{name}.json", *([archive.name] if arrays else []), *_tables(data)]
    return value if stands(folder, named) else None


def _tables(data: Any) -> Iterator[str]:
    """The files of every stored table that the data name."""
    waiting: list[Any] = [data]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            fields = cast("dict[str, Any]", at)
            if set(fields) == {"file", "rows", "columns"}:
                yield str(fields["file"])
            else:
                waiting.extend(fields.values())
        elif isinstance(at, list):
            waiting.extend(cast("list[Any]", at))


def _sync(folder: Path) -> None:
    """Asks the system to write the files to disk before the folder gets its name."""
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
