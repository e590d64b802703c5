"""Decisions on the screen: one whole, or the ledger as a calm list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding

from patronage.decisions.decision import Decision, Status
from patronage.faces.cli.screen import out, printable, table
from patronage.faces.decision_facts import decision_facts, pays_from
from patronage.faces.words import chance, money, numbered, span, words_of
from patronage.vocabulary.grade import Grade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOLD_AS = {
    Status.PROPOSED: "Proposals, those with the most measured money at stake first",
    Status.ACCEPTED: "Proposals, those with the most measured money at stake first",
    Status.NOTHING_TO_GAIN: "Looked at, and nothing to gain",
    Status.REFUSED: "Refused, and why",
    Status.REJECTED: "Turned down by people",
}


def tell_decision(row: Decision, currency: str) -> None:
    """A decision with its reason, its money and every fact behind it."""
    out.print(f"[bold]{_head(row)}[/] ({words_of(row.status)})")
    out.print(escape(printable(row.reason)) + "\n")
    money_rows = [("At stake, measured", money(row.at_stake, currency)), ("Value", span(row.value, currency))]
    table("", ["", ""], [list(fact) for fact in (*money_rows, *decision_facts(row, currency))])


def tell_ledger(rows: Sequence[Decision], currency: str) -> None:
    """The decision ledger, a few lines for each decision, under a heading for each group of status."""
    if not rows:
        out.print("The decision ledger is empty.")
    heading = ""
    for number, row in enumerate(rows, start=1):
        if TOLD_AS[row.status] != heading:
            heading = TOLD_AS[row.status]
            out.print(f"\n[bold underline]{heading}[/]")
        mark = " [green](accepted)[/]" if row.status is Status.ACCEPTED else ""
        out.print(f"\n{number:>2}  [bold]{_head(row)}[/]{mark}")
        lines = [line for line in (" · ".join(_money(row, currency)), row.reason) if line]
        for line in lines:
            out.print(Padding(escape(printable(line)), (0, 0, 0, 4), expand=False))
        out.print(Padding(f"[dim]{escape(' · '.join(_footnotes(row)))}[/]", (0, 0, 0, 4), expand=False))


def _head(row: Decision) -> str:
    return f"{escape(words_of(row.move.kind).capitalize())}: {escape(printable(row.move.subject))}"


def _money(row: Decision, currency: str) -> Iterator[str]:
    if row.at_stake:
        yield f"{money(row.at_stake, currency)} at stake"
    if row.value is not None:
        yield f"worth {span(row.value, currency)}"
    if row.p_better is not None:
        assumed = ", if the declared effect holds" if row.grade is Grade.ASSUMPTION else ""
        yield f"{chance(row.p_better)} likely to pay{assumed}"


def _footnotes(row: Decision) -> Iterator[str]:
    yield f"id {row.id}"
    if row.status in (Status.PROPOSED, Status.ACCEPTED):
        yield f"evidence: {words_of(row.grade)}"
    if row.people is not None:
        yield numbered(row.people.rows, "customer")
    if row.break_even is not None:
        yield f"pays from {pays_from(row.break_even)}"
