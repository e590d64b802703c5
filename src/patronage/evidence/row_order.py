"""Rows kept in the order of their source, which is cheaper to keep than to restore."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# pyarrow ships no types; this file looks at the order of what it wrote.

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from patronage.evidence.embedded import literal_path, system_errors
from patronage.evidence.text_rows import LINE

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ibis.expr.types import Table, Value

    from patronage.evidence.engine import Engine
    from patronage.evidence.store import StoredTable


@contextmanager
def parked(expression: Table, engine: Engine) -> Generator[Table]:
    """The result on disk in the order in which it is read, until the block ends: no memory holds it."""
    path = engine.folder / f".parked-{uuid.uuid4().hex[:8]}.parquet"
    view = ""
    try:
        with _as_read(engine), system_errors():
            engine.connection.to_parquet(expression, path, compression="snappy")
        table = engine.connection.read_parquet(literal_path(path))
        view = table.get_name()
        yield table
    finally:
        if view:
            engine.connection.drop_view(view, force=True)
        path.unlink(missing_ok=True)


def kept_in_order(
    rows: Table, name: str, engine: Engine, *, joined: bool, columns: Mapping[str, Value | None]
) -> StoredTable:
    """Rows stored in the order of line_id, sorted only where they do not come so.

    joined: whether they were joined to others, which loses their order. columns: of the stored table, in order; those
    with a value have it in every row, and are added after a sorting, since that holds all it is given.
    """
    besides = {column: value for column, value in columns.items() if value is not None}
    with _as_read(engine):
        if not joined:
            kept = engine.keep(rows.mutate(**besides).select(*columns), name)
            if _ascends(kept):
                return kept
        return engine.keep(rows.order_by(LINE).mutate(**besides).select(*columns), name)


@contextmanager
def _as_read(engine: Engine) -> Generator[None]:
    """Rows are written in the order in which they are read until the block ends."""
    engine.connection.raw_sql("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        engine.connection.raw_sql("SET preserve_insertion_order = false")


def _ascends(kept: StoredTable) -> bool:
    last = -1
    with pq.ParquetFile(kept.path) as file:
        for batch in file.iter_batches(batch_size=1_000_000, columns=[LINE]):
            lines = batch.column(0).to_numpy()
            if lines[0] <= last or (np.diff(lines) <= 0).any():
                return False
            last = int(lines[-1])
    return True
