"""One finding on the screen: its figures in words, then the first rows of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.markup import escape

from patronage.faces.cli.screen import out, printable, table
from patronage.faces.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.evidence.store import StoredTable

SHOWN_ROWS = 10
"""How many rows of each table the screen shows."""


def tell_finding(data: dict[str, Any], tables: dict[str, StoredTable]) -> None:
    """The figures of a finding, one a line, and the first rows of each of its tables."""
    name = str(data["finding"]).replace("_", " ")
    out.print(f"[bold]{escape(name)}[/] as of {data['as_of']}, evidence: {data['grade']}\n")
    rows = [[label, figure] for label, figure in _figures(data["summary"], "")]
    table("", ["figure", "value"], rows)
    for key, stored in tables.items():
        _tell_table(key, stored)
    if tables:
        out.print("\nAll rows: --table NAME --csv FILE, or --parquet FILE")


def _tell_table(key: str, stored: StoredTable) -> None:
    """The first rows of a table, and of its columns as many as the screen is wide."""
    shown = stored.records(SHOWN_ROWS)
    cells = {name: [_cell(row[name]) for row in shown] for name in stored.columns}
    room = out.width
    fitting: list[str] = []
    for name, column in cells.items():
        room -= 2 + max(map(len, (words_of(name), *column)))
        if room < 0 and fitting:
            break
        fitting.append(name)
    rest = [name for name in stored.columns if name not in fitting]
    out.print()
    rows = list(zip(*(cells[name] for name in fitting), strict=True))
    table(f"{words_of(key)}: {len(shown)} of {stored.rows:,} rows", [words_of(name) for name in fitting], rows)
    if rest:
        out.print(f"[dim]and the columns {escape(', '.join(map(words_of, rest)))}[/]")


def _figures(value: Any, label: str) -> Iterator[tuple[str, str]]:
    """Each figure of nested data under a label a person reads; an estimate as mean and interval."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if {"mean", "p05", "p95", "unit"} <= fields.keys():
            span = f"{_cell(fields['mean'])} ({_cell(fields['p05'])} to {_cell(fields['p95'])}) {fields['unit']}"
            yield label, span
            return
        for key, inner in fields.items():
            yield from _figures(inner, f"{label} {key}".strip().replace("_", " "))
    elif isinstance(value, list):
        members = cast("list[Any]", value)
        if all(not isinstance(member, dict | list) for member in members):
            yield label, ", ".join(_cell(member) for member in members) or "none"
            return
        for index, member in enumerate(members, start=1):
            yield from _figures(member, f"{label} {_name(member) or index}")
    else:
        yield label, _cell(value)


def _name(member: Any) -> str | None:
    if not isinstance(member, dict):
        return None
    fields = cast("dict[str, Any]", member)
    return fields.get("id") or fields.get("name")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return printable(str(value))
