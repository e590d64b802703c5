"""What all tests share: the real data, the browser, Spark, PostgreSQL, and how hypothesis searches."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parent.parent
STRICT = bool(os.environ.get("PATRONAGE_REQUIRE_DATA"))

# Two workers share two cores: threads inside the linear algebra would only fight over them.
for _pool in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")

# Compiled kernels and a busy machine make single examples slow, so no deadline holds them.
settings.register_profile("patronage", deadline=None, max_examples=50, derandomize=STRICT, print_blob=True)
settings.load_profile("patronage")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests that use Spark, and those that use PostgreSQL, on one worker each, for one server."""
    for item in items:
        for server in ("spark", "postgres"):
            if server in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(server))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real public data: PATRONAGE_DATA, else ../shared/data beside the repository."""
    folder = Path(os.environ.get("PATRONAGE_DATA") or "../shared/data")
    folder = folder if folder.is_absolute() else ROOT / folder
    if not folder.is_dir():
        reason = "the real data are absent: set PATRONAGE_DATA to their folder"
        if STRICT:
            pytest.fail(f"{reason} (PATRONAGE_REQUIRE_DATA forbids the skip)")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium or Chrome, for playwright's `executable_path`."""
    named = os.environ.get("PATRONAGE_CHROMIUM")
    places = [named] if named else ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
    places.append("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = next((path for place in places if (path := shutil.which(place))), None)
    if found is None:
        pytest.fail("no Chromium was found: run tools/prepare-tests, or set PATRONAGE_CHROMIUM to its path")
    return found


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Spark on two local threads, in UTC, with its files in a folder of the test run."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder / "local"),
        # Java compiles less: plans of so few rows are compiled for longer than they run.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        # Expressions are interpreted, for the same reason; the tests of single queries compile them.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("patronage tests")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of the test run's own, up to the name of the database, with the user `owner`.

    A user other than owner needs the password `right`; the server runs as a user without rights.
    """
    initdb, pg_ctl = _postgres_program("initdb"), _postgres_program("pg_ctl")
    if initdb is None or pg_ctl is None:
        reason = "PostgreSQL's initdb and pg_ctl were not found: run tools/prepare-tests"
        if STRICT:
            pytest.fail(f"{reason} (PATRONAGE_REQUIRE_DATA forbids the skip)")
        pytest.skip(reason)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # The server refuses to be root; its folder lies where another user may reach it.
    with tempfile.TemporaryDirectory(prefix="patronage-postgres-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        as_other: dict[str, Any] = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            shutil.chown(folder, "nobody")
            as_other = {"user": "nobody", "group": _group_of("nobody"), "extra_groups": []}
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        options: dict[str, Any] = {"cwd": folder, "env": environment, "timeout": 60, **as_other}
        quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        made = [initdb, "-D", str(folder / "db"), "-U", "owner", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, check=True, **options, **quiet)
        allowed = "host all owner 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (folder / "db" / "pg_hba.conf").write_text(allowed, encoding="utf-8")
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        server = [pg_ctl, "-D", str(folder / "db"), "-w", "-l", str(folder / "log")]
        subprocess.run([*server, "-o", settings, "start"], check=True, **options, **quiet)
        yield f"postgresql://owner@127.0.0.1:{port}"
        subprocess.run([*server, "-m", "immediate", "stop"], check=True, **options, **quiet)


def _postgres_program(name: str) -> str | None:
    """A program of the server: on the PATH, else where Debian puts the newest."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(places[-1]) if places else None)


def _group_of(user: str) -> int:
    """The number of a user's own group."""
    import pwd

    return pwd.getpwnam(user).pw_gid


@dataclass(frozen=True)
class Database:
    """A database of the test's own: its URL, and what changes it."""

    url: str

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Runs statements, and gives the rows of the last."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.url, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if statements[-1].startswith("SELECT") else []


@pytest.fixture
def database(postgres: str) -> Iterator[Database]:
    """An empty database on the server of the test run."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    server = Database(f"{postgres}/postgres")
    server.run(f"CREATE DATABASE {name}")
    yield Database(f"{postgres}/{name}")
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


STRATEGY = """\
company: {name: Corner shop, currency: GBP, horizon_years: 3, discount_rate: 0.10, time_unit: week}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, amount: amount, order_id: order}
"""


@pytest.fixture
def orders_csv() -> str:
    """Two years of orders of forty customers, some of whom stop, as CSV text."""
    lines = ["customer,day,amount,order"]
    number = 0
    for customer in range(40):
        last = 24 if customer % 3 else 9
        for month in range(customer % 5, last, 1 + customer % 4):
            number += 1
            day = f"{2020 + month // 12}-{month % 12 + 1:02d}-{1 + (customer * 7 + month * 3) % 27:02d}"
            lines.append(f"c{customer},{day},{10 + customer + month % 3}.50,o{number}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def make_project(tmp_path: Path, orders_csv: str) -> Callable[..., Path]:
    """A project folder with a strategy file and orders."""

    def build(strategy: str = STRATEGY, orders: str | None = None, name: str = "shop") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "strategy.yaml").write_text(strategy, encoding="utf-8")
        (folder / "orders.csv").write_text(orders_csv if orders is None else orders, encoding="utf-8")
        return folder

    return build
