"""Accepted decisions as rows of a table, the same on the screen and in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.faces.words import beyond, span, words_of
from patronage.vocabulary.words import percent

if TYPE_CHECKING:
    from patronage.findings.trust import Ranged, Tracked

TRACK_COLUMNS = {
    "id": "Id", "kind": "Kind", "starts": "Since", "treated": "Acted on", "holdout": "Left alone",
    "expected": "Expected by now", "measured": "Measured", "effect": "Worked for", "verdict": "Verdict",
}  # fmt: skip
"""Keys of a row and their headings."""


def track_cells(row: Tracked, currency: str) -> dict[str, str]:
    """One accepted decision as texts, by the keys of TRACK_COLUMNS."""
    return {
        "id": row.id,
        "kind": words_of(row.kind),
        "starts": row.starts.isoformat(),
        "treated": f"{row.arms.treated:,}",
        "holdout": f"{row.arms.holdout:,}",
        "expected": span(row.expected, currency),
        "measured": span(row.measured, currency),
        "effect": _share(None if row.effect is None else row.effect.share),
        "verdict": words_of(row.verdict),
    }


def _share(value: Ranged | None) -> str:
    if value is None:
        return "-"
    return percent(value.mean) + beyond(*(percent(end) for end in (value.mean, value.p05, value.p95)))
