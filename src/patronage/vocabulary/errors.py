"""The one tree of errors, each carrying every fault that was found."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    where: table, column, row, or file, line and column. found: what stands there and what was
    expected. next_step: what to do about it; empty when found already says so.
    """

    where: str
    found: str
    next_step: str = ""

    def __str__(self) -> str:
        tail = f"; {self.next_step}" if self.next_step else ""
        return f"{self.where}: {self.found}{tail}"


class PatronageError(Exception):
    """Every refusal of the product; `faults` holds all of them, in the order they were found."""

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("an error needs at least one fault")
        self.faults: tuple[Fault, ...] = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class EvidenceError(PatronageError):
    """The company's tables or files cannot be used as they are."""


class StrategyError(PatronageError):
    """The strategy file cannot be used as it is."""


class EstimationError(PatronageError):
    """The evidence does not identify what was asked for."""


class EngineError(PatronageError):
    """The engine that was asked for is not there, does not answer, or stopped at its work."""


class WiringError(PatronageError):
    """The analyses and rules do not fit together."""


class ProjectError(PatronageError):
    """The project folder cannot be read, written or locked."""


class AbsentError(ProjectError):
    """A finding waits for evidence, or the evidence there is refused it; nothing is wrong."""


class BlockedError(ProjectError):
    """The project folder is in use by another program, or may not be written."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The words closest to a misspelt one, as an English phrase; empty when none is close."""
    names = list(known)
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    if not close:
        lowered = {name.lower(): name for name in names}
        close = [lowered[hit] for hit in get_close_matches(word.lower(), list(lowered), n=3, cutoff=0.5)]
    if not close:
        return ""
    return "did you mean " + " or ".join(repr(name) for name in close) + "?"
