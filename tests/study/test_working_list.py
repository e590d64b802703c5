from __future__ import annotations

from dataclasses import replace
from typing import Any

from patronage.decisions.decision import Decision, Move, Status
from patronage.evidence.store import stored
from patronage.study.working_list import ListRows
from patronage.vocabulary.grade import Grade

ROW = Decision(Move("retain", "some", "today", "call"), (), "Because.", Status.ACCEPTED, Grade.BEHAVIOUR, 5.0)
PEOPLE = [("c", 3.0), ("gone", 9.0), ("a", None)]


def test_a_frozen_list_takes_its_reasons_from_the_present_run(tmp_path: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"customer_id": ["a", "b", "c"], "amount": [1.0] * 3, "why": list("xyz")}), tmp_path / "p")
    rows = ListRows(replace(ROW, people=stored(tmp_path / "p")), lambda: PEOPLE, 0.0, 3)
    assert [(row["who"], row["amount"], row["why"]) for row in rows] == [
        ("c", 3.0, "z"), ("gone", 9.0, None), ("a", None, "x"),
    ]  # fmt: skip
    assert len(rows) == len(list(rows)) == 3
    assert next(iter(rows)) in rows


def test_a_frozen_list_outlives_the_proposal(tmp_path: Any) -> None:
    rows = ListRows(ROW, lambda: PEOPLE, 0.0, 3)
    assert [row["who"] for row in rows] == ["c", "gone", "a"]
    assert {row["why"] for row in rows} == {None}
    assert {row["what"] for row in rows} == {"call"}
