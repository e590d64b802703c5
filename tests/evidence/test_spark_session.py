"""Spark that cannot be had is refused with what is missing and what to do."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from patronage.evidence import spark_session
from patronage.evidence.spark_session import java_memory, started
from patronage.vocabulary.errors import EngineError, ProjectError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def test_the_extra_is_named_where_pyspark_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match=r"^--engine spark: pyspark is not installed; install the extra: pip install"):
        started("local[2]", tmp_path, None)


@pytest.mark.parametrize(
    "master", ["", "local[0]", "local[x]", "spark://host", "mesos://h:5050", "http://h:80", "sc://h:1"]
)
def test_a_master_that_spark_does_not_know_is_refused(tmp_path: Path, master: str) -> None:
    with pytest.raises(
        ProjectError, match=r"^--master: '.*' is no master that Spark knows; write local\[2\], spark://"
    ):
        started(master, tmp_path, None)


def test_masters_that_nobody_listens_for_are_all_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = f"does not answer: 127.0.0.1:{port} .*, localhost:{port} .*; check its address"
        with pytest.raises(EngineError, match=found):
            started(f"spark://127.0.0.1:{port},localhost:{port}", tmp_path, None)


def test_yarn_needs_its_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HADOOP_CONF_DIR", raising=False)
    monkeypatch.delenv("YARN_CONF_DIR", raising=False)
    with pytest.raises(EngineError, match="neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set"):
        started("yarn", tmp_path, None)


def test_java_is_asked_for_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session, "_running", lambda master: None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))
    with pytest.raises(EngineError, match=r"JAVA_HOME=.*none: there is no Java here.*; install Java 17 or newer"):
        started("local[2]", tmp_path, None)
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"^java: there is no Java here"):
        started("local[2]", tmp_path, None)


@pytest.mark.parametrize(("memory", "found"), [("500MB", "Spark does not begin with 500MB"), ("much", "is no size")])
def test_memory_that_spark_cannot_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: str, found: str
) -> None:
    monkeypatch.setattr(spark_session, "_running", lambda master: None)
    with pytest.raises(ProjectError, match=f"^--memory: .*{found}"):
        started("local[2]", tmp_path, memory)


def test_memory_is_told_to_java_here_and_to_the_executors_of_a_cluster(tmp_path: Path) -> None:
    assert spark_session._settings("local[4]", tmp_path, "4GiB")["spark.driver.memory"] == "4096m"
    assert spark_session._settings("yarn", tmp_path, "2GB")["spark.executor.memory"] == "1907m"
    assert "spark.driver.memory" not in spark_session._settings("yarn", tmp_path, "2GB")


def test_spark_at_work_is_shared_by_sessions_of_their_own_and_outlives_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    one = started("local[2]", tmp_path, None)
    one.session.conf.set("spark.sql.shuffle.partitions", "7")
    other = started("local[2]", tmp_path, None)
    assert other.session.conf.get("spark.sql.shuffle.partitions") == "2"
    one.end()
    assert other.session.range(3).count() == 3
    # Other systems than Linux do not tell it by a file.
    assert java_memory() > 50 * 2**20 or not Path("/proc/self/status").is_file()


def test_another_master_than_the_one_at_work_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^--master local\[3\]: Spark is at work in this process already, with the"):
        started("local[3]", tmp_path, None)
