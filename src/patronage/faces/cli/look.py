"""Commands that look at the last run: show, ledger, questions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.decisions.decision import Decision
from patronage.evidence.store import StoredTable
from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.decision_screen import tell_ledger
from patronage.faces.cli.finding_screen import tell_finding, tell_table
from patronage.faces.cli.screen import err, out, table, tell_json, tell_next, warn
from patronage.faces.decision_facts import flat_decision
from patronage.faces.names import SegmentNames
from patronage.faces.present import decision_data, finding_data, plain, stored_tables
from patronage.faces.tables import chosen, write_csv, write_parquet, write_rows
from patronage.faces.words import money, numbered, span, words_of
from patronage.study.decided import decided_ledger
from patronage.study.shelf import Run
from patronage.study.study import open_study
from patronage.vocabulary.errors import Fault, ProjectError, nearest

if TYPE_CHECKING:
    from patronage.decisions.best_set import BestSet


LATER = "an analysis of a later release"
"""How what a question waits for begins where no evidence of the company is missing."""

MOST_JSON_ROWS = 50
"""Most rows of a table that stand in a JSON document; files hold all of them."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("show")(show)
    app.command("ledger")(ledger)
    app.command("questions")(questions)


def show(  # noqa: PLR0917  each is an option of the command
    folder: Folder,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Its name, such as change_bridge.")],
    table_name: Annotated[
        str | None, typer.Option("--table", metavar="T", help="Only one table of the finding.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as CSV.")] = None,
    parquet: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as Parquet.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one finding of the last run, or write one of its tables to a file."""
    study = open_study(folder)
    run = study.last_run_of(finding)
    made = run.finding(finding)
    _tell_other_run(finding, run, study.last_run())
    if table_name is not None:
        table_of = chosen(stored_tables(made), table_name)
        if csv is not None or parquet is not None:
            _write_table(table_of, csv, parquet)
        elif as_json:
            tell_json(table_data(finding, table_name, table_of, run.record["as_of"]))
        else:
            tell_table(table_name, table_of, SegmentNames.of(run).row)
        return
    if csv is not None or parquet is not None:
        option, known = "--csv" if csv is not None else "--parquet", ", ".join(stored_tables(made))
        step = f"add --table, one of: {known}" if known else "this finding has no tables"
        raise ProjectError(Fault(option, "needs to know which table to write", step))
    data = finding_data(finding, made, run.record["as_of"])
    if as_json:
        tell_json(data)
    else:
        tell_finding(data, stored_tables(made), SegmentNames.of(run).row)


def table_data(finding: str, name: str, stored: StoredTable, as_of: str) -> dict[str, Any]:
    """The first rows of one table of a finding as plain data, beside how many rows it has."""
    first = [{key: plain(value) for key, value in row.items()} for row in stored.records(MOST_JSON_ROWS)]
    return {
        "finding": finding, "as_of": as_of, "table": name, "rows": stored.rows, "columns": list(stored.columns),
        "first_rows": first,
    }  # fmt: skip


def _tell_other_run(finding: str, run: Run, last: Run) -> None:
    """Warns where a finding that was computed by itself is not what the last run, and so its ledger, stands on."""
    day, other = run.record["as_of"], last.record["as_of"]
    if day != other:
        warn(f"{finding} is as of {day}: it was computed by itself, and the last run is as of {other}")
    elif _stands_on(finding, run, last) != _stands_on(finding, last, last):
        warn(
            f"{finding} was computed by itself at {run.record['at']}, from another strategy file, data or code "
            f"than the last run of {last.record['at']}: its ledger may disagree with what is shown"
        )


def _stands_on(finding: str, run: Run, last: Run) -> Any:
    """What tells whether two runs have a finding from the same: its key, else all that they read."""
    if finding not in last.statuses:
        return [run.record[name] for name in ("strategy", "inputs", "version")]
    return next(row["key"] for row in run.record["findings"] if row["name"] == finding)


def _write_table(stored: StoredTable, csv: Path | None, parquet: Path | None) -> None:
    if csv is not None:
        write_csv(stored, csv)
    if parquet is not None:
        write_parquet(stored, parquet)
    err.print(f"wrote {numbered(stored.rows, 'row')}")


def ledger(  # noqa: PLR0917  each is an option of the command
    folder: Folder,
    top: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N rows.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rows as CSV.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rows as a workbook.")] = None,
    best: Annotated[bool, typer.Option("--best-set", help="The set worth most together.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the proposals of the last run, those with the most measured money at stake first."""
    run = open_study(folder).last_run()
    rows = decided_ledger(run, warn)
    together = _best_set(run) if best else None
    if together is not None:
        rows = tuple(row for row in rows if row.id in together.ids)
    rows = rows[:top]
    if csv is not None:
        write_rows([flat_decision(row) for row in rows], csv)
    if xlsx is not None:
        # The workbook's library is only needed here.
        from patronage.faces.report.workbook import write_ledger

        write_ledger(rows, xlsx)
    if as_json:
        tell_json(ledger_data(rows) if together is None else plain(together))
    elif csv is None and xlsx is None:
        tell_ledger(rows, run.record["currency"])
        if together is not None:
            _tell_together(together, run.record["currency"])
        if rows:
            tell_next("explain", folder, rows[0].id)
    else:
        err.print(f"wrote {numbered(len(rows), 'decision')}")


def _best_set(run: Run) -> BestSet:
    # The engine is needed here alone: it looks for customers on more than one list.
    from patronage.study.together import best_together

    return best_together(run)


def _tell_together(found: BestSet, currency: str) -> None:
    if not found.ids:
        out.print("No proposal is worth more than it costs, so there is no set to tell.")
        return
    out.print(f"\nTogether worth {span(found.total, currency)}, no customer counted twice.", markup=False)
    if found.naive.mean > found.total.mean:
        plain_sum = money(found.naive.mean, currency)
        out.print(f"The plain sum of all proposals, {plain_sum}, would count customers twice.", markup=False)


def ledger_data(rows: tuple[Decision, ...]) -> list[dict[str, Any]]:
    """The decision ledger as its contract names it."""
    return [decision_data(row) for row in rows]


def questions(
    folder: Folder,
    room: Annotated[str | None, typer.Option(metavar="R", help="Only the questions of one room.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the questions the product answers, and what each still waits for."""
    from patronage.study.questions import answers

    run = open_study(folder).last_run()
    waits = {row["name"]: tuple(row["waits_for"]) for row in run.record["findings"]}
    every = answers(run.statuses, waits, run.record["given"])
    rooms = list(dict.fromkeys(answer.room for answer in every))
    if room is not None and room not in rooms:
        raise ProjectError(Fault("--room", f"there is no room {room!r}", nearest(room, rooms) or ", ".join(rooms)))
    found = [answer for answer in every if room in (None, answer.room)]
    if as_json:
        tell_json([_answer(answer) for answer in found])
        return
    rows = [[answer.id, words_of(answer.room), answer.status, _with_state(answer)] for answer in found]
    table("Questions", ["id", "room", "state", "question"], rows)
    states = Counter(answer.status for answer in found)
    told = ", ".join(f"{states[state]} {state}" for state in ("answered", "partly", "waiting") if states[state])
    out.print(f"\n{numbered(len(found), 'question')}: {told}")


def _with_state(answer: Any) -> str:
    """A question, which findings tell of it, and what it waits for."""
    given = [name for name in answer.waits_for if not name.startswith(LATER)]
    later = LATER if len(given) < len(answer.waits_for) else ""
    lines = [answer.question]
    if answer.findings:
        lines.append("shown by " + ", ".join(answer.findings))
    if answer.waits_for:
        lines.append("waits for " + " and ".join(filter(None, (", ".join(given), later))))
    return "\n".join(lines)


def _answer(answer: Any) -> dict[str, Any]:
    return {
        "id": answer.id, "room": answer.room, "question": answer.question, "status": answer.status,
        "findings": list(answer.findings), "waits_for": list(answer.waits_for),
    }  # fmt: skip
