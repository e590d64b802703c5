"""What Spark meets at its work, as errors of the system or of the product."""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# py4j ships no types.

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patronage.vocabulary.errors import EngineError, Fault

if TYPE_CHECKING:
    from collections.abc import Generator

UNTOUCHED = "the last good run is untouched"


@contextmanager
def spark_errors(master: str) -> Generator[None]:
    """A full disk and too little memory as the system's own errors, any other failure of a job as EngineError.

    A query that Spark does not understand stays what it is: it is a fault of the product.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import AnalysisException, ParseException, PySparkException

    try:
        yield
    except (AnalysisException, ParseException):
        raise
    except (Py4JError, PySparkException, ConnectionError) as error:
        text = _text(error)
        if "No space left on device" in text or "Disk quota exceeded" in text:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        if "OutOfMemoryError" in text:
            raise MemoryError(told(error)) from error
        step = f"look at its logs and run again; {UNTOUCHED}"
        raise EngineError(Fault(f"--master {master}", f"Spark stopped at its work: {told(error)}", step)) from error


def told(error: BaseException) -> str:
    """What an error of Spark says first, without the lines of Java that follow."""
    lines = [line.strip() for line in _text(error).splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith(("at ", "An error occurred while calling"))]
    found = said[0] if said else type(error).__name__
    return found.removeprefix(": ")[:300]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  an error of Java asks Java for its words, and Java may be gone
        return type(error).__name__
