"""What every section of a report reads: the run's findings, its currency, names told or hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.faces.names import SegmentNames
from patronage.faces.present import plain
from patronage.faces.report.redaction import Names, plain_names
from patronage.faces.words import unit_of, words_of
from patronage.study.trust import last_backtest

if TYPE_CHECKING:
    from patronage.findings.trust import Backtest
    from patronage.study.shelf import Run


@dataclass(slots=True)
class Pages:
    """One run as the report reads it; each finding is read from disk once."""

    run: Run
    names: Names = field(default_factory=plain_names)
    _read: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def currency(self) -> str:
        """The project's currency."""
        return str(self.run.record["currency"])

    @property
    def coin(self) -> str:
        """What amounts are counted in, for an axis or a heading."""
        return unit_of(self.currency)

    @property
    def segments(self) -> SegmentNames:
        """The names of the declared segments."""
        return SegmentNames.of(self.run)

    @property
    def backtest(self) -> Backtest | None:
        """The project's last backtest, None where none was made."""
        return last_backtest(self.run.project)

    def finding(self, name: str) -> Any:
        """A finding, None where it waits or was refused."""
        if self.run.statuses.get(name) != "computed":
            return None
        if name not in self._read:
            self._read[name] = self.run.finding(name)
        return self._read[name]

    def why_not(self, name: str) -> str:
        """Why a finding is not there, in a sentence."""
        row = next((row for row in self.run.record["findings"] if row["name"] == name), None)
        if row is None:
            return f"The {words_of(name)} was not asked for in this run."
        if row["waits_for"]:
            return f"The {words_of(name)} waits for {' and '.join(map(words_of, row['waits_for']))}."
        return f"The {words_of(name)} was refused: {'; '.join(row['why'])}."

    def plain(self, value: Any) -> Any:
        """Any value of a finding as plain data."""
        return plain(value)
