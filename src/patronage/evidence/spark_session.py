"""Starting Spark, or saying why it does not start, within about a minute."""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportPrivateUsage=false
# pyspark ships few types, and tells of its Java process by private names alone.

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.evidence.spark_errors import UNTOUCHED, told
from patronage.vocabulary.errors import EngineError, Fault, ProjectError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DEFAULT_MASTER = "local[2]"
"""Two threads on this machine, where no master is named."""

ANSWER_SECONDS = 10
"""Time for a master to take a connection."""

START_SECONDS, LOCAL_START_SECONDS = 45, 300
"""Time for a cluster, and for Spark on this machine, however busy that is, to begin and do a first small job."""

LEAST_MEMORY = 512 * 2**20
"""Bytes below which Spark does not begin."""

_LOCAL = re.compile(r"local(\[([1-9]\d*|\*)(,\s*\d+)?\])?|local-cluster\[\d+,\s*\d+,\s*\d+\]")
_CLUSTER = re.compile(r"spark://[^/\s]+:\d+(,[^/\s]+:\d+)*|yarn|k8s://\S+")
_PLACES = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\]):(\d+)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt])(i?)b", re.IGNORECASE)

_QUIET = """\
rootLogger.level = fatal
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
logger.python.name = org.apache.spark.api.python.PythonGatewayServer
logger.python.level = fatal
"""
"""Spark's log is for those who look after it: what the reader of a run must know is told in the refusal."""


@dataclass(frozen=True, slots=True)
class Started:
    """Spark at work. own: whether it was begun for this use and ends with it."""

    session: SparkSession
    master: str
    own: bool

    def end(self) -> None:
        """Ends Spark and its Java process, where they were begun for this use."""
        if self.own:
            with suppress(Exception):
                self.session.stop()
            _end_java()


def started(master: str, folder: Path, memory: str | None) -> Started:
    """Spark at a master.

    Raises EngineError that names what is missing or does not answer, and ProjectError for a master or an amount
    of memory that Spark cannot take.
    """
    if find_spec("pyspark") is None:
        raise _fault("--engine spark", "pyspark is not installed", "install the extra: pip install 'patronage[spark]'")
    if not _LOCAL.fullmatch(master) and not _CLUSTER.fullmatch(master):
        known = "write local[2], spark://HOST:PORT, yarn or k8s://https://HOST:PORT"
        raise ProjectError(Fault("--master", f"{master!r} is no master that Spark knows", known))
    _require_answer(master)
    if running := _running(master):
        return Started(running.newSession(), master, own=False)
    settings = _settings(master, folder, memory)
    _require_java()
    return Started(_begun(master, settings, folder), master, own=True)


