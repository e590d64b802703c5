"""Names of classes in words, from what sets each apart from all customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

CLEAR = 0.35
"""Standard deviations from the mean of all customers from which a trait is worth a word."""

WORDS_OF_A_NAME = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word for one side of a trait, and what is said instead where it is true only beside the other classes.

    at_least, at_most: bounds of the class's own mean within which the plain word is true.
    """

    plain: str
    compared: str
    at_least: float = -inf
    at_most: float = inf

    def told(self, mean: float | None) -> str:
        """The plain word where the class's own mean bears it out, else the comparison."""
        return self.plain if mean is not None and self.at_least <= mean <= self.at_most else self.compared


HIGH_AND_LOW: Mapping[str, tuple[Word, Word]] = {
    "purchase_days": (
        Word("buys often", "buys more often", at_least=12),
        Word("buys seldom", "buys less often", at_most=4),
    ),
    "revenue_per_purchase_day": (
        Word("large purchases", "large purchases"),
        Word("small purchases", "small purchases"),
    ),
    "days_since_last": (
        Word("not seen lately", "last seen longer ago", at_least=180),
        Word("bought lately", "seen less long ago", at_most=90),
    ),
    "lines_per_purchase_day": (
        Word("wide baskets", "wider baskets", at_least=3),
        Word("narrow baskets", "narrower baskets", at_most=5),
    ),
    "days_since_first": (
        Word("long known", "known for longer", at_least=365),
        Word("new", "known less long", at_most=180),
    ),
    "returned_share": (
        Word("returns much", "returns more", at_least=0.1),
        Word("returns little", "returns less", at_most=0.05),
    ),
    "regular": (
        Word("regular", "more regular", at_least=0.5),
        Word("irregular", "less regular", at_most=0.5),
    ),
}
"""What is said of a class above and below the mean of each trait.

Days of two years, lines of a purchase day, shares; an amount is large or small beside those of other customers alone.
"""

ONCE = 0.9
"""Share of a class that bought on one day only from which the name says so."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far a class lies from all customers on each trait.

    traits: in standard deviations. once: its share of once-buyers. means: its own mean of each trait, as it is told.
    """

    traits: Mapping[str, float]
    once: float
    means: Mapping[str, float]


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
    return (above if apart.traits[trait] > 0 else below).told(apart.means.get(trait))


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
