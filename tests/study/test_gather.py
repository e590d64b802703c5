"""What a run stands on and the rows it reads belong together, also where a table changes in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.postgres import database_content
from patronage.study import inputs
from patronage.study.gather import gathered
from patronage.study.project import Project
from patronage.vocabulary.errors import EvidenceError
from patronage.vocabulary.sources import SourceMapping


@pytest.fixture
def gather(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gathers a table to which a row is added after each of the first looks at it."""
    database.run(
        "CREATE TABLE lines (customer text, day date, amount numeric)",
        "INSERT INTO lines VALUES ('a', '2024-01-01', 10), ('b', '2024-01-02', 5)",
    )

    def run(changes: int) -> Any:
        left = [changes]

        def looked(*given: Any) -> Any:
            found = database_content(*given)
            if left[0]:
                left[0] -= 1
                database.run("INSERT INTO lines VALUES ('c', '2024-01-03', 7)")
            return found

        monkeypatch.setattr(inputs, "database_content", looked)
        columns = {"customer_id": "customer", "ordered_at": "day", "amount": "amount"}
        source = SourceMapping("orders", database.url, columns, source_table="lines")
        engine = embedded_engine(tmp_path / "engine")
        try:
            return gathered(Project(tmp_path), (source,), "GBP", engine, lambda text: None)
        finally:
            engine.close()

    return run


def test_a_table_that_moved_since_it_was_looked_at_is_looked_at_again(gather: Any) -> None:
    found = gather(changes=1)
    (seen,) = found.files["orders"]
    assert (seen.size, found.tables["orders"].rows_in) == (3, 3)
    assert found.tables["orders"].content == seen.sha256


def test_a_table_that_never_rests_is_refused_and_leaves_nothing(gather: Any, database: Any, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        gather(changes=9)
    assert str(caught.value) == (
        f"orders ({database.url}): the table changed at each of 3 readings; read a copy of it, or run at a calm time"
    )
    assert not list((tmp_path / ".patronage").rglob("*.parquet"))
