"""The best set of activities that help and need each other, exactly, as one minimum cut."""

# What two activities bring together, s x_a x_b, is s x_a less s x_a (1 - x_b): a gain of a that is lost where b stays
# off. So an arc from a to b of capacity s stands for it, one without bound for `a needs b`, and the cut that parts what
# is on from what is off costs what the set falls short of all gains.

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Flags, Floats, Whole, finite, not_negative, same_length, ties
from patronage.kernels.compiled import compiled

_FAINT = 1e-12
"""Share of the largest amount below which what is left of an arc counts as nothing."""


@dataclass(frozen=True, slots=True)
class Helping:
    """Activities alone and together.

    alone: (activities,) value of each where no other is on, of any sign. first, second: (pairs,) activities that bring
    `together`, >= 0, more where both are on. needing, needed: (needs,) the first cannot be on where the second is off.
    """

    alone: Floats
    first: Whole
    second: Whole
    together: Floats
    needing: Whole
    needed: Whole


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best set: on, (activities,), and its value. Of sets of one value it is the smallest."""

    on: Flags
    value: float


def helping(alone: ArrayLike, pairs: ArrayLike = (), together: ArrayLike = (), needs: ArrayLike = ()) -> Helping:
    """Activities that help each other, checked.

    pairs: (pairs, 2) whole numbers; together: (pairs,). needs: (needs, 2), the one that needs before the one needed.
    Raises ValueError for numbers that are not finite, gains below 0, places that no activity has, and an activity tied
    to itself.
    """
    values = finite(alone, "alone", axes=1)
    gains = not_negative(together, "together", axes=1)
    first, second = ties(pairs, "pairs", values.size)
    needing, needed = ties(needs, "needs", values.size)
    same_length(pairs=first, together=gains)
    return Helping(values, first, second, gains, needing, needed)


def best_set(system: Helping) -> Chosen:
    """The set of activities of most value, needs met: sum of alone over those on, and of together over pairs both on.

    Source: Rhys (1970); Picard (1976), the maximum closure as a minimum cut; the cut by Dinic (1970).
    """
    on = _cut(*_network(system))
    return Chosen(on, set_value(system, on))


def best_with(system: Helping, place: int, *, on: bool) -> Chosen:
    """The best set in which one activity is on, or is off with all that need it; never of more value than best_set."""
    whole = float(np.abs(system.alone).sum() + system.together.sum()) + 1.0
    forced = system.alone.copy()
    forced[place] = whole if on else -whole
    chosen = _cut(*_network(replace(system, alone=forced)))
    return Chosen(chosen, set_value(system, chosen))


def set_value(system: Helping, on: Flags) -> float:
    """What a set brings, whether or not its needs are met."""
    both = on[system.first] & on[system.second]
    return float(system.alone[on].sum() + system.together[both].sum())


def met(system: Helping, on: Flags) -> bool:
    """Whether everything that those on need is on."""
    return not (on[system.needing] & ~on[system.needed]).any()


def _network(system: Helping) -> tuple[int, Whole, Whole, Floats]:
    """Nodes, and tails, heads and capacities of the arcs: activities, then source, then sink."""
    size = system.alone.size
    gain = system.alone + np.bincount(system.first, system.together, size)
    wins, costs = np.flatnonzero(gain > 0), np.flatnonzero(gain < 0)
    endless = float(np.abs(gain).sum()) + 1.0
    tails = np.concatenate([system.first, system.needing, np.full(wins.size, size), costs])
    heads = np.concatenate([system.second, system.needed, wins, np.full(costs.size, size + 1)])
    room = np.concatenate([system.together, np.full(system.needing.size, endless), gain[wins], -gain[costs]])
    return size + 2, tails, heads, room


def _cut(nodes: int, tails: Whole, heads: Whole, room: Floats) -> Flags:
    """Which nodes stand on the source's side of the minimum cut with fewest of them, without source and sink."""
    faint = _FAINT * float(room.max(initial=0.0))
    return _reached(nodes, tails, heads, room, faint)[: nodes - 2]


@compiled
def _reached(nodes: int, tails: Whole, heads: Whole, room: Floats, faint: float) -> Flags:
    """The nodes that the source still reaches once as much flows as can; arc 2i goes with arc i, 2i + 1 against it."""
    source, sink = nodes - 2, nodes - 1
    start, order = _arcs_of(nodes, tails, heads)
    left = np.zeros(2 * room.size)
    left[::2] = room
    level, turn = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    queue, path = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    while True:
        level[:] = -1
        level[source] = 0
        queue[0] = source
        done, waiting = 0, 1
        while done < waiting:
            node = queue[done]
            done += 1
            for place in range(start[node], start[node + 1]):
                arc = order[place]
                to = _head(arc, tails, heads)
                if left[arc] > faint and level[to] < 0:
                    level[to] = level[node] + 1
                    queue[waiting] = to
                    waiting += 1
        if level[sink] < 0:
            return level >= 0
        turn[:] = start[:-1]
        _fill(source, sink, (start, order, tails, heads), (left, level, turn, path), faint)


@compiled
def _fill(
    source: int, sink: int, arcs: tuple[Whole, ...], state: tuple[Floats, Whole, Whole, Whole], faint: float
) -> None:
    """Sends as much as can go along paths that climb one level an arc."""
    start, order, tails, heads = arcs
    left, level, turn, path = state
    node, length = source, 0
    while True:
        if node == sink:
            least = np.inf
            for step in range(length):
                least = min(least, left[path[step]])
            first = 0
            for step in range(length - 1, -1, -1):
                arc = path[step]
                left[arc] -= least
                left[arc ^ 1] += least
                if left[arc] <= faint:
                    left[arc] = 0.0
                    first = step
            length = first
            node = _head(int(path[first]) ^ 1, tails, heads)
            continue
        if turn[node] == start[node + 1]:
            if node == source:
                return
            length -= 1
            node = _head(int(path[length]) ^ 1, tails, heads)
            turn[node] += 1
            continue
        arc = int(order[turn[node]])
        to = _head(arc, tails, heads)
        if left[arc] > faint and level[to] == level[node] + 1:
            path[length] = arc
            length += 1
            node = to
        else:
            turn[node] += 1


@compiled
def _head(arc: int, tails: Whole, heads: Whole) -> int:
    return heads[arc >> 1] if arc & 1 == 0 else tails[arc >> 1]


@compiled
def _arcs_of(nodes: int, tails: Whole, heads: Whole) -> tuple[Whole, Whole]:
    """The arcs out of each node, those against the given ones among them: place i holds start[i] to start[i + 1]."""
    start = np.zeros(nodes + 1, np.int64)
    for arc in range(tails.size):
        start[tails[arc] + 1] += 1
        start[heads[arc] + 1] += 1
    start = np.cumsum(start)
    free = start[:-1].copy()
    order = np.empty(2 * tails.size, np.int64)
    for arc in range(tails.size):
        order[free[tails[arc]]] = 2 * arc
        free[tails[arc]] += 1
        order[free[heads[arc]]] = 2 * arc + 1
        free[heads[arc]] += 1
    return start, order
