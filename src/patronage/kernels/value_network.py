"""Who earns what in a chain of exchanges, worked out from the needs of consumers, with exact sensitivities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_array
from scipy.sparse.csgraph import connected_components

from patronage.kernels.arrays import Floats, Whole, codes, finite, group_sums, not_negative, same_length
from patronage.kernels.compiled import compiled


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Exchanges of value objects for money, by place.

    needs: (exchanges,) how often each occurs of itself. seller, buyer: (exchanges,) places of actors. price:
    (exchanges,) what the buyer pays the seller each time, in currency. dependent, on, factor: (dependencies,) the first
    occurs `factor` times for each time that the second does.
    """

    needs: Floats
    seller: Whole
    buyer: Whole
    price: Floats
    dependent: Whole
    on: Whole
    factor: Floats
    actors: int


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """What one actor's net gains by one more of each.

    need: (exchanges,) per occurrence that comes of itself. price: (exchanges,) per unit of price. factor:
    (dependencies,) per unit of factor.
    """

    need: Floats
    price: Floats
    factor: Floats


def exchanges(
    needs: ArrayLike,
    parties: tuple[ArrayLike, ArrayLike],
    price: ArrayLike,
    dependencies: tuple[ArrayLike, ArrayLike, ArrayLike] = ((), (), ()),
    *,
    actors: int,
) -> Exchanges:
    """A network, checked; parties: sellers and buyers; dependencies: dependent, on, factor, as in Exchanges.

    Raises ValueError for an exchange with itself, a loop of dependencies, places that nothing has, and needs and
    factors below 0.
    """
    wanted, paid = not_negative(needs, "needs", axes=1), finite(price, "price", axes=1)
    seller = codes(np.asarray(parties[0], np.int64), "seller", actors)
    buyer = codes(np.asarray(parties[1], np.int64), "buyer", actors)
    size = same_length(needs=wanted, seller=seller, buyer=buyer, price=paid)
    dependent = codes(np.asarray(dependencies[0], np.int64), "dependent", size)
    on = codes(np.asarray(dependencies[1], np.int64), "on", size)
    factor = not_negative(dependencies[2], "factor", axes=1)
    same_length(dependent=dependent, on=on, factor=factor)
    if (same := seller == buyer).any():
        raise ValueError(f"an exchange needs two actors, exchange {int(np.flatnonzero(same)[0])} has one")
    if loop := loop_of(dependent, on, size):
        raise ValueError(f"dependencies must not go round: exchanges {', '.join(map(str, loop))} depend on each other")
    return Exchanges(wanted, seller, buyer, paid, dependent, on, factor, actors)


def loop_of(dependent: ArrayLike, on: ArrayLike, size: int) -> list[int]:
    """The places of one loop of dependencies, ascending; none where there is no loop."""
    first, second = np.asarray(dependent, np.int64), np.asarray(on, np.int64)
    if (own := first == second).any():
        return [int(first[own][0])]
    arcs = csc_array((np.ones(first.size), (first, second)), shape=(size, size))
    number, part = connected_components(arcs, directed=True, connection="strong")
    if number == size:
        return []
    return np.flatnonzero(part == np.argmax(np.bincount(part))).tolist()


def occurrences(network: Exchanges) -> Floats:
    """How often each exchange occurs, (exchanges,): of itself and for those that it depends on."""
    return _caused(network.needs, network.dependent, network.on, network.factor, _in_order(network))


def nets(network: Exchanges, occurring: Floats, expenses: ArrayLike = 0.0) -> Floats:
    """What each actor is left with, (actors,), in currency: what it is paid less what it pays less its expenses.

    Nets and expenses of all actors add to 0, since money only changes hands.
    """
    money = occurring * network.price
    earned, paid = (group_sums(side, money, network.actors) for side in (network.seller, network.buyer))
    return earned - paid - np.broadcast_to(not_negative(expenses, "expenses"), network.actors)


def sensitivities(network: Exchanges, occurring: Floats, actor: int) -> Sensitivities:
    """Exact derivatives of one actor's net, all of them by one more pass: the adjoint of the network."""
    sign = (network.seller == actor).astype(np.float64) - (network.buyer == actor)
    back = _in_order(network)[::-1].copy()
    adjoint = _caused(sign * network.price, network.on, network.dependent, network.factor, back)
    return Sensitivities(adjoint, sign * occurring, adjoint[network.dependent] * occurring[network.on])


def _in_order(network: Exchanges) -> Whole:
    """The dependencies in an order in which each comes after all of what its cause depends on."""
    rank = _ranks(network.dependent, network.on, network.needs.size)
    return np.argsort(rank[network.dependent], kind="stable")


@compiled
def _ranks(dependent: Whole, on: Whole, size: int) -> Whole:
    """The longest way from each exchange to one that depends on nothing; there is no loop."""
    rank = np.zeros(size, np.int64)
    moved = True
    while moved:
        moved = False
        for place in range(on.size):
            if rank[dependent[place]] <= rank[on[place]]:
                rank[dependent[place]] = rank[on[place]] + 1
                moved = True
    return rank


@compiled
def _caused(own: Floats, effect: Whole, cause: Whole, factor: Floats, order: Whole) -> Floats:
    """What each is of itself and by its causes, each dependency told once its cause is."""
    total = own.copy()
    for place in order:
        total[effect[place]] += factor[place] * total[cause[place]]
    return total
