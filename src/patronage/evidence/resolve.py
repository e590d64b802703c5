"""What a mapping says about each canonical column, found in the columns of the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.evidence.contracts import BELIEVED, CONTRACTS, CURRENCY, Contract, Field, Kind, mapping_faults
from patronage.evidence.grammar import unknown_columns
from patronage.vocabulary.errors import EvidenceError, Fault, nearest
from patronage.vocabulary.expressions import Column, Expression, ExpressionError, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from patronage.vocabulary.sources import SourceMapping


@dataclass(frozen=True, slots=True)
class Resolved:
    """The mapping of one source, every name found.

    columns: canonical names to expressions over source columns. fields: the canonical columns of
    the good table in order, mapped or not; further columns last. currency: of each row, where mapped.
    """

    contract: Contract
    columns: Mapping[str, Expression]
    fields: tuple[Field, ...]
    currency: Expression | None


def resolved(mapping: SourceMapping, source: Iterable[str]) -> Resolved:
    """The mapping with every column found; raises EvidenceError with all that cannot be, together."""
    contract = CONTRACTS.get(mapping.table)
    if contract is None:
        step = nearest(mapping.table, CONTRACTS) or f"known are {', '.join(CONTRACTS)}"
        raise EvidenceError(Fault(mapping.table, f"there is no table {mapping.table!r}", step))
    names = list(source)
    texts = {**mapping.columns, **mapping.extra}
    faults: list[Fault] = mapping_faults(contract, set(texts), mapping.table)
    columns: dict[str, Expression] = {}
    for canonical, text in texts.items():
        found = _expression(text, names, f"{mapping.table}.{canonical}")
        if isinstance(found, list):
            faults.extend(found)
        else:
            columns[canonical] = found
    if mapping.keep is not None:
        faults.extend(unknown_columns(mapping.keep, names, f"{mapping.table}.keep"))
    if mapping.not_product is not None:
        known = [*names, *contract.names()]
        faults.extend(unknown_columns(mapping.not_product, known, f"{mapping.table}.not_product"))
    if faults:
        raise EvidenceError(*faults)
    currency = columns.pop(CURRENCY, None) if contract.field(CURRENCY) is None else None
    if currency is None and mapping.currency in names:
        currency = Column(mapping.currency)
    kind = contract.further or Kind.TEXT
    limit = BELIEVED if kind is Kind.NUMBER else None
    further = tuple(Field(name, kind, limit=limit) for name in columns if contract.field(name) is None)
    return Resolved(contract, columns, (*contract.fields, *further), currency)


def said_faults(table: str, said: Mapping[str, str], source: Iterable[str]) -> list[Fault]:
    """What cannot be among the columns that a person named, canonical name to source column or expression."""
    contract, names = CONTRACTS[table], list(source)
    known = [*contract.names(), CURRENCY]
    faults: list[Fault] = []
    for canonical, text in said.items():
        if canonical not in known:
            step = nearest(canonical, known) or f"{table} has {', '.join(known)}"
            faults.append(Fault("--map", f"{table} has no column {canonical!r}", step))
            continue
        found = _expression(text, names, f"{table}.{canonical}")
        faults.extend(found if isinstance(found, list) else ())
    return faults


def _expression(text: str, names: list[str], where: str) -> Expression | list[Fault]:
    """What a mapped text stands for: a column of that exact name, else an expression over columns."""
    for name in (text, text.strip()):
        if name in names:
            return Column(name)
    try:
        found = parsed(text)
    except ExpressionError as error:
        near = nearest(text, names)
        if near:
            return [Fault(where, f"there is no column {text!r}", near)]
        return [Fault(where, f"there is no column {text!r}, and it is no expression: {error}", _listed(names))]
    return unknown_columns(found, names, where) or found


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:12])
    return f"the columns are {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
