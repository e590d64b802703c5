"""What each column of a loaded table holds: how much is missing, how many values, from where to where."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# pyarrow ships no types; this file looks at how a stored table was written.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from patronage.evidence.loaded import ColumnSeen
from patronage.evidence.sorted_values import distinct_values

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.evidence.engine import Engine
    from patronage.evidence.store import StoredTable

MANY = 1_000_000
"""Rows of a large file."""

_LONGEST = 200


def columns_seen(good: StoredTable, names: list[str], given: Collection[str], engine: Engine) -> tuple[ColumnSeen, ...]:
    """What each named column holds; least and most as text, cut at 200 characters."""
    table = engine.open(good)
    measures: dict[str, Any] = {"rows": table.count()}
    various = _various(good, [name for name in names if name in given])
    for place, name in enumerate(names):
        if name in given:
            column = table[name]
            measures |= {
                f"missing_{place}": column.isnull().sum(),
                f"least_{place}": _shown(column.min()),
                f"most_{place}": _shown(column.max()),
            }
            if name not in various:
                measures[f"distinct_{place}"] = column.nunique()
    found = engine.records(table.aggregate(**measures))[0]
    found |= {f"distinct_{names.index(name)}": distinct_values(table, name, engine) for name in various}
    return tuple(_seen(name, place, name in given, found) for place, name in enumerate(names))


def _various(good: StoredTable, names: list[str]) -> list[str]:
    """The columns of numbers and times with so many values that no part of a large file has a dictionary of them.

    To sort their values takes a third of the time that to group by them takes; where there are few it takes longer.
    """
    if good.rows < MANY:
        return []
    with pq.ParquetFile(good.path) as file:
        schema, parts = file.schema_arrow, range(file.metadata.num_row_groups)
        kinds = {name: schema.field(name).type for name in names}
        places = {
            name: schema.get_field_index(name)
            for name, kind in kinds.items()
            if pa.types.is_timestamp(kind) or pa.types.is_floating(kind)
        }
        return [
            name
            for name, place in places.items()
            if not any(file.metadata.row_group(part).column(place).has_dictionary_page for part in parts)
        ]


def _seen(name: str, place: int, given: bool, found: dict[str, Any]) -> ColumnSeen:
    rows = found["rows"]
    if not given or not rows:
        return ColumnSeen(name, given, 1.0, 0, None, None)
    share = (found[f"missing_{place}"] or 0) / rows
    return ColumnSeen(name, given, share, found[f"distinct_{place}"], found[f"least_{place}"], found[f"most_{place}"])


def _shown(value: ir.Value) -> ir.Value:
    return value.cast("string").substr(0, _LONGEST)
