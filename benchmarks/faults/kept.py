"""What no fault may take: the inputs, all that people decided and were told was written, their lists, the last run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.children import Said

from patronage.decisions.frozen_list import list_fault, list_file
from patronage.decisions.journal import events
from patronage.study.committing import lists_folder
from patronage.study.project import Project
from patronage.study.shelf import last_run
from patronage.vocabulary.errors import PatronageError

INPUTS = ("strategy.yaml", "orders.csv")


@dataclass(slots=True)
class Kept:
    """What a shop held before a fault."""

    folder: Path
    inputs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    journal: bytes = b""

    def look(self) -> None:
        """Takes note of what is there now."""
        self.inputs = {name: (self.folder / name).read_bytes() for name in INPUTS}
        path = self.folder / "ledger.jsonl"
        self.journal = path.read_bytes() if path.exists() else b""

    def lost(self, told: Said | None = None) -> str | None:
        """What is lost since, in words, None where nothing is; told: a verdict that may have been written."""
        project = Project(self.folder)
        for name, before in self.inputs.items():
            if (self.folder / name).read_bytes() != before:
                return f"{name} changed"
        journal = self.folder / "ledger.jsonl"
        now = journal.read_bytes() if journal.exists() else b""
        if not now.startswith(self.journal):
            return "events of the journal"
        if told is not None and told.code == 0 and now == self.journal:
            return "an event that was told to be written"
        try:
            for event in events(journal).events:
                if event.commitment is not None:
                    kept = event.commitment.people
                    if fault := list_fault(list_file(lists_folder(project), event.id, kept), kept):
                        return str(fault)
            return None if last_run(project).whole else "the last good run"
        except PatronageError as error:
            return str(error)
