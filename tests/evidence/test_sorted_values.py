"""Values in sorted parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence import sorted_values
from patronage.evidence.sorted_values import distinct_values, sorted_parts

if TYPE_CHECKING:
    from patronage.evidence.engine import Engine


def test_equal_values_stand_in_one_part(shared_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_values, "MOST_AT_ONCE", 90)
    table = shared_engine.memory("values", {"value": [n % 300 for n in range(1_000)]})
    parts = list(sorted_parts(table, "value", shared_engine))
    assert len(parts) > 1
    assert all((np.diff(part) >= 0).all() for part in parts)
    assert sorted(np.concatenate(parts).tolist()) == sorted(n % 300 for n in range(1_000))
    assert sum(np.unique(part).size for part in parts) == 300


def test_times_are_counted_and_missing_ones_are_not(shared_engine: Engine) -> None:
    times = np.array(["2024-01-01", "NaT", "2024-01-01T00:00:00.000001", "2024-01-01", "NaT"], "datetime64[us]")
    table = shared_engine.memory("times", {"at": times})
    assert distinct_values(table, "at", shared_engine) == 2


def test_a_column_without_values_has_none(shared_engine: Engine) -> None:
    table = shared_engine.memory("values", {"value": np.zeros(0)})
    assert distinct_values(table, "value", shared_engine) == 0


@settings(max_examples=15)
@given(values=st.lists(st.one_of(st.none(), st.sampled_from([-2.5, -0.0, 0.0, 1e300]), st.floats(-9, 9)), max_size=30))
def test_distinct_values_are_those_of_a_set(shared_engine: Engine, values: list[float | None]) -> None:
    # A row ahead, so that the column is never without a type.
    table = shared_engine.memory("values", {"value": [99.5, *values]})
    assert distinct_values(table, "value", shared_engine) == len({99.5, *(v for v in values if v is not None)})
