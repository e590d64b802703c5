"""Studies for notebooks: runs, findings and the ledger as objects that show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, cast

from patronage.faces.decision_facts import flat_decision
from patronage.faces.present import decision_data, finding_data, stored_tables
from patronage.faces.words import beyond, cell, unit_of, words_of
from patronage.study.decided import decided_ledger
from patronage.study.options import RunOptions
from patronage.study.shelf import Run
from patronage.study.study import Study
from patronage.study.study import open_study as opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from patronage.decisions.decision import Decision
    from patronage.evidence.store import StoredTable

SHOWN_ROWS = 10
"""How many rows of each table a notebook shows."""

LEDGER_COLUMNS = ("id", "kind", "about", "status", "at stake", "value", "low (5%)", "high (95%)", "evidence", "reason")


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding: `value` is the typed result; shown as its figures and the first rows of its tables."""

    name: str
    as_of: str
    value: Any

    @property
    def tables(self) -> dict[str, StoredTable]:
        """The stored tables of the finding, by name."""
        return stored_tables(self.value)

    @property
    def summary(self) -> dict[str, Any]:
        """The figures of the finding as plain data, as `show --json` gives them."""
        return finding_data(self.name, self.value, self.as_of)["summary"]

    def _repr_html_(self) -> str:
        figures = [(words_of(key), _text(value)) for key, value in self.summary.items()]
        parts = [f"<h4>{escape(words_of(self.name))}</h4>", _html_table(("figure", "value"), figures)]
        for key, table in self.tables.items():
            rows = [[cell(row[name]) for name in table.columns] for row in table.records(SHOWN_ROWS)]
            parts.append(f"<p>{escape(words_of(key))}: {len(rows)} of {table.rows:,} rows</p>")
            parts.append(_html_table(table.columns, rows))
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The decision ledger as people left it: a sequence of decisions, shown as a table."""

    decisions: tuple[Decision, ...]

    def __len__(self) -> int:
        return len(self.decisions)

    def __iter__(self) -> Iterator[Decision]:
        return iter(self.decisions)

    def __getitem__(self, place: int) -> Decision:
        return self.decisions[place]

    def data(self) -> list[dict[str, Any]]:
        """The decisions as plain data, as `ledger --json` gives them."""
        return [decision_data(row) for row in self.decisions]

    def _repr_html_(self) -> str:
        flat = [flat_decision(row) for row in self.decisions]
        return _html_table(LEDGER_COLUMNS, [[cell(row[name]) for name in LEDGER_COLUMNS] for row in flat])


@dataclass(frozen=True, slots=True)
class RunView:
    """A finished run: its ledger, its findings by name, its record."""

    run: Run

    @property
    def ledger(self) -> LedgerView:
        """The decision ledger with what people decided laid over it."""
        return LedgerView(decided_ledger(self.run))

    @property
    def record(self) -> Mapping[str, Any]:
        """What the run wrote about itself."""
        return self.run.record

    def finding(self, name: str) -> FindingView:
        """A finding by its name; raises ProjectError with what it waits for, or the nearest names."""
        return FindingView(name, str(self.run.record["as_of"]), self.run.finding(name))

    def _repr_html_(self) -> str:
        rows = [
            (row["name"], row["status"], ", ".join(row["waits_for"]) or "; ".join(row["why"]))
            for row in self.run.record["findings"]
        ]
        return _html_table(("finding", "state", "waits for, or why not"), rows)


@dataclass(frozen=True, slots=True)
class StudyView:
    """A project folder ready to be run and read."""

    study: Study

    def run(self, *, as_of: date | None = None, only: str | None = None) -> RunView:
        """The finished run: the last one where nothing changed, else a new one."""
        return RunView(self.study.run(RunOptions(as_of=as_of, only=only)))

    def last_run(self) -> RunView:
        """The last good run; raises ProjectError when there is none."""
        return RunView(self.study.last_run())


def open_study(folder: str | Path) -> StudyView:
    """The study of a project folder; raises ProjectError when it has no strategy.yaml."""
    return StudyView(opened(folder))


def _text(value: Any) -> str:
    if isinstance(value, dict) and {"mean", "p05", "p95", "unit"} <= set(value):  # pyright: ignore[reportUnknownArgumentType]  plain JSON
        mean, low, high = (cell(value[name]) for name in ("mean", "p05", "p95"))
        return f"{mean}{beyond(mean, low, high)} {unit_of(cast('dict[str, str]', value)['unit'])}"
    return cell(value)


def _html_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose every text is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
