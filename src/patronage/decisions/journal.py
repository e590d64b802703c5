"""The append-only journal of what people decided: one event a line, synced to disk, locked, readable in git."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from patronage.decisions.commitment import Commitment, commitment_data, commitment_of, finite
from patronage.decisions.decision import Move, Status
from patronage.decisions.file_lock import locked
from patronage.vocabulary.errors import BlockedError, Fault, ProjectError

PLAIN, COMMITTED = 1, 2
"""The versions of events that this code reads.

An event is written in the lowest that holds it: only one with a commitment needs the second, which programs that know
nothing of a holdout refuse.
"""

PATIENCE = 5.0
"""Seconds that a writer waits for another one to end."""

BUSY = "another program is writing the journal"


UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""What reading a line that is no event may raise."""


class Action(StrEnum):
    """What a person did with a decision."""

    ACCEPT = "accept"
    REJECT = "reject"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the ledger expected of a decision when a person decided, in currency; later measured against."""

    mean: float
    p05: float
    p95: float


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal: at is UTC in ISO form, id that of the decision, who the name of the person.

    about: what the decision moves, so that it is known when no later run proposes it any more. commitment: what it was
    accepted for, None for other actions and in events of before it was written down.
    """

    at: str
    id: str
    action: Action
    who: str
    owner: str | None = None
    due: str | None = None
    why: str | None = None
    expected: Expected | None = None
    about: Move | None = None
    commitment: Commitment | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """The events in the order they were written, and what was awkward about reading them, None if nothing."""

    events: tuple[Event, ...]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class JournalState:
    """Where people left a decision: accepted or rejected, by whom it is done, until when, and why."""

    status: Status
    owner: str | None
    due: str | None
    why: str | None
    at: str
    expected: Expected | None = None
    about: Move | None = None
    commitment: Commitment | None = None


def append(path: Path, event: Event) -> str | None:
    """Writes one event behind the others and syncs it to disk; a warning where a torn line had to be set aside.

    Raises BlockedError when the journal is in use for too long or cannot be written.
    """
    return _appended(path, lambda _: event)[1]


def append_after(path: Path, follow: Callable[[tuple[Event, ...]], Event]) -> tuple[Event, str | None]:
    """Writes the event that follows from those before it, which no other writer can add to meanwhile.

    Gives the event beside the warning of `append`. What `follow` raises leaves the journal as it was; raises
    ProjectError for a journal that cannot be read, and BlockedError as `append` does.
    """
    return _appended(path, lambda before: follow(_read(path, before)))


def _appended(path: Path, follow: Callable[[bytes], Event]) -> tuple[Event, str | None]:
    try:
        with locked(path, BUSY, wait=PATIENCE):
            whole, tail = _parts(path.read_bytes())
            torn = bool(tail) and not _is_event(tail)
            event = follow(whole if torn else whole + tail)
            warning = None
            if torn:
                warning = _set_aside(path, whole, tail)
                tail = b""
            _write_behind(path, (b"\n" if tail else b"") + _line(event))
            return event, warning
    except OSError as error:
        reason = error.strerror or str(error)
        fault = Fault(str(path), f"the journal cannot be written: {reason}", "make the project folder writable")
        raise BlockedError(fault) from error


def events(path: Path) -> Journal:
    """The journal as it stands; no file is an empty journal.

    A torn last line is moved to a file beside the journal and named in the warning. Raises ProjectError for
    any other line that cannot be read, with its number, and for a version this code does not know.
    """
    if not path.exists():
        return Journal(())
    data = path.read_bytes()
    whole, tail = _parts(data)
    if not tail or _is_event(tail):
        return Journal(_read(path, data))
    return Journal(_read(path, whole), _mended(path))


def states(events: Sequence[Event]) -> Mapping[str, JournalState]:
    """Where people left each decision: its last event counts, and a reopened one stands as the run has it."""
    last: dict[str, JournalState] = {}
    for event in events:
        last.pop(event.id, None)
        if event.action is not Action.REOPEN:
            status = Status.ACCEPTED if event.action is Action.ACCEPT else Status.REJECTED
            last[event.id] = JournalState(
                status, event.owner, event.due, event.why, event.at, event.expected, event.about, event.commitment
            )
    return last


def binding(events: Sequence[Event], wanted: str) -> Event | None:
    """The accept that a later one of the same decision is held to, None where there is none.

    It is the first with a commitment, which outlives a reject or reopen; else, in journals of before commitments were
    written down, the accept that stands.
    """
    of_it = [event for event in events if event.id == wanted]
    first = next((event for event in of_it if event.commitment is not None), None)
    if first is not None or not of_it:
        return first
    return of_it[-1] if of_it[-1].action is Action.ACCEPT else None


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """The whole lines, and what stands behind the last line end."""
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]


