"""How likely a customer takes up a category that others with the same core buy, learned from who did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from patronage.kernels.arrays import Flags, Floats, Whole
from patronage.kernels.draws import stream
from patronage.kernels.next_need import item_weights

BUCKETS = 5  # of likeness to those who buy the category
RIDGE_SHARE = 0.02  # ridge of the likeness, as a share of the customers


@dataclass(frozen=True, slots=True)
class Uptake:
    """Chance that a customer without a category takes it up in the next period, by likeness to those who have it.

    weights: (categories, categories) of likeness. edges: (categories, BUCKETS - 1) of likeness between buckets.
    mean, p05, p95: (categories, BUCKETS), not falling with likeness in the mean. open, adopted: (categories, BUCKETS)
    customers behind it. strength: customers that the pull towards the category's own rate is worth.
    """

    weights: Floats
    edges: Floats
    mean: Floats
    p05: Floats
    p95: Floats
    open: Whole
    adopted: Whole
    strength: float


class HeldOut(NamedTuple):
    """Uptake as foreseen beside uptake as it came, over all open pairs of customer and category.

    predicted, observed: adoptions. deciles_predicted, deciles_observed: rates in ten groups of pairs by predicted
    uptake, least likely first. error: standard error of observed less predicted that the judged customers give, who are
    taken as independent.
    """

    predicted: float
    observed: int
    deciles_predicted: Floats
    deciles_observed: Floats
    error: float


def fitted_uptake(first: Flags, later: Flags) -> Uptake:
    """The chance of uptake by category and likeness.

    first, later: (customers, categories) whether bought in the first and in the following period of equal length;
    every customer of the first period belongs in, also those who left. Likeness is the item regression of M29 on the
    categories bought; rates within a category share a beta law around its own rate.
    Source: Efron (2010), ch. 1, empirical Bayes of rates; Barlow et al. (1972), rates in order by pooling neighbours.
    """
    _refuse(first, later)
    gram = first.T.astype(np.float64) @ first.astype(np.float64)
    weights = item_weights(gram, RIDGE_SHARE * first.shape[0])
    likeness = first.astype(np.float64) @ weights
    edges = _edges(likeness, first)
    bucket = _buckets(likeness, edges)
    open_, adopted = _counts(bucket, ~first), _counts(bucket, ~first & later)
    strength = _strength(open_, adopted)
    return Uptake(weights, edges, *_rates(open_, adopted, strength), open_, adopted, strength)


def likeness_bucket(uptake: Uptake, bought: Flags) -> Whole:
    """Row of the uptake table for each customer and category, by what the customer buys now.

    bought: (customers, categories). Returns (customers, categories) from 0, least alike, to BUCKETS - 1. Whether the
    category is already bought plays no role in its own column.
    """
    if bought.ndim != 2 or bought.shape[1] != uptake.weights.shape[0]:
        raise ValueError(f"bought must be (customers, {uptake.weights.shape[0]}), got shape {bought.shape}")
    return _buckets(bought.astype(np.float64) @ uptake.weights, uptake.edges)


def compared_uptake(uptake: Uptake, first: Flags, later: Flags) -> HeldOut:
    """What a table of uptake foretells of customers and periods, which it should not have been learned from.

    first, later: (customers, categories) as in fitted_uptake.
    """
    chance = np.take_along_axis(uptake.mean, likeness_bucket(uptake, first).T, axis=1).T
    gap = ~first
    if not gap.any():
        raise ValueError("nothing is open: every customer bought every category in the first period")
    left = np.where(gap, later - chance, 0.0).sum(axis=1)
    said, did = chance[gap], later[gap].astype(np.float64)
    parts = [part for part in np.array_split(np.argsort(said, kind="stable"), 10) if part.size]
    return HeldOut(
        float(said.sum()),
        int(did.sum()),
        np.array([said[part].mean() for part in parts]),
        np.array([did[part].mean() for part in parts]),
        float(np.sqrt(np.sum((left - left.mean()) ** 2))),
    )


def held_out_uptake(first: Flags, later: Flags, *, seed: int = 1) -> HeldOut:
    """How well uptake learned on one half of the customers, chosen by lot, foretells the other half.

    first, later: (customers, categories). The error counts the luck of both halves.
    """
    _refuse(first, later)
    known = stream(seed, "held_out_uptake").permutation(first.shape[0]) % 2 == 0
    told = compared_uptake(fitted_uptake(first[known], later[known]), first[~known], later[~known])
    return told._replace(error=told.error * 2**0.5)


def _refuse(first: Flags, later: Flags) -> None:
    if first.dtype != np.bool_ or later.dtype != np.bool_ or first.ndim != 2 or first.shape != later.shape:
        raise ValueError(
            f"first and later must be true or false by customer and category, got {first.dtype} {first.shape} "
            f"and {later.dtype} {later.shape}"
        )
    customers, categories = first.shape
    if customers < 20 or categories < 2:
        raise ValueError(f"uptake needs at least 20 customers and 2 categories, got {customers} and {categories}")
    if not (later & ~first).any():
        raise ValueError("uptake cannot be learned: no customer took up a category in the later period")


def _edges(likeness: Floats, first: Flags) -> Floats:
    """Likeness that parts those without a category into groups of about one size."""
    edges = np.zeros((first.shape[1], BUCKETS - 1))
    for category in range(first.shape[1]):
        open_ = likeness[~first[:, category], category]
        if open_.size:
            edges[category] = np.quantile(open_, np.arange(1, BUCKETS) / BUCKETS)
    return edges


def _buckets(likeness: Floats, edges: Floats) -> Whole:
    # Likeness that differs by rounding alone belongs together, on any machine.
    slack = 1e-9
    bucket = np.empty(likeness.shape, dtype=np.int64)
    for category, row in enumerate(edges):
        bucket[:, category] = np.searchsorted(row + slack, likeness[:, category])
    return bucket


def _counts(bucket: Whole, chosen: Flags) -> Whole:
    categories = bucket.shape[1]
    code: Whole = bucket + BUCKETS * np.arange(categories, dtype=np.int64)
    return np.bincount(code[chosen], minlength=categories * BUCKETS).reshape(categories, BUCKETS).astype(np.int64)


def _strength(open_: Whole, adopted: Whole) -> float:
    """Strength of the beta law around each category's rate, by marginal likelihood of the buckets."""
    rate = _category_rate(open_, adopted)[:, None]

    def loss(log_strength: float) -> float:
        a, b = rate * np.exp(log_strength), (1 - rate) * np.exp(log_strength)
        seen: Floats = np.asarray(special.betaln(a + adopted, b + open_ - adopted), dtype=np.float64)
        before: Floats = np.asarray(special.betaln(a, b), dtype=np.float64)
        return float(np.sum(before - seen))

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(0.0, 9.0), method="bounded").x))


