"""What the command line puts on the screen: tables, money, faults, progress."""

from __future__ import annotations

import codecs
import errno
import json
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from patronage.vocabulary.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

GOOD, FAILED, INVALID, NOTHING = 0, 1, 2, 3

# Text from data keeps its colons: ":x:" is no picture.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


def tell_json(value: Any) -> None:
    """One JSON document on standard output, with nothing else beside it."""
    # Where the system writes in another encoding than UTF-8, JSON's own escapes keep every character.
    narrow = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name != "utf-8"
    sys.stdout.write(json.dumps(value, ensure_ascii=narrow, indent=2, allow_nan=False) + "\n")


def tell_faults(faults: Iterable[Fault], *, as_json: bool) -> None:
    """Every fault, one a line on standard error, or as JSON on standard output."""
    listed = list(faults)
    if as_json:
        tell_json({"faults": [{"where": f.where, "found": f.found, "next_step": f.next_step} for f in listed]})
        return
    for fault in listed:
        err.print(f"[bold red]error[/] {escape(printable(str(fault)))}", soft_wrap=True)


def warn(text: str) -> None:
    """What was awkward and has been dealt with, one line on standard error."""
    err.print(printable(text), markup=False, soft_wrap=True)


def disk_fault(error: OSError) -> Fault:
    """A failed file operation in plain words, with what to do about it."""
    where = str(error.filename or "the project folder")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault(where, "the disk is full", "free some space and run again; the last good run is untouched")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        if os.path.isfile(where) and not os.access(where, os.R_OK):  # noqa: PTH113  a name the system gave
            return Fault(where, "cannot be read", "give yourself permission to read it")
        return Fault(where, "cannot be written", "give write permission to the folder, or choose another")
    if error.errno == errno.ENOENT:
        return Fault(where, "there is no such file or folder", "check the path, or make its folder first")
    if error.errno == errno.EISDIR:
        return Fault(where, "is a folder, where a file is needed", "name a file in it")
    return Fault(where, error.strerror or str(error), "mend this and run again; the last good run is untouched")


def printable(text: str) -> str:
    """Text from data with control characters made visible, so that it can never steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()
) -> None:
    """A table of plain texts; columns named in `right` are aligned to the right."""
    if title:
        # A title of the table's own would be broken to the table's width.
        out.print(f"[italic]{escape(printable(title))}[/]", soft_wrap=True)
    drawn = Table(header_style="bold", box=None, padding=(0, 2, 0, 0), show_header=any(columns))
    for index, name in enumerate(columns):
        drawn.add_column(escape(name), justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(escape(printable(cell)) for cell in row))
    out.print(drawn)


def tell_next(command: str, folder: Path, rest: str = "") -> None:
    """The command that a reader may want after this one, ready to be copied."""
    line = f"patronage {command} {printable(str(folder))} {rest}".rstrip()
    out.print(f"\nNext: {line}", markup=False, soft_wrap=True)


@contextmanager
def progress(*, silent: bool) -> Generator[Callable[[str], None]]:
    """A line on standard error that names the step at work; nothing when silent or not a terminal."""
    if silent or not err.is_terminal:
        yield lambda _: None
        return
    started = time.monotonic()
    with err.status("starting") as status:
        yield lambda step: status.update(f"{step.replace('_', ' ')}  {time.monotonic() - started:.0f} s")
