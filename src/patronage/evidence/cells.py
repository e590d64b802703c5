"""Cells of any source read as text, keys and numbers, as expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

KEYLESS = ("", "nan", "null", "none", "<na>", "n/a", "#n/a", "nat")
"""Texts, in lower case, that stand for no key at all."""

_SPACES = "  \u2007\u2009\u202f\t"
_WHITE = r"[ \t\n\r\x0b\x0c]"
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
        # Between these bounds every engine writes a number without a power of ten.
        plain = (value.abs() >= 0.001) & (value.abs() < 10_000_000)
        return ibis.cases(
            (whole, value.try_cast("int64").cast("string")),
            (plain, value.cast("string")),
            (value.isnan(), ibis.null("string")),
            (is_endless(value), ibis.ifelse(value < 0, "-inf", "inf")),
            else_=_spelled(value.cast("string")),
        )
    return value.cast("string")


def is_missing(value: ir.Value) -> ir.Value:
    """Whether a cell has no value; not a number is none, on every engine."""
    return value.isnull() | value.isnan() if value.type().is_floating() else value.isnull()


def is_endless(number: ir.Value) -> ir.Value:
    """Whether a float is infinite."""
    # Ibis' own test for it is false for every number on Spark.
    return number.abs() == ibis.literal("Infinity").cast("float64")


def tidied(value: ir.Value) -> ir.Value:
    """The cell without spaces around it, where it is text."""
    return stripped(value) if value.type().is_string() else value


def stripped(text: ir.Value) -> ir.Value:
    """The text without white space around it."""
    # Stripping is slow, and few cells need it: a space or control sign at an end sorts before '!'. Neither ibis' own
    # way nor a look for each sign, which on Spark take the letters v and f for white space too.
    bare = text.re_replace(rf"\A{_WHITE}+|{_WHITE}+\z", "")
    return ibis.ifelse((text < "!") | (text.right(1) < "!"), bare, text)


def as_key(value: ir.Value) -> ir.Value:
    """A tidied cell as a key: 12345.0 as 12345, and words for nothing as null."""
    text = as_text(value)
    if not value.type().is_string():
        return text
    plain = ibis.ifelse(text.endswith(".0") & _is_all(text, r"\d+\.0"), text.substr(0, text.length() - 2), text)
    # A list of so many in `isin` becomes a join of every row in DuckDB, which the array does not.
    keyless = ibis.array(list(KEYLESS)).contains(text.lower())
    return ibis.ifelse((text.length() <= 5) & keyless, ibis.null("string"), plain)


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


def _is_all(text: ir.Value, pattern: str) -> ir.Value:
    """Whether a pattern matches the whole of a text."""
    return text.re_search(f"^(?:{pattern})$")


def _spelled(text: ir.Value) -> ir.Value:
    """A number in text with a power of ten below 1e-4 and from 1e16 on, such as 1e-05 and 1.5e+16, else without."""
    # Spark writes powers below 1e-3 and from 1e7 on, as 1.0E-5 and 1.5E7.
    lower = text.lower()
    lead = lower.re_extract(r"^(-?\d)", 1)
    rest = lower.re_extract(r"[.](?:0|(\d+))e", 1)
    power = lower.re_extract(r"e[+]?(-?\d+)$", 1).try_cast("int64")
    sign = ibis.ifelse(power < 0, "e-", "e+")
    dotted = ibis.ifelse(rest == "", lead, lead.concat(".", rest))
    extreme = dotted.concat(sign, ibis.ifelse(power.abs() < 10, "0", ""), power.abs().cast("string"))
    told = ibis.ifelse((power < -4) | (power > 15), extreme, _moved(lead, rest, power))
    return ibis.ifelse(text.contains("e") | text.contains("E"), told, text)


def _moved(lead: ir.Value, rest: ir.Value, power: ir.Value) -> ir.Value:
    """The number lead.rest times a power of ten, its point moved."""
    whole = lead.concat(rest.substr(0, power).rpad(power, "0"))
    large = ibis.ifelse(rest.length() > power, whole.concat(".", rest.substr(power)), whole)
    digits = lead.replace("-", "").concat(rest)
    small = lead.re_extract("^-?", 0).concat("0.", ibis.literal("0").repeat(-power - 1), digits)
    return ibis.ifelse(power < 0, small, large)


def _plain_number(value: ir.Value, otherwise: ir.Value) -> ir.Value:
    """The number of a text as a machine writes it, without thousands marks and signs of currency."""
    number = value.try_cast("float64")
    # DuckDB reads 1_0; Spark reads what Java writes, 0x1p3, 1d and 1.0f.
    foreign = value.contains("_") | value.contains("x") | value.contains("X")
    typed = ibis.or_(*(value.endswith(letter) for letter in "dDfF")) & ~is_endless(number)
    # Ibis takes not a number for missing on Spark; and to coalesce is twice as slow on DuckDB.
    read = number.notnull() | number.isnan()
    return ibis.ifelse(read & ~(foreign | typed), number, otherwise)


def _written_number(value: ir.Value, decimal: str) -> ir.Value:
    text = stripped(value).replace("−", "-")
    space = f"[{_SPACES}]*"
    sign = rf"{space}[-+(]?{space}(?:{_CODE}{space})?[-+]?{space}"
    pattern = rf"{sign}(?:{_GROUPED[decimal]}){space}(?:{_CODE})?{space}[-)]?"
    exact = _is_all(text, pattern) & _is_all(text, r"\(.*\)|[^()]*")
    digits = text.re_replace(r"[^0-9.]" if decimal == "." else r"[^0-9,]", "").replace(decimal, ".")
    size = ibis.ifelse(exact, digits.try_cast("float64"), ibis.null("float64"))
    return ibis.ifelse(text.re_search(r"[-(]"), -size, size)
