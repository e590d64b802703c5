"""What a caller may choose about a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.study.digest import code_digest, digest


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The choices of one run.

    as_of: last day counted, inclusive; None for the day of the last good order. only: compute one
    finding and what it needs. again: compute even when nothing changed. memory: most the engine
    may hold before it spills to disk, such as 4GB.
    """

    as_of: date | None = None
    only: str | None = None
    again: bool = False
    memory: str | None = None

    @property
    def digest(self) -> str:
        """Fingerprint of what makes two runs of the same inputs differ, the code included."""
        return digest(self.as_of, self.only, code_digest())
