"""The track record as the section that a report opens with once a decision is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.faces.report.blocks import Section, label, page_table
from patronage.faces.track_rows import TRACK_COLUMNS, track_cells
from patronage.faces.words import numbered, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.findings.trust import Tracked
    from patronage.vocabulary.errors import Fault

TITLE = "What accepted decisions brought"

SHOWN = ("id", "verdict", "treated", "holdout", "expected", "measured", "effect")
"""Columns of the table; the rest stands in the sentences."""

MEASURED = frozenset({"as_expected", "more_than_expected", "less_than_expected", "harmful", "open"})
"""Verdicts on decisions that chance has measured."""


def track_section(rows: Sequence[Tracked], currency: str, unknown: Sequence[str]) -> Section:
    """Every accepted decision, expected against measured, with its verdict in words; unknown: what else is amiss."""
    told = sum(row.verdict in MEASURED for row in rows)
    words = (
        f"{numbered(len(rows), 'decision')} accepted, {told} of them measured against customers left alone by chance. "
        "Expected and measured are gains by now from the customers acted on, before the cost of acting. The intervals "
        "of what was measured stay true however early and often one looks."
    )
    cells = [track_cells(row, currency) for row in rows]
    table = page_table("Expected and measured", cells, {name: TRACK_COLUMNS[name] for name in SHOWN})
    each = tuple(f"{label(row.kind)}, {row.subject}: {row.why}." for row in rows)
    return Section("track", "Track record", TITLE, (words, *each, *map(sentence, unknown)), (), (), (table,))


def without_record(faults: Sequence[Fault]) -> Section:
    """The section where decisions are accepted and the run could measure none of them, with the reason."""
    return Section("track", "Track record", TITLE, tuple(sentence(str(fault)) for fault in faults))
