"""Stable pseudonyms for customers, so that a report can be handed on."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.evidence.replacing import replacing
from patronage.vocabulary.errors import Fault, ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEY_FILE = "redaction.key"

KEY_BYTES = 32
"""Length of the key."""


@dataclass(frozen=True, slots=True)
class Names:
    """Customers' names as a report tells them: as they are, or as pseudonyms under a key of the project."""

    key: bytes | None

    def told(self, customer: str) -> str:
        """The name itself, or the same pseudonym for the same customer in every report of the project."""
        if self.key is None:
            return customer
        return "customer " + hmac.new(self.key, customer.encode(), hashlib.sha256).hexdigest()[:8]

    def text(self, text: str, customers: Iterable[str]) -> str:
        """A sentence with each of the customers named in it told under its pseudonym."""
        if self.key is None:
            return text
        found = sorted({name for name in customers if name and name in text}, key=len, reverse=True)
        if not found:
            return text
        # One pass, whole words only: a pseudonym must not be rewritten by a shorter name.
        either = "|".join(re.escape(name) for name in found)
        return re.sub(rf"(?<!\w)(?:{either})(?!\w)", lambda hit: self.told(hit.group()), text)


def plain_names() -> Names:
    """Names as they are."""
    return Names(None)


def hidden_names(results: Path) -> Names:
    """Pseudonyms under the key kept beside the project's results, made on first use.

    Raises ProjectError where the key is damaged.
    """
    path = results / KEY_FILE
    if not path.is_file():
        with replacing(path) as temporary:
            temporary.write_text(secrets.token_hex(KEY_BYTES), encoding="ascii")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        found = "is damaged, and other pseudonyms than those of earlier reports would be told"
        raise ProjectError(Fault(str(path), found, "restore it from a copy, or remove it to begin with new pseudonyms"))
    return Names(key)
