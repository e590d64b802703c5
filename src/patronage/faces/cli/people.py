"""Commands for what people decide: explain, decide, lists."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from patronage.decisions.decision import Status
from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.decision_screen import tell_decision
from patronage.faces.cli.screen import err, out, printable, table, tell_json, tell_next, warn
from patronage.faces.present import decision_data
from patronage.faces.words import cell, numbered, words_of
from patronage.study.acting import Verdict, found_decision
from patronage.study.acting import decide as write_down
from patronage.study.committing import commitments
from patronage.study.study import open_study
from patronage.study.tracing import lines_of_customer
from patronage.study.working_list import WorkingList, working_lists

Id = Annotated[str, typer.Argument(metavar="ID", help="The decision's id, or its first letters.")]
NONE_ACCEPTED = "No decision is accepted yet: patronage decide DIR ID accept"
SHOWN = 10
"""How many rows of a list the screen shows."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("explain")(explain)
    app.command("decide")(decide)
    app.command("lists")(lists)


def explain(
    folder: Folder,
    decision: Id,
    customer: Annotated[str | None, typer.Option(metavar="WHO", help="The order lines of one customer too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Walk from a decision down to the findings, the customers and the rows behind it."""
    run = open_study(folder).last_run()
    found = found_decision(run, decision, warn)
    people = found.people.records(SHOWN) if found.people else []
    lines = lines_of_customer(run, customer) if customer is not None else []
    if as_json:
        tell_json(decision_data(found) | {"first_people": people, "lines": [_texts(line) for line in lines]})
        return
    tell_decision(found, run.record["currency"])
    if found.people and people:
        out.print()
        table(
            f"Customers: {len(people)} of {found.people.rows:,}",
            list(map(words_of, people[0])),
            [_cells(row) for row in people],
        )
        out.print(
            f"\nThe order lines of one of them: --customer {printable(str(people[0]['customer_id']))}", markup=False
        )
    if lines:
        shown = [name for name in lines[0] if any(line[name] is not None for line in lines)]
        out.print()
        table(
            f"Order lines of {customer}",
            list(map(words_of, shown)),
            [[cell(line[name]) for name in shown] for line in lines],
        )


def decide(  # noqa: PLR0917  each is an option of the command
    folder: Folder,
    decision: Id,
    verdict: Annotated[str, typer.Argument(metavar="accept|reject|reopen", help="What you decide.")],
    owner: Annotated[str | None, typer.Option(metavar="NAME", help="Who sees to it.")] = None,
    due: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Until when.")] = None,
    why: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for those who read the journal.")] = None,
    holdout: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Leave this share alone by chance, such as 10%, to measure it.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="First day of acting, from which the effect is measured.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Accept or reject a proposal, or open it again; written to ledger.jsonl in the project folder."""
    run = open_study(folder).last_run()
    found, warning = write_down(run, decision, Verdict(verdict, owner, due, why, holdout, on))
    if warning:
        warn(warning)
    commitment = commitments(run).get(found.id)
    alone = commitment.held_out if commitment and commitment.holdout else None
    if as_json:
        starts = commitment and commitment.starts and commitment.starts.isoformat()
        tell_json(decision_data(found) | {"starts": starts} | ({} if alone is None else {"held_out": alone}))
    else:
        out.print(
            f"{found.id} {words_of(found.move.kind)}, {printable(found.move.subject)}: {words_of(found.status)}",
            markup=False,
        )
        if alone is not None:
            _tell_holdout(alone)
        if commitment and commitment.starts:
            out.print(f"Acting starts on {commitment.starts}; what customers do from that day on counts as its effect")
        if found.status is Status.ACCEPTED and found.people is not None:
            tell_next("lists", folder, f"--id {found.id}")


def lists(
    folder: Folder,
    decision: Annotated[str | None, typer.Option("--id", metavar="ID", help="Only one decision's list.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all lists as a workbook.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give one working list for each accepted decision: who, when, what, amount, why."""
    run = open_study(folder).last_run()
    found = list(working_lists(run, decision, warn))
    if xlsx is not None:
        from patronage.faces.report.workbook import write_lists

        write_lists(found, xlsx)
        err.print(f"wrote {numbered(len(found), 'list')}" if found else NONE_ACCEPTED)
    elif as_json:
        tell_json([_list_data(one) for one in found])
    elif not found:
        out.print(NONE_ACCEPTED)
    else:
        for one in found:
            shown = [
                [cell(row[name]) for name in ("who", "when", "what", "amount", "why")]
                for row in islice(one.rows, SHOWN)
            ]
            title = f"{one.decision.id} {words_of(one.decision.move.kind)}: {len(shown)} of {len(one.rows):,}"
            table(title, ["who", "when", "what", "amount", "why"], shown)
            if one.held_out:
                _tell_holdout(one.held_out)
        if any(len(one.rows) > SHOWN for one in found):
            tell_next("lists", folder, f"{f'--id {decision} ' if decision else ''}--xlsx FILE")


def _tell_holdout(alone: int) -> None:
    out.print(f"Left alone by chance, to measure the effect: {numbered(alone, 'customer')}")


def _list_data(one: WorkingList) -> dict[str, Any]:
    return {"id": one.decision.id, "kind": one.decision.move.kind, "rows": list(one.rows), "held_out": one.held_out}


def _cells(row: dict[str, Any]) -> list[str]:
    return [cell(value) for value in row.values()]


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float | bool | None) else str(value) for name, value in row.items()}
