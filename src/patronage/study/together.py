"""The best compatible set of a run's proposals, no customer counted twice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.decisions.best_set import BestSet, best_compatible_set
from patronage.evidence.embedded import embedded_engine
from patronage.study.decided import decided_ledger

if TYPE_CHECKING:
    from patronage.study.shelf import Run


def best_together(run: Run) -> BestSet:
    """The set of proposed and accepted decisions of a run that is worth most together."""
    with tempfile.TemporaryDirectory(prefix="patronage-") as scratch:
        engine = embedded_engine(Path(scratch))
        try:
            return best_compatible_set(decided_ledger(run), engine, run.record["currency"])
        finally:
            engine.close()
