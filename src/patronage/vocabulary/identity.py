"""What tells that several customer ids are one customer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Likeness:
    """Customers told to be one by how alike they are.

    columns: of the customers table that are compared. threshold: probability from which on two ids are merged. review:
    probability from which on a pair is put up for review.
    """

    columns: tuple[str, ...]
    threshold: float
    review: float


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """The declared rules by which customer ids are merged.

    exact: columns of the customers table, each group of which tells one customer where all of its values are equal.
    overrides: file of reviewed pairs, relative to the project folder. alike: by probability.
    """

    exact: tuple[tuple[str, ...], ...] = ()
    overrides: str | None = None
    alike: Likeness | None = None
