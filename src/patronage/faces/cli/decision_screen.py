"""One decision on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from patronage.faces.cli.screen import out, printable, table
from patronage.faces.decision_facts import decision_facts
from patronage.faces.words import money, span, words_of

if TYPE_CHECKING:
    from patronage.decisions.decision import Decision


def tell_decision(row: Decision, currency: str) -> None:
    """A decision with its reason, its money and every fact behind it."""
    out.print(f"[bold]{escape(words_of(row.move.kind))}[/]: {escape(printable(row.move.subject))} ({row.status})")
    out.print(escape(printable(row.reason)) + "\n")
    money_rows = [("At stake, measured", money(row.at_stake, currency)), ("Value", span(row.value, currency))]
    table("", ["", ""], [list(fact) for fact in (*money_rows, *decision_facts(row, currency))])
