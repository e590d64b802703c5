"""Order lines that repeat an earlier line exactly."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np

from patronage.evidence.text_rows import LINE

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from patronage.evidence.engine import Engine

MOST_AT_ONCE = 20_000_000
"""Hashes looked at together, of eight bytes each, so that memory does not grow with the lines."""

_TOP_BITS = 6
"""Bits of a hash that part the lines."""


@contextmanager
def repeated_lines(lines: ir.Table, columns: list[str], engine: Engine) -> Generator[ir.Table]:
    """One row per line that equals an earlier one in every given column, held until the block ends: line_id.

    Only lines that share a hash of their cells are compared, which few do.
    """
    cells_hash = ibis.struct({name: lines[name] for name in columns}).hash()
    hashed = lines.select(LINE, *columns, cells_hash=cells_hash, part=cells_hash >> (64 - _TOP_BITS))
    shared = engine.memory("shared", {"cells_hash": _shared_hashes(hashed, engine)})
    try:
        suspects = hashed.semi_join(shared, "cells_hash")
        same = ibis.window(group_by=columns, order_by=LINE)
        numbered = suspects.mutate(turn=ibis.row_number().over(same))
        with engine.staged(numbered.filter(numbered.turn > 0).select(LINE), "repeated") as repeated:
            yield repeated
    finally:
        engine.runs.release(shared.get_name())


def _shared_hashes(hashed: ir.Table, engine: Engine) -> NDArray[np.int64]:
    """The hashes that two or more lines have."""
    times = min(1 << _TOP_BITS, 1 + engine.value(hashed.count()) // MOST_AT_ONCE)
    # The top bits count from below 0, since a hash has a sign.
    half = 1 << (_TOP_BITS - 1)
    bounds = np.linspace(-half, half, times + 1).astype(int)
    found = [np.zeros(0, np.int64)]
    for low, high in pairwise(bounds.tolist()):
        part = hashed if times == 1 else hashed.filter((hashed.part >= low) & (hashed.part < high))
        pieces = [piece["cells_hash"] for piece in engine.batches(part.select("cells_hash"), size=1_000_000)]
        every = np.sort(np.concatenate([*found[:1], *pieces]))
        found.append(np.unique(every[1:][every[1:] == every[:-1]]))
    return np.concatenate(found)