def _read(path: Path, data: bytes) -> tuple[Event, ...]:
    events: list[Event] = []
    faults: list[Fault] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            events.append(_event(line))
        except UNREADABLE as error:
            faults.append(Fault(f"{path.name}, line {number}", _why(error), "mend the line or restore it from git"))
    if faults:
        raise ProjectError(*faults)
    return tuple(events)


def _event(line: bytes) -> Event:
    data: Any = json.loads(line.decode("utf-8"))
    if not isinstance(data, dict):
        raise TypeError("is no event")
    fields = cast("dict[str, Any]", data)
    version = fields["version"]
    if version not in (PLAIN, COMMITTED):
        raise ValueError(f"has version {version!r}, and this patronage reads versions {PLAIN} and {COMMITTED}")
    texts = {name: None if fields.get(name) is None else _text(fields[name]) for name in ("owner", "due", "why")}
    return Event(
        at=_moment(fields["at"]),
        id=_text(fields["id"]),
        action=Action(fields["action"]),
        who=_text(fields["who"]),
        expected=_expected(fields.get("expected")),
        about=_about(fields.get("about")),
        commitment=commitment_of(fields["commitment"]) if version == COMMITTED else None,
        **texts,
    )


def _text(data: Any) -> str:
    """A text that every file can hold: half characters, which JSON can write, become question marks."""
    return str(data).encode("utf-8", "replace").decode("utf-8")


def _moment(data: Any) -> str:
    """The moment of an event, whose day is read wherever its effect is measured."""
    at = str(data)
    try:
        date.fromisoformat(at[:10])
    except ValueError:
        raise ValueError(f"has the time {at[:40]!r}, which is none") from None
    return at


def _expected(data: Any) -> Expected | None:
    """What was expected, None where no value was told."""
    return None if data is None else Expected(*(finite(data[name]) for name in ("mean", "p05", "p95")))


def _about(data: Any) -> Move | None:
    """What an event is about; events of before it was written down have nothing there."""
    return (
        None if data is None else Move(*(_text(data[name]) for name in ("kind", "subject", "from_state", "to_state")))
    )


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"has no {error.args[0]!r}"
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "is no JSON"
    if isinstance(error, RecursionError):
        return "is nested too deep"
    return str(error)


def _is_event(line: bytes) -> bool:
    """Whether a line without its end is whole all the same, as after an edit by hand."""
    try:
        _event(line)
    except UNREADABLE:
        return _is_json_object(line)
    return True


def _is_json_object(line: bytes) -> bool:
    """A whole object that is no event is a fault to tell, not a torn line to set aside."""
    try:
        return isinstance(json.loads(line.decode("utf-8")), dict)
    except (ValueError, RecursionError):
        return False


def _mended(path: Path) -> str:
    """Sets a torn last line aside under the lock, or leaves it where the folder cannot be written."""
    try:
        with locked(path, BUSY, wait=PATIENCE):
            whole, tail = _parts(path.read_bytes())
            if not tail or _is_event(tail):
                return f"{path.name}: its last line was being written; read again to see it"
            return _set_aside(path, whole, tail)
    except (ProjectError, OSError):
        return f"{path.name}: its last line is torn and was left out; it could not be moved aside"


def _set_aside(path: Path, whole: bytes, tail: bytes) -> str:
    beside = path.with_name(path.name + ".torn")
    _write_behind(beside, tail + b"\n")
    with path.open("r+b") as file:
        file.truncate(len(whole))
        file.flush()
        os.fsync(file.fileno())
    return f"{path.name}: its last line was torn ({len(tail)} bytes) and was moved to {beside.name}"


def _write_behind(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _line(event: Event) -> bytes:
    data: dict[str, Any] = {
        "version": PLAIN if event.commitment is None else COMMITTED,
        "at": event.at,
        "id": event.id,
        "action": str(event.action),
        "owner": event.owner,
        "due": event.due,
        "why": event.why,
        "expected": event.expected
        and {"mean": event.expected.mean, "p05": event.expected.p05, "p95": event.expected.p95},
        "who": event.who,
        "about": event.about and asdict(event.about),
    }
    if event.commitment is not None:
        data["commitment"] = commitment_data(event.commitment)
    # What a command line may hand over that is no character is written as the escape that JSON has for it.
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"
