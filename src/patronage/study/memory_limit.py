"""The most memory that the engine of a run may hold, as a person writes it."""

from __future__ import annotations

import re

from patronage.vocabulary.errors import Fault, ProjectError

LEAST_BYTES = 100_000_000
"""Below this the engine cannot even sort the order lines of a small company, spilling or not."""

_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([kmgt])(i?)b", re.IGNORECASE)


def memory_limit(text: str, where: str) -> str:
    """The limit as the engine reads it; raises ProjectError where it is no size, or too small to work with."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ProjectError(Fault(where, f"{text!r} is no size", "write it as 4GB or 500MB"))
    size, letter, binary = found.groups()
    if float(size) * (1024 if binary else 1000) ** ("kmgt".index(letter.lower()) + 1) < LEAST_BYTES:
        raise ProjectError(Fault(where, f"{text!r} is too little to work with", "give at least 100MB"))
    return text.strip()
