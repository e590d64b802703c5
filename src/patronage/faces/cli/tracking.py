"""The command that tells what accepted decisions brought: track."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.padding import Padding

from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.screen import out, printable, table, tell_json, warn
from patronage.faces.present import plain
from patronage.faces.track_rows import TRACK_COLUMNS, track_cells
from patronage.faces.words import sentence
from patronage.study.study import open_study
from patronage.study.tracking import track as tracked

if TYPE_CHECKING:
    from patronage.findings.trust import Tracked

FIGURES = ("starts", "treated", "holdout", "expected", "measured", "effect")
"""What is told of each decision, one a line."""

NONE_ACCEPTED = "No decision is accepted yet: patronage decide DIR ID accept --holdout 10%"


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("track")(track)


def track(folder: Folder, as_json: AsJson = False) -> None:
    """Tell what each accepted decision was expected to bring by now, and what it brought."""
    study = open_study(folder)
    found = tracked(study.project, warn)
    if as_json:
        tell_json(plain(found))
        return
    if not found:
        out.print(NONE_ACCEPTED)
    for row in found:
        _tell(row, str(study.last_run().record["currency"]))


def _tell(row: Tracked, currency: str) -> None:
    """One decision: its verdict, its figures one a line, and the verdict's reason."""
    cells = track_cells(row, currency)
    out.print(f"{row.id} {cells['kind']}, {printable(row.subject)}: {cells['verdict']}", markup=False)
    figures = [[f"  {TRACK_COLUMNS[name]}", cells[name]] for name in FIGURES]
    table("", ["", ""], figures)
    out.print(Padding(printable(sentence(row.why)), (0, 0, 1, 2)), markup=False)
