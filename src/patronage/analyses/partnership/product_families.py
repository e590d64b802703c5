"""Families of products: the words of product names whose products are bought together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from patronage.kernels.next_need import co_purchase_lift

Floats = NDArray[np.float64]

WORD = re.compile(r"[^\W\d_]{2,}")
SHORTEST = 3
"""Letters of a word that may stand for a family: shorter ones join words."""

FEWEST_PRODUCTS = 5
LEAST_SHARE = 0.004
"""Share of the amounts that a family must have."""

TOGETHER = 0.25
"""Mean log lift within a family beyond that of any two products, from which its word says what is bought together.

Words of kind (doormat, lunch bag) lie far above; colours, sizes and `set` lie below.
"""

MOST_FAMILIES = 40
PHRASE = 3
TYPICAL = 0.5
"""Share of a family's products whose names hold the phrase that it is called by."""


@dataclass(frozen=True, slots=True)
class ProductFamily:
    """The word of a family and the phrase that it is called by."""

    word: str
    name: str


def product_families(
    names: Sequence[str], amounts: Floats, together: Floats, customers: int
) -> tuple[ProductFamily, ...]:
    """The words that part products into families, in the order in which products go to them.

    names: (products,). amounts: (products,) what each brought. together: (products, products) customers who bought
    both, on the diagonal those who bought the product. customers: all of them. One word at a time is taken, the one
    that explains most: its products' amounts times how much more they are bought together than any two products are,
    among the products that no earlier word took.
    """
    spoken = [words(name) for name in names]
    vocabulary = _vocabulary(spoken)
    if not vocabulary or amounts.sum() <= 0:
        return ()
    excess = np.log(co_purchase_lift(together, customers))
    excess -= float(excess.sum()) / (len(names) * (len(names) - 1))
    np.fill_diagonal(excess, 0.0)
    weight = np.maximum(amounts, 0.0) / np.maximum(amounts, 0.0).sum()
    free = _Free(_holding(spoken, vocabulary), excess, weight)
    found: list[ProductFamily] = []
    while len(found) < MOST_FAMILIES and (best := free.best_word()) is not None:
        members = free.take(best)
        found.append(ProductFamily(vocabulary[best], _phrase(vocabulary[best], [spoken[i] for i in members])))
    return tuple(found)


class _Free:
    """The products that no word has taken yet, and how much those of each word are bought together."""

    def __init__(self, holds: Floats, excess: Floats, weight: Floats) -> None:
        self.holds, self.excess, self.weight = holds, excess, weight
        self.within = (holds * (excess @ holds)).sum(axis=0)

    def best_word(self) -> int | None:
        """The word of most amount times mean excess lift between its products; None where no word stands out."""
        count = self.holds.sum(axis=0)
        cohesion = self.within / np.maximum(count * (count - 1), 1.0)
        share = self.weight @ self.holds
        able = (count >= FEWEST_PRODUCTS) & (cohesion >= TOGETHER) & (share >= LEAST_SHARE)
        gain: Floats = np.where(able, np.round(np.asarray(share * cohesion, dtype=np.float64), 12), 0.0)
        best = int(gain.argmax())
        return best if gain[best] > 0 else None

    def take(self, word: int) -> list[int]:
        """The products of a word, which are free no more."""
        members = np.flatnonzero(self.holds[:, word] > 0)
        gone = self.holds[members]
        pairs = self.excess[members]
        self.within -= 2 * (gone * (pairs @ self.holds)).sum(axis=0)
        self.within += (gone * (pairs[:, members] @ gone)).sum(axis=0)
        self.holds[members] = 0.0
        return members.tolist()


def family_of(name: str, families: Sequence[ProductFamily]) -> int | None:
    """The place of the first family whose word stands in a name; None where none does."""
    spoken = set(words(name))
    return next((place for place, family in enumerate(families) if family.word in spoken), None)


def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters, digits and signs left out."""
    return tuple(WORD.findall(name.lower()))


def _vocabulary(spoken: Sequence[tuple[str, ...]]) -> list[str]:
    counts = Counter(word for name in spoken for word in set(name) if len(word) >= SHORTEST)
    return sorted(word for word, count in counts.items() if count >= FEWEST_PRODUCTS)


def _holding(spoken: Sequence[tuple[str, ...]], vocabulary: Sequence[str]) -> Floats:
    """(products, words), 1 where the name holds the word."""
    place = {word: index for index, word in enumerate(vocabulary)}
    cells = [(row, place[word]) for row, name in enumerate(spoken) for word in set(name) if word in place]
    rows, columns = zip(*cells, strict=True)
    shape = (len(spoken), len(vocabulary))
    return np.asarray(sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape).toarray())


def _phrase(word: str, members: Sequence[tuple[str, ...]]) -> str:
    """The longest run of words around a word that is typical of the names that hold it."""
    counts: Counter[tuple[str, ...]] = Counter()
    for name in members:
        counts.update(_runs(word, name))
    typical = [run for run, count in counts.items() if count >= TYPICAL * len(members)]
    return " ".join(max(typical, key=lambda run: (len(run), counts[run], run), default=(word,)))


def _runs(word: str, name: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The runs of up to three words that hold a word and neither begin nor end with a joining one."""
    spans = ((start, start + size) for size in range(1, PHRASE + 1) for start in range(len(name) - size + 1))
    runs = {name[start:end] for start, end in spans if word in name[start:end]}
    return {run for run in runs if len(run[0]) >= SHORTEST and len(run[-1]) >= SHORTEST}
