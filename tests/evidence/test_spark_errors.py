"""What Spark meets at its work is told in the words of the system or of the product."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pytest
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import AnalysisException, PySparkException

from patronage.evidence.spark import spark_engine
from patronage.evidence.spark_errors import spark_errors, told
from patronage.vocabulary.errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class _GoneError(Py4JError):
    """An error of Java after Java has ended."""

    def __str__(self) -> str:
        raise ConnectionRefusedError("nobody is there")


def test_a_full_disk_and_too_little_memory_are_the_systems_own_errors() -> None:
    with pytest.raises(OSError, match="No space left") as full, spark_errors("local[2]"):
        raise Py4JError("java.io.IOException: No space left on device\n\tat somewhere")
    assert full.value.errno == errno.ENOSPC
    with pytest.raises(MemoryError, match="Java heap space"), spark_errors("local[2]"):
        raise PySparkException("java.lang.OutOfMemoryError: Java heap space")


def test_a_job_that_fails_is_refused_by_its_master_with_what_spark_said_first() -> None:
    words = "An error occurred while calling o1.x.\n: org.apache.spark.SparkException: Job aborted\n\tat a.b(C.scala:1)"
    expected = (
        r"^--master spark://h:1: Spark stopped at its work: org.apache.spark.SparkException: Job aborted; look at"
    )
    with pytest.raises(EngineError, match=expected), spark_errors("spark://h:1"):
        raise Py4JError(words)
    with pytest.raises(EngineError, match="Answer from Java side is empty"), spark_errors("yarn"):
        raise Py4JNetworkError("Answer from Java side is empty")
    with pytest.raises(EngineError, match="_GoneError"), spark_errors("yarn"):
        raise _GoneError


def test_a_query_that_spark_does_not_understand_stays_a_fault_of_the_product() -> None:
    with pytest.raises(AnalysisException), spark_errors("local[2]"):
        raise AnalysisException("no such column")


def test_a_failing_job_of_a_real_engine_ends_in_a_refusal(spark: SparkSession, tmp_path: Path) -> None:
    engine = spark_engine(tmp_path)
    table = engine.memory("words", {"word": ["1", "two"]})
    with pytest.raises(EngineError, match=r"--master local\[2\]: Spark stopped at its work: .*CAST_INVALID_INPUT"):
        engine.keep(table.select(number=table.word.cast("int64")), "numbers")
    assert not list(tmp_path.glob("*.parquet"))
    assert not list(tmp_path.glob("parts_*"))
    assert engine.value(ibis.literal(1)) == 1


def test_what_an_error_says_first_stands_without_the_lines_of_java() -> None:
    assert told(ValueError("\n: first\n\tat x")) == "first"
    assert told(ValueError("")) == "ValueError"
