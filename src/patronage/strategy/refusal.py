"""A refused value, in plain words: what stands there, what was expected, what to do."""

from __future__ import annotations

LONGEST_SHOWN = 40
"""Characters of a refused text that a message repeats."""


class RefusedError(ValueError):
    """A value that the strategy file may not hold; `found` and `next_step` complete a fault."""

    def __init__(self, found: str, next_step: str = "") -> None:
        self.found = found
        self.next_step = next_step
        super().__init__(f"{found}; {next_step}" if next_step else found)


def unexpected(value: object, expected: str, next_step: str = "") -> RefusedError:
    """The refusal of a value that is something else than what was expected."""
    if value is None:
        return RefusedError(f"has no value, expected {expected}", next_step or "give one or take the key out")
    return RefusedError(f"is {shown(value)}, expected {expected}", next_step)


def shown(value: object) -> str:
    """A value as a message repeats it: its sort, and its content where that is short."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {figure(value)}"
        case str():
            return f"the text {clipped(value)}"
        case list():
            return "a list"
        case _:
            return "a group of keys"


def clipped(text: str) -> str:
    """A text in quotes, cut where it is long, with its length."""
    if len(text) <= LONGEST_SHOWN:
        return repr(text)
    return f"{text[:LONGEST_SHOWN]!r}... ({len(text):,} characters)"


def key_shown(key: str) -> str:
    """A key as a path repeats it: bare, or in quotes and cut where it is long or holds invisible characters."""
    return key if len(key) <= LONGEST_SHOWN and key.isprintable() and key else clipped(key)


def figure(value: float) -> str:
    """A number as people write it: no trailing zeros, no exponent below 10^15, no rounding."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else f"{str(value)[:10]}... ({len(str(value))} digits)"
    return str(int(value)) if abs(value) < 1e15 and value.is_integer() else repr(value)
