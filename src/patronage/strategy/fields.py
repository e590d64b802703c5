"""The kinds of value that a key of the strategy file may hold: how each is read, refused and described."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from patronage.strategy.conditions import DeclaredRule, condition, declared_rule
from patronage.strategy.quantity import Quantity
from patronage.strategy.quantity_grammar import Domain, number, quantity
from patronage.strategy.refusal import RefusedError, clipped, unexpected
from patronage.vocabulary.errors import nearest
from patronage.vocabulary.expressions import Expression
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit

MAX_NAME = 200
"""Longest name, in characters."""

MAX_TEXT = 2_000
"""Longest text, in characters."""

MAX_DAYS = 3_660
"""Longest stretch of days that may be declared, ten years."""

Choice = TypeVar("Choice", bound=StrEnum)
_IDENTIFIER = re.compile(r"\w[\w.:-]*")
_CURRENCY = re.compile(r"[A-Z]{3}")


class StrictEntry(BaseModel):
    """A group of keys at the edge: no key beyond its own, no value turned into another kind."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def values(self) -> dict[str, Any]:
        """The values by name, as they were read."""
        return dict(self)


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise unexpected(value, "text", "put it in quotes" if isinstance(value, int | float) else "")
    if not value.strip():
        raise RefusedError("is an empty text", "write it, or take the key out")
    if len(value) > longest:
        raise RefusedError(f"is {clipped(value)}, expected at most {longest:,} characters", "shorten it")
    return value


def _name(value: object) -> str:
    return _text(value, MAX_NAME)


def long_text(value: object) -> str:
    """A text of at most MAX_TEXT characters that is not blank; raises RefusedError for any other value."""
    return _text(value, MAX_TEXT)


def identifier(value: object) -> str:
    """An id of letters, digits and _ . : -; raises RefusedError for any other value."""
    text = _text(value, MAX_NAME)
    if _IDENTIFIER.fullmatch(text) is None:
        better = re.sub(r"[^\w.:-]+", "_", text).strip("_.:-")
        step = f"write {better}" if better and len(better) <= 40 else ""
        raise RefusedError(f"is {clipped(text)}, expected an id of letters, digits and _", step)
    return text


def _one_character(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise unexpected(value, "one character", r'write "," or ";" or "\t"')
    return value


def _decimal_mark(value: object) -> str:
    if value not in {".", ","}:
        raise unexpected(value, 'the mark "." or ","')
    return str(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).lower())
        raise unexpected(value, "true or false", f"write {meant}" if meant else "")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else date.fromisoformat("")
    except ValueError as error:
        raise unexpected(value, "a day written as 2011-09-30") from error


def _currency(value: object) -> str:
    if not isinstance(value, str) or _CURRENCY.fullmatch(value) is None:
        upper = value.strip().upper() if isinstance(value, str) else ""
        step = f"write {upper}" if _CURRENCY.fullmatch(upper) else "write a code such as EUR, GBP or USD"
        raise unexpected(value, "a currency code of three capital letters (ISO 4217)", step)
    return value


def _whole_days(value: object) -> int:
    days = number(value, Domain.POSITIVE)
    if days != int(days) or days > MAX_DAYS:
        raise unexpected(value, f"a whole number of days from 1 to {MAX_DAYS:,}")
    return int(days)


def _horizon(value: object) -> float:
    years = number(value, Domain.POSITIVE)
    if not 3 <= years <= 5:
        raise unexpected(value, "3 to 5 years")
    return years


def choice_of(kind: type[Choice]) -> Callable[[object], Choice]:
    """The reader of a value that is one of a few words."""
    words = [str(word) for word in kind]

    def read(value: object) -> Choice:
        if not isinstance(value, str) or value not in words:
            hint = nearest(value, words) if isinstance(value, str) and len(value) <= MAX_NAME else ""
            raise unexpected(value, "one of " + ", ".join(words), hint)
        return kind(value)

    return read


def choice_schema(kind: type[StrEnum]) -> dict[str, Any]:
    """The JSON Schema of a value that is one of a few words."""
    return {"enum": [str(word) for word in kind]}


