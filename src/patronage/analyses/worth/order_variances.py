"""How far the number of orders of each customer may stray from what is expected, by its own luck."""

from __future__ import annotations

import numpy as np

from patronage.analyses.worth.stationary import Histories, Laws
from patronage.kernels.alive_orders import Future, order_law, order_moments, order_variance
from patronage.kernels.repeat_buying import alive_pairs, p_alive
from patronage.kernels.repeat_counts import pairs
from patronage.vocabulary.estimate import Floats


def order_variances(laws: Laws, customers: Histories, horizon: float, factor: Floats) -> Floats:
    """Predictive variance of each customer's orders within the horizon, (customers,).

    horizon: in the models' time unit. factor: (customers,) by which the calendar moves the rate of buying; of the
    variance, what Poisson luck does grows with it and the rest with its square.
    """
    past, fit = customers.past, laws.repeat
    grouped = pairs(past.x, past.T)
    alive, future = alive_pairs(fit, grouped.x, grouped.T), Future(horizon)
    mean, spread = order_moments(alive, future).plain, order_variance(order_law(alive, future))
    chance = p_alive(fit, past.x, past.t_x, past.T)
    expected = chance * mean[grouped.place]
    variance = chance * (spread + mean**2)[grouped.place] - expected**2
    moved = np.maximum(factor * expected + factor**2 * (variance - expected), 0.0)
    if laws.hazard is not None:
        moved[customers.renews] = customers.renewals(laws.hazard, future).variance
    return moved
