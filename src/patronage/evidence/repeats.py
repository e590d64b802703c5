"""Order lines that repeat an earlier line exactly."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from patronage.evidence.text_rows import LINE


def repeated_lines(lines: ir.Table, columns: list[str]) -> ir.Table:
    """One row per line that equals an earlier one in every given column: line_id.

    Lines are first parted by a hash of their cells, so that only those that share one are compared.
    """
    hashed = lines.select(LINE, *columns, cells_hash=ibis.struct({name: lines[name] for name in columns}).hash())
    shared = hashed.group_by("cells_hash").having(hashed.count() > 1).aggregate()
    suspects = hashed.semi_join(shared, "cells_hash")
    same = ibis.window(group_by=columns, order_by=LINE)
    numbered = suspects.mutate(turn=ibis.row_number().over(same))
    return numbered.filter(numbered.turn > 0).select(LINE)
