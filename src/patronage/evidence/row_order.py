"""Rows kept in the order of their source, which is cheaper to keep than to restore."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# pyarrow ships no types; this file looks at the order of what it wrote.

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pyarrow.parquet as pq

from patronage.evidence.embedded import literal_path, system_errors
from patronage.evidence.text_rows import LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ibis.expr.types import Table, Value

    from patronage.evidence.engine import Engine
    from patronage.evidence.store import StoredTable


@ibis.udf.scalar.builtin(name="getvariable", signature=((dt.string,), dt.binary))
def _getvariable(variable: str): ...  # pyright: ignore[reportUnusedParameter]  body lives in the engine


@ibis.udf.scalar.builtin(name="get_bit", signature=((dt.binary, dt.int32), dt.int32))
def _get_bit(bits: bytes, place: int): ...  # pyright: ignore[reportUnusedParameter]  body lives in the engine


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
def among(lines: Table, engine: Engine) -> Generator[Callable[[Value], Value]]:
    """Tells of a line_id whether it is among those of a table, until the block ends, with no join that loses the order.

    One bit is held for each line up to the last; a line_id is at most 2,147,483,647.
    """
    bits = np.zeros(1, np.uint8)
    for piece in engine.batches(lines.select(LINE), size=1_000_000):
        each = piece[LINE]
        bits = np.concatenate([bits, np.zeros(max(0, int(each.max()) // 8 + 1 - bits.size), np.uint8)])
        np.bitwise_or.at(bits, each >> 3, (128 >> (each & 7)).astype(np.uint8))
    name, last = f"among_{uuid.uuid4().hex[:8]}", bits.size * 8 - 1
    engine.connection.con.execute(f"SET VARIABLE {name} = (SELECT ?::BLOB::BIT)", [bits.tobytes()])

    def told(line: Value) -> Value:
        return (line <= last) & (_get_bit(_getvariable(name), ibis.least(line, last).cast("int32")) == 1)

    try:
        yield told
    finally:
        engine.connection.raw_sql(f"RESET VARIABLE {name}")


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
