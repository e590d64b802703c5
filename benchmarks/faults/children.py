"""Command lines in forked children: killed, short of disk, or under another clock."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

from patronage.faces.cli.app import run
from patronage.study import acting, committing, gather, joining, workbench

TOLD_THE_TIME = (acting, committing, gather, joining, workbench)
"""The modules that look at the clock."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the matter with a child: most bytes a file of it may have, and how far its clock is off."""

    most: int | None = None
    off: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Said:
    """How a child ended: its exit code, None where it was killed, and all that it said."""

    code: int | None
    words: str

    @property
    def in_words(self) -> bool:
        """Whether it ended well, or was refused with a known code and words that name no fault of the product's own."""
        bad = "Traceback" in self.words or "fault of its own" in self.words
        return not bad and (self.code == 0 or (self.code in {1, 2, 3} and bool(self.words.strip())))


@dataclass(frozen=True, slots=True)
class Child:
    """A command line at work; pipe: where it speaks."""

    pid: int
    pipe: int

    def ended(self, after: float | None = None) -> Said:
        """How it ended, killed so many seconds from now where it still works then."""
        until = None if after is None else time.monotonic() + after
        words = b""
        while True:
            left = None if until is None else until - time.monotonic()
            if left is not None and (left <= 0 or not select.select([self.pipe], [], [], left)[0]):
                os.kill(self.pid, signal.SIGKILL)
                until = None
                continue
            piece = os.read(self.pipe, 65536)
            if not piece:
                break
            words += piece
        os.close(self.pipe)
        status = os.waitpid(self.pid, 0)[1]
        killed = os.WIFSIGNALED(status)
        return Said(None if killed else os.waitstatus_to_exitcode(status), words.decode("utf-8", "replace"))


def begun(*arguments: object, terms: Terms | None = None) -> Child:
    """A command line in a child of its own, forked before any engine, and with it any thread, was started here."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    code = 70
    try:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        _suffer(terms or Terms())
        code = run([str(one) for one in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def said(*arguments: object, terms: Terms | None = None) -> Said:
    """How a command line ends that nobody kills."""
    return begun(*arguments, terms=terms).ended()


def _suffer(terms: Terms) -> None:
    if terms.most is not None:
        import resource

        _, highest = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (terms.most, highest))
    if terms.off:

        class Clock(datetime):
            """A clock that is off."""

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                return cls.fromtimestamp(time.time() + terms.off.total_seconds(), tz)

        for module in TOLD_THE_TIME:
            reached: Any = module
            reached.datetime = Clock


def orders_of(folder: Path) -> Path:
    """The order lines of a shop."""
    return folder / "orders.csv"


def add_line(folder: Path) -> None:
    """One more order line, the last one again, so that a run has something new to compute."""
    path = orders_of(folder)
    last = path.read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[-1]
    with path.open("ab") as file:
        file.write(last + b"\n")
