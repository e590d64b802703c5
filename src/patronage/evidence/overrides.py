"""The reviewed file of which customer ids are one customer and which are not, refused with every fault at once."""

from __future__ import annotations

import csv
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

COLUMNS = ("customer_id", "same_as", "different_from", "who", "when", "why")
"""The columns of the file; who reviewed a pair, when (YYYY-MM-DD) and why may be left out."""

MAX_HINTS = 20
"""Most unknown ids for which the nearest known one is looked up."""


@dataclass(frozen=True, slots=True)
class Override:
    """One reviewed pair: two customer ids that are the same customer, or are not; line: of the file."""

    line: int
    one: str
    other: str
    same: bool


def overrides(path: Path, known: Collection[str] | None) -> tuple[Override, ...]:
    """The reviewed pairs of a file, in its order.

    known: every customer id there is or was, None where only the file itself is to be judged. Raises EvidenceError
    with every fault: rows that say nothing, unknown ids, pairs that merge in a circle or contradict each other.
    """
    faults: list[Fault] = []
    found = [row for row in _rows(path, faults) if row is not None]
    faults.extend(_unknown(path, found, known) if known is not None else ())
    faults.extend(_circles(path, found))
    faults.extend(_contradictions(path, found))
    if faults:
        raise EvidenceError(*faults)
    return tuple(found)


def _rows(path: Path, faults: list[Fault]) -> Iterator[Override | None]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        step = f"write it with the columns {', '.join(COLUMNS)}, or take identity.overrides out of strategy.yaml"
        raise EvidenceError(Fault(path.name, "there is no such file", step)) from error
    except OSError as error:
        raise EvidenceError(
            Fault(path.name, f"cannot be read: {error.strerror or error}", "make it readable")
        ) from error
    except UnicodeDecodeError as error:
        raise EvidenceError(Fault(path.name, "is not written in UTF-8", "save it as CSV in UTF-8")) from error
    lines = text.splitlines(keepends=True)
    head = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        names: list[str] | None = None
        for cells in reader:
            plain = [cell.strip() for cell in cells]
            if not any(plain):
                continue
            if names is None:
                names = [name.lower() for name in plain]
                _require_header(path, names)
            else:
                yield _override(path, reader.line_num, dict(zip(names, plain, strict=False)), faults)
    except csv.Error as error:
        faults.append(Fault(f"{path.name} line {reader.line_num}", f"is no CSV: {error}", "save the file as CSV"))
    if not head:
        faults.append(Fault(path.name, "is empty", f"its first line names the columns: {', '.join(COLUMNS)}"))


def _require_header(path: Path, names: Sequence[str]) -> None:
    faults = [
        Fault(path.name, f"has no column {name!r}", nearest(name, names) or f"its columns are {', '.join(COLUMNS)}")
        for name in COLUMNS[:1]
        if name not in names
    ]
    if not {"same_as", "different_from"} & set(names):
        faults.append(Fault(path.name, "has neither same_as nor different_from", "add the one that you need"))
    faults += [
        Fault(path.name, f"has the column {name!r}, which says nothing here", nearest(name, COLUMNS) or "take it out")
        for name in names
        if name not in COLUMNS
    ]
    if faults:
        raise EvidenceError(*faults)


def _override(path: Path, line: int, row: dict[str, str], faults: list[Fault]) -> Override | None:
    where = f"{path.name} line {line}"
    one, same, other = (row.get(name, "") for name in COLUMNS[:3])
    wrong: list[Fault] = []
    if not one:
        wrong.append(Fault(where, "names no customer_id", "name it"))
    if bool(same) == bool(other):
        told = "says both same_as and different_from" if same else "says neither same_as nor different_from"
        wrong.append(Fault(where, told, "say one of them"))
    elif one == (same or other):
        wrong.append(Fault(where, f"names {one} twice", "name two customers"))
    if (day := row.get("when", "")) and not _is_day(day):
        wrong.append(Fault(where, f"was reviewed on {day!r}, which is no date", "write it as YYYY-MM-DD"))
    faults.extend(wrong)
    return None if wrong else Override(line, one, same or other, bool(same))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _unknown(path: Path, rows: Sequence[Override], known: Collection[str]) -> Iterator[Fault]:
    hints = MAX_HINTS if len(known) <= 100_000 else 0
    for row in rows:
        for name in (row.one, row.other):
            if name not in known:
                step = (nearest(name, known) if hints > 0 else "") or "no customer has or had this id"
                hints -= 1
                yield Fault(f"{path.name} line {row.line}", f"names the customer {name!r}, whom nobody knows", step)


def _circles(path: Path, rows: Sequence[Override]) -> Iterator[Fault]:
    """Rows of same_as that lead back to where they began."""
    onward: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.same:
            back = _path(onward, row.other, row.one)
            if back is not None and row.other not in onward[row.one]:
                lines = sorted([row.line, *back])
                leads = f"{row.one} is the same as {row.other}, which leads back to {row.one}"
                yield Fault(path.name, f"{_listed(lines)} merge in a circle: {leads}", "take one of them out")
                continue
            onward[row.one].setdefault(row.other, row.line)


def _contradictions(path: Path, rows: Sequence[Override]) -> Iterator[Fault]:
    """Pairs that are told to be different while others make them the same."""
    both: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.same:
            both[row.one].setdefault(row.other, row.line)
            both[row.other].setdefault(row.one, row.line)
    for row in rows:
        if not row.same and (joined := _path(both, row.one, row.other)) is not None:
            makes = "makes" if len(joined) == 1 else "make"
            found = f"{row.one} is different from {row.other}, and {_listed(sorted(joined))} {makes} them the same"
            yield Fault(f"{path.name} line {row.line}", found, "take one of them out")


def _path(edges: dict[str, dict[str, int]], start: str, end: str) -> list[int] | None:
    """The lines along the shortest way from one id to another, None where there is none."""
    came: dict[str, tuple[str, int]] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            lines: list[int] = []
            while here != start:
                here, line = came[here]
                lines.append(line)
            return lines
        for there, line in edges.get(here, {}).items():
            if there != start and there not in came:
                came[there] = (here, line)
                waiting.append(there)
    return None


def _listed(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
