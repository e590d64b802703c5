"""The command that compares two runs: diff."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.padding import Padding

from patronage.decisions.changes import LedgerChanges, Moved
from patronage.decisions.decision import Decision
from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.screen import out, printable, tell_json
from patronage.faces.present import decision_data, plain
from patronage.faces.words import cell, money, span, words_of
from patronage.study.comparing import Comparison, compared
from patronage.study.study import open_study

MOST_FIGURES = 5
"""Most figures that are told as the reason of one change."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("diff")(diff)


def diff(
    folder: Folder,
    before: Annotated[
        str | None, typer.Option("--from", metavar="RUN", help="The earlier run; else the one before.")
    ] = None,
    after: Annotated[str | None, typer.Option("--to", metavar="RUN", help="The later run; else the last.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two runs: proposals new, gone, and moved by more than their noise, and why."""
    found = compared(open_study(folder).project, before, after)
    if as_json:
        tell_json(diff_data(found))
        return
    names = f"{found.before.record['run']} to {found.after.record['run']}"
    out.print(f"From {names}:", markup=False)
    for line in found.inputs or ("nothing in the inputs changed",):
        out.print(Padding(printable(line), (0, 0, 0, 2)), markup=False)
    tell_changes(found.ledger, str(found.after.record["currency"]))


def diff_data(found: Comparison) -> dict[str, Any]:
    """The comparison as plain data: from, to, inputs, new, gone, moved."""
    return {
        "from": found.before.record["run"],
        "to": found.after.record["run"],
        "inputs": list(found.inputs),
        "new": [decision_data(row) for row in found.ledger.new],
        "gone": [decision_data(row) for row in found.ledger.gone],
        "moved": [
            {
                "id": row.after.id, "before": plain(row.before.value), "after": plain(row.after.value),
                "difference": row.difference, "because": plain(row.because),
            }
            for row in found.ledger.moved
        ],
    }  # fmt: skip


def tell_changes(found: LedgerChanges, currency: str) -> None:
    """What changed in the ledger, in words on the screen."""
    if found.none:
        out.print("\nNo proposal is new, gone, or moved by more than its noise.")
    for title, rows in (("New", found.new), ("Gone", found.gone)):
        if rows:
            out.print(f"\n[bold underline]{title}[/]")
        for row in rows:
            _line(row, span(row.value, currency) if row.value else words_of(row.status))
    if found.moved:
        out.print("\n[bold underline]Moved by more than noise[/]")
    for row in found.moved:
        _line(row.after, _movement(row, currency))
        for figure in row.because[:MOST_FIGURES]:
            text = (
                f"{words_of(figure.name)}: {cell(figure.before)} to {cell(figure.after)} ({words_of(figure.finding)})"
            )
            out.print(Padding(printable(text), (0, 0, 0, 6)), markup=False)


def _movement(row: Moved, currency: str) -> str:
    if row.difference is None:
        return f"{words_of(row.before.status)} before, {words_of(row.after.status)} now"
    before = money(row.before.value.mean, currency) if row.before.value else "-"
    return f"{before} before, {span(row.after.value, currency)} now"


def _line(row: Decision, text: str) -> None:
    out.print(f"{words_of(row.move.kind).capitalize()}: {printable(row.move.subject)}: {text}", markup=False)
