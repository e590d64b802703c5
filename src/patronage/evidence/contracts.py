"""The contract of each canonical table: its columns, what it needs, and the rules that every row keeps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from patronage.vocabulary.errors import Fault, nearest

BELIEVED = 1e12
"""Numbers of this size and more are taken for slips of a program or of a pen."""


class Kind(StrEnum):
    """What a canonical column holds."""

    KEY = "key"
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical column.

    required: the source must map it. filled: a row without it is quarantined. past: a time may not
    lie in the future nor before 1950. limit: bound on the size of a number. least: smallest value.
    above: the value that it must exceed. nan_is_missing: not-a-number stands for no value, as exports of
    data frames write it.
    """

    name: str
    kind: Kind
    required: bool = False
    filled: bool = False
    past: bool = False
    limit: float | None = None
    least: float | None = None
    above: float | None = None
    nan_is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """One canonical table.

    either: of these groups of columns at least one must be mapped whole. unique: the columns that no
    two rows share all of. further: what columns beyond the contract's own hold, None where none may be.
    """

    table: str
    fields: tuple[Field, ...]
    either: tuple[tuple[str, ...], ...] = ()
    unique: tuple[str, ...] = ()
    further: Kind | None = None

    def field(self, name: str) -> Field | None:
        """The column of a name."""
        return next((field for field in self.fields if field.name == name), None)

    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(field.name for field in self.fields)


def _key(name: str, *, needed: bool = False) -> Field:
    return Field(name, Kind.KEY, required=needed, filled=needed)


def _text(name: str) -> Field:
    return Field(name, Kind.TEXT)


def _number(name: str, *, limit: float = BELIEVED, optional: bool = True, least: float | None = None) -> Field:
    return Field(name, Kind.NUMBER, limit=limit, nan_is_missing=optional, least=least)


def _moment(name: str) -> Field:
    return Field(name, Kind.TIME, required=True, filled=True, past=True)


ORDERS = Contract(
    "orders",
    (
        Field("customer_id", Kind.KEY, required=True),
        _moment("ordered_at"),
        _key("order_id"),
        _key("product_id"),
        _text("product"),
        _number("quantity", limit=1e9, optional=False),
        _number("unit_price", optional=False),
        _number("amount", optional=False),
        _number("discount"),
        _number("tax"),
        _number("unit_cost"),
        _number("list_price"),
        _text("channel_id"),
        _text("delivery_option_id"),
        _text("place"),
        _key("returns_order_id"),
    ),
    either=(("amount",), ("quantity", "unit_price")),
)
CUSTOMERS = Contract(
    "customers",
    (
        _key("customer_id", needed=True),
        _text("name"),
        _key("actor_id"),
        _key("parent_id"),
        Field("acquired_at", Kind.TIME),
        Field("left_at", Kind.TIME),
        _text("geography"),
        _text("industry"),
        _text("application"),
        _number("employees"),
        _number("revenue", limit=1e15),
    ),
    unique=("customer_id",),
    further=Kind.TEXT,
)
PRODUCTS = Contract(
    "products",
    (
        _key("product_id", needed=True),
        _text("name"),
        _text("category"),
        _number("unit_cost"),
        _number("list_price"),
    ),
    unique=("product_id",),
)
BOOKS = Contract(
    "books",
    (
        Field("period", Kind.KEY, required=True, filled=True),
        Field("line", Kind.TEXT, required=True, filled=True),
        Field("amount", Kind.NUMBER, required=True, filled=True, limit=1e15),
    ),
)
ACTIVITY_EVENTS = Contract(
    "activity_events",
    (
        _key("activity_id", needed=True),
        Field("customer_id", Kind.KEY, required=True),
        _moment("at"),
        _number("quantity"),
        _number("minutes", limit=1e9, optional=False, least=0.0),
        _key("order_id"),
        _key("role_id"),
    ),
    further=Kind.NUMBER,
)
EXITS = Contract(
    "exits",
    (
        _key("customer_id", needed=True),
        _moment("at"),
        _text("reason"),
        _text("reason_source"),
        _text("offer"),
        Field("returned_at", Kind.TIME),
    ),
)
RATES = Contract(
    "rates",
    (
        _key("currency", needed=True),
        Field("date", Kind.TIME, required=True, filled=True),
        Field("rate", Kind.NUMBER, required=True, filled=True, limit=BELIEVED, above=0.0),
    ),
    unique=("currency", "date"),
)
TREATMENTS = Contract(
    "treatments",
    (
        _key("customer_id", needed=True),
        _key("decision_id"),
        _key("experiment_id"),
        _text("arm"),
        _moment("at"),
        _number("cost"),
    ),
    either=(("decision_id",), ("experiment_id",)),
    further=Kind.NUMBER,
)

CONTRACTS = {
    item.table: item for item in (ORDERS, CUSTOMERS, PRODUCTS, BOOKS, ACTIVITY_EVENTS, EXITS, RATES, TREATMENTS)
}
"""The contracts of all canonical tables that can be loaded, by table."""

CURRENCY = "currency"
"""The column that says in what currency a row counts; it is checked, never kept."""


def mapping_faults(contract: Contract, mapped: set[str], where: str) -> list[Fault]:
    """What a mapping lacks, and what it names that the table does not have."""
    faults = [
        Fault(where, f"the required column {field.name} is not mapped", f"map it: {field.name}: <column of the source>")
        for field in contract.fields
        if field.required and field.name not in mapped
    ]
    if contract.either and not any(set(group) <= mapped for group in contract.either):
        ways = " or ".join(" with ".join(group) for group in contract.either)
        faults.append(Fault(where, f"neither {ways} is mapped", f"map {ways}"))
    known = {*contract.names(), CURRENCY}
    if contract.further is None:
        faults.extend(
            Fault(
                where,
                f"{contract.table} has no column {name!r}",
                nearest(name, known) or f"it has {', '.join(sorted(known))}",
            )
            for name in sorted(mapped - known)
        )
    return faults
