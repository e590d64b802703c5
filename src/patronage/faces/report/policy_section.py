"""Whom to treat how as a section of the report: each segment under each arm of a randomised experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.faces.report.blocks import PageTable, Section, page_table, stored_rows
from patronage.faces.words import beyond, sentence

if TYPE_CHECKING:
    from patronage.faces.report.pages import Pages
    from patronage.findings.relationships import ExperimentPolicy, TreatmentPolicy

TITLE = "Whom to treat how"

SHOWN = 60
"""Most rows of the table of segments and arms of an experiment."""


def whom_to_treat_how(pages: Pages) -> Section:
    """What each arm of the experiments brought in each segment, which is chosen, and how far that can be trusted."""
    found: TreatmentPolicy | None = pages.finding("treatment_policy")
    if found is None:
        return Section("treatment", "Treatment", TITLE, (pages.why_not("treatment_policy"),))
    measure = "revenue" if found.basis == "revenue" else "margin"
    words = (
        f"Amounts are {measure} a customer over the days watched, net of what the treatment cost and freed of what "
        f"customers had brought before; the effect is that over the arm of today, or the best for all where no arm is "
        f"today's, with its 90% interval. A segment leaves it only where all segments together make that sure."
    )
    tables = [_arms(one, found, pages) for one in found.experiments]
    told = tuple(map(sentence, (*found.words, *(f"Not read: {one}" for one in found.refused))))
    return Section("treatment", "Treatment", TITLE, (*told, words), (), (), tuple(tables))


def _arms(one: ExperimentPolicy, found: TreatmentPolicy, pages: Pages) -> PageTable:
    """One row per segment and arm of an experiment."""
    of = ("experiment", one.experiment)
    rows, note = stored_rows(found.arms, limit=SHOWN, asked="treatment_policy --table arms", of=of)
    shown = [_row(row, one, pages) for row in rows]
    columns = {
        "segment": "Segment", "arm": "Arm", "effect": f"Effect ({pages.coin})", "chosen": "Chosen",
        "customers": "Customers", "brought": f"Brought ({pages.coin})",
    }  # fmt: skip
    return page_table(f"Experiment {one.experiment}, {one.start} to {one.until}", shown, columns, note)


def _row(row: dict[str, Any], one: ExperimentPolicy, pages: Pages) -> dict[str, Any]:
    effect = "today" if one.default_is_today else "best for all"
    if row["arm"] != one.default:
        effect = "too few" if row["effect"] is None else _amount(row["effect"], row["p05"], row["p95"])
    return {
        "segment": pages.segments.told(str(row["segment"])), "arm": row["arm"], "effect": effect,
        "chosen": "yes" if row["chosen"] else "", "customers": row["customers"], "brought": round(row["brought"], 2),
    }  # fmt: skip


def _amount(mean: float, low: float, high: float) -> str:
    return f"{mean:z,.2f}{beyond(*(f'{value:z,.2f}' for value in (mean, low, high)))}"
