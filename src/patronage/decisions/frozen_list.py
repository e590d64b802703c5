"""The customers that a decision was accepted for, in a file beside the journal whose digest the journal keeps."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patronage.evidence.replacing import replacing
from patronage.vocabulary.errors import BlockedError, Fault, ProjectError

Person = tuple[str, float | None]
"""A customer_id, and the amount that the list names for it."""

DIGITS = 64
"""Hexadecimal digits of a SHA-256."""

FROM_A_COPY = "restore it from a copy of the folder; the journal and every other list stay as they are"


@dataclass(frozen=True, slots=True)
class FrozenList:
    """A list as the journal names it: number of customers, and the SHA-256 of its file in hexadecimal digits."""

    number: int
    sha256: str


def frozen(people: Iterable[Person]) -> FrozenList:
    """What the journal keeps of a list, without writing it."""
    digest, number = hashlib.sha256(), 0
    for line in map(_line, people):
        digest.update(line)
        number += 1
    return FrozenList(number, digest.hexdigest())


def frozen_data(kept: FrozenList) -> dict[str, Any]:
    """A frozen list as the journal writes it."""
    return {"number": kept.number, "sha256": kept.sha256}


def frozen_of(data: Any) -> FrozenList:
    """A frozen list as the journal has it; raises KeyError, TypeError or ValueError for what is none."""
    digest = str(data["sha256"])
    if len(digest) != DIGITS or not set(digest) <= set("0123456789abcdef"):
        raise ValueError(f"has a digest {digest!r}, which is no SHA-256")
    return FrozenList(int(data["number"]), digest)


def list_file(folder: Path, decision: str, kept: FrozenList) -> Path:
    """Where the list of a decision lies in the folder of lists."""
    return folder / f"{decision}-{kept.sha256}.jsonl"


def write_list(path: Path, people: Iterable[Person]) -> None:
    """Writes a list whole and syncs it to disk, or leaves what was there; raises BlockedError where it cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as file:
            file.writelines(map(_line, people))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = error.strerror or str(error)
        fault = Fault(str(path), f"the list cannot be written: {reason}", "make the project folder writable")
        raise BlockedError(fault) from error


def list_fault(path: Path, kept: FrozenList) -> Fault | None:
    """What is wrong with the file of a list, None where it holds what was frozen."""
    if not kept.number:
        return None
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return Fault(str(path), f"is missing, the list of {kept.number:,} customers that was accepted", FROM_A_COPY)
    except OSError as error:
        return Fault(str(path), f"cannot be read: {error.strerror or error}", "make it readable")
    if digest != kept.sha256:
        return Fault(str(path), "was changed, and is not the list that was accepted any more", FROM_A_COPY)
    return None


def read_list(path: Path, kept: FrozenList) -> Iterator[Person]:
    """Each customer of a list in the order it was frozen in, without holding them.

    Raises ProjectError for a line that holds no customer, which a file of the right digest never has.
    """
    if not kept.number:
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                who, amount = _person(json.loads(line))
            except (ValueError, TypeError, OverflowError, RecursionError):
                raise ProjectError(Fault(f"{path.name}, line {number}", "holds no customer", FROM_A_COPY)) from None
            yield who, amount


def _person(data: Any) -> Person:
    """A customer and an amount; raises TypeError or ValueError for anything else."""
    who, amount = data
    if not isinstance(who, str):
        raise TypeError("is no customer")
    if amount is None:
        return who, None
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount):
        raise TypeError("is no amount")
    return who, float(amount)


def _line(person: Person) -> bytes:
    return json.dumps(list(person), allow_nan=False).encode("ascii") + b"\n"
