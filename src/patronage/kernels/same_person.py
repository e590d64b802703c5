"""Groups of ids that are one person, from pairs that join and pairs that must stay apart."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUntypedFunctionDecorator=false
# pyright: reportUnknownArgumentType=false
# numba ships no types.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from patronage.kernels.arrays import Flags, Whole, codes

TOGETHER = 0
JOINED = 1
KEPT_APART = 2


@dataclass(frozen=True, slots=True)
class Groups:
    """Members parted into groups.

    first: (members,) the smallest member of the group of each. outcome: (pairs,) of each joining pair: 0 its members
    were in one group already, 1 it joined two groups, 2 a pair that must stay apart forbade it.
    """

    first: Whole
    outcome: Whole


def groups(pairs: ArrayLike, apart: ArrayLike, members: int) -> Groups:
    """Groups of members joined by pairs in their order, where no group may hold a pair that must stay apart.

    pairs, apart: (., 2) members, from 0 to members - 1. Each pair is one union of a disjoint-set forest with path
    halving (Tarjan and van Leeuwen 1984), refused where it would bring an apart pair into one group; earlier pairs
    come before later ones. Takes time near linear in the pairs, times the apart pairs where both groups hold one.
    """
    joining, parting = _pairs(pairs, "pairs", members), _pairs(apart, "apart", members)
    if (parting[:, 0] == parting[:, 1]).any():
        raise ValueError("apart must hold two different members in each pair")
    first, outcome = _united(joining, parting, members)
    return Groups(first, outcome)


def contradicted(pairs: ArrayLike, apart: ArrayLike, members: int) -> Flags:
    """Which pairs that must stay apart are brought together by the joining pairs; (apart,) flags.

    pairs, apart: (., 2) members, from 0 to members - 1.
    """
    joining, parting = _pairs(pairs, "pairs", members), _pairs(apart, "apart", members)
    shape = (members, members)
    graph = coo_array((np.ones(len(joining), np.int8), (joining[:, 0], joining[:, 1])), shape=shape)
    label = connected_components(graph, directed=False)[1]
    return label[parting[:, 0]] == label[parting[:, 1]]


def _pairs(values: ArrayLike, name: str, members: int) -> Whole:
    array = np.asarray(values)
    if array.size == 0:
        return np.empty((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name} must have two columns, got shape {array.shape}")
    return codes(array.ravel(), name, members).reshape(-1, 2)


@njit(cache=True)
def _united(pairs: Whole, apart: Whole, members: int) -> tuple[Whole, Whole]:
    parent = np.arange(members)
    guarded = np.zeros(members, np.bool_)
    for row in range(len(apart)):
        guarded[apart[row, 0]] = True
        guarded[apart[row, 1]] = True
    outcome = np.zeros(len(pairs), np.int64)
    for row in range(len(pairs)):
        one, other = _root(parent, pairs[row, 0]), _root(parent, pairs[row, 1])
        if one == other:
            continue
        if guarded[one] and guarded[other] and _parted(parent, apart, one, other):
            outcome[row] = 2
            continue
        outcome[row] = 1
        low, high = min(one, other), max(one, other)
        # The smallest member is the root, so that a group is named after the first that was known.
        parent[high] = low
        guarded[low] = guarded[low] or guarded[high]
    for member in range(members):
        parent[member] = _root(parent, member)
    return parent, outcome


@njit(cache=True)
def _root(parent: Whole, member: int) -> int:
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


@njit(cache=True)
def _parted(parent: Whole, apart: Whole, one: int, other: int) -> bool:
    for row in range(len(apart)):
        left, right = _root(parent, apart[row, 0]), _root(parent, apart[row, 1])
        if (left == one and right == other) or (left == other and right == one):
            return True
    return False
