"""Expressions of the small grammar made into expressions of the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import ibis
import ibis.expr.types as ir

from patronage.evidence.cells import as_number, as_text, is_missing, stripped
from patronage.evidence.rounding import rounded
from patronage.vocabulary.errors import EvidenceError, Fault, nearest
from patronage.vocabulary.expressions import (
    Call,
    Column,
    Expression,
    Literal,
    Membership,
    Missing,
    Negation,
    Operation,
    columns_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def condition(expression: Expression, table: ir.Table, *, where: str = "expression") -> ir.Value:
    """The truth of an expression for each row of a table, null where a value it needs is missing.

    Raises EvidenceError with every column that the table lacks, and where the expression is no condition.
    """
    return condition_of(expression, _columns(table), where=where)


def value(expression: Expression, table: ir.Table, *, where: str = "expression") -> ir.Value:
    """The value of an expression for each row of a table; raises EvidenceError as `condition` does."""
    return value_of(expression, _columns(table), where=where)


def condition_of(
    expression: Expression, columns: Mapping[str, ir.Value], *, where: str, decimal: str = "."
) -> ir.Value:
    """The truth of an expression over named columns; decimal: the mark in numbers that are text."""
    return _known(expression, columns, where, decimal).truth(expression)


def value_of(expression: Expression, columns: Mapping[str, ir.Value], *, where: str, decimal: str = ".") -> ir.Value:
    """The value of an expression over named columns; decimal: the mark in numbers that are text."""
    return _known(expression, columns, where, decimal).value(expression)


def unknown_columns(expression: Expression, known: Iterable[str], where: str) -> list[Fault]:
    """One fault for each column that an expression names and that is not there."""
    names = list(known)
    missing = sorted(columns_of(expression) - set(names))
    return [Fault(where, f"there is no column {name!r}", nearest(name, names) or _listed(names)) for name in missing]


def _listed(names: list[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(repr(name) for name in names[:12])
    return f"the columns are {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _columns(table: ir.Table) -> dict[str, ir.Value]:
    return {name: table[name] for name in table.columns}


def _known(expression: Expression, columns: Mapping[str, ir.Value], where: str, decimal: str) -> _Reading:
    faults = unknown_columns(expression, columns, where)
    if faults:
        raise EvidenceError(*faults)
    return _Reading(columns, where, decimal)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One expression over named columns, with the decimal mark of numbers that are text."""

    columns: Mapping[str, ir.Value]
    where: str
    decimal: str

    def value(self, expression: Expression) -> ir.Value:
        match expression:
            case Column(name):
                return self.columns[name]
            case Literal(literal):
                return _literal(literal)
            case Negation("-", operand):
                return -self.number(operand)
            case Operation(operator, left, right) if operator in _ARITHMETIC:
                return self._arithmetic(operator, left, right)
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                return self.truth(expression)

    def truth(self, expression: Expression) -> ir.Value:
        match expression:
            case Negation("not", operand):
                return ~self.truth(operand)
            case Operation("and", left, right):
                return self.truth(left) & self.truth(right)
            case Operation("or", left, right):
                return self.truth(left) | self.truth(right)
            case Operation("like", left, right):
                return _like(self.text(left), self._pattern(right))
            case Operation(operator, left, right) if operator not in _ARITHMETIC:
                return self._compared(operator, left, right)
            case Membership(operand, options):
                return self._member(operand, options)
            case Missing(operand):
                return is_missing(self.value(operand))
            case _:
                found = self.value(expression)
                if found.type().is_null():
                    return ibis.null("boolean")
                if not found.type().is_boolean():
                    self._refuse("a condition that is true or false is expected here, not a value")
                return found

    def number(self, expression: Expression) -> ir.Value:
        found = self.value(expression)
        if found.type().is_null():
            return ibis.null("float64")
        return found if found.type().is_numeric() else as_number(found, self.decimal)

    def text(self, expression: Expression) -> ir.Value:
        return as_text(self.value(expression))

    def _arithmetic(self, operator: str, left: Expression, right: Expression) -> ir.Value:
        one, other = self.number(left).cast("float64"), self.number(right).cast("float64")
        if operator == "+":
            return one + other
        if operator == "-":
            return one - other
        if operator == "*":
            return one * other
        return one / other.nullif(0.0)

    def _compared(self, operator: str, left: Expression, right: Expression) -> ir.Value:
        one, other = self._alike(left, right)
        match operator:
            case "=":
                return _equal(one, other)
            case "!=":
                return ~_equal(one, other)
            case "<":
                return one < other
            case "<=":
                return one <= other
            case ">":
                return one > other
            case _:
                return one >= other

    def _alike(self, left: Expression, right: Expression) -> tuple[ir.Value, ir.Value]:
        """Both sides in one type: times where one is a time, numbers where one is a number, else texts."""
        one, other = self.value(left), self.value(right)
        kinds = (one.type(), other.type())
        if any(kind.is_null() for kind in kinds) or kinds[0] == kinds[1]:
            return one, other
        if any(kind.is_timestamp() or kind.is_date() for kind in kinds):
            return self._moment(left, one), self._moment(right, other)
        if any(kind.is_numeric() for kind in kinds) and not _key_against_text(one, other, left, right):
            return self.number(left), self.number(right)
        return as_text(one), as_text(other)

    def _moment(self, expression: Expression, found: ir.Value) -> ir.Value:
        if isinstance(expression, Literal) and isinstance(expression.value, str):
            try:
                moment = datetime.fromisoformat(expression.value)
                return ibis.literal(moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None))
            except ValueError:
                self._refuse(f"{expression.value!r} is compared with a date and is none; write it as YYYY-MM-DD")
        if found.type().is_string():
            # Other forms are read by one engine and not by the other, a time without a day as one of today.
            text = stripped(found)
            return ibis.ifelse(text.re_search(_ISO_DAY), text.try_cast("timestamp"), ibis.null("timestamp"))
        if not (found.type().is_timestamp() or found.type().is_date()):
            self._refuse("a date is compared with what is no date")
        return found.cast("timestamp")

    def _member(self, operand: Expression, options: tuple[Literal, ...]) -> ir.Value:
        values = [option.value for option in options if option.value is not None]
        if values and all(isinstance(item, int | float) and not isinstance(item, bool) for item in values):
            return self.number(operand).isin(values)
        found = self.value(operand)
        if found.type().is_boolean() and all(isinstance(item, bool) for item in values):
            return found.isin(values)
        return as_text(found).isin([_plain(item) for item in values])

    def _pattern(self, expression: Expression) -> str:
        if not isinstance(expression, Literal) or not isinstance(expression.value, str):
            self._refuse("'like' takes a quoted pattern, such as 'gift%'")
        return expression.value

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> ir.Value:
        if function in _ON_TEXT:
            return _ON_TEXT[function](self.text(arguments[0]))
        if function in _ON_MOMENT:
            return _ON_MOMENT[function](self._moment(arguments[0], self.value(arguments[0])))
        match function:
            case "abs":
                return self.number(arguments[0]).abs()
            case "round":
                return self._rounded(arguments)
            case "number":
                return self.number(arguments[0])
            case "starts_with":
                return self.text(arguments[0]).startswith(self.text(arguments[1]))
            case "concat":
                return self._joined(arguments)
            case "coalesce":
                return ibis.coalesce(*self._common(arguments))
            case "greatest":
                return ibis.greatest(*(self.number(argument) for argument in arguments))
            case _:
                return ibis.least(*(self.number(argument) for argument in arguments))

    def _rounded(self, arguments: tuple[Expression, ...]) -> ir.Value:
        if len(arguments) == 1:
            return rounded(self.number(arguments[0]).cast("float64"))
        digits = arguments[1]
        if not isinstance(digits, Literal) or type(digits.value) is not int:
            self._refuse("'round' takes a whole number of digits")
        return rounded(self.number(arguments[0]).cast("float64"), digits.value)

    def _joined(self, arguments: tuple[Expression, ...]) -> ir.Value:
        texts = [ibis.coalesce(self.text(argument), ibis.literal("")) for argument in arguments]
        return ibis.literal("").concat(*texts)

    def _common(self, arguments: tuple[Expression, ...]) -> list[ir.Value]:
        found = [self.value(argument) for argument in arguments]
        kinds = {str(item.type()) for item in found if not item.type().is_null()}
        if len(kinds) <= 1:
            return found
        if all(item.type().is_numeric() or item.type().is_null() for item in found):
            return [item.cast("float64") for item in found]
        return [as_text(item) for item in found]

    def _refuse(self, message: str) -> NoReturn:
        raise EvidenceError(Fault(self.where, message))


