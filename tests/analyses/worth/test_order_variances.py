"""How far the number of orders of each customer may stray."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.order_variances import order_variances
from patronage.kernels.future_orders import Customers, p_at_least
from patronage.kernels.repeat_buying import RepeatModel, stated_repeat_buying

X, T_X, AGE = np.array([0.0, 3.0, 3.0, 9.0]), np.array([0.0, 30.0, 10.0, 36.0]), np.array([39.0, 39.0, 39.0, 38.0])


def known(model: RepeatModel) -> tuple[Any, Any]:
    values = (0.25, 4.4, 0.8, 2.5) if model is not RepeatModel.PARETO_NBD else (0.55, 10.6, 0.6, 11.7)
    k = 3 if model is RepeatModel.MBG_CNBD_K else 1
    fit = stated_repeat_buying(model, dict(zip(model.names, values, strict=True)), k)
    customers = SimpleNamespace(past=Customers(X, T_X, AGE), renews=np.zeros(4, dtype=bool))
    return SimpleNamespace(repeat=fit, hazard=None), customers


@pytest.mark.parametrize("model", list(RepeatModel))
def test_the_variance_is_that_of_the_predictive_law(model: RepeatModel) -> None:
    laws, customers = known(model)
    found = order_variances(laws, customers, 39.0, np.ones(4))
    chances = np.array([p_at_least(laws.repeat, customers.past, 39.0, k) for k in range(1, 400)])
    k = np.arange(1, 400)[:, None]
    mean = chances.sum(axis=0)
    np.testing.assert_allclose(found, ((2 * k - 1) * chances).sum(axis=0) - mean**2, rtol=1e-5)
    # Rates differ and customers leave, so that orders stray further than Poisson luck.
    assert (found > mean).all()


def test_a_slower_calendar_lessens_luck_less_than_what_differs_between_customers() -> None:
    laws, customers = known(RepeatModel.MBG_NBD)
    whole, half = (order_variances(laws, customers, 39.0, np.full(4, factor)) for factor in (1.0, 0.5))
    assert (half > whole / 4).all()
    assert (half < whole / 2).all()
