"""What each column of a loaded table holds: how much is missing, how many values, from where to where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir

from patronage.evidence.loaded import ColumnSeen

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.evidence.engine import Engine

_LONGEST = 200


def columns_seen(table: ir.Table, names: list[str], given: Collection[str], engine: Engine) -> tuple[ColumnSeen, ...]:
    """What each named column holds; least and most as text, cut at 200 characters."""
    measures: dict[str, Any] = {"rows": table.count()}
    for place, name in enumerate(names):
        if name in given:
            column = table[name]
            measures |= {
                f"missing_{place}": column.isnull().sum(),
                f"distinct_{place}": column.nunique(),
                f"least_{place}": _shown(column.min()),
                f"most_{place}": _shown(column.max()),
            }
    found = engine.records(table.aggregate(**measures))[0]
    return tuple(_seen(name, place, name in given, found) for place, name in enumerate(names))


def _seen(name: str, place: int, given: bool, found: dict[str, Any]) -> ColumnSeen:
    rows = found["rows"]
    if not given or not rows:
        return ColumnSeen(name, given, 1.0, 0, None, None)
    share = (found[f"missing_{place}"] or 0) / rows
    return ColumnSeen(name, given, share, found[f"distinct_{place}"], found[f"least_{place}"], found[f"most_{place}"])


def _shown(value: ir.Value) -> ir.Value:
    return value.cast("string").substr(0, _LONGEST)
