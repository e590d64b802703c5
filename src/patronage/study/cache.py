"""Finished findings on disk, found again by the fingerprint of everything they rest on."""

from __future__ import annotations

import json
import os
import shutil
import uuid
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.study.codec import Arrays, decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


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
    """The value that `write_value` wrote, None when it is not there or cannot be read as that type."""
    try:
        data = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        archive = folder / f"{name}.npz"
        arrays: dict[str, Any] = {}
        if archive.is_file():
            # numpy leaves a damaged file open when it opens it itself.
            with archive.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
        value = decoded(hint, data, arrays, folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return value if _tables_stand(data, folder) else None


def _tables_stand(data: Any, folder: Path) -> bool:
    """Whether every stored table that the data name is there, with its Parquet footer in place."""
    if isinstance(data, dict):
        if set(data) == {"file", "rows", "columns"}:  # pyright: ignore[reportUnknownArgumentType]  plain JSON
            return _whole(folder / str(data["file"]))  # pyright: ignore[reportUnknownArgumentType]  plain JSON
        return all(_tables_stand(item, folder) for item in data.values())  # pyright: ignore[reportUnknownVariableType]  plain JSON
    if isinstance(data, list):
        return all(_tables_stand(item, folder) for item in data)  # pyright: ignore[reportUnknownVariableType]  plain JSON
    return True


def _whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(4)
            file.seek(-4, os.SEEK_END)
            return start == file.read(4) == b"PAR1"
    except OSError:
        return False


def _sync(folder: Path) -> None:
    """Asks the system to write the files to disk before the folder gets its name."""
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
