"""Rows kept in the order of their source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pytest

from patronage.evidence import repeats
from patronage.evidence.repeats import repeated_lines
from patronage.evidence.row_order import kept_in_order, parked

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


def test_repeats_are_the_same_however_many_hashes_are_looked_at_together(
    shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    amounts = [n % 700 for n in range(1_000)]
    lines = shared_engine.memory("lines", {"line_id": list(range(1_000)), "amount": amounts})
    monkeypatch.setattr(repeats, "MOST_AT_ONCE", 90)
    with repeated_lines(lines, ["amount"], shared_engine) as repeated:
        assert sorted(row["line_id"] for row in shared_engine.records(repeated)) == list(range(700, 1_000))
