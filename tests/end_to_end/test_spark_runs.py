"""A run on Spark finds what a run on DuckDB finds, and a Spark that is not there loses nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.end_to_end.equal_runs import differences
from tests.end_to_end.rich_shop import rich_shop

from patronage.study.project import Project
from patronage.study.shelf import Run, last_run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from patronage.findings.who import OrderSummary


@dataclass(frozen=True)
class Both:
    """One company after a run on each engine: the runs, and what the command said of them."""

    folder: Path
    duckdb: Run
    spark: Run
    said: dict[str, Any]


@pytest.fixture(scope="module")
def both(cli: Callable[..., Any], spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The rich shop, which accepted a proposal half a year ago, run by the command line on DuckDB and then on Spark."""
    folder = rich_shop(tmp_path_factory.mktemp("rich") / "shop")
    assert cli("run", folder, "--as-of", "2022-12-31", "--json").code == 0
    proposed = next(row["id"] for row in cli("ledger", folder, "--json").data if row["status"] == "proposed")
    accepted = cli("decide", folder, proposed, "accept", "--holdout", "30%", "--on", "2023-01-01", "--json")
    assert accepted.code == 0, accepted
    runs: dict[str, Run] = {}
    said: dict[str, Any] = {}
    for engine in ("duckdb", "spark"):
        answer = cli("run", folder, "--engine", engine, "--json")
        assert answer.code == 0, answer
        said[engine], runs[engine] = answer.data, last_run(Project(folder))
    return Both(folder, runs["duckdb"], runs["spark"], said)


def test_every_finding_and_every_proposal_is_equal_on_both_engines(both: Both) -> None:
    assert set(both.duckdb.statuses.values()) == {"computed"}
    assert [one.id for one in both.duckdb.ledger()]
    assert differences(both.duckdb, both.spark) == []


def test_the_company_has_all_that_could_part_the_engines(both: Both) -> None:
    assert [row.arms.holdout > 0 for row in both.spark.finding("track_record").decisions] == [True]
    summary: OrderSummary = both.spark.finding("order_summary")
    assert {row["table"] for row in both.said["spark"]["tables"]} >= {
        "orders",
        "products",
        "activity_events",
        "exits",
        "books",
        "treatments",
    }
    assert min(summary.return_lines, summary.anonymous_lines, summary.not_product_lines, summary.repeated_lines) > 0
    assert (summary.returns_tied_share or 0.0) > 0
    assert summary.quarantined > 0


def test_the_command_tells_of_both_engines_what_its_contract_names(both: Both) -> None:
    for engine, said in both.said.items():
        assert said["engine"] == engine
        assert said["fresh"] is True
        assert said["seconds"] > 0
        assert said["peak_memory_bytes"] > 0
        assert {"name", "seconds", "cached", "status", "waits_for"} <= said["findings"][0].keys()
        assert not any(row["cached"] for row in said["findings"])
    keys = [{row["name"]: row["key"] for row in said["findings"]} for said in both.said.values()]
    assert keys[0].keys() == keys[1].keys()
    assert not set(keys[0].values()) & set(keys[1].values())


def test_an_unchanged_run_stands_and_another_engine_finds_its_own_findings_kept(
    cli: Callable[..., Any], both: Both
) -> None:
    again = cli("run", both.folder, "--engine", "spark", "--json").data
    assert (again["fresh"], again["run"]) == (False, both.said["spark"]["run"])
    other = cli("run", both.folder, "--json").data
    assert (other["fresh"], other["engine"]) == (True, "duckdb")
    assert all(row["cached"] for row in other["findings"])


def test_the_comparison_sees_a_proposal_that_is_missing(both: Both) -> None:
    fewer = both.duckdb.ledger()[1:]
    other: Any = SimpleNamespace(
        statuses=both.duckdb.statuses, record=both.duckdb.record, finding=both.duckdb.finding, ledger=lambda: fewer
    )
    assert "ledger: " in differences(both.duckdb, other)[0]


@pytest.mark.parametrize(
    ("options", "code", "phrase"),
    [
        (("--engine", "sprak"), 2, "there is no engine 'sprak'; did you mean 'spark'?"),
        (("--master", "local[2]"), 2, "add --engine spark"),
        (("--engine", "spark", "--master", "mesos://h:1"), 2, "is no master that Spark knows; write local[2]"),
        (("--engine", "spark", "--master", "spark://nowhere.invalid:7077"), 1, "does not answer: nowhere.invalid:7077"),
    ],
)
def test_a_spark_that_cannot_be_had_is_refused_and_the_last_run_stays(
    without_loss: Any, finished_shop: Path, options: tuple[str, ...], code: int, phrase: str
) -> None:
    without_loss(finished_shop, code, phrase, "run", finished_shop, *options)


SILENT = """
import sys
from patronage.evidence import spark_session
from patronage.faces.cli.app import run
spark_session.START_SECONDS = 5
sys.exit(run(sys.argv[1:]))
"""


def test_a_master_that_takes_the_connection_and_says_nothing_is_given_up(own_shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        master = f"spark://127.0.0.1:{server.getsockname()[1]}"
        command = [sys.executable, "-c", SILENT, "run", str(own_shop), "--engine", "spark", "--master", master]
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=os.environ.copy())
    assert found.returncode == 1, found
    assert "gave no worker for a first small job within 5 s" in found.stderr
    assert "Traceback" not in found.stderr
    assert not list((own_shop / ".patronage").glob(".work*"))
