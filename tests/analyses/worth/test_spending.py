"""What an order is expected to bring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.worth.spending import Kept, spending
from patronage.analyses.worth.stationary import Histories
from patronage.kernels.future_orders import Customers


def customers(valued: list[float], mean: list[float]) -> Histories:
    size = len(valued)
    past = Customers(np.array(valued), np.array(valued), np.full(size, 50.0))
    none = np.zeros(size)
    return Histories(past, np.array(valued), np.array(mean), none.astype(bool), none, none, np.full(size, np.nan))


def test_what_is_kept_makes_the_average_order_come_out() -> None:
    kept = Kept(occasions=10, valued=8, valued_sum=400.0, net=380.0)
    assert kept.per_order == 38.0
    assert kept.share * 400.0 / 8 == 38.0


@given(st.integers(1, 100), st.floats(0.01, 1e6), st.floats(0, 1e6))
def test_the_share_kept_times_the_mean_of_valued_days_is_the_average(valued: int, total: float, net: float) -> None:
    kept = Kept(100, valued, total, net)
    assert kept.share * total / valued == pytest.approx(kept.per_order)


def test_without_any_value_nothing_is_kept_or_lost() -> None:
    assert Kept(10, 0, 0.0, 0.0).share == 1.0


def test_too_few_customers_tell_no_law_of_spending() -> None:
    fit, why = spending(customers([2.0] * 9 + [0.0], [10.0] * 9 + [0.0]), Kept(20, 18, 180.0, 170.0))
    assert fit is None
    assert (
        why
        == "Only 9 customers have a repeat order of value above 0, so every order counts as the average of all, 8.50."
    )


def test_spending_without_a_mean_is_not_used() -> None:
    # Means from Gamma(4) over a nu of Gamma(0.7): q below 1.
    random = np.random.default_rng(4)
    nu = random.gamma(0.7, 1 / 30, 800)
    fit, why = spending(customers([3.0] * 800, list(random.gamma(12.0, 1 / nu) / 3)), Kept(3200, 3200, 9e5, 9e5))
    assert fit is None
    assert why.startswith("Spending differs so much between customers that it has no mean")


def test_the_law_of_spending_is_found_again() -> None:
    random = np.random.default_rng(5)
    nu = random.gamma(4.0, 1 / 60, 800)
    fit, why = spending(customers([3.0] * 800, list(random.gamma(12.0, 1 / nu) / 3)), Kept(10, 8, 400.0, 380.0))
    assert fit is not None
    sd = np.sqrt(np.diag(fit.covariance))
    assert (np.abs(np.log(fit.values / [4.0, 4.0, 60.0])) < 3 * sd).all()
    assert "times 0.760, which is left after free orders" in why