def quantity_of(domain: Domain) -> Callable[[object], Quantity]:
    """The reader of a quantity within a domain."""

    def read(value: object) -> Quantity:
        return quantity(value, domain)

    return read


def quantity_schema(domain: Domain) -> dict[str, Any]:
    """The JSON Schema of a quantity within a domain."""
    bounds: dict[Domain, dict[str, Any]] = {
        Domain.ANY: {},
        Domain.POSITIVE: {"exclusiveMinimum": 0},
        Domain.NON_NEGATIVE: {"minimum": 0},
        Domain.PROBABILITY: {"minimum": 0, "maximum": 1},
    }
    single: dict[str, Any] = {"type": "number", **bounds[domain]}
    forms: list[dict[str, Any]] = [
        {**single, "description": f"{domain}, certain"},
        {"type": "string", "pattern": r"^\s*[-+]?[0-9].*\.\..*[0-9]\s*$", "description": "a 90% interval, low..high"},
        _keys_schema({"mean": single, "sd": {"type": "number", "exclusiveMinimum": 0}}, "mean and standard deviation"),
        _keys_schema({end: {"type": "number"} for end in ("low", "mode", "high")}, "least, most likely, most (PERT)"),
    ]
    if domain in {Domain.ANY, Domain.PROBABILITY}:
        shape = {"type": "number", "exclusiveMinimum": 0}
        pair = {"type": "array", "items": shape, "minItems": 2, "maxItems": 2}
        forms.append(_keys_schema({"beta": pair}, "a beta distribution by its two shapes"))
    return {"anyOf": forms}


def _keys_schema(keys: dict[str, dict[str, Any]], description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
        "description": description,
    }


def _text_schema(longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, **more}


Name = Annotated[str, PlainValidator(_name), WithJsonSchema(_text_schema(MAX_NAME))]
LongText = Annotated[str, PlainValidator(long_text), WithJsonSchema(_text_schema(MAX_TEXT))]
Identifier = Annotated[str, PlainValidator(identifier), WithJsonSchema(_text_schema(MAX_NAME, pattern=r"^\w[\w.:-]*$"))]
OneCharacter = Annotated[
    str, PlainValidator(_one_character), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 1})
]
DecimalMark = Annotated[str, PlainValidator(_decimal_mark), WithJsonSchema({"enum": [".", ","]})]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Currency = Annotated[
    str, PlainValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]})
]
WholeDays = Annotated[
    int,
    PlainValidator(_whole_days),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_DAYS}),
]
HorizonYears = Annotated[
    float, PlainValidator(_horizon), WithJsonSchema({"type": "number", "minimum": 3, "maximum": 5})
]
GradeWord = Annotated[Grade, PlainValidator(choice_of(Grade)), WithJsonSchema(choice_schema(Grade))]
TimeWord = Annotated[TimeUnit, PlainValidator(choice_of(TimeUnit)), WithJsonSchema(choice_schema(TimeUnit))]
Condition = Annotated[
    Expression, PlainValidator(condition), WithJsonSchema({"type": "string", "examples": ["quantity > 0"]})
]
Rule = Annotated[
    DeclaredRule, PlainValidator(declared_rule), WithJsonSchema({"type": "string", "examples": ["all", "place = 'UK'"]})
]
AnyNumber = Annotated[Quantity, PlainValidator(quantity_of(Domain.ANY)), WithJsonSchema(quantity_schema(Domain.ANY))]
Positive = Annotated[
    Quantity, PlainValidator(quantity_of(Domain.POSITIVE)), WithJsonSchema(quantity_schema(Domain.POSITIVE))
]
NonNegative = Annotated[
    Quantity, PlainValidator(quantity_of(Domain.NON_NEGATIVE)), WithJsonSchema(quantity_schema(Domain.NON_NEGATIVE))
]
Share = Annotated[
    Quantity, PlainValidator(quantity_of(Domain.PROBABILITY)), WithJsonSchema(quantity_schema(Domain.PROBABILITY))
]
