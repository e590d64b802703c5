"""Columns of an order export matched with canonical ones, by their names and by what a sample of them holds."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from patronage.evidence.dates import format_of
from patronage.evidence.headers import LAYOUTS, SYMBOLS, SYNONYMS, Layout, currency_in_name, plain_name
from patronage.evidence.text_rows import LINE
from patronage.evidence.worksheets import text_of

if TYPE_CHECKING:
    from patronage.evidence.engine import Engine
    from patronage.evidence.readers import RawSource

SAMPLED = 1_000
"""Rows that are looked at."""

_NUMBERS = ("amount", "quantity", "unit_price", "discount", "tax", "unit_cost", "list_price")
_SURE = 0.9
_ISO = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}")
_MONEY = r"(?:[A-Z]{0,3}[$£€¥₹]|[A-Z]{3})?"
_NUMBER = re.compile(rf"[-+(]?\s*{_MONEY}\s*[-+]?\d[\d.,'\s]*(?:[eE][-+]?\d+)?\s*{_MONEY}\s*[-)]?")

Found = dict[str, tuple[str, str]]
"""Canonical columns to the text that gives each and the reason in words."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a source. columns: names to their cells, None where blank. rows: how many."""

    columns: Mapping[str, list[Any]]
    rows: int

    def plain(self) -> dict[str, str]:
        """Plain names to source names; the first column of a plain name counts."""
        found: dict[str, str] = {}
        for name in self.columns:
            found.setdefault(plain_name(name), name)
        return found

    def shown(self, text: str, count: int) -> tuple[str, ...]:
        """The first different values of a column; none of an expression."""
        cells = self.columns.get(text, [])
        return tuple(list(dict.fromkeys(text_of(cell) or "" for cell in cells if cell is not None))[:count])

    def is_numbers(self, name: str) -> bool:
        """Whether nearly all cells that are filled are numbers."""
        return self._mostly(name, _is_number)

    def is_dates(self, name: str) -> bool:
        """Whether nearly all cells that are filled are dates."""
        return self._mostly(name, _is_date)

    def date_columns(self) -> tuple[str, ...]:
        """Columns that hold dates."""
        return tuple(name for name in self.columns if self.is_dates(name))

    def number_columns(self) -> tuple[str, ...]:
        """Columns that hold numbers and no dates."""
        return tuple(name for name in self.columns if self.is_numbers(name) and not self.is_dates(name))

    def key_columns(self) -> tuple[str, ...]:
        """Columns whose values come back, but are more than a few: what could tell customers apart."""
        found: list[tuple[int, str]] = []
        for name, cells in self.columns.items():
            filled = [cell for cell in cells if cell is not None]
            distinct = len({str(cell) for cell in filled})
            if distinct > 1 and not self.is_dates(name) and not any(isinstance(cell, float) for cell in filled):
                found.append((-distinct, name))
        return tuple(name for _, name in sorted(found)[:6])

    def _mostly(self, name: str, test: Any) -> bool:
        filled = [cell for cell in self.columns[name] if cell is not None]
        return bool(filled) and sum(map(test, filled)) >= _SURE * len(filled)


def sampled(raw: RawSource, engine: Engine) -> Sample:
    """The first rows of a source."""
    records = engine.records(raw.table.order_by(LINE).limit(SAMPLED))
    columns = {name: [_cell(row[inner]) for row in records] for name, inner in raw.columns.items()}
    return Sample(columns, len(records))


def layout_columns(sample: Sample) -> tuple[str, Found, str | None]:
    """The name of the program that wrote the export, the columns its layout gives, and the rows to keep."""
    plain = sample.plain()
    for layout in LAYOUTS:
        if set(layout.signs) <= set(plain):
            return layout.name, _by_layout(layout, sample, plain), _filled_in(layout.keep, plain)
    return "general names", {}, None


def named_columns(sample: Sample, taken: Mapping[str, Any]) -> Found:
    """The canonical columns that are not taken yet, found by the names of the source's columns."""
    plain = sample.plain()
    used = {text if isinstance(text, str) else text[0] for text in taken.values()}
    found: Found = {}
    for exact in (True, False):
        for canonical, synonyms in SYNONYMS.items():
            if canonical in taken or canonical in found:
                continue
            name = _match(
                canonical, synonyms, {key: name for key, name in plain.items() if name not in used}, sample, exact
            )
            if name is not None:
                found[canonical] = (name, "its name says so" if exact else "its name suggests so")
                used.add(name)
    dates = [name for name in sample.date_columns() if name not in used]
    if "ordered_at" not in {*taken, *found} and len(dates) == 1:
        found["ordered_at"] = (dates[0], "it is the only column of dates")
    return _without_order_totals(sample, taken, found)


