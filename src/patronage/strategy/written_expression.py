"""Expressions as text again, so that what was parsed can be written into a file."""

from __future__ import annotations

import re

from patronage.vocabulary.expressions import (
    Call,
    Column,
    Expression,
    Literal,
    Membership,
    Missing,
    Negation,
    Operation,
)

_WORDS = {"and", "or", "not", "in", "like", "is", "true", "false", "null"}
_CHAINS = {"or": 0, "and": 1, "+": 2, "-": 2, "*": 3, "/": 3}
_BARE = re.compile(r"[^\W\d]\w*")


def written(expression: Expression) -> str:
    """The text of an expression, which the grammar reads as the same expression."""
    match expression:
        case Column(name):
            bare = _BARE.fullmatch(name) is not None and name.lower() not in _WORDS
            return name if bare else f"`{name}`"
        case Literal(value):
            return _literal(value)
        case Negation(operator, operand):
            return f"not {_part(operand)}" if operator == "not" else f"-{_part(operand)}"
        case Operation(operator, left, right):
            return f"{_chained(operator, left)} {operator} {_part(right)}"
        case Membership(operand, options):
            return f"{_part(operand)} in ({', '.join(written(option) for option in options)})"
        case Missing(operand):
            return f"{_part(operand)} is null"
        case Call(function, arguments):
            return f"{function}({', '.join(written(argument) for argument in arguments)})"


def _chained(operator: str, left: Expression) -> str:
    """The left side, bare where the grammar reads a chain from the left anyway: brackets may only nest so deep."""
    same = isinstance(left, Operation) and operator in _CHAINS and _CHAINS[operator] == _CHAINS.get(left.operator)
    return written(left) if same else _part(left)


def _part(expression: Expression) -> str:
    text = written(expression)
    return text if isinstance(expression, Column | Literal | Call) else f"({text})"


def _literal(value: float | int | str | bool | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            quoted = value.replace("'", "''")
            return f"'{quoted}'"
        case _:
            return repr(value)
