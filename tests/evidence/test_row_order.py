"""Rows kept in the order of their source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence.row_order import among, kept_in_order, parked

if TYPE_CHECKING:
    from patronage.evidence.engine import Engine

ROWS = 300_000


def test_joined_rows_are_stored_in_the_order_of_their_lines(shared_engine: Engine) -> None:
    lines = shared_engine.memory("lines", {"line_id": list(range(1, ROWS)), "amount": [1.0] * (ROWS - 1)})
    few = shared_engine.memory("few", {"known": list(range(ROWS, 0, -7))})
    joined = lines.left_join(few, lines.line_id == few.known).select("line_id", "amount")
    kept = kept_in_order(
        joined, "ordered", shared_engine, joined=True,
        columns={"line_id": None, "amount": None, "place": ibis.null("string")},
    )  # fmt: skip
    assert kept.columns == ("line_id", "amount", "place")
    assert [row["line_id"] for row in kept.records()] == list(range(1, ROWS))


def test_rows_that_come_out_of_order_are_sorted(shared_engine: Engine) -> None:
    lines = shared_engine.memory("lines", {"line_id": [3, 1, 2]})
    kept = kept_in_order(lines, "unordered", shared_engine, joined=False, columns={"line_id": None})
    assert [row["line_id"] for row in kept.records()] == [1, 2, 3]


def test_parked_rows_are_on_disk_until_the_block_ends(shared_engine: Engine) -> None:
    lines = shared_engine.memory("lines", {"line_id": [1, 2]})
    with parked(lines, shared_engine) as rows:
        assert shared_engine.value(rows.count()) == 2
        assert list(shared_engine.folder.glob(".parked-*"))
    assert not list(shared_engine.folder.glob(".parked-*"))


def test_lines_are_told_among_others_without_losing_their_order(shared_engine: Engine) -> None:
    lines = shared_engine.memory("lines", {"line_id": list(range(1, ROWS))})
    some = shared_engine.memory("some", {"line_id": [ROWS - 9, 1, 8, 7]})
    with among(some, shared_engine) as told:
        flagged = lines.mutate(found=told(lines.line_id))
        columns = {"line_id": None, "found": None}
        kept = kept_in_order(flagged, "flagged", shared_engine, joined=False, columns=columns)
    rows = kept.records()
    assert [row["line_id"] for row in rows] == list(range(1, ROWS))
    assert [row["line_id"] for row in rows if row["found"]] == [1, 7, 8, ROWS - 9]


def test_no_line_is_among_none(shared_engine: Engine) -> None:
    lines = shared_engine.memory("lines", {"line_id": [0, 1, 7, 8, 900]})
    with among(lines.filter(lines.line_id < 0), shared_engine) as told:
        assert not shared_engine.value(told(lines.line_id).any())


@settings(max_examples=15)
@given(every=st.sets(st.integers(0, 90)), some=st.sets(st.integers(0, 90)))
def test_among_tells_just_the_lines_of_the_table(shared_engine: Engine, every: set[int], some: set[int]) -> None:
    lines = shared_engine.memory("lines", {"line_id": np.array(sorted(every), np.int64)})
    wanted = shared_engine.memory("wanted", {"line_id": np.array(sorted(some), np.int64)})
    with among(wanted, shared_engine) as told:
        found = shared_engine.records(lines.filter(told(lines.line_id)))
    assert {row["line_id"] for row in found} == every & some
