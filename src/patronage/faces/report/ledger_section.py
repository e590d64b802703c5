"""The decision ledger as the report's first section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.decisions.decision import Decision, Status
from patronage.faces.report.blocks import DecisionBlock, Section
from patronage.faces.words import cell, money, percent, span, words_of

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
    facts = tuple((name, told(text)) for name, text in _facts(row, currency))
    return DecisionBlock(
        words_of(row.move.kind), str(row.status), told(row.move.subject), stake, value, told(row.reason), facts
    )


def _facts(row: Decision, currency: str) -> list[tuple[str, str]]:
    found = [("From", row.move.from_state), ("To", row.move.to_state), ("Evidence", words_of(row.grade))]
    if row.value_raw is not None:
        found.append(("Before taking out luck", span(row.value_raw, currency)))
    if row.p_better is not None:
        found.append(("Chance that it pays", percent(row.p_better)))
    if row.cost.one_off or row.cost.yearly:
        found.append(("Cost", f"{money(row.cost.one_off, currency)} once, {money(row.cost.yearly, currency)} a year"))
    if row.hours:
        found.append(("Hours", cell(row.hours)))
    if row.payback is not None:
        found.append(("Payback", f"{row.payback:.1f} years"))
    if row.break_even is not None:
        found.append(("Pays from", f"{cell(row.break_even.effect)} {row.break_even.unit}"))
    found.extend(
        (f"If {driver.name} is low or high", f"{money(driver.at_p05, currency)} or {money(driver.at_p95, currency)}")
        for driver in row.drivers
    )
    if row.learning is not None:
        worth = f" (knowing is worth {money(row.learning.value, currency)})" if row.learning.value else ""
        found.append(("The test that would settle it", row.learning.test + worth))
    if row.people is not None:
        found.append(("Customers", f"{row.people.rows:,}"))
    found.extend((f"From {words_of(basis.finding)}", _figures(basis.figures)) for basis in row.evidence)
    if row.questions:
        found.append(("Answers question", ", ".join(row.questions)))
    found.append(("Id", row.id))
    return found


def _figures(figures: dict[str, float | int | str]) -> str:
    return ", ".join(f"{words_of(name)} {cell(value)}" for name, value in figures.items())
