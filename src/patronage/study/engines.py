"""The engine that a run computes with: the embedded one, or Spark."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from patronage.evidence.engine import Engine
    from patronage.study.options import RunOptions


@contextmanager
def computing(options: RunOptions, loading: Engine) -> Generator[Engine]:
    """The engine that was asked for, until the block ends; the embedded one is that which loads the sources.

    Raises EngineError where Spark does not begin or its master does not answer.
    """
    if options.engine == loading.runs.name:
        yield loading
        return
    from patronage.evidence.spark import spark_engine
    from patronage.evidence.spark_session import DEFAULT_MASTER

    engine = spark_engine(loading.folder / "spark", master=options.master or DEFAULT_MASTER, memory=options.memory)
    try:
        yield engine
    finally:
        engine.close()
