"""Commands that begin a project from an order export: init, try."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.decision_screen import tell_ledger
from patronage.faces.cli.look import ledger_data
from patronage.faces.cli.screen import GOOD, NOTHING, err, out, printable, progress, table, tell_json, tell_next
from patronage.faces.cli.start import SHOWN_DECISIONS, write_page
from patronage.faces.cli.work import tell_run
from patronage.study.decided import decided_ledger
from patronage.study.study import open_study
from patronage.vocabulary.errors import EvidenceError, Fault, ProjectError
from patronage.vocabulary.sources import names_database

if TYPE_CHECKING:
    from patronage.evidence.guess import Guess
    from patronage.study.beginning import Start

Orders = Annotated[
    str,
    typer.Option(
        "--orders",
        metavar="FILE",
        help="The order lines: CSV, Excel, Parquet, JSON lines, or postgresql://user@host/db.",
    ),
]
Table = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="Table or view of a database, such as sales.lines.")
]
Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="CANONICAL=SOURCE", help="Name a column yourself, such as customer_id=Kunde."),
]
Currency = Annotated[str | None, typer.Option(metavar="CODE", help="Three letters, such as GBP.")]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("init")(init)
    app.command("try")(try_orders)


def init(  # noqa: PLR0917  each is an option of the command
    folder: Folder,
    orders: Orders,
    maps: Maps = None,
    currency: Currency = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The company's name.")] = None,
    source_table: Table = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take the guess as it is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Guess what the columns of an order export mean, show the guess, and write a commented strategy.yaml."""
    start = replace(_start(folder, orders, maps, currency, source_table), name=name)
    guess = _guessed(start, silent=as_json)
    if not as_json:
        tell_guess(guess)
    if not yes:
        if not sys.stdin.isatty():
            raise ProjectError(Fault("init", "needs a yes, and there is no terminal to ask at", "add --yes"))
        typer.confirm("Is that right?", abort=True)
    from patronage.study.beginning import begun

    project = begun(start, guess)
    if guess.faults:
        err.print(f"Wrote {printable(str(project.strategy))}; before it can run:", markup=False, soft_wrap=True)
        raise EvidenceError(*guess.faults)
    if as_json:
        tell_json({"strategy": str(project.strategy), "layout": guess.layout, "columns": _columns(guess)})
    else:
        out.print(f"\nWrote {printable(str(project.strategy))}", markup=False, soft_wrap=True)
        tell_next("run", folder)


def try_orders(  # noqa: PLR0917  each is an option of the command
    orders: Annotated[str, typer.Argument(metavar="FILE", help="The order lines, or postgresql://user@host/db.")],
    into: Annotated[Path | None, typer.Option(metavar="DIR", help="The project folder to make.")] = None,
    maps: Maps = None,
    currency: Currency = None,
    source_table: Table = None,
    as_json: AsJson = False,
) -> int:
    """Guess the columns of an order export, run everything it allows, and write the report: one command."""
    from patronage.study.beginning import begun, require_same_orders

    folder = into or Path(f"{(source_table or 'orders') if names_database(orders) else Path(orders).stem}-patronage")
    if not (folder / "strategy.yaml").exists():
        start = _start(folder, orders, maps, currency, source_table)
        guess = _guessed(start, silent=as_json)
        if not as_json:
            tell_guess(guess)
        project = begun(start, guess)
        if guess.faults:
            err.print(f"Wrote {printable(str(project.strategy))}; before it can run:", markup=False, soft_wrap=True)
            raise EvidenceError(*guess.faults)
    else:
        require_same_orders(_start(folder, orders, maps, currency, source_table))
    with progress(silent=as_json) as say:
        run = open_study(folder).run(say=say)
        page = write_page(run, folder / "report.html", redact=False)
    rows = decided_ledger(run)[:SHOWN_DECISIONS]
    if as_json:
        tell_json({"project": str(folder), "report": str(page), "decisions": ledger_data(rows)})
    else:
        tell_run(run)
        tell_ledger(rows, run.record["currency"])
        out.print(f"\nReport: {printable(str(page.resolve()))}", soft_wrap=True, markup=False)
        tell_next("explain" if rows else "check", folder, rows[0].id if rows else "")
    return GOOD if "computed" in run.statuses.values() else NOTHING


def _unused(guess: Guess) -> list[str]:
    """The columns of the source that no column of ours is made from."""
    texts = [one.text for one in guess.columns]
    return [
        name
        for name in guess.source_columns
        if not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in texts)
    ]


def tell_guess(guess: Guess) -> None:
    """The guess as a table: our name, the source's, samples, how sure."""
    rows = [[one.canonical, one.text, " | ".join(one.samples), one.why] for one in guess.columns]
    table(f"{guess.name}: {guess.layout}, {guess.words}", ["column", "from", "samples", "how sure"], rows)
    if unused := _unused(guess):
        named = ", ".join(map(printable, unused))
        out.print(f"not used: {named} (name what one of them is with --map CANONICAL=SOURCE)", markup=False)
    out.print(f"currency: {guess.currency or 'not known'} ({printable(guess.currency_why)})", markup=False)
    if guess.apart:
        kept = [[one.code, one.description, f"{one.lines:,}", f"{one.money:,.2f}"] for one in guess.apart]
        out.print()
        table(
            "Lines that are no product, to be kept apart",
            ["code", "description", "lines", "money"],
            kept,
            frozenset({2, 3}),
        )


def _start(folder: Path, orders: str, maps: list[str] | None, currency: str | None, table: str | None) -> Start:
    from patronage.study.beginning import Start

    faults = [
        Fault("--map", f"{one!r} is no pair", "write CANONICAL=SOURCE, such as customer_id=Kunde")
        for one in maps or []
        if not all(part.strip() for part in one.partition("=")[::2])
    ]
    if faults:
        raise ProjectError(*faults)
    said = {one.split("=", 1)[0].strip(): one.split("=", 1)[1].strip() for one in maps or []}
    return Start(folder, orders if names_database(orders) else Path(orders), said, currency=currency, table=table)


def _guessed(start: Start, *, silent: bool) -> Guess:
    # The engine and the readers take a second to import, which other commands must not pay.
    from patronage.study.beginning import looked_at

    with progress(silent=silent) as say:
        say(f"looking at {start.orders.name if isinstance(start.orders, Path) else start.table or 'the database'}")
        return looked_at(start)


def _columns(guess: Guess) -> dict[str, str]:
    return {one.canonical: one.text for one in guess.columns}
