"""What new customers of each level will order, whether they stay and what an order brings, beside all customers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite, positive, same_length
from patronage.kernels.buying_covariates import CovariateFit
from patronage.kernels.repeat_buying import RepeatModel, expected_repeat_orders, stated_repeat_buying
from patronage.kernels.scale_average import scale_average
from patronage.kernels.staying import staying_bg_nbd, staying_pareto_nbd

STEP = 1e-3
"""Step in the logs of parameters by which slopes are taken, central differences."""
SURE = 1.6448536
"""Standard deviations of a normal from its mean to either end of its middle nine tenths."""
LEAST_ERROR = 1e-3
"""Standard error of the log of a mean below which no mean of customers is taken to be known."""


class Outlook(NamedTuple):
    """What a new customer of each level does within a stretch of time after the first order.

    orders: expected repeat orders, (levels,). staying: chance to be active at the end, (levels,). orders_covariance,
    staying_covariance: of their logarithms, joint over the levels, (levels, levels).
    """

    orders: Floats
    staying: Floats
    orders_covariance: Floats
    staying_covariance: Floats


class LevelMeans(NamedTuple):
    """Means of levels, (levels,), and the covariance of their logarithms, (levels, levels)."""

    mean: Floats
    covariance: Floats


class Beside(NamedTuple):
    """Figures of levels with their 90% intervals, and their ratios to the mean customer of all levels, each (levels,).

    everyone: the mean over all customers.
    """

    value: Floats
    low: Floats
    high: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    everyone: float


def newcomer_outlook(fit: CovariateFit, design: ArrayLike, ahead: float) -> Outlook:
    """The outlook of the rows of a design, (levels, columns), by the delta method in the logs of the parameters.

    ahead: in the time unit of the fit, > 0. The covariance of the fit is joint, so what all levels share widens no
    ratio between them.
    """
    table = finite(design, "design", axes=2)
    time = float(positive(ahead, "ahead"))
    logs = np.zeros((2, table.shape[0]))
    slopes = np.zeros((2, table.shape[0], fit.logs.size))
    for level, z in enumerate(table):
        way = fit.way(z)
        logs[:, level], slope = _logs_and_slopes(fit.plain.model, way @ fit.logs, time)
        slopes[:, level] = slope @ way
    covariances = slopes @ fit.covariance @ slopes.transpose(0, 2, 1)
    return Outlook(np.exp(logs[0]), np.exp(logs[1]), covariances[0], covariances[1])


def order_value(sums: ArrayLike) -> LevelMeans:
    """What an order brings in each level, the means of few customers drawn towards that of all.

    sums: (levels, 3), over the customers of a level: their number, and the sums of each one's mean value of an order
    and of its square. Every customer counts alike, since how often it orders tells nothing of what an order brings
    (Fader & Hardie 2013); logarithms of the levels' means follow a normal law of unknown scale. Means must be above 0.
    """
    table = finite(sums, "sums", axes=2)
    if table.shape[1] != 3 or not table.shape[0]:
        raise ValueError(f"sums must have 3 columns and a row per level, got shape {table.shape}")
    customers = positive(table[:, 0], "customers", axes=1)
    mean = positive(table[:, 1], "value", axes=1) / customers
    # One coefficient of variation for all: a level whose few customers happen to be alike is not known any better.
    apart = np.maximum(table[:, 2] / mean**2 - customers, 0.0).sum() / max(customers.sum() - customers.size, 1.0)
    error = np.maximum(np.sqrt(apart / customers), LEAST_ERROR)
    ways = np.concatenate([np.ones((mean.size, 1)), np.eye(mean.size)], axis=1)
    told = ways.T * error**-2.0
    average = scale_average(told @ ways, told @ np.log(mean), np.repeat([-1, 0], [1, mean.size]))
    return LevelMeans(np.exp(ways @ average.at), ways @ average.covariance @ ways.T)


def first_worth(outlook: Outlook, value: LevelMeans) -> LevelMeans:
    """What a new customer of each level brings, the first order included; orders and their value are independent."""
    same_length(orders=outlook.orders, value=value.mean)
    share = outlook.orders / (1 + outlook.orders)
    moved = outlook.orders_covariance * np.outer(share, share)
    return LevelMeans((1 + outlook.orders) * value.mean, moved + value.covariance)


def beside_all(values: ArrayLike, covariance: ArrayLike, customers: ArrayLike) -> Beside:
    """Figures with their intervals, log-normal, and their ratios to the mean over the customers of all levels.

    values: (levels,) > 0. covariance: of their logarithms. customers: of each level, > 0.
    """
    value, size = positive(values, "values", axes=1), positive(customers, "customers", axes=1)
    spread = finite(covariance, "covariance", axes=2)
    same_length(values=value, customers=size, covariance=spread)
    everyone = float(size @ value / size.sum())
    weight = size * value / (size @ value)
    ways = np.eye(value.size) - weight
    ratio, ends = value / everyone, _reach(spread)
    ratio_ends = _reach(ways @ spread @ ways.T)
    return Beside(value, value / ends, value * ends, ratio, ratio / ratio_ends, ratio * ratio_ends, everyone)


def _logs_and_slopes(model: RepeatModel, logs: Floats, ahead: float) -> tuple[Floats, Floats]:
    """The logs of orders and staying, (2,), at logs of parameters, and their slopes in these, (2, 4)."""
    slopes = np.zeros((2, 4))
    for place, step in enumerate(STEP * np.eye(4)):
        slopes[:, place] = (_logs(model, logs + step, ahead) - _logs(model, logs - step, ahead)) / (2 * STEP)
    return _logs(model, logs, ahead), slopes


def _logs(model: RepeatModel, logs: Floats, ahead: float) -> Floats:
    values = np.exp(logs)
    one, two, three, four = values.tolist()
    fit = stated_repeat_buying(model, dict(zip(model.names, values.tolist(), strict=True)))
    orders = expected_repeat_orders(fit, [ahead])[0]
    if model is RepeatModel.PARETO_NBD:
        staying = staying_pareto_nbd([0.0], [0.0], ahead, (one, two, three, four))[0]
    else:
        # In MBG/NBD the first order is outlived with chance b / (a + b), and of those who do p is Beta(a, b + 1).
        stays = four / (three + four) if model.shift else 1.0
        staying = stays * staying_bg_nbd([0.0], [0.0], ahead, (one, two, three, four + model.shift))[0]
    return np.log(np.array([orders, staying]))


def _reach(covariance: Floats) -> Floats:
    return np.exp(SURE * np.sqrt(np.maximum(np.diag(covariance), 0.0)))
