"""Lines that are no product: postage, fees, bad debt and adjustments, found by code and by description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.cells import stripped
from patronage.evidence.loaded import ApartLines

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.evidence.engine import Engine

CODES = (
    "POST", "POSTAGE", "DOT", "CRUK", "BANK CHARGES", "AMAZONFEE", "ADJUST", "SHIPPING", "FREIGHT", "DELIVERY",
    "CARRIAGE", "FEE", "FEES", "DISCOUNT", "COUPON", "TIP", "SAMPLES", "VERSAND", "VERSANDKOSTEN", "PORTO", "RABATT",
    "FRAIS DE PORT", "REMISE", "ENVIO", "DESCUENTO", "GIFTCARD", "GIFT CARD", "VOUCHER",
)  # fmt: skip
"""Product codes, in capitals, that stand for no product whatever their description."""

PREFIXES = ("ADJUST", "GIFT_", "TEST0")
"""Starts of product codes, in capitals, that stand for no product."""

WORDS = (
    "postage", "dotcom postage", "carriage", "next day carriage", "shipping", "delivery", "freight",
    "post and packing", "postage and packing", "shipping and handling", "shipping fee", "delivery charge",
    "delivery fee", "bank charges", "amazon fee", "bad debt", "adjust bad debt", "adjustment", "manual", "discount",
    "samples", "gift card", "gift voucher", "pads to match all cushions", "cruk commission", "commission",
    "handling fee", "service fee", "restocking fee", "tip", "versand", "versandkosten", "porto", "gutschein",
    "rabatt", "frais de port", "livraison", "remise", "envío", "gastos de envío", "descuento",
)  # fmt: skip
"""Descriptions, in lower case, of what is no product."""

WORD_STARTS = (
    "adjustment by ",
    "gift voucher",
    "gift card",
    "dotcomgiftshop gift voucher",
    "shipping: ",
    "shipping - ",
)
"""Starts of descriptions, in lower case, of what is no product."""


def apart_lines(lines: ir.Table, engine: Engine) -> tuple[ApartLines, ...]:
    """The lines that look like no product, by code in capitals, those with the most lines first.

    A code counts when it says so itself, or when its most frequent description does; without codes
    the description decides alone. lines: order lines with product_id, product and amount.
    """
    kinds = lines.group_by("product_id", "product").aggregate(lines=lines.count(), money=lines.amount.sum())
    # Kept apart, so that kinds of lines are looked at and not every line.
    with engine.staged(kinds, "kinds") as known:
        text = stripped(known["product"])
        named = known.mutate(text=text, code=stripped(ibis.coalesce(known.product_id, text)).upper())
        counted = named.group_by("code").aggregate(
            description=named.text.argmax(
                ibis.struct({"lines": named.lines, "text": named.text}), where=named.text.notnull()
            ),
            lines=named.lines.sum(),
            money=named.money.sum(),
        )
        apart = counted.filter(_by_code(counted.code) | _by_words(counted.description))
        found = engine.records(apart.order_by(apart.lines.desc(), "code"))
    return tuple(ApartLines(row["code"], row["description"] or "", row["lines"], row["money"] or 0.0) for row in found)


def in_grammar(text: str, source: Collection[str]) -> str | None:
    """A mapped text as the grammar writes it: a column's name in backticks where it is no bare word.

    source: the names of the source's columns. None for a name that the grammar cannot write.
    """
    if text not in source:
        return f"({text})"
    if text.isidentifier() and text.lower() not in {"and", "or", "not", "in", "like", "is", "null", "true", "false"}:
        return text
    return None if "`" in text else f"`{text}`"


def apart_expression(found: tuple[ApartLines, ...], column: str) -> str | None:
    """The expression that keeps the found lines apart, None where there are none.

    column: that of the codes, or of the descriptions where there are no codes, as the grammar writes it.
    """
    codes = sorted({item.code for item in found})
    prefixes = [start for start in PREFIXES if any(code.startswith(start) for code in codes)]
    single = [code for code in codes if not code.startswith(tuple(prefixes))]
    parts = [f"upper(trim({column})) in ({', '.join(map(_quoted, single))})"] if single else []
    parts += [f"starts_with(upper(trim({column})), {_quoted(start)})" for start in prefixes]
    return " or ".join(parts) or None


def _by_code(code: ir.Value) -> ir.Value:
    upper = code.upper()
    found = upper.isin(CODES)
    for start in PREFIXES:
        found = found | upper.startswith(start)
    return found.fill_null(False)


def _by_words(text: ir.Value) -> ir.Value:
    lower = stripped(text).lower()
    found = lower.isin(WORDS)
    for start in WORD_STARTS:
        found = found | lower.startswith(start)
    return found.fill_null(False)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