def _category_rate(open_: Whole, adopted: Whole) -> Floats:
    """Rate of each category, held to that of all by one customer, so that none is exactly 0 or 1."""
    overall = (adopted.sum() + 0.5) / (open_.sum() + 1)
    return (adopted.sum(axis=1) + overall) / (open_.sum(axis=1) + 1)


def _rates(open_: Whole, adopted: Whole, strength: float) -> tuple[Floats, Floats, Floats]:
    """Mean, 5% and 95% point of the chance in each bucket."""
    rate = _category_rate(open_, adopted)[:, None]
    a, b = rate * strength + adopted, (1 - rate) * strength + open_ - adopted
    # A bucket without customers takes its neighbours' rate and pulls at none of them.
    weights = np.where(open_ > 0, a + b, 1e-9)
    mean = np.array([_rising(row, weight) for row, weight in zip(a / (a + b), weights, strict=True)])
    # The interval is that of as many customers around the mean in order.
    a, b = mean * (a + b), (1 - mean) * (a + b)
    low: Floats = np.asarray(special.betaincinv(a, b, 0.05), dtype=np.float64)
    high: Floats = np.asarray(special.betaincinv(a, b, 0.95), dtype=np.float64)
    return mean, low, high


def _rising(values: Floats, weights: Floats) -> Floats:
    return np.asarray(optimize.isotonic_regression(values, weights=weights).x)
