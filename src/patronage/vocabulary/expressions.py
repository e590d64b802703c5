"""The one small grammar of sources, segment rules and filters: parsed, never evaluated as code."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NoReturn

from patronage.vocabulary.errors import nearest

FUNCTIONS: dict[str, tuple[int, int]] = {
    "lower": (1, 1), "upper": (1, 1), "trim": (1, 1), "abs": (1, 1), "round": (1, 2),
    "coalesce": (2, 9), "length": (1, 1), "starts_with": (2, 2), "year": (1, 1), "month": (1, 1),
    "text": (1, 1), "number": (1, 1), "concat": (2, 9), "greatest": (2, 9), "least": (2, 9),
}  # fmt: skip
"""Names of the functions and the least and most arguments each takes."""

MAX_DEPTH = 60
"""Deepest nesting that is read; deeper text is refused rather than exhausting the stack."""


LARGEST_WHOLE = 2.0**63
"""Whole numbers from here on are held by no engine."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table at hand."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, a truth value or nothing."""

    value: float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a condition ('not') or of a number ('-')."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands joined by one of: or and = != < <= > >= + - * / like."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether an operand is one of the listed literals."""

    operand: Expression
    options: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether an operand has no value."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of FUNCTIONS applied to its arguments."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Column | Literal | Negation | Operation | Membership | Missing | Call


