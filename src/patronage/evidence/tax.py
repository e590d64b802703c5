"""Tax taken off order lines whose amounts include it, so that revenue and margin are net of tax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.queries.sums import number
from patronage.evidence.rules import Rule
from patronage.vocabulary.errors import Fault
from patronage.vocabulary.sources import ANYWHERE, GROSS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from patronage.vocabulary.sources import SourceMapping

PRICES = ("unit_price", "discount", "list_price")
"""Money of a line that includes tax as its amount does; unit_cost is what the company pays, without it."""


def tax_faults(mapping: SourceMapping, mapped: Collection[str]) -> list[Fault]:
    """What a source of order lines declares of tax that cannot be carried out; mapped: canonical columns."""
    if mapping.table != "orders":
        return []
    rates = mapping.tax_rates or {}
    if mapping.amounts != GROSS:
        told = "is declared, and amounts are not gross, so no tax is taken off"
        return [Fault("orders.tax_rate", told, "write amounts: gross, or take tax_rate out")] if rates else []
    faults: list[Fault] = []
    if "tax" not in mapped and not rates:
        step = "map tax, or declare tax_rate: 0.2, or one for each place"
        faults.append(Fault("orders.amounts", "are gross, and nothing tells the tax in them", step))
    if set(rates) - {ANYWHERE} and "place" not in mapped:
        faults.append(Fault("orders.tax_rate", "differs by place, and no place is mapped", "map place"))
    return faults


def line_tax(columns: Mapping[str, ir.Value], gross: ir.Value, mapping: SourceMapping) -> ir.Value:
    """The tax in the gross amount of a line, of its sign: as given, else by the declared rate; missing without both."""
    given = gross.sign() * columns["tax"].abs()
    rates = mapping.tax_rates
    if not rates:
        return given
    rest = number(rates[ANYWHERE]) if ANYWHERE in rates else ibis.null("float64")
    named = [(columns["place"] == place, number(rate)) for place, rate in rates.items() if place != ANYWHERE]
    rate = ibis.cases(*named, else_=rest) if named else rest
    return ibis.coalesce(given, gross * rate / (rate + 1.0))


def tax_rules(columns: Mapping[str, ir.Value], gross: ir.Value, mapping: SourceMapping) -> list[Rule]:
    """The rules of lines whose amounts include tax: it is known, and less than the amount."""
    tax = line_tax(columns, gross, mapping)
    if mapping.tax_rates:
        place = ibis.coalesce(columns["place"], ibis.literal("no place"))
        missing: str | ir.Value = ibis.literal("amounts are gross, and no tax rate is declared for ").concat(place)
    else:
        missing = "amounts are gross, and tax is missing"
    return [
        Rule("tax_missing", missing, gross.notnull() & tax.isnull()),
        Rule("tax_large", "tax is as large as the gross amount", (gross != 0.0) & (tax.abs() >= gross.abs())),
    ]


def net_columns(columns: Mapping[str, ir.Value], mapping: SourceMapping) -> dict[str, ir.Value]:
    """The columns of order lines with tax taken off amount and prices; tax is what was taken off."""
    gross = columns["amount"]
    tax = line_tax(columns, gross, mapping)
    share = ibis.ifelse(gross == 0.0, number(1.0), number(1.0) - tax / gross)
    net = {name: columns[name] * share for name in PRICES}
    return {**columns, **net, "amount": gross - tax, "tax": tax}
