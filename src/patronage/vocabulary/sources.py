"""How a company's own files and columns map to the canonical tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from patronage.vocabulary.expressions import Expression

NET = "net"
GROSS = "gross"

ANYWHERE = ""
"""The place that a tax rate is declared for which holds at every place without one of its own."""


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """One entry of the `sources:` block.

    table: canonical name, such as orders. location: path, glob or database file, relative to the
    project folder, or the URL of a PostgreSQL database. columns: canonical column to the text that
    gives it, a source column's exact name or an expression over source columns. keep: only rows for
    which it holds are read. not_product: lines that are no product (postage, fees, bad debt).
    holds_days: days for which a rate of currency holds where no later one follows. amounts: net or
    gross of tax. tax_rates: shares of the net amount, by place, where amounts are gross and a line does
    not tell its tax. line: of the strategy file.
    """

    table: str
    location: str
    columns: Mapping[str, str]
    format: str | None = None
    sheet: str | None = None
    source_table: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    date_format: str | None = None
    keep: Expression | None = None
    not_product: Expression | None = None
    currency: str | None = None
    holds_days: int | None = None
    amounts: str | None = None
    tax_rates: Mapping[str, float] | None = None
    line: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


_DATABASE = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)


def names_database(location: str) -> bool:
    """Whether a location is the URL of a PostgreSQL database, and no file."""
    return _DATABASE.match(location.strip()) is not None


def holds_password(location: str) -> bool:
    """Whether the URL of a database has a password in it, beside the user or among its settings."""
    address, _, settings = _DATABASE.sub("", location.strip(), count=1).partition("?")
    user = address.rpartition("@")[0]
    names = [setting.partition("=")[0].strip().lower() for setting in settings.split("&")]
    return ":" in user or any(unquote(name).endswith("password") for name in names)