class ExpressionError(ValueError):
    """The text is not an expression of the grammar; `position` is where reading stopped, from 0."""

    def __init__(self, text: str, position: int, message: str) -> None:
        self.position = position
        super().__init__(f"{message} at character {position + 1} of {text!r}")


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+(?:[eE][+-]?\d+)?)
    | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<quoted>`[^`]+`)
    | (?P<word>[^\W\d]\w*)
    | (?P<symbol><=|>=|!=|<>|==|[-+*/(),=<>])
    )""",
    re.VERBOSE,
)
_COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parsed(text: str) -> Expression:
    """The expression that a text stands for.

    Names are bare words or `backticked`, texts stand in single or double quotes, words of the
    grammar (and, or, not, in, like, is, null, true, false) are free of case.
    Raises ExpressionError with the place where the text leaves the grammar.
    """
    reader = _Reader(text, _tokens(text))
    expression = reader.disjunction()
    reader.finish()
    return expression


def columns_of(expression: Expression) -> frozenset[str]:
    """The names of the columns that an expression reads."""
    match expression:
        case Column(name):
            return frozenset({name})
        case Literal():
            return frozenset()
        case Negation(operand=operand) | Membership(operand=operand) | Missing(operand=operand):
            return columns_of(operand)
        case Operation(left=left, right=right):
            return columns_of(left) | columns_of(right)
        case Call(arguments=arguments):
            return frozenset[str]().union(*(columns_of(argument) for argument in arguments))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(text, start, f"cannot read {text[start]!r}")
        kind = match.lastgroup
        found.append(_Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    return found


class _Reader:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def disjunction(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._refuse(f"nested deeper than {MAX_DEPTH} levels")
        left = self._conjunction()
        while self._takes_word("or"):
            left = Operation("or", left, self._conjunction())
        self._depth -= 1
        return left

    def finish(self) -> None:
        if self._at < len(self._tokens):
            self._refuse(f"did not expect {self._tokens[self._at].text!r}")

    def _conjunction(self) -> Expression:
        left = self._inversion()
        while self._takes_word("and"):
            left = Operation("and", left, self._inversion())
        return left

    def _inversion(self) -> Expression:
        turns = 0
        while self._takes_word("not"):
            turns += 1
        operand = self._comparison()
        return Negation("not", operand) if turns % 2 else operand

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._takes_word("is"):
            negated = self._takes_word("not")
            if not self._takes_word("null"):
                self._refuse("expected 'null' after 'is'")
            return Negation("not", Missing(left)) if negated else Missing(left)
        negated = self._takes_word("not")
        if self._takes_word("in"):
            found: Expression = Membership(left, self._options())
        elif self._takes_word("like"):
            found = Operation("like", left, self._sum())
        elif negated:
            self._refuse("expected 'in' or 'like' after 'not'")
        else:
            symbol = self._takes_symbol(*_COMPARISONS)
            return Operation(_COMPARISONS[symbol], left, self._sum()) if symbol else left
        return Negation("not", found) if negated else found

    def _options(self) -> tuple[Literal, ...]:
        self._demand("(")
        options: list[Literal] = []
        while True:
            option = self._signed()
            if isinstance(option, Negation) and isinstance(option.operand, Literal):
                value = option.operand.value
                if isinstance(value, int | float):
                    option = Literal(-value)
            if not isinstance(option, Literal):
                self._refuse("expected a number or a quoted text in the list")
            options.append(option)
            if not self._takes_symbol(","):
                break
        self._demand(")")
        return tuple(options)

    def _sum(self) -> Expression:
        left = self._product()
        while symbol := self._takes_symbol("+", "-"):
            left = Operation(symbol, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while symbol := self._takes_symbol("*", "/"):
            left = Operation(symbol, left, self._signed())
        return left

    def _signed(self) -> Expression:
        turns = 0
        while symbol := self._takes_symbol("-", "+"):
            turns += symbol == "-"
        operand = self._atom()
        return Negation("-", operand) if turns % 2 else operand

    def _atom(self) -> Expression:
        if self._at >= len(self._tokens):
            self._refuse("expected a name, a number or a text")
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "number":
            return Literal(self._number(token))
        if token.kind == "text":
            quote = token.text[0]
            return Literal(token.text[1:-1].replace(quote * 2, quote))
        if token.kind == "quoted":
            return Column(token.text[1:-1])
        if token.kind == "word":
            return self._named(token)
        if token.text == "(":
            inner = self.disjunction()
            self._demand(")")
            return inner
        self._at -= 1
        self._refuse(f"did not expect {token.text!r}")

    def _number(self, token: _Token) -> float | int:
        """A number that every engine can hold; longer rows of digits are keys, which are texts."""
        whole = not re.search(r"[.eE]", token.text)
        found = float(token.text)
        if math.isinf(found) or (whole and found >= LARGEST_WHOLE):
            message = "the number is too large; put it in quotes where it is a name"
            raise ExpressionError(self._text, token.position, message)
        return int(token.text) if whole else found

    def _named(self, token: _Token) -> Expression:
        word = token.text.lower()
        if word in {"true", "false", "null"}:
            return Literal({"true": True, "false": False, "null": None}[word])
        if word in {"and", "or", "not", "in", "like", "is"}:
            self._at -= 1
            self._refuse(f"did not expect {token.text!r}")
        if self._takes_symbol("("):
            return self._call(token)
        return Column(token.text)

    def _call(self, token: _Token) -> Expression:
        name = token.text.lower()
        if name not in FUNCTIONS:
            hint = nearest(name, FUNCTIONS) or "known: " + ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(self._text, token.position, f"no function {token.text!r}; {hint}")
        arguments = [self.disjunction()]
        while self._takes_symbol(","):
            arguments.append(self.disjunction())
        self._demand(")")
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            span = f"{least}" if least == most else f"{least} to {most}"
            message = f"{name} takes {span} arguments, got {len(arguments)},"
            raise ExpressionError(self._text, token.position, message)
        return Call(name, tuple(arguments))

    def _takes_word(self, word: str) -> bool:
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "word" and token.text.lower() == word:
                self._at += 1
                return True
        return False

    def _takes_symbol(self, *symbols: str) -> str:
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "symbol" and token.text in symbols:
                self._at += 1
                return token.text
        return ""

    def _demand(self, symbol: str) -> None:
        if not self._takes_symbol(symbol):
            self._refuse(f"expected {symbol!r}")

    def _refuse(self, message: str) -> NoReturn:
        inside = self._at < len(self._tokens)
        position = self._tokens[self._at].position if inside else len(self._text.rstrip())
        raise ExpressionError(self._text, position, message)
