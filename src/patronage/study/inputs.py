"""The files a run stands on, and whether they are still what they were."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patronage.study.digest import digest, file_digest

ALWAYS_READ = 256 * 1024 * 1024
"""Files up to this many bytes are always read for their fingerprint; larger ones only when size or time moved."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file behind a source, with what tells whether it changed."""

    path: str
    size: int
    modified: int
    sha256: str


def input_files(folder: Path, location: str, known: tuple[InputFile, ...] = ()) -> tuple[InputFile, ...]:
    """The files that a source's location names now, in order; empty when there is none.

    known: what an earlier run saw, so that a large file that did not move is not read again.
    """
    before = {file.path: file for file in known}
    found: list[InputFile] = []
    for path in matching(folder, location):
        seen = path.stat()
        # Told from the project folder, so that the same files are known again from wherever the folder is named.
        name = (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()
        earlier = before.get(name)
        unmoved = earlier is not None and (earlier.size, earlier.modified) == (seen.st_size, seen.st_mtime_ns)
        if earlier is not None and unmoved and seen.st_size > ALWAYS_READ:
            found.append(earlier)
        else:
            found.append(InputFile(name, seen.st_size, seen.st_mtime_ns, file_digest(path)))
    return tuple(found)


def matching(folder: Path, location: str) -> list[Path]:
    """The files that a location names: a path, or a glob, relative to the project folder."""
    wanted = folder / location
    if wanted.is_file():
        return [wanted]
    # Path.glob takes no absolute pattern, and a location may be absolute.
    return sorted(Path(name) for name in glob.glob(str(wanted), recursive=True) if Path(name).is_file())  # noqa: PTH207


def input_record(location: str, files: tuple[InputFile, ...]) -> dict[str, Any]:
    """What a run writes down about one source's files."""
    return {"location": location, "files": [[file.path, file.size, file.modified, file.sha256] for file in files]}


def recorded_files(record: dict[str, Any]) -> tuple[InputFile, ...]:
    """The files of one source as an earlier run wrote them down."""
    return tuple(InputFile(str(path), int(size), int(at), str(sha)) for path, size, at, sha in record["files"])


def contents(files: tuple[InputFile, ...]) -> str:
    """Fingerprint of the files' contents and names, free of where the project lies and of times."""
    return digest([[Path(file.path).name, file.sha256] for file in files])
