"""The section `sources`: which file or database table gives which canonical table, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, cast

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema

from patronage.strategy.document import Keyed, Node
from patronage.strategy.fields import (
    MAX_TEXT,
    Condition,
    Currency,
    DecimalMark,
    LongText,
    Name,
    OneCharacter,
    StrictEntry,
    WholeDays,
    choice_of,
    choice_schema,
    long_text,
)
from patronage.strategy.quantity_grammar import Domain, number
from patronage.strategy.refusal import RefusedError
from patronage.strategy.section import Section
from patronage.vocabulary.sources import ANYWHERE, GROSS, NET, SourceMapping, holds_password, names_database

LATER_TABLES = frozenset({
    "contacts", "interactions", "deals", "deal_reasons", "choices", "survey", "market", "feedback", "ideas",
    "treatments", "experiments", "referrals", "deliveries", "changes", "forecasts", "outcomes", "behaviour_events",
})  # fmt: skip
"""Canonical tables of the design that this release does not read yet."""


class SourceFormat(StrEnum):
    """What a source is read as, where its name does not say it."""

    CSV = "csv"
    EXCEL = "excel"
    PARQUET = "parquet"
    JSON = "json"
    DUCKDB = "duckdb"
    SQLITE = "sqlite"


FormatWord = Annotated[
    SourceFormat, PlainValidator(choice_of(SourceFormat)), WithJsonSchema(choice_schema(SourceFormat))
]


class Amounts(StrEnum):
    """Whether money is net of tax or includes it."""

    NET = NET
    GROSS = GROSS


AmountsWord = Annotated[Amounts, PlainValidator(choice_of(Amounts)), WithJsonSchema(choice_schema(Amounts))]

OTHER = "other"
"""The key under which the tax rate of all places without one of their own stands."""


def _tax_rates(value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        return {ANYWHERE: number(value, Domain.PROBABILITY)}
    rates = {
        ANYWHERE if place == OTHER else place: number(rate, Domain.PROBABILITY)
        for place, rate in cast("dict[str, object]", value).items()
    }
    if not rates:
        raise RefusedError("names no place", "write tax_rate: 0.2, or one for each place")
    return rates


_RATE = {"type": "number", "minimum": 0, "maximum": 1}
TaxRates = Annotated[
    dict[str, float],
    PlainValidator(_tax_rates),
    WithJsonSchema({"anyOf": [_RATE, {"type": "object", "additionalProperties": _RATE, "minProperties": 1}]}),
]


def _location(value: object) -> str:
    location = long_text(value)
    if names_database(location) and holds_password(location):
        step = "take it out; set PGPASSWORD in the environment, or name a passfile or a service"
        raise RefusedError("is a database with its password, which does not belong into a file", step)
    return location


Location = Annotated[
    str, PlainValidator(_location), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT})
]


class SourceEntry(StrictEntry):
    """One source: where it lies, how it is written, and what its columns mean."""

    location: Location = Field(
        alias="from",
        description="Path, pattern such as data/*.parquet, or database file, from this file's folder, or "
        "postgresql://user@host/db.",
    )
    columns: dict[str, LongText] = Field(
        description="Canonical column: the source column's exact name, or an expression over source columns."
    )
    format: FormatWord | None = Field(None, description="What the source is, where its name does not say it.")
    sheet: Name | None = Field(None, description="Sheet of a workbook; without it the first.")
    table: Name | None = Field(None, description="Table or view of a database, such as lines or sales.lines.")
    encoding: Name | None = Field(None, description="Encoding of a text file, such as utf-8 or cp1252.")
    delimiter: OneCharacter | None = Field(None, description="The character between columns of a text file.")
    decimal: DecimalMark | None = Field(None, description="The decimal mark of numbers in a text file.")
    date_format: Name | None = Field(None, description="How dates are written, such as %d/%m/%Y.")
    keep: Condition | None = Field(None, description="Only rows for which this holds are read.")
    not_product: Condition | None = Field(
        None, description="Lines that are no product, such as postage, fees and bad debt; they are kept apart."
    )
    currency: Currency | None = Field(None, description="Currency of the source's money; without it the company's.")
    returns: Name | None = Field(None, description="How returns are written, where negative quantities do not say it.")


class OrdersEntry(SourceEntry):
    """The source of order lines, and whether its money includes tax."""

    amounts: AmountsWord | None = Field(None, description="Whether amounts and prices are net of tax or gross.")
    tax_rate: TaxRates | None = Field(
        None,
        description="Tax as a share of the net amount where amounts are gross and a line does not tell its tax: one "
        "number, or one for each place, `other` for the rest.",
    )


class RatesEntry(SourceEntry):
    """The source of rates of currencies, and for how long each holds."""

    holds_days: WholeDays | None = Field(
        None, description="Days for which a rate holds where no later one follows; without it 31."
    )


class SourceEntries(StrictEntry):
    """The sources by canonical table."""

    orders: OrdersEntry | None = Field(None, description="Order lines.")
    customers: SourceEntry | None = Field(None, description="Customers with their attributes.")
    products: SourceEntry | None = Field(None, description="Products with category, cost and list price.")
    books: SourceEntry | None = Field(None, description="Figures of the accounts, by period and line.")
    activity_events: SourceEntry | None = Field(None, description="Work done for customers.")
    exits: SourceEntry | None = Field(None, description="Customers who left, and why.")
    treatments: SourceEntry | None = Field(
        None, description="Who was acted on, and when: customer_id, decision_id and at."
    )
    rates: RatesEntry | None = Field(
        None, description="Rates by which order lines in other currencies are converted: currency, date, rate."
    )


def _made(entries: SourceEntries, node: Node) -> tuple[SourceMapping, ...]:
    given = entries.values()
    order = node.entries if isinstance(node, Keyed) else {}
    return tuple(
        _mapping(table, given[table], entry.line) for table, entry in order.items() if given[table] is not None
    )


def _mapping(table: str, entry: SourceEntry, line: int) -> SourceMapping:
    extra: Mapping[str, str] = {"returns": entry.returns} if entry.returns is not None else {}
    return SourceMapping(
        table,
        entry.location,
        entry.columns,
        format=entry.format,
        sheet=entry.sheet,
        source_table=entry.table,
        encoding=entry.encoding,
        delimiter=entry.delimiter,
        decimal=entry.decimal,
        date_format=entry.date_format,
        keep=entry.keep,
        not_product=entry.not_product,
        currency=entry.currency,
        holds_days=entry.holds_days if isinstance(entry, RatesEntry) else None,
        amounts=str(entry.amounts) if isinstance(entry, OrdersEntry) and entry.amounts else None,
        tax_rates=entry.tax_rate if isinstance(entry, OrdersEntry) else None,
        line=line,
        extra=extra,
    )


SOURCES = Section("sources", "Where the tables come from.", TypeAdapter(SourceEntries), _made, later=LATER_TABLES)
