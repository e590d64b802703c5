"""Draws of the total future orders of cohorts, or of their worth: parameter uncertainty and chance together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from patronage.kernels.alive_orders import order_law, order_moments, order_variance
from patronage.kernels.arrays import Floats, Whole, codes, finite, not_negative, same_length
from patronage.kernels.draws import stream
from patronage.kernels.future_orders import Customers, Outlook
from patronage.kernels.repeat_buying import RepeatFit, alive_pairs, chance_alive
from patronage.kernels.repeat_counts import Pairs, checked_histories, pairs, totals

_STEP = 1.5
_HEAVIEST = 5.0
"""The largest squared coefficient of variation of a customer's mean spend; the gamma-gamma's own may be infinite."""


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Customers whose future is added up.

    n: (customers,) customers of each row, default 1. worth: (customers,) expected worth of an order, default 1.
    group: (customers,) code of the cohort that each belongs to, 0 to groups - 1, default one cohort.
    """

    customers: Customers
    n: Floats | None = None
    worth: Floats | None = None
    group: Whole | None = None
    groups: int = 1


@dataclass(frozen=True, slots=True)
class _Rows:
    x: Floats
    t_x: Floats
    T: Floats
    pairs: Pairs
    weight: Floats
    worth: Floats
    group: Whole


def total_draws(fit: RepeatFit, cohorts: Cohorts, outlook: Outlook, *, draws: int = 1000) -> Floats:
    """Draws of each cohort's total orders within the horizon, discounted, times worth where given: (groups, draws).

    Draw k of every cohort rests on the same parameters, so cohorts can be added draw by draw. Parameters: normal in
    logarithms; their effect on the log of each total is a quadratic through 8 points 1.5 sd out along the axes of the
    covariance and 6 between them. Chance: each total is gamma with the predictive variance summed over its customers
    (normal where an order's worth is negative), independent between cohorts. Spend in the outlook adds its variance.
    """
    rows = _checked(cohorts)
    mean, variance = _moments(fit, rows, outlook, cohorts.groups)
    expected = _expected_draws(fit, rows, outlook, (mean, draws))
    shrink = np.divide(expected, mean[:, None], out=np.ones_like(expected), where=mean[:, None] != 0)
    spread = np.sqrt(variance[:, None] * np.abs(shrink))
    generator = stream(outlook.seed, "total_orders.chance")
    if (rows.worth < 0).any():
        return expected + spread * generator.standard_normal(expected.shape)
    shape = np.divide(expected**2, spread**2, out=np.ones_like(expected), where=spread > 0)
    noise = generator.standard_gamma(np.maximum(shape, 1e-3))
    return np.where(spread > 0, expected * noise / np.maximum(shape, 1e-3), expected)


def expected_totals(fit: RepeatFit, cohorts: Cohorts, outlook: Outlook) -> Floats:
    """Each cohort's expected total at the fitted parameters, (groups,)."""
    return _moments(fit, _checked(cohorts), outlook, cohorts.groups)[0]


def _checked(cohorts: Cohorts) -> _Rows:
    x, t_x, age = checked_histories(cohorts.customers.x, cohorts.customers.t_x, cohorts.customers.T)
    n = np.ones(len(x)) if cohorts.n is None else not_negative(cohorts.n, "n", axes=1)
    worth = np.ones(len(x)) if cohorts.worth is None else finite(cohorts.worth, "worth", axes=1)
    group = np.zeros(len(x), np.int64) if cohorts.group is None else codes(cohorts.group, "group", cohorts.groups)
    same_length(x=x, n=n, worth=worth, group=group)
    return _Rows(x, t_x, age, pairs(x, age), n * worth, worth, group)


def _means(fit: RepeatFit, rows: _Rows, outlook: Outlook, groups: int) -> Floats:
    moments = order_moments(alive_pairs(fit, rows.pairs.x, rows.pairs.T), outlook.future)
    each = chance_alive(fit, rows.x, rows.t_x, rows.T) * moments.discounted[rows.pairs.place]
    return totals(rows.group, rows.weight * each, groups)


def _moments(fit: RepeatFit, rows: _Rows, outlook: Outlook, groups: int) -> tuple[Floats, Floats]:
    """Mean and variance, by chance alone, of each cohort's total.

    The sum of a customer's discounted orders given their number k has mean k phi and variance k sd^2, phi and sd being
    those of the discount factor at the time of one order.
    """
    grouped = rows.pairs
    alive = alive_pairs(fit, grouped.x, grouped.T)
    moments = order_moments(alive, outlook.future)
    factor = moments.discounted / moments.plain
    square = order_variance(order_law(alive, outlook.future)) * factor**2
    square += np.maximum(moments.discounted_twice - factor * moments.discounted, 0.0) + moments.discounted**2
    if outlook.spend is not None:
        p, q, _ = outlook.spend.values
        uneven = 1 / np.maximum(p * grouped.x + q - 2, 1 / _HEAVIEST)
        square = (1 + uneven) * (square + moments.discounted_twice / p)
    chance = chance_alive(fit, rows.x, rows.t_x, rows.T)
    each = chance * moments.discounted[grouped.place]
    variance = np.maximum(chance * square[grouped.place] - each**2, 0.0)
    total = totals(rows.group, rows.weight * each, groups)
    return total, totals(rows.group, rows.weight * rows.worth * variance, groups)


def _expected_draws(fit: RepeatFit, rows: _Rows, outlook: Outlook, sizes: tuple[Floats, int]) -> Floats:
    """Each cohort's expected total at drawn parameters, (groups, draws)."""
    mean, draws = sizes
    axes = len(fit.covariance)
    normal = np.clip(stream(outlook.seed, "total_orders.parameters").standard_normal((draws, axes)), -4.0, 4.0)
    values, vectors = np.linalg.eigh(fit.covariance)
    spread = vectors * np.sqrt(np.maximum(values, 0.0))
    if not spread.any():
        return np.repeat(mean[:, None], draws, axis=1)

    def change(point: Floats) -> Floats:
        moved = np.exp(np.log(fit.values) + spread @ point)
        parameters = dict(zip(fit.model.names, moved.tolist(), strict=True))
        total = _means(replace(fit, parameters=parameters), rows, outlook, len(mean))
        return np.divide(total, mean, out=np.ones_like(total), where=mean != 0)

    return mean[:, None] * _quadratic_effect(change, normal)


def _quadratic_effect(change: Callable[[Floats], Floats], normal: Floats) -> Floats:
    """What a change that is 1 at the origin becomes at many points, (groups, draws), by a quadratic.

    In logarithms for groups where the change stays positive, else as it is.
    """
    axes = normal.shape[1]
    step = _STEP * np.eye(axes)
    up, down = [change(row) for row in step], [change(-row) for row in step]
    both = {(i, j): change(step[i] + step[j]) for i in range(axes) for j in range(i)}
    logs = np.all([value > 0 for value in [*up, *down, *both.values()]], axis=0)

    def scaled(value: Floats) -> Floats:
        return np.where(logs, np.log(np.where(logs, value, 1.0)), value - 1)

    effect = np.zeros((len(logs), len(normal)))
    z = normal / _STEP
    for i in range(axes):
        rise, fall = scaled(up[i]), scaled(down[i])
        effect += np.outer((rise - fall) / 2, z[:, i]) + np.outer((rise + fall) / 2, z[:, i] ** 2)
        for j in range(i):
            mixed = scaled(both[i, j]) - rise - scaled(up[j])
            effect += np.outer(mixed, z[:, i] * z[:, j])
    return np.where(logs[:, None], np.exp(np.minimum(effect, 50.0)), effect + 1)
