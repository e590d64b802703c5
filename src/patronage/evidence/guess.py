"""A guess at what the columns of an order export mean, with samples, so that a person can say yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.evidence.cells import as_key, as_number, as_text, tidied
from patronage.evidence.guess_columns import Sample, currency_of, layout_columns, named_columns, sampled
from patronage.evidence.loaded import ApartLines
from patronage.evidence.marking import MappedSource, cell_forms
from patronage.evidence.not_product import apart_expression, apart_lines, in_grammar
from patronage.evidence.readers import RawSource, raw_source
from patronage.evidence.resolve import resolved
from patronage.vocabulary.errors import EvidenceError, Fault
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.sources import SourceMapping

if TYPE_CHECKING:
    from patronage.evidence.engine import Engine

SHOWN = 3
"""Sample values shown for each column."""


@dataclass(frozen=True, slots=True)
class GuessedColumn:
    """One canonical column and the text that gives it. why: how sure that is, in words."""

    canonical: str
    text: str
    samples: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A required column that was not found. candidates: columns of the source that could be it."""

    canonical: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """What an order export seems to be.

    name: of the file, or of the table. layout: the program that wrote it, or `general names`.
    source_columns: all names in order.
    currency: None where nothing tells; currency_why: how it is known. words: how the file is
    written. keep, not_product: proposed expressions. apart: the lines that not_product keeps apart.
    faults: what would be refused as things stand, such as dates that can be read two ways.
    """

    name: str
    layout: str
    columns: tuple[GuessedColumn, ...]
    missing: tuple[MissingColumn, ...]
    source_columns: tuple[str, ...]
    currency: str | None
    currency_why: str
    words: str
    keep: str | None
    not_product: str | None
    apart: tuple[ApartLines, ...]
    faults: tuple[Fault, ...]

    def mapping(self, location: str, source_table: str | None = None) -> SourceMapping:
        """The guess as the mapping of a source at a location relative to the project folder."""
        return SourceMapping(
            "orders",
            location,
            {item.canonical: item.text for item in self.columns},
            source_table=source_table,
            keep=parsed(self.keep) if self.keep else None,
            not_product=parsed(self.not_product) if self.not_product else None,
        )


def guess_orders(
    orders: Path | str, engine: Engine, mapped: Mapping[str, str] | None = None, source_table: str | None = None
) -> Guess:
    """The likely meaning of an order export.

    orders: its path, or the URL of a PostgreSQL database. source_table: where there are several.
    mapped: canonical columns to source columns or expressions that a person has said already; they
    are taken as they are. Raises EvidenceError when the file cannot be read at all.
    """
    said = dict(mapped or {})
    location, folder = (orders.name, orders.parent) if isinstance(orders, Path) else (orders, Path())
    with raw_source(SourceMapping("orders", location, {}, source_table=source_table), folder, engine) as raw:
        sample = sampled(raw, engine)
        if not sample.rows:
            raise EvidenceError(Fault(str(orders), "there is a header and no row below it", "export it again"))
        layout, found, keep = layout_columns(sample)
        named = named_columns(sample, {**found, **said})
        if found:
            # A known layout says what it has; other columns of it may count orders, not their lines.
            named = {name: column for name, column in named.items() if name in ("customer_id", "ordered_at")}
        columns = {**found, **named, **{name: (text, "you said so") for name, text in said.items()}}
        texts = {name: text for name, (text, _) in columns.items()}
        currency, currency_why = currency_of(sample, texts)
        missing = _missing(texts, sample)
        faults, apart, not_product = ((), (), None) if missing else _looked_into(raw, texts, keep, engine)
    shown = tuple(GuessedColumn(name, text, sample.shown(text, SHOWN), why) for name, (text, why) in columns.items())
    return Guess(
        orders.name if isinstance(orders, Path) else raw.files[0],
        layout, shown, missing, tuple(sample.columns), currency, currency_why, raw.words,
        keep, not_product, apart, faults,
    )  # fmt: skip


def _missing(texts: Mapping[str, str], sample: Sample) -> tuple[MissingColumn, ...]:
    missing: list[MissingColumn] = []
    if "customer_id" not in texts:
        missing.append(MissingColumn("customer_id", sample.key_columns()))
    if "ordered_at" not in texts:
        missing.append(MissingColumn("ordered_at", sample.date_columns()))
    if "amount" not in texts and not {"quantity", "unit_price"} <= set(texts):
        missing.append(MissingColumn("amount", sample.number_columns()))
    return tuple(missing)


def _looked_into(
    raw: RawSource, texts: Mapping[str, str], keep: str | None, engine: Engine
) -> tuple[tuple[Fault, ...], tuple[ApartLines, ...], str | None]:
    """What would be refused, the lines that look like no product, and the expression that keeps them apart."""
    mapping = SourceMapping("orders", raw.files[0], texts, keep=parsed(keep) if keep else None)
    try:
        source = MappedSource(raw, mapping, resolved(mapping, raw.columns))
        forms = cell_forms(source, engine)
    except EvidenceError as error:
        return error.faults, (), None
    if not {"product_id", "product"} & set(texts):
        return (), (), None
    table = source.kept(forms.decimal)
    cells = source.written(table, forms.decimal)
    numbers = {
        name: as_number(cells[name], forms.decimal) for name in ("amount", "quantity", "unit_price") if name in cells
    }
    money = numbers["amount"] if "amount" in numbers else numbers["quantity"] * numbers["unit_price"]
    lines = table.select(
        product_id=as_key(cells["product_id"]) if "product_id" in cells else as_text(tidied(cells["product"])),
        product=as_text(cells["product"]) if "product" in cells else as_key(cells["product_id"]),
        amount=money,
    )
    found = apart_lines(lines, engine)
    written = in_grammar(texts.get("product_id") or texts["product"], raw.columns)
    return (), found, apart_expression(found, written) if written else None
