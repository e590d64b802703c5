"""What a reader is told of a decision beside its reason, fact by fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.faces.words import cell, chance, money, numbered, percent, span, unit_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.decisions.decision import BreakEven, Cost, Decision


def decision_facts(row: Decision, currency: str) -> list[tuple[str, str]]:
    """Name and text of each fact that the decision has, in the order in which they are asked for."""
    found = [("From", row.move.from_state), ("To", row.move.to_state), ("Evidence", words_of(row.grade))]
    if row.value_raw is not None:
        found.append(("Before taking out luck", span(row.value_raw, currency)))
    if row.p_better is not None:
        found.append(("Chance that it pays", chance(row.p_better)))
    if row.cost.one_off or row.cost.yearly:
        found.append(("Cost", _cost(row.cost, currency)))
    if row.hours:
        found.append(("Hours", cell(row.hours)))
    if row.payback is not None:
        found.append(("Payback", _time(row.payback)))
    if row.break_even is not None:
        found.append(("Pays from", pays_from(row.break_even)))
    found.extend(_drivers(row, currency))
    if row.learning is not None:
        worth = f" (knowing is worth {money(row.learning.value, currency)})" if row.learning.value else ""
        found.append(("The test that would settle it", row.learning.test + worth))
    if row.people is not None:
        found.append(("Customers", f"{row.people.rows:,}"))
    found.extend((f"Figures from {words_of(basis.finding)}", _figures(basis.figures)) for basis in row.evidence)
    if row.conflicts_with:
        found.append(("Shares customers with", ", ".join(row.conflicts_with)))
    if row.questions:
        found.append(("Answers question" + ("s" if len(row.questions) > 1 else ""), ", ".join(row.questions)))
    if row.owner or row.due:
        found.append(("Owner and date", f"{row.owner or 'no owner'}, {row.due or 'no date'}"))
    found.append(("Id", row.id))
    return found


def pays_from(even: BreakEven) -> str:
    """The effect from which a decision pays: a share as a percentage of what it is a share of."""
    if even.unit.startswith("share of "):
        return f"{percent(even.effect, 2)} of {even.unit.removeprefix('share of ')}"
    return f"{cell(even.effect)} {unit_of(even.unit)}"


def flat_decision(row: Decision) -> dict[str, Any]:
    """A decision as one row for a spreadsheet, column to value."""
    move, value, even = row.move, row.value, row.break_even
    return {
        "id": row.id, "kind": words_of(move.kind), "about": move.subject, "from": move.from_state, "to": move.to_state,
        "status": words_of(row.status), "evidence": str(row.grade), "at stake": row.at_stake,
        "value": value and value.mean, "low (5%)": value and value.p05, "high (95%)": value and value.p95,
        "unit": value and unit_of(value.unit), "chance it pays": row.p_better, "cost once": row.cost.one_off,
        "cost a year": row.cost.yearly, "hours": row.hours, "payback years": row.payback,
        "pays from": even and pays_from(even), "customers": row.people.rows if row.people else 0,
        "owner": row.owner, "due": row.due, "questions": ", ".join(row.questions), "reason": row.reason,
        "test": row.learning and row.learning.test,
    }  # fmt: skip


def _drivers(row: Decision, currency: str) -> Iterator[tuple[str, str]]:
    for driver in row.drivers:
        low, high = money(driver.at_p05, currency), money(driver.at_p95, currency)
        # What moves nothing that a reader can see is no driver to tell of.
        if low != high:
            yield f"Value if {driver.name} is low or high", f"{low} or {high}"


def _cost(cost: Cost, currency: str) -> str:
    parts = ((cost.one_off, "once"), (cost.yearly, "a year"))
    return ", ".join(f"{money(amount, currency)} {how}" for amount, how in parts if amount)


def _time(years: float) -> str:
    """A stretch of years: under a month, 5 months, 2.5 years."""
    months = round(12 * years)
    if months < 12:
        return numbered(months, "month") if months else "under a month"
    return "1 year" if f"{years:.1f}" == "1.0" else f"{years:.1f} years"


def _figures(figures: dict[str, float | int | str]) -> str:
    return ", ".join(f"{words_of(name)} {cell(value)}" for name, value in figures.items())
