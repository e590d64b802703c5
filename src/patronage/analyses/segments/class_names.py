"""Names of classes in words, from what sets each apart from all customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CLEAR = 0.35
"""Standard deviations from the mean of all customers from which a trait is worth a word."""

WORDS_OF_A_NAME = 3

HIGH_AND_LOW: Mapping[str, tuple[str, str]] = {
    "purchase_days": ("buys often", "buys seldom"),
    "revenue_per_purchase_day": ("large purchases", "small purchases"),
    "days_since_last": ("not seen lately", "bought lately"),
    "lines_per_purchase_day": ("wide baskets", "narrow baskets"),
    "days_since_first": ("long known", "new"),
    "returned_share": ("returns much", "returns little"),
    "regular": ("regular", "irregular"),
}
"""What is said of a class above and below the mean of each trait."""

ONCE = 0.9
"""Share of a class that bought on one day only from which the name says so."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far a class lies from all customers on each trait, in standard deviations, and its share of once-buyers."""

    traits: Mapping[str, float]
    once: float


def class_names(classes: Sequence[Apart]) -> tuple[str, ...]:
    """One name for each class, every one different; the strongest traits come first."""
    names: list[str] = []
    for apart in classes:
        words = _words(apart)
        clear = [word for word, far in words if far >= CLEAR][:WORDS_OF_A_NAME] or ["like the average customer"]
        name = _joined(clear)
        rest = [word for word, _ in words if word not in clear]
        while name in names and rest:
            clear.append(rest.pop(0))
            name = _joined(clear)
        names.append(_numbered(name, names))
    return tuple(names)


def _words(apart: Apart) -> list[tuple[str, float]]:
    """What may be said of a class, the farthest trait first."""
    order = sorted(HIGH_AND_LOW, key=lambda trait: -abs(apart.traits.get(trait, 0.0)))
    return [
        (_word(trait, apart), abs(apart.traits[trait]))
        for trait in order
        if trait in apart.traits and apart.traits[trait] != 0
    ]


def _word(trait: str, apart: Apart) -> str:
    above, below = HIGH_AND_LOW[trait]
    if trait == "purchase_days" and apart.once >= ONCE:
        return "bought once"
    return above if apart.traits[trait] > 0 else below


def _joined(words: Sequence[str]) -> str:
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def _numbered(name: str, taken: Sequence[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
