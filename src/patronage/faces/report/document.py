"""The report: one HTML file that works offline."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from patronage.decisions.decision import Decision, Status
from patronage.evidence.replacing import replacing
from patronage.faces.report import sections
from patronage.faces.report.blocks import Section
from patronage.faces.report.ledger_section import ledger_section
from patronage.faces.report.pages import Pages
from patronage.faces.report.policy_section import whom_to_treat_how
from patronage.faces.report.redaction import Names, hidden_names, plain_names
from patronage.faces.report.track_section import track_section, without_record
from patronage.faces.words import money, numbered, percent, span, unit_of
from patronage.study.tracking import track
from patronage.vocabulary.errors import AbsentError
from patronage.vocabulary.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.study.shelf import Run

SECTIONS = (
    sections.what_changed,
    sections.where_profit_sits,
    sections.what_customers_are_worth,
    sections.how_cohorts_stay,
    sections.how_customers_came,
    sections.how_customers_differ,
    whom_to_treat_how,
    sections.forecast_and_actual,
    sections.data_quality,
)


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the summary: what it is, the figure, a note."""

    label: str
    figure: str
    note: str


def write_report(run: Run, decisions: tuple[Decision, ...], path: Path, *, redact: bool = False) -> None:
    """Writes the report of a run, whole or not at all; redact: customers under stable pseudonyms."""
    names = hidden_names(run.project.results) if redact else plain_names()
    page = document(run, decisions, names)
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def document(run: Run, decisions: tuple[Decision, ...], names: Names) -> str:
    """The whole page as text; every text from data is escaped by the template."""
    pages = Pages(run, names)
    made: list[Section] = _track(run, pages.currency)
    made.append(ledger_section(decisions, pages.currency, names))
    made.extend(make(pages) for make in SECTIONS)
    script = _asset("page.js")
    fingerprint = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_asset("page.html.j2"))
    return template.render(
        company=run.record["company"], as_of=run.record["as_of"], run=run.record["run"], made_at=run.record["at"][:10],
        version=VERSION, sections=made, cards=_cards(pages, decisions), alerts=_alerts(pages),
        glossary=json.loads(_asset("glossary.json")), style=Markup(_asset("page.css")), script=Markup(script),  # noqa: S704  both are files of the package
        script_hash=fingerprint,
    )  # fmt: skip


def _track(run: Run, currency: str) -> list[Section]:
    """The track record of accepted decisions, or why they could not be measured; nothing where none is accepted."""
    unknown: list[str] = []
    try:
        rows = track(run.project, unknown.append)
    except AbsentError as error:
        return [without_record(error.faults)]
    return [track_section(rows, currency, unknown)] if rows else []


def _cards(pages: Pages, decisions: tuple[Decision, ...]) -> list[Card]:
    cards: list[Card] = []
    if bridge := pages.finding("change_bridge"):
        change = bridge.to.revenue - bridge.from_.revenue
        share = percent(change / bridge.from_.revenue, 1) if bridge.from_.revenue else "-"
        note = f"{share} against the period before"
        cards.append(Card("Revenue, " + bridge.to.period, money(bridge.to.revenue, pages.currency), note))
        cards.append(
            Card(
                "Taken by buyers who shrank",
                money(-bridge.parts.shrunk, pages.currency),
                "within customers of both periods",
            )
        )
    if equity := pages.finding("customer_equity"):
        note = f"90% sure: {money(equity.total.p05, '')} to {money(equity.total.p95, '')}, {unit_of(equity.unit)}"
        cards.append(Card("Customer equity", money(equity.total.mean, pages.currency), note))
    if summary := pages.finding("order_summary"):
        cards.append(
            Card("Customers", f"{summary.customers:,}", f"{percent(summary.anonymous_share)} of revenue has none")
        )
    proposed = [row for row in decisions if row.status in (Status.PROPOSED, Status.ACCEPTED)]
    best = max(proposed, key=lambda row: row.value.mean if row.value else 0.0, default=None)
    note = (
        f"worth most: {best.move.kind.replace('_', ' ')}, {span(best.value, pages.currency)}"
        if best
        else "see why below"
    )
    cards.append(Card("Proposals", str(len(proposed)), note))
    return cards


def _alerts(pages: Pages) -> list[str]:
    """What does not reconcile, first: the books come before any proposal."""
    summary = pages.finding("order_summary")
    if summary is None:
        return []
    found = [
        f"Books, {row.period}, {row.line}: booked {money(row.booked, pages.currency)}, measured "
        f"{money(row.measured, pages.currency)}, a difference of {money(row.difference, pages.currency)}."
        for row in summary.books
        if not row.agrees
    ]
    found += [
        f"Rates of currencies: {row.currency} has none from {row.first_day} to {row.last_day}; "
        f"{numbered(row.lines, 'line')} of those days {'is' if row.lines == 1 else 'are'} set aside."
        for row in summary.missing_rates
    ]
    if summary.quarantined:
        found.append(
            f"{summary.quarantined:,} of {summary.rows_in:,} rows were set aside; the section on data says why."
        )
    return found


def _asset(name: str) -> Any:
    return (files("patronage.faces.report") / name).read_text(encoding="utf-8")
