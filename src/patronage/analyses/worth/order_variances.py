"""How far the number of orders of each customer may stray from what is expected, by its own luck."""

from __future__ import annotations

import numpy as np

from patronage.analyses.worth.stationary import Histories, Laws
from patronage.kernels.alive_groups import group_law, group_moments
from patronage.kernels.alive_orders import Future, order_variance
from patronage.kernels.repeat_buying import alive_groups, p_alive
from patronage.vocabulary.estimate import Floats


def order_variances(laws: Laws, customers: Histories, horizon: float, factor: Floats) -> Floats:
    """Predictive variance of each customer's orders within the horizon, (customers,).

    horizon: in the models' time unit. factor: (customers,) by which the calendar moves the rate of buying; of the
    variance, what Poisson luck does grows with it and the rest with its square.
    """
    past, fit = customers.past, laws.repeat
    groups, future = alive_groups(fit, past.x, past.t_x, past.T), Future(horizon)
    mean, spread = group_moments(groups, future).plain, order_variance(group_law(groups, future))
    chance = p_alive(fit, past.x, past.t_x, past.T)
    expected = chance * mean[groups.place]
    variance = chance * (spread + mean**2)[groups.place] - expected**2
    moved = np.maximum(factor * expected + factor**2 * (variance - expected), 0.0)
    if laws.hazard is not None:
        moved[customers.renews] = customers.renewals(laws.hazard, future).variance
    return moved
