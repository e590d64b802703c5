"""The command that tells what accepted decisions brought: track."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.padding import Padding

from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.screen import out, printable, table, tell_json, tell_next
from patronage.faces.present import plain
from patronage.faces.track_rows import TRACK_COLUMNS, track_cells
from patronage.faces.words import sentence
from patronage.study.project import Project
from patronage.study.study import open_study
from patronage.study.tracking import track as tracked

if TYPE_CHECKING:
    from patronage.findings.trust import Tracked

NONE_ACCEPTED = "No decision is accepted yet: patronage decide DIR ID accept --holdout 10%"


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("track")(track)


def track(folder: Folder, as_json: AsJson = False) -> None:
    """Tell what each accepted decision was expected to bring by now, and what it brought."""
    found = tracked(open_study(folder).project)
    if as_json:
        tell_json(plain(found))
        return
    if not found:
        out.print(NONE_ACCEPTED)
        return
    _tell(found, _currency(open_study(folder).project))
    if any(row.arms.holdout == 0 for row in found):
        tell_next("decide", folder, "ID accept --holdout 10%")


def _tell(found: tuple[Tracked, ...], currency: str) -> None:
    table(
        "Accepted decisions", list(TRACK_COLUMNS.values()), [list(track_cells(row, currency).values()) for row in found]
    )
    for row in found:
        out.print()
        out.print(f"{row.id} {printable(row.subject)}:", markup=False)
        out.print(Padding(printable(sentence(row.why)), (0, 0, 0, 2)), markup=False)


def _currency(project: Project) -> str:
    return str(open_study(project.folder).last_run().record["currency"])
