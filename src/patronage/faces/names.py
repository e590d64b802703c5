"""Names that the strategy file gives, told to readers in place of ids; data keep the ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.faces.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.study.shelf import Run

BY_SEGMENT = "by_segment"
"""The table of a finding that has a row for each declared segment, its id in the column `name`."""


@dataclass(frozen=True, slots=True)
class SegmentNames:
    """Names of the declared segments of a run, by id."""

    names: Mapping[str, str]

    @staticmethod
    def of(run: Run) -> SegmentNames:
        """The names that the strategy file gave when the run was made; none for a run of an earlier version."""
        return SegmentNames(run.record.get("segment_names", {}))

    def told(self, segment: str) -> str:
        """The name of a segment; where it has none, its id with spaces between its words."""
        name = self.names.get(segment, segment)
        return words_of(name) if name == segment else name

    def row(self, table: str, row: Mapping[str, Any]) -> dict[str, str]:
        """The cells of a table's row that a reader sees in place of an id."""
        return {"name": self.told(str(row["name"]))} if table == BY_SEGMENT and "name" in row else {}
