"""Order lines that repeat an earlier line exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np

from patronage.evidence.sorted_values import sorted_parts
from patronage.evidence.text_rows import LINE

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from patronage.evidence.engine import Engine

HASH = "cells_hash"
"""Column of the hash of a line's cells; lines of equal cells share it, and few others do."""


def cells_hash(lines: ir.Table, columns: Collection[str]) -> ir.Value:
    """The hash of the cells of each line in the given columns."""
    return ibis.struct({name: lines[name] for name in sorted(columns)}).hash()


def shared_hashes(hashed: ir.Table, engine: Engine) -> NDArray[np.int64]:
    """The hashes that two or more lines have."""
    found = [np.zeros(0, np.int64)]
    for part in sorted_parts(hashed, HASH, engine):
        found.append(np.unique(part[1:][part[1:] == part[:-1]]))
    return np.concatenate(found)


def repeats_among(lines: ir.Table, columns: Collection[str]) -> ir.Table:
    """One row per line that equals an earlier one in every given column: line_id."""
    same = ibis.window(group_by=sorted(columns), order_by=LINE)
    numbered = lines.mutate(turn=ibis.row_number().over(same))
    return numbered.filter(numbered.turn > 0).select(LINE)
