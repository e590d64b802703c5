"""One finding on the screen: its figures in words, then the first rows of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.markup import escape

from patronage.faces.cli.screen import out, printable, table
from patronage.faces.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from patronage.evidence.store import StoredTable

SHOWN_ROWS = 10
"""How many rows of each table the screen shows."""


def tell_finding(data: dict[str, Any], tables: dict[str, StoredTable]) -> None:
    """The figures of a finding, one a line, what it lists, and the first rows of each of its tables."""
    name = str(data["finding"]).replace("_", " ")
    out.print(f"[bold]{escape(name)}[/] as of {data['as_of']}, evidence: {data['grade']}\n")
    parts = list(_parts(data["summary"], ""))
    if figures := [[label, part] for label, part in parts if isinstance(part, str)]:
        table("", ["figure", "value"], figures)
    for label, part in parts:
        if not isinstance(part, str):
            _tell_rows(f"{label}: {len(part):,} {'row' if len(part) == 1 else 'rows'}", list(part[0]), part)
    for key, stored in tables.items():
        shown = stored.records(SHOWN_ROWS)
        _tell_rows(f"{words_of(key)}: {len(shown)} of {stored.rows:,} rows", stored.columns, shown)
    if tables:
        out.print("\nAll rows: --table NAME --csv FILE, or --parquet FILE")


def _tell_rows(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as a table, and of their columns as many as the screen is wide."""
    cells = {name: [_inline(row.get(name)) for row in rows] for name in columns}
    room = out.width
    fitting: list[str] = []
    for name, column in cells.items():
        room -= 2 + max(map(len, (words_of(name), *column)))
        if room < 0 and fitting:
            break
        fitting.append(name)
    rest = [name for name in columns if name not in fitting]
    out.print()
    lines = list(zip(*(cells[name] for name in fitting), strict=True))
    table(title, [words_of(name) for name in fitting], lines)
    if rest:
        out.print(f"[dim]and the columns {escape(', '.join(map(words_of, rest)))}[/]")


def _parts(value: Any, label: str) -> Iterator[tuple[str, str | list[dict[str, Any]]]]:
    """Each figure of nested data under a label a person reads, and each list of rows as it is."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if fields.keys() == {"shape"}:
            return
        if _is_estimate(fields):
            yield label, _inline(fields)
            return
        for key, inner in fields.items():
            yield from _parts(inner, f"{label} {words_of(key)}".strip())
    elif isinstance(value, list) and value and all(isinstance(member, dict) for member in cast("list[Any]", value)):
        yield label, cast("list[dict[str, Any]]", value)
    elif value != "":
        yield label, _inline(value)


def _inline(value: Any) -> str:
    """Any value in one line: an estimate as mean and interval, a list by its members."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if _is_estimate(fields):
            span = f"{_cell(fields['mean'])} ({_cell(fields['p05'])} to {_cell(fields['p95'])})"
            return f"{span} {fields['unit']}"
        return ", ".join(f"{words_of(key)} {_inline(inner)}" for key, inner in fields.items())
    if isinstance(value, list):
        return ", ".join(_inline(member) for member in cast("list[Any]", value)) or "none"
    return _cell(value)


def _is_estimate(fields: dict[str, Any]) -> bool:
    return fields.keys() >= {"mean", "p05", "p95", "unit"}


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return printable(f"{value:,}" if isinstance(value, int) else str(value))
