"""Customers of an experiment added up."""

from __future__ import annotations

from typing import Any

import pytest

from patronage.analyses.relationships import tested_cells


def cells(engine: Any, silent: dict[str, list[float | None]]) -> Any:
    rows = [(segment, each) for segment, days in silent.items() for each in days]
    outcomes = engine.memory("outcomes", {
        "customer_id": [f"c{place:03d}" for place in range(len(rows))], "arm": ["none", "visit"] * (len(rows) // 2),
        "segment": [segment for segment, _ in rows], "value": [1.0] * len(rows), "value_before": [2.0] * len(rows),
        "silent": [each for _, each in rows], "named": [each is not None for _, each in rows],
    })  # fmt: skip
    return tested_cells.tested_cells(outcomes, ["none", "visit"], engine)


def test_one_customer_long_silent_does_not_widen_whom_a_test_tells_of(engine: Any) -> None:
    days: list[float | None] = [float(day) for day in range(1, 40)]
    # Of 40 customers 38 were silent for 38 days at most.
    found = cells(engine, {"lately": [*days, 3000.0], "once": [5.0, 900.0], "never": [None, None]})
    assert found.silence == {"lately": 38, "once": 5}
    assert found.unnamed == 2


def test_customers_are_added_up_by_segment_and_arm(engine: Any) -> None:
    found = cells(engine, {"lately": [1.0, 2.0, 3.0], "once": [4.0, 5.0, 6.0]})
    assert found.segments == ("lately", "once")
    assert found.units.tolist() == [[2, 1], [1, 2]]
    assert found.raw.y.sum() == pytest.approx(6)
