"""What an order is expected to bring, from the orders seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patronage.analyses.worth.stationary import Histories
from patronage.kernels.spend import SpendFit, fit_spend

FEWEST_SPENDERS = 10
"""Customers with a repeat order of value above 0 below which nothing tells how spending differs."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Purchase days of customers and their value, without those whose own orders lose money.

    valued, valued_sum: days with a value above 0, and its sum. net: value of all product lines, with returns that name
    no order, in currency.
    """

    occasions: int
    valued: int
    valued_sum: float
    net: float

    @property
    def per_order(self) -> float:
        """Net value of a purchase day on average."""
        return self.net / self.occasions

    @property
    def share(self) -> float:
        """What is left of the mean of valued days after free days and returns; 1 where no day has a value."""
        return self.per_order / (self.valued_sum / self.valued) if self.valued else 1.0


def spending(customers: Histories, kept: Kept) -> tuple[SpendFit | None, str]:
    """The gamma-gamma fit to repeat orders of value above 0 and how an order is valued, in a sentence.

    None where too few customers tell it, or where the fit has no mean (q at most 1) for customers without a repeat.
    """
    told = (customers.valued > 0) & (customers.mean_value > 0)
    average = f"every order counts as the average of all, {kept.per_order:,.2f}"
    if np.count_nonzero(told) < FEWEST_SPENDERS:
        few = f"Only {np.count_nonzero(told)} customers have a repeat order of value above 0"
        return None, f"{few}, so {average}."
    fit = fit_spend(customers.valued[told], customers.mean_value[told])
    if fit.parameters["q"] <= 1:
        return None, f"Spending differs so much between customers that it has no mean, so {average}."
    words = f"An order is expected to bring what gamma-gamma tells from repeat orders, times {kept.share:.3f}"
    held = f" A weak prior holds what they leave open: {fit.why_not}." if fit.prior_used else ""
    return fit, f"{words}, which is left after free orders and returns that name no order.{held}"
