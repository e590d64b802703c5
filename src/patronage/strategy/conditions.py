"""Conditions of the strategy file: parsed by the one small grammar, refused with the place of the slip."""

from __future__ import annotations

from dataclasses import dataclass

from patronage.strategy.refusal import RefusedError, clipped, unexpected
from patronage.vocabulary.expressions import (
    Call,
    Expression,
    ExpressionError,
    Literal,
    Membership,
    Missing,
    Negation,
    Operation,
    parsed,
)

MAX_LEVELS = 200
"""Most levels of an expression's tree: longer chains of and, or, + would exhaust those who walk it."""

_EXAMPLE = "write a condition such as revenue > 1000 and place = 'UK'"


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """A segment's rule as written, and parsed; None stands for every customer."""

    text: str
    expression: Expression | None


def declared_rule(value: object) -> DeclaredRule:
    """The rule that a plain value states; raises RefusedError."""
    if isinstance(value, str) and value.strip().lower() == "all":
        return DeclaredRule("all", None)
    expression = condition(value)
    return DeclaredRule(str(value), expression)


def condition(value: object) -> Expression:
    """The condition that a plain value states; raises RefusedError where it is none or gives no yes or no."""
    if not isinstance(value, str) or not value.strip():
        raise unexpected(value, "a condition in text", _EXAMPLE)
    try:
        expression = parsed(value)
    except ExpressionError as error:
        found = f"cannot be read: {_without_text(error, value)} of {clipped(value)}"
        raise RefusedError(found, _step(value, error.position)) from error
    if _levels(expression) > MAX_LEVELS:
        found = f"is {clipped(value)}, which chains more than {MAX_LEVELS} parts"
        raise RefusedError(found, "use in ('A', 'B', ...) instead of or, or add a column to the data")
    if not _answers(expression):
        raise RefusedError(f"is {clipped(value)}, which gives a value and no yes or no", _EXAMPLE)
    return expression


def _without_text(error: ExpressionError, text: str) -> str:
    return str(error).removesuffix(f" of {text!r}")


def _step(text: str, position: int) -> str:
    rest = text[position:]
    if rest.startswith(("'", '"')):
        return "close the quote that opens there"
    if rest.startswith("&"):
        return "write and"
    if rest.startswith("|"):
        return "write or"
    return _EXAMPLE if position == 0 else ""


def _answers(expression: Expression) -> bool:
    match expression:
        case Literal(value):
            return isinstance(value, bool)
        case Negation(operator) | Operation(operator):
            return operator not in {"-", "+", "*", "/"}
        case _:
            return True


def _levels(expression: Expression) -> int:
    deepest = 0
    waiting: list[tuple[Expression, int]] = [(expression, 1)]
    while waiting:
        at, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((part, level + 1) for part in _parts(at))
    return deepest


def _parts(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Negation(operand=operand) | Membership(operand=operand) | Missing(operand=operand):
            return (operand,)
        case Operation(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case _:
            return ()
