"""What a group of people who buy together chooses, under five models of how they come to one choice."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, Whole, group_sums, not_negative, same_length

MOST_VOTES = 200_000
"""Most ways in which votes can fall that are told one by one."""


class GroupModel(StrEnum):
    """How members come to one choice."""

    WEIGHTED = "weighted"
    EQUIPROBABLE = "equiprobable"
    AUTOCRACY = "autocracy"
    VOTING = "voting"
    UNANIMITY = "unanimity"


def group_choice(members: ArrayLike, weights: ArrayLike, model: GroupModel) -> Floats:
    """The chance that the group chooses each alternative, (alternatives,).

    members: (members, alternatives), the chance that each would choose each; rows sum to 1. weights: (members,) of
    say, >= 0. Weighted: one member decides, drawn by weight. Equiprobable: one drawn alike. Autocracy: the one of most
    weight (those of equal weight alike). Voting: the alternative with most votes, ties parted alike. Unanimity: all
    choose the same, given that they do. Raises ValueError where nobody has weight, and for unanimity where no
    alternative is anyone's but another's refusal. Source: Choffray & Lilien (1980); Wilson, Lilien & Wilson (1991).
    """
    table, say = _checked(members, weights)
    if model is GroupModel.WEIGHTED:
        return say / say.sum() @ table
    if model is GroupModel.EQUIPROBABLE:
        return table.mean(axis=0)
    if model is GroupModel.AUTOCRACY:
        return table[say == say.max()].mean(axis=0)
    return _voted(table) if model is GroupModel.VOTING else _unanimous(table)


def swings(members: ArrayLike, weights: ArrayLike, model: GroupModel, place: int) -> Floats:
    """How much likelier the group chooses one alternative once each member surely does, (members,), in chance."""
    table, _ = _checked(members, weights)
    now = float(group_choice(table, weights, model)[place])
    found = np.empty(len(table))
    for member in range(len(table)):
        sure = table.copy()
        sure[member] = 0.0
        sure[member, place] = 1.0
        found[member] = float(group_choice(sure, weights, model)[place]) - now
    return found


def choice_fit(groups: Sequence[tuple[ArrayLike, ArrayLike]], chosen: Sequence[int], model: GroupModel) -> float:
    """Log-likelihood of what groups chose: members and weights of each, as in group_choice, and the place it chose."""
    if len(groups) != len(chosen):
        raise ValueError(f"groups and chosen must be of one length, got {len(groups)} and {len(chosen)}")
    chances = [group_choice(*group, model)[place] for group, place in zip(groups, chosen, strict=True)]
    with np.errstate(divide="ignore"):
        return float(np.log(chances).sum())


def _checked(members: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    table = not_negative(members, "members", axes=2)
    say = not_negative(weights, "weights", axes=1)
    same_length(members=table[:, 0], weights=say)
    if (off := np.abs(table.sum(axis=1) - 1) > 1e-9).any():
        place = int(np.flatnonzero(off)[0])
        raise ValueError(f"each member's chances must sum to 1, those of member {place} sum to {table[place].sum():g}")
    if not say.sum() > 0:
        raise ValueError("weights must not all be 0")
    return table, say


def _voted(table: Floats) -> Floats:
    """Votes counted member by member: every way they can have fallen with its chance, equal counts merged."""
    counts: Whole = np.zeros((1, table.shape[1]), np.int64)
    chances: Floats = np.ones(1)
    for row in table:
        able = np.flatnonzero(row > 0)
        cast = (counts[:, None, :] + np.eye(row.size, dtype=np.int64)[able][None]).reshape(-1, row.size)
        counts, at = np.unique(cast, axis=0, return_inverse=True)
        if len(counts) > MOST_VOTES:
            raise ValueError(f"the votes can fall in more than {MOST_VOTES:,} ways")
        each: Floats = (chances[:, None] * row[able][None]).ravel()
        chances = group_sums(at.ravel(), each, len(counts))
    first = counts == counts.max(axis=1, keepdims=True)
    return chances @ (first / first.sum(axis=1, keepdims=True))


def _unanimous(table: Floats) -> Floats:
    product = table.prod(axis=0)
    if not product.sum() > 0:
        raise ValueError("no alternative has a chance with every member, so that they never agree")
    return product / product.sum()
