"""The set of overlapping options worth most when what they share counts once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from patronage.kernels.arrays import Flags, Floats, finite, not_negative


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best set.

    taken: (options,) which options are in it. counted: (options,) the part of each taken option's own and shared
    worth that counts, 0 for the others. total: counted worth of the set less its fixed costs.
    """

    taken: Flags
    counted: Floats
    total: float


def best_set(own: ArrayLike, fixed: ArrayLike, shared: ArrayLike, apart: list[tuple[int, int]]) -> Chosen:
    """The options whose worth together, less fixed costs, is largest; each shared cell counts in one of them.

    own: (options,) worth that no other option shares, >= 0. fixed: (options,) cost of taking an option, >= 0.
    shared: (cells, options) what a cell of shared worth brings in each option, >= 0, 0 where it is not in it. apart:
    pairs that exclude each other. Exact: the facility location problem as a mixed integer programme
    (Cornuejols, Nemhauser & Wolsey 1990), solved by HiGHS through scipy.
    """
    worth = not_negative(own, "own", axes=1)
    costs = not_negative(fixed, "fixed", axes=1)
    cells = not_negative(shared, "shared", axes=2)
    options = worth.size
    if costs.size != options or cells.shape[1] != options:
        raise ValueError(
            f"own, fixed and shared must name as many options, got {options}, {costs.size}, {cells.shape[1]}"
        )
    _checked(apart, options)
    if options == 0:
        return Chosen(np.zeros(0, dtype=bool), np.zeros(0), 0.0)
    place, option = np.nonzero(cells)
    taken = _solved(worth - costs, cells[place, option], (place, option), apart)
    # An option none of whose worth counts was taken for nothing: others bring more in all that it shares.
    return _counted(taken & (_counted(taken, worth, costs, cells).counted > 0), worth, costs, cells)


def worth_of(taken: ArrayLike, own: ArrayLike, fixed: ArrayLike, shared: ArrayLike) -> float:
    """What a set of options is worth: own worth, each shared cell where it brings most, less fixed costs."""
    chosen = np.asarray(taken, dtype=bool)
    told = _counted(
        chosen, finite(own, "own", axes=1), finite(fixed, "fixed", axes=1), finite(shared, "shared", axes=2)
    )
    return told.total


def _solved(net: Floats, gains: Floats, links: tuple[np.ndarray, np.ndarray], apart: list[tuple[int, int]]) -> Flags:
    """Which options to take: y for each option, then z for each option of each cell."""
    place, option = links
    options, count = net.size, gains.size
    ones = np.ones(count)
    each = np.arange(count)
    cells = int(place.max()) + 1 if count else 0
    once = sparse.coo_array((ones, (place, options + each)), shape=(cells, options + count))
    only_taken = sparse.coo_array(
        (np.r_[ones, -ones], (np.r_[each, each], np.r_[options + each, option])), shape=(count, options + count)
    )
    rows = [index for index, _ in enumerate(apart) for _ in range(2)]
    columns = [place for pair in apart for place in pair]
    either = sparse.coo_array((np.ones(len(columns)), (rows, columns)), shape=(len(apart), options + count))
    matrix = sparse.csc_array(sparse.vstack([once, only_taken, either]))
    upper = np.r_[np.ones(cells), np.zeros(count), np.ones(len(apart))]
    scale = max(float(np.abs(net).max()), float(gains.max()) if count else 0.0, 1e-300)
    found = optimize.milp(
        -np.r_[net, gains] / scale,
        constraints=optimize.LinearConstraint(matrix, -np.inf, upper) if upper.size else None,
        integrality=np.r_[np.ones(options), np.zeros(count)],
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    if not found.success or found.x is None:
        raise ValueError(f"the best set was not found: {found.message}")
    return np.asarray(np.asarray(found.x, dtype=np.float64)[:options] > 0.5)


def _counted(taken: Flags, own: Floats, fixed: Floats, shared: Floats) -> Chosen:
    counted = np.where(taken, own, 0.0)
    if shared.shape[0] and taken.any():
        within = np.where(taken, shared, -1.0)
        best = within.argmax(axis=1)
        gains = np.maximum(within[np.arange(shared.shape[0]), best], 0.0)
        np.add.at(counted, best, gains)
    return Chosen(taken, counted, float(counted.sum() - fixed[taken].sum()))


def _checked(apart: list[tuple[int, int]], options: int) -> None:
    bad = [pair for pair in apart if pair[0] == pair[1] or not all(0 <= place < options for place in pair)]
    if bad:
        raise ValueError(f"apart must name pairs of different options from 0 to {options - 1}, got {bad[0]}")