def currency_of(sample: Sample, texts: Mapping[str, str]) -> tuple[str | None, str]:
    """The currency that the export counts in, and how it is known."""
    column = texts.get("currency", "")
    if column in sample.columns:
        values = [str(cell).strip().upper() for cell in sample.columns[column] if cell is not None]
        if values:
            return Counter(values).most_common(1)[0][0], f"most rows of {column!r} say so"
    for canonical in ("amount", "unit_price", "discount", "tax"):
        name = texts.get(canonical, "")
        code = currency_in_name(name) if name in sample.columns else None
        if code is not None:
            return code, f"the name of {name!r} says so"
    for canonical in ("amount", "unit_price"):
        signs = Counter(sign for cell in sample.columns.get(texts.get(canonical, ""), []) for sign in _signs(cell))
        if signs:
            sign = signs.most_common(1)[0][0]
            return SYMBOLS[sign], f"{texts[canonical]!r} is written with {sign}"
    return None, "nothing in the file tells the currency"


def _by_layout(layout: Layout, sample: Sample, plain: Mapping[str, str]) -> Found:
    found: Found = {}
    why = f"the layout of {layout.name} has it there"
    for canonical, texts in layout.expressions.items():
        filled = next((text for text in (_filled_in(text, plain) for text in texts) if text), None)
        if filled is not None:
            found[canonical] = (filled, why)
    for canonical, names in layout.columns.items():
        name = next((plain[name] for name in names if name in plain and _holds_any(sample, plain[name])), None)
        if name is not None and canonical not in found:
            found[canonical] = (name, why)
    return found


def _filled_in(text: str | None, plain: Mapping[str, str]) -> str | None:
    """A text of a layout with its columns by their names in the source, None where one is not there."""
    if text is None:
        return None
    names = re.findall(r"\{([^}]+)\}", text)
    if not all(name in plain and "`" not in plain[name] for name in names):
        return None
    return re.sub(r"\{([^}]+)\}", lambda match: f"`{plain[match[1]]}`", text)


def _match(
    canonical: str, synonyms: tuple[str, ...], plain: Mapping[str, str], sample: Sample, exact: bool
) -> str | None:
    for synonym in synonyms:
        if exact:
            hits = [name for key, name in plain.items() if _folded(key) == synonym]
        elif " " in synonym:
            hits = [name for key, name in plain.items() if f" {synonym} " in f" {_folded(key)} "]
        else:
            hits = []
        for name in hits:
            if _fits(canonical, name, sample):
                return name
    return None


def _fits(canonical: str, name: str, sample: Sample) -> bool:
    if not _holds_any(sample, name):
        return False
    if canonical == "ordered_at":
        return sample.is_dates(name)
    return sample.is_numbers(name) if canonical in _NUMBERS else True


def _holds_any(sample: Sample, name: str) -> bool:
    return any(cell is not None for cell in sample.columns[name])


def _without_order_totals(sample: Sample, taken: Mapping[str, Any], found: Found) -> Found:
    """The columns without an amount that is no amount of the line, as quantity x price tells."""
    have = {name: text if isinstance(text, str) else text[0] for name, text in {**taken, **found}.items()}
    if "amount" not in found or not all(have.get(name) in sample.columns for name in ("quantity", "unit_price")):
        return found
    lines = zip(*(sample.columns[have[name]] for name in ("amount", "quantity", "unit_price")), strict=True)
    told = [(_number(a), _number(q), _number(p)) for a, q, p in lines]
    known = [(a, q * p) for a, q, p in told if a is not None and q is not None and p is not None]
    near = sum(abs(amount - worth) <= 0.5 * abs(worth) + 0.01 for amount, worth in known)
    if known and near < 0.5 * len(known):
        return {name: column for name, column in found.items() if name != "amount"}
    return found


def _folded(text: str) -> str:
    return text.translate(str.maketrans("äöüéèêáàâíìîóòôúùûñç", "aoueeeaaaiiiooouuunc"))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return None if isinstance(value, float) and math.isnan(value) else value


def _is_number(cell: Any) -> bool:
    if isinstance(cell, bool | date):
        return False
    return isinstance(cell, int | float | Decimal) or _NUMBER.fullmatch(str(cell)) is not None


def _is_date(cell: Any) -> bool:
    if isinstance(cell, date | datetime):
        return True
    if not isinstance(cell, str):
        return False
    return _ISO.match(cell) is not None or any(format_of(cell, order) is not None for order in ("dmy", "mdy"))


def _number(cell: Any) -> float | None:
    try:
        return float(str(cell).replace(",", "").lstrip("$£€ "))
    except ValueError:
        return None


def _signs(cell: Any) -> list[str]:
    return [sign for sign in ("US$", "£", "€", "$", "¥", "₹") if isinstance(cell, str) and sign in cell][:1]
