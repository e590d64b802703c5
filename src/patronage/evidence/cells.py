"""Cells of any source read as text, keys and numbers, as expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

KEYLESS = ("", "nan", "null", "none", "<na>", "n/a", "#n/a", "nat")
"""Texts, in lower case, that stand for no key at all."""

_SPACES = "  \u2007\u2009\u202f\t"
_CODE = r"(?:[A-Z]{0,3}[\p{Sc}]|[A-Z]{3}|kr\.?|Kr\.?|zł|Kč|Ft|lei)"
_GROUPED = {
    ".": rf"\d{{1,3}}(?:[,'’{_SPACES}]\d{{3}})+(?:\.\d*)?|\d+\.?\d*|\.\d+",
    ",": rf"\d{{1,3}}(?:[.'’{_SPACES}]\d{{3}})+(?:,\d*)?|\d+,?\d*|,\d+",
}
_WHOLE_BOUND = 2.0**53


def as_text(value: ir.Value) -> ir.Value:
    """The cell as text: whole floats without a fraction, missing and not-a-number as null."""
    kind = value.type()
    if kind.is_string():
        return value
    if kind.is_floating():
        whole = (value % 1.0 == 0) & (value.abs() < _WHOLE_BOUND)
        text = ibis.ifelse(whole, value.try_cast("int64").cast("string"), value.cast("string"))
        return ibis.ifelse(value.isnan(), ibis.null("string"), text)
    return value.cast("string")


def tidied(value: ir.Value) -> ir.Value:
    """The cell without spaces around it, where it is text."""
    if not value.type().is_string():
        return value
    # Stripping is slow, and few cells need it: a space or control sign at an end sorts before '!'.
    return ibis.ifelse((value < "!") | (value.right(1) < "!"), value.strip(), value)


def as_key(value: ir.Value) -> ir.Value:
    """A tidied cell as a key: 12345.0 as 12345, and words for nothing as null."""
    text = as_text(value)
    if not value.type().is_string():
        return text
    plain = ibis.ifelse(text.endswith(".0") & _is_all(text, r"\d+\.0"), text.substr(0, text.length() - 2), text)
    return ibis.ifelse((text.length() <= 5) & text.lower().isin(KEYLESS), ibis.null("string"), plain)


def is_blank(value: ir.Value) -> ir.Value:
    """Whether a tidied cell holds nothing."""
    return value.isnull() | (value == "") if value.type().is_string() else value.isnull()


def as_number(value: ir.Value, decimal: str = ".") -> ir.Value:
    """The cell as a number, null where it is none.

    Text may carry thousands marks, a currency sign or code, brackets or a trailing minus for less
    than nothing. decimal: the mark before the fraction, '.' or ','.
    """
    kind = value.type()
    if kind.is_floating() or kind.is_integer() or kind.is_decimal():
        return value.cast("float64")
    if kind.is_boolean():
        return value.cast("int8").cast("float64")
    if not kind.is_string():
        return ibis.null("float64")
    written = _written_number(value, decimal)
    if decimal == ",":
        return ibis.ifelse(value.contains(",") | value.contains("."), written, _plain_number(value, written))
    return _plain_number(value, written)


def is_plain_number(value: ir.Value) -> ir.Value:
    """Whether a text is a number as a machine writes it: no thousands marks, no signs of currency."""
    return value.try_cast("float64").notnull() & ~value.contains("_")


def _is_all(text: ir.Value, pattern: str) -> ir.Value:
    """Whether a pattern matches the whole of a text."""
    return text.re_search(f"^(?:{pattern})$")


def _plain_number(value: ir.Value, otherwise: ir.Value) -> ir.Value:
    return ibis.ifelse(is_plain_number(value), value.try_cast("float64"), otherwise)


def _written_number(value: ir.Value, decimal: str) -> ir.Value:
    text = value.strip().replace("−", "-")
    space = f"[{_SPACES}]*"
    sign = rf"{space}[-+(]?{space}(?:{_CODE}{space})?[-+]?{space}"
    pattern = rf"{sign}(?:{_GROUPED[decimal]}){space}(?:{_CODE})?{space}[-)]?"
    exact = _is_all(text, pattern) & _is_all(text, r"\(.*\)|[^()]*")
    digits = text.re_replace(r"[^0-9.]" if decimal == "." else r"[^0-9,]", "").replace(decimal, ".")
    size = ibis.ifelse(exact, digits.try_cast("float64"), ibis.null("float64"))
    return ibis.ifelse(text.re_search(r"[-(]"), -size, size)
