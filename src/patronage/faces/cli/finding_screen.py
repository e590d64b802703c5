"""One finding on the screen: its figures in words, then the first rows of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.markup import escape

from patronage.faces.cli.screen import out, printable, table
from patronage.faces.words import beyond, cell, numbered, sentence, unit_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from patronage.evidence.store import StoredTable

UNITS = ("unit", "currency")
"""How the names of figures end that are units of money."""

REASONS = ("why", "why not", "note")
"""How the names of figures end that are told as sentences."""

SHOWN_ROWS = 10
"""How many rows of each table the screen shows."""

ROWS_OF_ONE = 50
"""How many rows the screen shows of a table that is asked for by itself."""


def tell_finding(
    data: dict[str, Any], tables: dict[str, StoredTable], told: Callable[[str, Mapping[str, Any]], dict[str, str]]
) -> None:
    """The figures of a finding, one a line, what it lists, and the first rows of each of its tables.

    told: from a table's name and one of its rows, the cells that a reader sees in place of ids.
    """
    name = str(data["finding"]).replace("_", " ")
    out.print(f"[bold]{escape(name)}[/] as of {data['as_of']}, evidence: {data['grade']}\n")
    parts = list(_parts(data["summary"], ""))
    if figures := [[label, part] for label, part in parts if isinstance(part, str)]:
        table("", ["figure", "value"], figures)
    for label, part in parts:
        if not isinstance(part, str):
            rows = [_numbered_estimate(*one) for one in enumerate(part, start=1)] if _is_estimate(part[0]) else part
            _tell_rows(f"{label}: {numbered(len(part), 'row')}", list(rows[0]), rows)
    for key, stored in tables.items():
        tell_table(key, stored, told, SHOWN_ROWS)
    if tables:
        out.print("\nAll rows: --table NAME --csv FILE, or --parquet FILE")


def tell_table(
    key: str, stored: StoredTable, told: Callable[[str, Mapping[str, Any]], dict[str, str]], most: int = ROWS_OF_ONE
) -> None:
    """The first rows of one table of a finding; told: as tell_finding takes it."""
    shown = stored.records(most)
    if not shown:
        out.print(f"\n[italic]{escape(words_of(key))}: no rows[/]")
        return
    title = f"{words_of(key)}: {len(shown)} of {numbered(stored.rows, 'row')}"
    _tell_rows(title, stored.columns, [{**row, **told(key, row)} for row in shown])


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
    right = frozenset(place for place, name in enumerate(fitting) if _are_numbers(row.get(name) for row in rows))
    table(title, [words_of(name) for name in fitting], lines, right)
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
    elif label.endswith(REASONS) and isinstance(value, str) and value:
        yield label, printable(sentence(value))
    elif value != "":
        yield label, unit_of(value) if isinstance(value, str) and label.endswith(UNITS) else _inline(value)


def _inline(value: Any) -> str:
    """Any value in one line: an estimate as mean and interval, a list by its members."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if _is_estimate(fields):
            mean, low, high = (_cell(fields[name]) for name in ("mean", "p05", "p95"))
            return f"{mean}{beyond(mean, low, high)} {unit_of(fields['unit'])}".rstrip()
        return ", ".join(f"{words_of(key)} {_inline(inner)}" for key, inner in fields.items())
    if isinstance(value, list):
        told = [_inline(member) for member in cast("list[Any]", value)]
        # Whole sentences need no comma between them.
        return (" " if all(text.endswith(".") for text in told) else ", ").join(told) or "none"
    return _cell(value)


def _numbered_estimate(place: int, fields: dict[str, Any]) -> dict[str, Any]:
    """One of several estimates in a row, such as those of twelve months."""
    return {"no.": place, **{name: fields[name] for name in ("mean", "p05", "p95", "unit")}}


def _are_numbers(values: Iterable[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _is_estimate(fields: dict[str, Any]) -> bool:
    return fields.keys() >= {"mean", "p05", "p95", "unit"}


def _cell(value: Any) -> str:
    return printable(cell(value, digits=4))
