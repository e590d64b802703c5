"""Whether two runs found the same: every figure of every finding, every stored row, every proposal."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from patronage.evidence.store import StoredTable
from patronage.study.shelf import Run

CLOSE = 1e-9
"""Floats are the same where they differ by no more than this share of themselves."""

NOTHING_BUT_ROUNDING = 1e-9
"""What is left of a sum that cancels, such as a difference of two equal totals, in the finding's own unit."""


def differences(one: Run, other: Run) -> list[str]:
    """Every place where two runs differ, in words."""
    assert one.statuses == other.statuses
    told = ("name", "status", "waits_for", "lacks", "refused_before", "why")
    rows = [[{name: row[name] for name in told} for row in run.record["findings"]] for run in (one, other)]
    found = list(_differ(rows[0], rows[1], "findings"))
    for name, status in one.statuses.items():
        if status == "computed":
            found.extend(_differ(one.finding(name), other.finding(name), name))
    return [*found, *_differ(one.ledger(), other.ledger(), "ledger")]


def _differ(one: Any, other: Any, place: str) -> Iterator[str]:
    if type(one) is not type(other):
        yield f"{place}: {one!r} and {other!r}"
    elif isinstance(one, StoredTable):
        yield from _tables_differ(one, other, place)
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            yield from _differ(getattr(one, field.name), getattr(other, field.name), f"{place}.{field.name}")
    elif isinstance(one, Mapping):
        if list(one) != list(other):
            yield f"{place}: keys {list(one)} and {list(other)}"
        for key in one.keys() & other.keys():
            yield from _differ(one[key], other[key], f"{place}.{key}")
    elif isinstance(one, np.ndarray):
        yield from _arrays_differ(one, other, place)
    elif isinstance(one, Sequence) and not isinstance(one, str):
        yield from _members_differ(one, other, place)
    elif not _same(one, other):
        yield f"{place}: {one!r} and {other!r}"


def _arrays_differ(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], place: str) -> Iterator[str]:
    if one.shape != other.shape or one.dtype != other.dtype:
        yield f"{place}: {one.dtype} {one.shape} and {other.dtype} {other.shape}"
    elif one.dtype == np.float32:
        # Draws are rounded to seven digits, where a last digit before the rounding may move the seventh.
        if not np.allclose(one, other, rtol=1e-6, atol=1e-6, equal_nan=True):
            yield f"{place}: {one} and {other}"
    else:
        yield from _members_differ(one.tolist(), other.tolist(), place)


def _members_differ(one: Sequence[Any], other: Sequence[Any], place: str) -> Iterator[str]:
    if len(one) != len(other):
        yield f"{place}: {len(one)} and {len(other)} members"
    for number, pair in enumerate(zip(one, other, strict=False)):
        yield from _differ(*pair, f"{place}[{number}]")


def _tables_differ(one: StoredTable, other: StoredTable, place: str) -> Iterator[str]:
    if one.columns != other.columns or one.rows != other.rows:
        yield f"{place}: {one.rows} rows of {one.columns} and {other.rows} of {other.columns}"
        return
    left, right = (sorted(_rows(table), key=_place) for table in (one, other))
    wrong = [(a, b) for a, b in zip(left, right, strict=True) if not all(map(_same, a, b))]
    for pair in wrong[:3]:
        yield f"{place}: {len(wrong)} of {one.rows} rows, such as {pair[0]} and {pair[1]}"


def _rows(table: StoredTable) -> list[tuple[Any, ...]]:
    held = pq.read_table(table.path)
    return list(zip(*(column.to_pylist() for column in held.columns), strict=True)) if held.num_columns else []


def _place(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where a row stands among the others: by what is exact first, then by its floats as far as they agree."""
    exact = tuple((cell is not None, str(cell)) for cell in row if not isinstance(cell, float))
    return exact, tuple(f"{cell + 0.0:.6e}" for cell in row if isinstance(cell, float))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=NOTHING_BUT_ROUNDING)
    if isinstance(one, Enum | datetime) or one is None:
        return one == other
    return type(one) is type(other) and one == other
