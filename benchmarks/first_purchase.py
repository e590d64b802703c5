"""Whether what the finding of first purchases tells of levels holds, on simulated companies whose truth is known.

Run it with a number of companies per model and setting, default 200. It prints the shares of levels whose truth lies in
its 90% interval, and the shares of companies whose levels are said to tell something of the last 30 weeks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from scipy.stats import beta

from patronage.analyses.worth.first_purchase import TELLING
from patronage.kernels.arrays import Flags, Floats
from patronage.kernels.buying_covariates import fit_with_covariates, holdout_with_covariates, joined_counts
from patronage.kernels.newcomer_outlook import beside_all, first_worth, newcomer_outlook, order_value
from patronage.kernels.repeat_buying import (
    RANDOM,
    RepeatModel,
    expected_repeat_orders,
    fit_repeat_buying,
    holdout_log_likelihood,
    stated_repeat_buying,
)
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts

YEAR, HELD_OUT, COMPANIES = 52.0, 30.0, 200
BASE = {
    RepeatModel.BG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.MBG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.PARETO_NBD: (0.8, 10.0, 0.7, 30.0),
}
FEW, MANY, LEAST = (400, 200, 100, 50), (2000, 400, 200, 100, 60, 40), (150, 60)
COVER: tuple[tuple[tuple[int, ...], float | None], ...] = (
    (FEW, None), (MANY, None), (LEAST, None), (FEW, 0.1), (FEW, 0.4),
)  # fmt: skip
"""Customers of each level, and the standard deviation of the logs of rates; None: half-normal with 0.4, drawn anew."""
FIGURES = ("orders", "staying", "worth")

Values = tuple[float, float, float, float]


def parameters(model: RepeatModel, buying: float, leaving: float) -> Values:
    r, alpha, third, fourth = BASE[model]
    if model is RepeatModel.PARETO_NBD:
        return r, alpha * np.exp(-buying), third, fourth * np.exp(-leaving)
    return r, alpha * np.exp(-buying), third * np.exp(leaving), fourth


def simulated(
    model: RepeatModel, values: Values, ages: Floats, random: Generator, ahead: float = 0.0
) -> tuple[RepeatCounts, RepeatCounts, Floats]:
    """Histories at the ages and `ahead` weeks later, and repeat orders at the ages, purchase by purchase."""
    r, alpha, third, fourth = values
    size, leaving = ages.size, np.zeros(ages.size)
    rate, leaves_at = random.gamma(r, 1 / alpha, size), np.full(size, np.inf)
    if model is RepeatModel.PARETO_NBD:
        leaves_at = random.exponential(1 / random.gamma(third, 1 / fourth, size))
    else:
        leaving = random.beta(third, fourth, size)
    active = np.flatnonzero((random.random(size) >= leaving) | (model is not RepeatModel.MBG_NBD))
    at, seen, last = np.zeros(size), np.zeros((2, size)), np.zeros((2, size))
    ends = np.array([ages, ages + ahead])
    while active.size:
        at[active] += random.exponential(1 / np.maximum(rate[active], 1e-300))
        active = active[at[active] < np.minimum(ends[1], leaves_at)[active]]
        for place, end in enumerate(ends):
            inside = active[at[active] < end[active]]
            seen[place, inside] += 1
            last[place, inside] = at[inside]
        active = active[random.random(active.size) >= leaving[active]]
    early, now = (repeat_counts(seen[place], last[place], ends[place]) for place in range(2))
    return early, now, seen[0]


def staying(model: RepeatModel, values: Values) -> float:
    """The chance to be active after a year, written from the story of each model."""
    r, alpha, third, fourth = values
    if model is RepeatModel.PARETO_NBD:
        return (fourth / (fourth + YEAR)) ** third
    p = beta.ppf((np.arange(2_000) + 0.5) / 2_000, third, fourth)
    stays = (alpha / (alpha + p * YEAR)) ** r * (1 - p if model is RepeatModel.MBG_NBD else 1.0)
    return float(stays.mean())


def covered(model: RepeatModel, sizes: Sequence[int], spread: float | None, seed: int) -> Flags:
    """Whether the truth of each level lies in its interval: orders, staying and worth, each with its ratio to all."""
    random = np.random.default_rng(seed)
    spreads = np.abs(random.normal(0, 0.4, 3)) if spread is None else np.full(3, spread)
    buying, leaving, dear = (random.normal(0, one, len(sizes)) for one in spreads)
    true = [parameters(model, *each) for each in zip(buying.tolist(), leaving.tolist(), strict=True)]
    value, cells, sums = 20.0 * np.exp(dear), list[RepeatCounts](), list[list[float]]()
    for size, values, usual in zip(sizes, true, value.tolist(), strict=True):
        early, _, repeats = simulated(model, values, random.uniform(20, 100, size), random)
        own = usual * np.exp(random.normal(-0.32, 0.8, size))
        mean = own * random.gamma(4 * (repeats + 1)) / (4 * (repeats + 1))
        cells.append(early)
        sums.append([size, float(mean.sum()), float((mean**2).sum())])
    told = newcomer_outlook(fit_with_covariates(cells, np.eye(len(sizes)), model), np.eye(len(sizes)), YEAR)
    plain = [stated_repeat_buying(model, dict(zip(model.names, each, strict=True))) for each in true]
    orders = np.array([expected_repeat_orders(one, [YEAR])[0] for one in plain])
    truth = (orders, np.array([staying(model, each) for each in true]), (1 + orders) * value)
    worth = first_worth(told, order_value(sums))
    found = ((told.orders, told.orders_covariance), (told.staying, told.staying_covariance), worth)
    rows: list[Flags] = []
    for one, each in zip(truth, found, strict=True):
        beside, ratio = beside_all(*each, sizes), one / (np.array(sizes) @ one / sum(sizes))
        rows.append((beside.low <= one) & (one <= beside.high))
        rows.append((beside.ratio_low <= ratio) & (ratio <= beside.ratio_high))
    return np.array(rows)


def tells(model: RepeatModel, sizes: Sequence[int], spread: float, seed: int) -> bool:
    """Whether the levels foresee the last weeks better than the model of all, by what the finding takes for telling."""
    random, design = np.random.default_rng(seed), np.eye(len(sizes))
    effects = random.normal(0, spread, (len(sizes), 2)).tolist()
    drawn = [
        simulated(model, parameters(model, *each), random.uniform(5, 65, size), random, HELD_OUT)
        for size, each in zip(sizes, effects, strict=True)
    ]
    early, now = [one for one, _, _ in drawn], [one for _, one, _ in drawn]
    whole = fit_repeat_buying(joined_counts(early), model)
    apart = holdout_with_covariates(fit_with_covariates(early, design, model, whole), design, early, now)
    return apart - holdout_log_likelihood(whole, joined_counts(early), joined_counts(now)) >= TELLING


def main(companies: int) -> None:
    for model in RANDOM:
        for place, (sizes, spread) in enumerate(COVER):
            made = [covered(model, sizes, spread, 1000 * place + seed) for seed in range(companies)]
            shares = np.mean(made, axis=(0, 2)).reshape(3, 2)
            words = ", ".join(
                f"{one} {own:.1%} (ratio {ratio:.1%})" for one, (own, ratio) in zip(FIGURES, shares, strict=True)
            )
            print(f"{model} {sizes} {spread or 'drawn'}: {words}", flush=True)
        for sizes in (FEW, MANY):
            for spread in (0.0, 0.4):
                said = sum(tells(model, sizes, spread, 10_000 + seed) for seed in range(companies))
                print(f"{model} {sizes} {spread}: tell something in {said} of {companies}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COMPANIES)
