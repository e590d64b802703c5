"""What all tests share: the real data, the browser, Spark, and how hypothesis searches."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

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
    """Keeps the tests that use Spark on one worker, so that one Java machine serves them all."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("spark"))


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
