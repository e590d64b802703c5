"""The files a run stands on, and whether they are still what they were."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patronage.evidence.postgres import database_content
from patronage.study.digest import digest, file_digest
from patronage.vocabulary.sources import SourceMapping, names_database

ALWAYS_READ = 256 * 1024 * 1024
"""Files up to this many bytes are always read for their fingerprint; larger ones only when size or time moved."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file behind a source, or one table of a server, with what tells whether it changed.

    Of a table, size counts its rows, and sha256 is the fingerprint that its server computed over them.
    """

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


def inputs_of(folder: Path, source: SourceMapping, known: tuple[InputFile, ...] = ()) -> tuple[InputFile, ...]:
    """What a source stands on now: its files, or its table of a server.

    A server is always asked: nothing but its rows tells that they are unchanged.
    Raises EvidenceError where it cannot be.
    """
    if not names_database(source.location):
        return input_files(folder, source.location, known)
    seen = database_content(source.location, source.source_table, f"{source.table} ({source.location})")
    return (InputFile(f"{source.location} {seen.table}", seen.rows, 0, seen.fingerprint),)


def matching(folder: Path, location: str) -> list[Path]:
    """The files that a location names: a path, or a glob, relative to the project folder."""
    wanted = folder / location
    if wanted.is_file():
        return [wanted]
    # Path.glob takes no absolute pattern, and a location may be absolute.
    return sorted(Path(name) for name in glob.glob(str(wanted), recursive=True) if Path(name).is_file())  # noqa: PTH207


def input_record(source: SourceMapping, files: tuple[InputFile, ...]) -> dict[str, Any]:
    """What a run writes down about one source's files."""
    named = {"table": source.table, "location": source.location, "source_table": source.source_table}
    return {**named, "files": [[file.path, file.size, file.modified, file.sha256] for file in files]}


def recorded_source(record: dict[str, Any]) -> SourceMapping:
    """A source, as far as it says what it stands on, as an earlier run wrote it down."""
    return SourceMapping(record.get("table", ""), record["location"], {}, source_table=record.get("source_table"))


def recorded_files(record: dict[str, Any]) -> tuple[InputFile, ...]:
    """The files of one source as an earlier run wrote them down."""
    return tuple(InputFile(str(path), int(size), int(at), str(sha)) for path, size, at, sha in record["files"])


def contents(files: tuple[InputFile, ...]) -> str:
    """Fingerprint of the files' contents and names, free of where the project lies and of times."""
    return digest([[Path(file.path).name, file.sha256] for file in files])
