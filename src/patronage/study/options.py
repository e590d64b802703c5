"""What a caller may choose about a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.study.digest import code_digest, digest
from patronage.vocabulary.errors import Fault, ProjectError, nearest

ENGINES = ("duckdb", "spark")
"""What a run can compute with."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The choices of one run.

    as_of: last day counted, inclusive; None for the day of the last good order. only: compute one
    finding and what it needs. again: compute even when nothing changed. memory: most the engine
    may hold before it spills to disk, such as 4GB. engine: duckdb, or spark with its master, such as
    spark://host:7077. Raises ProjectError for an engine that there is not, or a master without Spark.
    """

    as_of: date | None = None
    only: str | None = None
    again: bool = False
    memory: str | None = None
    engine: str = "duckdb"
    master: str | None = None

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            hint = nearest(self.engine, ENGINES) or f"known: {', '.join(ENGINES)}"
            raise ProjectError(Fault("--engine", f"there is no engine {self.engine!r}", hint))
        if self.master is not None and self.engine != "spark":
            found = f"{self.master!r} is a master of Spark, and the engine is {self.engine}"
            raise ProjectError(Fault("--master", found, "add --engine spark"))

    @property
    def digest(self) -> str:
        """Fingerprint of what makes two runs of the same inputs differ, the code included."""
        return digest(self.as_of, self.only, self.engine, code_digest())
