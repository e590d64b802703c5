"""Order lines that repeat an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence import sorted_values
from patronage.evidence.repeats import HASH, cells_hash, repeats_among, shared_hashes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from patronage.evidence.engine import Engine


def repeated(lines: ir.Table, columns: list[str], engine: Engine) -> list[int]:
    """The lines that repeat an earlier one, found as loading finds them: by hash, then by their cells."""
    hashed = lines.mutate(**{HASH: cells_hash(lines, columns)})
    shared = engine.memory("shared", {HASH: shared_hashes(hashed, engine)})
    suspects = hashed.semi_join(shared, HASH)
    return sorted(row["line_id"] for row in engine.records(repeats_among(suspects, columns)))


def test_repeats_are_the_same_however_many_hashes_are_looked_at_together(
    shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    amounts = [n % 700 for n in range(1_000)]
    lines = shared_engine.memory("lines", {"line_id": list(range(1_000)), "amount": amounts})
    monkeypatch.setattr(sorted_values, "MOST_AT_ONCE", 90)
    assert repeated(lines, ["amount"], shared_engine) == list(range(700, 1_000))


def test_lines_of_one_hash_and_other_cells_are_no_repeats(shared_engine: Engine) -> None:
    lines = shared_engine.memory("lines", {"line_id": [1, 2, 3], "amount": [1.0, 2.0, 1.0], HASH: [5, 5, 5]})
    found = shared_engine.records(repeats_among(lines, ["amount"]))
    assert [row["line_id"] for row in found] == [3]


@settings(max_examples=12)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1.0, None])), min_size=1, max_size=20)
)
def test_repeats_are_all_lines_but_the_first_of_each_kind(shared_engine: Engine, rows: list[tuple[Any, ...]]) -> None:
    places = list(range(1, len(rows) + 1))
    columns = {"line_id": places, "who": [row[0] for row in rows], "amount": [row[1] for row in rows]}
    # A row of texts and numbers ahead, so that no column is without a type; it repeats nothing.
    table = shared_engine.memory(
        "lines",
        {
            name: [0 if name == "line_id" else "x" if name == "who" else 9.0, *values]
            for name, values in columns.items()
        },
    )
    found = repeated(table, ["who", "amount"], shared_engine)
    assert set(found) == {place for place, row in zip(places, rows, strict=True) if row in rows[: place - 1]}
