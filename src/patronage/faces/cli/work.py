"""Commands that compute: run, backtest."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from patronage.faces.cli.backtest_screen import tell_backtest
from patronage.faces.cli.choices import AsJson, AsOf, Folder, day, size
from patronage.faces.cli.screen import GOOD, NOTHING, out, printable, progress, table, tell_json, tell_next, warn
from patronage.study.options import RunOptions
from patronage.study.shelf import Run
from patronage.study.study import open_study
from patronage.vocabulary.errors import Fault, ProjectError

FINDING_KEYS = ("name", "status", "key", "seconds", "cached", "waits_for", "why")
"""What the contract of a run tells of each finding."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("run")(run)
    app.command("backtest")(backtest)


def run(
    folder: Folder,
    *,
    as_of: AsOf = None,
    only: Annotated[str | None, typer.Option(metavar="FINDING", help="Compute one finding and what it needs.")] = None,
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="Most memory for the engine, such as 4GB.")] = None,
    engine: Annotated[str, typer.Option(metavar="NAME", help="Compute with duckdb or spark.")] = "duckdb",
    master: Annotated[
        str | None, typer.Option(metavar="URL", help="Spark's master, such as spark://HOST:7077; else local[2].")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Load what changed, compute what hangs on it, and rank the proposals."""
    options = RunOptions(
        as_of=day(as_of, "--as-of"), only=only, memory=size(memory, "--memory"), engine=engine, master=master
    )
    with progress(silent=as_json) as say:
        found = open_study(folder).run(options, say)
    if as_json:
        tell_json(run_data(found))
    else:
        tell_run(found)
    if "computed" not in found.statuses.values():
        return NOTHING
    if not as_json:
        tell_next("ledger", folder)
    return GOOD


def run_data(run: Run) -> dict[str, Any]:
    """What a run did, as its contract names it."""
    record = run.record
    return {
        "run": record["run"],
        "as_of": record["as_of"],
        "engine": record["engine"],
        "fresh": run.fresh,
        "tables": record["tables"],
        "seconds": record["seconds"],
        "peak_memory_bytes": record["peak_memory_bytes"],
        "notes": record.get("notes", []),
        "findings": [{name: row[name] for name in FINDING_KEYS} for row in record["findings"]],
    }


def tell_run(run: Run) -> None:
    """Which findings were computed, which wait and for what, on the screen."""
    record = run.record
    if not run.fresh:
        out.print(f"Nothing changed since the run of {record['at']}; its results stand.")
    for note in record.get("notes", []):
        out.print(f"{printable(note)}\n", markup=False)
    for one in record["tables"]:
        _tell_rows(one)
    rows = [[row["name"], _state(row), _seconds(row), _why(row)] for row in record["findings"]]
    table(
        f"Findings as of {record['as_of']}",
        ["finding", "state", "seconds", "waits for, or why not"],
        rows,
        frozenset({2}),
    )
    if "computed" not in run.statuses.values():
        warn("No finding can be computed from what is given; the table says what each waits for.")


def _tell_rows(one: dict[str, Any]) -> None:
    """Rows read and set aside of one table, with the reasons."""
    out.print(f"{one['table']}: {one['rows_in']:,} rows read, {one['quarantined']:,} set aside", markup=False)
    for reason in one["reasons"]:
        text = f"  {reason['rows']:,} because {reason['reason']} (first: {reason['first_place']})"
        out.print(printable(text), markup=False)
    if one["quarantined"] and one["table"] == "orders":
        out.print("  the rows: patronage show DIR order_summary --table quarantined_rows --csv FILE", markup=False)


def _state(row: dict[str, Any]) -> str:
    return "kept" if row["cached"] else str(row["status"])


def _seconds(row: dict[str, Any]) -> str:
    return f"{row['seconds']:.1f}" if row["status"] == "computed" else ""


def _why(row: dict[str, Any]) -> str:
    # Why a finding was refused stands in its own row; what waits for it need not say it again.
    refused = [f"{name}, which was refused" for name in row.get("refused_before", ())]
    waits = [*row.get("lacks", row["waits_for"]), *refused]
    return ", ".join(waits) or "; ".join(row["why"])


def backtest(
    folder: Folder,
    as_of: Annotated[str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day to stand on, inclusive.")],
    until: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Last day compared; else the last one.")
    ] = None,
    origins: Annotated[int, typer.Option(min=1, metavar="N", help="Roll it over N days, evenly spaced.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Hold what would have been forecast on a day against what happened since."""
    # The engine and every analysis take seconds to import, which other commands must not pay.
    from patronage.study.backtest import backtest as met
    from patronage.study.backtest import backtest_data
    from patronage.study.backtest_days import Asked
    from patronage.study.trust import keep_backtest

    project = open_study(folder).project
    known = day(as_of, "--as-of")
    if known is None:
        raise ProjectError(Fault("--as-of", "is needed", "write it as YYYY-MM-DD"))
    asked = Asked(known, day(until, "--until"), origins)
    with progress(silent=as_json) as say:
        found = met(project, asked, say)
    keep_backtest(project, found)
    if as_json:
        tell_json(backtest_data(found))
    else:
        tell_backtest(found)
