"""Which item each customer is likely to need next, from what is bought together, and how well that was foreseen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, sparse

from patronage.kernels.arrays import Flags, Floats, Whole, finite, not_negative

DIGITS = 9  # of a score: what differs only by the order of a machine's sums is a tie, and ties go to the first item


class HitRate(NamedTuple):
    """How much of what was bought later had been listed.

    of_purchases: share of later purchases (customer and item) that were on the customer's list; error: its standard
    error, customers being independent. of_customers: share of customers with at least one hit. customers: how many
    bought anything later.
    """

    of_purchases: float
    error: float
    of_customers: float
    customers: int


class HitGain(NamedTuple):
    """Share of later purchases that one list had and another had not, less the reverse, with its standard error."""

    gain: float
    error: float


def item_weights(together: ArrayLike, ridge: float) -> Floats:
    """What having an item (row) adds to the score of another (column), all other items held.

    together: (items, items) customers who bought both, on the diagonal customers who bought the item. ridge: > 0, in
    customers. Returns (items, items) with 0 on the diagonal.
    Source: Steck (2019), "Embarrassingly shallow autoencoders", equation 8. Takes items cubed operations.
    """
    gram = _gram(together)
    if not ridge > 0:
        raise ValueError(f"ridge must be positive, got {ridge}")
    inverse = linalg.inv(gram + ridge * np.eye(gram.shape[0]), overwrite_a=True)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def co_purchase_lift(together: ArrayLike, customers: int, *, prior: float = 5.0) -> Floats:
    """How many times more customers bought both than if the two had nothing to do with each other.

    together: (items, items) as in item_weights. customers: all of them. prior: customers at lift 1 that are added
    to each pair, so that a pair of rare items bought together once is no discovery. Returns (items, items), 1 on the
    diagonal. Source: DuMouchel (1999), gamma-Poisson shrinkage with a prior of mean 1.
    """
    gram = _gram(together)
    single = np.diag(gram)
    if customers < single.max(initial=0.0) or customers < 1:
        raise ValueError(f"customers must be at least those of the most bought item, got {customers}")
    if not prior > 0:
        raise ValueError(f"prior must be positive, got {prior}")
    lift = (gram + prior) / (np.outer(single, single) / customers + prior)
    np.fill_diagonal(lift, 1.0)
    return lift


def need_scores(baskets: sparse.csr_array, weights: Floats) -> Floats:
    """Score of every item for each customer.

    baskets: (customers, items), 1 where bought. weights: (items, items). Returns (customers, items), dense: give
    customers in slices where they are many.
    """
    if baskets.shape[1] != weights.shape[0]:
        raise ValueError(f"baskets of {baskets.shape[1]} items do not fit weights of {weights.shape[0]}")
    return np.asarray(baskets @ weights)


def top_needs(scores: ArrayLike, owned: Flags, top: int) -> Whole:
    """The best items that each customer has not bought, best first.

    scores: (customers, items), or (items,) for one list that serves all, such as popularity. owned: (customers, items).
    Returns (customers, top) items, -1 where nothing is left. Equal scores go to the item that comes first.
    """
    table = np.broadcast_to(finite(scores, "scores"), owned.shape)
    if not 1 <= top <= owned.shape[1]:
        raise ValueError(f"top must lie from 1 to {owned.shape[1]} items, got {top}")
    open_scores = np.where(owned, -np.inf, np.round(table, DIGITS))
    order = np.argsort(-open_scores, axis=1, kind="stable")[:, :top]
    return np.where(np.take_along_axis(owned, order, axis=1), -1, order)


def hit_rate(listed: Whole, bought: Flags) -> HitRate:
    """How much of what was bought later had been listed.

    listed: (customers, top) items, -1 for none. bought: (customers, items) items bought later for the first time.
    Source of the error: Cochran (1977), sec. 6.4, ratio of two sums over customers.
    """
    hits, wanted = _hits(listed, bought), bought.sum(axis=1)
    rate, error = _ratio(hits, wanted)
    return HitRate(rate, error, float(np.mean(hits[wanted > 0] > 0)), int(np.count_nonzero(wanted)))


def hit_gain(listed: Whole, baseline: Whole, bought: Flags) -> HitGain:
    """How much more of what was bought later one list had than the other; both as in hit_rate."""
    return HitGain(*_ratio(_hits(listed, bought) - _hits(baseline, bought), bought.sum(axis=1)))


def median_wait(item: Whole, days: ArrayLike, came: Flags, items: int) -> Floats:
    """Days until half of the customers have bought an item again.

    item: (waits,) codes. days: (waits,) from a purchase to the next one, or to the last day known. came:
    (waits,) whether the next purchase has come. Returns (items,), infinite where fewer than half are known to come.
    Source: Kaplan & Meier (1958).
    """
    wait = not_negative(days, "days", axes=1)
    if item.shape != wait.shape or came.shape != wait.shape:
        raise ValueError(f"arrays must be of one length, got item {item.size}, days {wait.size}, came {came.size}")
    # At equal days those who came stand before those still waiting, who were at risk that day.
    order = np.lexsort((~came, wait, item))
    code, wait, event = item[order], wait[order], came[order]
    ends = np.cumsum(np.bincount(code, minlength=items))
    at_risk = ends[code] - np.arange(code.size)
    # The last one at risk takes survival to 0: a finite logarithm keeps later items' running sums finite.
    fall = np.where(event, np.log(np.maximum((at_risk - 1) / at_risk, 1e-12)), 0.0)
    total = np.concatenate([[0.0], np.cumsum(fall)])
    starts = ends - np.bincount(code, minlength=items)
    half = event & (total[1:] - total[starts[code]] <= np.log(0.5) + 1e-9)
    medians = np.full(items, np.inf)
    np.minimum.at(medians, code[half], wait[half])
    return medians


def _gram(together: ArrayLike) -> Floats:
    gram = not_negative(together, "together", axes=2)
    if gram.shape[0] != gram.shape[1] or not np.array_equal(gram, gram.T):
        raise ValueError(f"together must be square and symmetric, got shape {gram.shape}")
    return gram


def _hits(listed: Whole, bought: Flags) -> Whole:
    if listed.shape[0] != bought.shape[0]:
        raise ValueError(f"listed has {listed.shape[0]} customers, bought {bought.shape[0]}")
    found = np.take_along_axis(bought, np.maximum(listed, 0), axis=1) & (listed >= 0)
    return found.sum(axis=1)


def _ratio(part: Whole, whole: Whole) -> tuple[float, float]:
    total = int(whole.sum())
    if total == 0:
        raise ValueError("a hit rate needs at least one later purchase")
    rate = float(part.sum()) / total
    left = part - rate * whole
    n = int(np.count_nonzero(whole))
    return rate, float(np.sqrt(np.sum(left**2) * n / max(n - 1, 1))) / total
