"""The decision ledger as the report's first section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.decisions.decision import Decision, Status
from patronage.faces.decision_facts import decision_facts
from patronage.faces.report.blocks import DecisionBlock, Section
from patronage.faces.words import money, span, words_of

if TYPE_CHECKING:
    from patronage.faces.report.redaction import Names

LISTED_NAMES = 2000
"""Most customers of one decision whose names are looked for in its sentences."""


def ledger_section(decisions: tuple[Decision, ...], currency: str, names: Names) -> Section:
    """Every decision, proposals first, each with what it rests on."""
    proposed = sum(row.status in (Status.PROPOSED, Status.ACCEPTED) for row in decisions)
    words = (
        f"{proposed} proposals, those with the most measured money at stake first; then what was looked at and holds "
        "nothing to gain, and what was refused, with the reason. Value is over the horizon, net of cost, after taking "
        "out the luck of the best of many; values of decisions do not add, because several may move the same customers."
    )
    rows = tuple(decision_block(row, currency, names) for row in decisions)
    return Section("ledger", "Ledger", "Decision ledger", (words,), (), rows)


def decision_block(row: Decision, currency: str, names: Names) -> DecisionBlock:
    """One decision as the page shows it, customers named or hidden."""
    people = [str(one.get("customer_id")) for one in row.people.records(LISTED_NAMES)] if row.people else []

    def told(text: str) -> str:
        return names.text(text, people)

    value = span(row.value, currency) if row.value is not None else words_of(row.status)
    stake = f"{money(row.at_stake, currency)} at stake" if row.at_stake else ""
    facts = tuple((name, told(text)) for name, text in decision_facts(row, currency))
    return DecisionBlock(
        words_of(row.move.kind), str(row.status), told(row.move.subject), stake, value, told(row.reason), facts
    )
