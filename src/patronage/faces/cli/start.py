"""Commands that begin or hand on: demo, check, report, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.decision_screen import tell_ledger
from patronage.faces.cli.look import ledger_data
from patronage.faces.cli.screen import GOOD, NOTHING, out, printable, progress, table, tell_json, tell_next, warn
from patronage.study.decided import decided_ledger
from patronage.study.shelf import Run
from patronage.study.study import open_study
from patronage.vocabulary.errors import Fault, ProjectError

SHOWN_DECISIONS = 10
"""How many decisions the demo prints."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("demo")(demo)
    app.command("check")(check)
    app.command("report")(report)
    app.command("schema")(schema)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to put the example.")] = Path("patronage-demo"),
    as_json: AsJson = False,
) -> int:
    """Write the example company to a folder, run it, and show the ten decisions that matter most."""
    from patronage.study.example import GIFT_WHOLESALER, example

    project = example(GIFT_WHOLESALER, folder)
    with progress(silent=as_json) as say:
        run = open_study(project.folder).run(say=say)
        page = write_page(run, project.folder / "report.html", redact=False)
    rows = decided_ledger(run)[:SHOWN_DECISIONS]
    if as_json:
        tell_json({"run": run.record["run"], "report": str(page), "decisions": ledger_data(rows)})
    else:
        tell_ledger(rows, run.record["currency"])
        out.print(f"\nReport: {printable(str(page.resolve()))}", soft_wrap=True)
        out.print(f"Strategy file, to change a number in: {printable(str(project.strategy))}", soft_wrap=True)
        tell_next("explain", folder, rows[0].id)
    return GOOD


def check(folder: Folder, as_json: AsJson = False) -> int:
    """Check the strategy file and the shape of its sources, and say what can be computed."""
    from patronage.study.outlook import outlook

    found = outlook(open_study(folder).project)
    if as_json:
        tell_json(found)
        return GOOD if any(row["ready"] for row in found["findings"]) else NOTHING
    for words in found["warnings"]:
        warn(f"{words}: they would be set aside")
    out.print(f"{printable(str(folder / 'strategy.yaml'))}: no fault found", soft_wrap=True, markup=False)
    rows = [
        [row["name"], "can be computed" if row["ready"] else "waits for " + " and ".join(row["waits_for"])]
        for row in found["findings"]
    ]
    table("", ["finding", "state"], rows)
    if not any(row["ready"] for row in found["findings"]):
        return NOTHING
    tell_next("run", folder)
    return GOOD


def report(
    folder: Folder,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where to write it.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Customers under stable pseudonyms.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the report of the last run as one HTML file that works offline."""
    run = open_study(folder).last_run()
    if to is not None and not to.parent.is_dir():
        raise ProjectError(Fault("--to", f"there is no folder {str(to.parent)!r}", "make it first, or name another"))
    with progress(silent=as_json) as say:
        say("report")
        page = write_page(run, to or folder / "report.html", redact=redact)
    if as_json:
        tell_json({"report": str(page), "redacted": redact})
    else:
        out.print(str(page.resolve()), soft_wrap=True, markup=False)


def schema(_as_json: AsJson = False) -> None:
    """Print the JSON Schema of the strategy file, for editors that complete it."""
    from patronage.strategy.schema import strategy_schema

    tell_json(strategy_schema())


def write_page(run: Run, path: Path, *, redact: bool) -> Path:
    """Writes the report of a run to a path and gives the path back."""
    # The charts' library takes a second to import, which commands without a report must not pay.
    from patronage.faces.report.document import write_report

    write_report(run, decided_ledger(run, warn), path, redact=redact)
    return path