_ARITHMETIC = frozenset("+-*/")
_ISO_DAY = r"^\d{4}-\d{1,2}-\d{1,2}"
_ON_TEXT: Mapping[str, Callable[[ir.Value], ir.Value]] = {
    # Where the case of a letter depends on its place or takes two letters, engines differ: these are told beforehand.
    "lower": lambda text: text.replace("İ", "i").replace("Σ", "σ").lower(),
    "upper": lambda text: text.replace("ß", "ẞ").upper(),
    "trim": stripped,
    "length": lambda text: text.length(),
    "text": lambda text: text,
}
_ON_MOMENT: Mapping[str, Callable[[ir.Value], ir.Value]] = {
    "year": lambda moment: moment.year(),
    "month": lambda moment: moment.month(),
}


def _literal(value: float | int | str | bool | None) -> ir.Value:
    if value is None:
        return ibis.null()
    # Ibis writes 0.1 without a type, and engines take it for a decimal.
    return ibis.literal(repr(value)).cast("float64") if isinstance(value, float) else ibis.literal(value)


def _equal(one: ir.Value, other: ir.Value) -> ir.Value:
    """Whether two values are the same; equal to nothing is what is missing."""
    if one.type().is_null() or other.type().is_null():
        return is_missing(other if one.type().is_null() else one)
    return one == other


def _like(text: ir.Value, pattern: str) -> ir.Value:
    """Whether a text has a pattern of % (any letters) and _ (one letter)."""
    if "\\" not in pattern:
        return text.like(pattern)
    # Spark takes a backslash in such a pattern for an escape, other engines for a letter.
    written = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return text.re_search(rf"\A(?s:{written})\z")


def _plain(item: float | int | str | bool) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(int(item)) if isinstance(item, float) and item.is_integer() else str(item)


def _key_against_text(one: ir.Value, other: ir.Value, left: Expression, right: Expression) -> bool:
    """Whether a numeric column stands against a quoted text, as a customer number does."""
    return (one.type().is_numeric() and isinstance(right, Literal) and other.type().is_string()) or (
        other.type().is_numeric() and isinstance(left, Literal) and one.type().is_string()
    )