def java_memory() -> int:
    """The most bytes that Spark's Java process on this machine held; 0 where there is none, or nobody can tell."""
    process = _java()
    if process is None:
        return 0
    try:
        text = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _running(master: str) -> SparkSession | None:
    """Spark that is at work in this process already; raises EngineError where its master is another."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    context = SparkContext._active_spark_context
    if context is None:
        return None
    if context.master != master:
        found = f"Spark is at work in this process already, with the master {context.master}"
        raise _fault(f"--master {master}", found, "end it first, or name the same master")
    return SparkSession(context)


def _settings(master: str, folder: Path, memory: str | None) -> dict[str, str]:
    """What Spark needs to be told before it begins; the rest is for spark-defaults.conf."""
    log = folder / "log4j2.properties"
    log.write_text(_QUIET, encoding="ascii")
    settings = {
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log.absolute().as_uri()}",
        # Results are collected here by the engine's own measure: aggregates, never whole tables.
        "spark.driver.maxResultSize": "0",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.showConsoleProgress": "false",
    }
    if not _LOCAL.fullmatch(master):
        return settings | ({"spark.executor.memory": _mebibytes(memory)} if memory else {})
    here = _mebibytes(memory) if memory else _quarter_of_memory()
    return settings | ({"spark.driver.memory": here} if here else {}) | {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder / "spill"),
        # Spark's own 200 are for clusters; adaptive execution joins what stays small.
        "spark.sql.shuffle.partitions": "16",
        "spark.ui.enabled": "false",
    }  # fmt: skip


def _mebibytes(memory: str) -> str:
    """An amount such as 4GB as Java writes it; raises ProjectError where Spark could not begin with it."""
    found = _SIZE.fullmatch(memory.strip())
    if found is None:
        raise ProjectError(Fault("--memory", f"{memory!r} is no size", "write it as 4GB"))
    power = "kmgt".index(found[2].lower()) + 1
    size = float(found[1]) * (1024 if found[3] else 1000) ** power
    if size < LEAST_MEMORY:
        raise ProjectError(Fault("--memory", f"Spark does not begin with {memory}", "give it 1GB or more"))
    return f"{int(size / 2**20)}m"


def _quarter_of_memory() -> str | None:
    """A quarter of what the machine has, as Java itself would take; None where the system does not tell."""
    try:
        quarter = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    except (AttributeError, ValueError, OSError):
        return None
    return f"{quarter // 2**20}m" if quarter > 2**30 else None


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        place = f"JAVA_HOME={home}" if home else "java"
        raise _fault(place, "there is no Java here, which Spark needs", "install Java 17 or newer, or set JAVA_HOME")


def _require_answer(master: str) -> None:
    """Raises EngineError unless one of the places that the master names takes a connection."""
    if master == "yarn" and not os.environ.keys() & {"HADOOP_CONF_DIR", "YARN_CONF_DIR"}:
        lacking = "neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set, which say where it is"
        raise _fault("--master yarn", lacking, "set one to the folder of the cluster's configuration")
    found: list[str] = []
    for host, port in _PLACES.findall(master) if _CLUSTER.fullmatch(master) else []:
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS).close()
        except (OSError, OverflowError) as error:
            reason = "no answer" if isinstance(error, TimeoutError) else (getattr(error, "strerror", None) or error)
            found.append(f"{host}:{port} ({reason})")
        else:
            return
    if found:
        raise _unanswered(master, f"does not answer: {', '.join(found)}")


def _begun(master: str, settings: dict[str, str], folder: Path) -> SparkSession:
    """A new session that has done a first small job; raises EngineError when that takes too long."""
    made: list[SparkSession] = []
    failed: list[EngineError] = []

    def begin() -> None:
        try:
            session = _new_session(master, settings)
            _first_job(session, master, folder)
            made.append(session)
        except EngineError as error:
            failed.append(error)
        except Exception as error:  # noqa: BLE001  raised below, in the thread that waits
            step = f"check the master, and that Java is 17 or newer; {UNTOUCHED}"
            failed.append(_fault(f"--master {master}", f"Spark did not begin: {told(error)}", step))

    # In a thread of its own, because Spark waits without end for a cluster that has no free worker.
    thread = threading.Thread(target=begin, daemon=True)
    thread.start()
    here = _LOCAL.fullmatch(master) is not None
    thread.join(LOCAL_START_SECONDS if here else START_SECONDS)
    if made:
        return made[0]
    refusal = failed[0] if failed else _late(master, here=here)
    _end_java()
    raise refusal


def _late(master: str, *, here: bool) -> EngineError:
    if here:
        found = f"Spark did not begin within {LOCAL_START_SECONDS} s"
        return _fault(f"--master {master}", found, f"run when the machine is less busy; {UNTOUCHED}")
    return _unanswered(master, f"gave no worker for a first small job within {START_SECONDS} s")


def _new_session(master: str, settings: dict[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder
    builder = builder.master(master).appName("patronage")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session: SparkSession = builder.getOrCreate()
    return session


def _first_job(session: SparkSession, master: str, folder: Path) -> None:
    """Counts a few rows; workers elsewhere also write some, which must be seen from here."""
    if _LOCAL.fullmatch(master):
        session.range(1).count()
        return
    import pyarrow.parquet as pq

    place = folder / f"seen_{uuid.uuid4().hex[:8]}"
    parts = 4 * session.sparkContext.defaultParallelism
    session.range(0, parts, 1, parts).write.parquet(f"file:{place.absolute().as_posix()}")
    seen = sum(pq.read_metadata(path).num_rows for path in place.glob("part-*.parquet"))
    shutil.rmtree(place, ignore_errors=True)
    if seen != parts:
        found = f"what its workers write to {folder} is not seen here"
        raise _fault(f"--master {master}", found, "put the project on a disk that all of them share by one path")


def _java() -> subprocess.Popen[bytes] | None:
    from pyspark import SparkContext

    gateway: Any = SparkContext._gateway
    return getattr(gateway, "proc", None)


def _end_java() -> None:
    """Ends Spark's Java process, so that the next start is free to choose its memory."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    gateway: Any = SparkContext._gateway
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    SparkSession._instantiatedSession = None
    process = getattr(gateway, "proc", None)
    if gateway is not None:
        with suppress(Exception):
            gateway.shutdown()
    if process is not None:
        with suppress(Exception):
            process.stdin.close()
        process.kill()
        process.wait(ANSWER_SECONDS)


def _unanswered(master: str, found: str) -> EngineError:
    step = f"check its address and that it is at work, or leave out --master; {UNTOUCHED}"
    return _fault(f"--master {master}", found, step)


def _fault(where: str, found: str, step: str) -> EngineError:
    return EngineError(Fault(where, found, step))
