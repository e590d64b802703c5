"""What an action must achieve to pay, how soon it pays back, and where handling costs turn customers into losses."""

from __future__ import annotations

from math import log1p
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, Whole, finite, not_negative, same_length


class Losing(NamedTuple):
    """Customers that lose money at each cost per order, and how much they lose together; each (costs,)."""

    customers: Whole
    money: Floats


def break_even_effect(cost: ArrayLike, value_per_effect: ArrayLike) -> Floats:
    """Effect at which value equals cost; infinite where a unit of effect is worth nothing.

    cost: >= 0. value_per_effect: currency of one unit of effect. Numbers or (draws,), draw by draw.
    """
    spent, worth = np.broadcast_arrays(not_negative(cost, "cost"), finite(value_per_effect, "value_per_effect"))
    gains = worth > 0
    return np.where(spent == 0, 0.0, np.where(gains, spent / np.where(gains, worth, 1.0), np.inf))


def payback_years(one_off: ArrayLike, yearly_gain: ArrayLike, *, discount_rate: float = 0.0) -> Floats:
    """Years until a steady gain, discounted, has paid back what was spent at the start; infinite where it never does.

    one_off: >= 0. yearly_gain: net of yearly cost. discount_rate: per year, >= 0. With force f = log(1 + rate):
    one_off = gain (1 - exp(-f years)) / f.
    """
    if not discount_rate >= 0:
        raise ValueError(f"discount_rate must not be negative, got {discount_rate}")
    spent, gain = np.broadcast_arrays(not_negative(one_off, "one_off"), finite(yearly_gain, "yearly_gain"))
    plain = break_even_effect(spent, gain)
    force = log1p(discount_rate)
    if force < 1e-12:
        return plain
    part = plain * force
    pays = part < 1
    return np.where(pays, -np.log1p(-np.where(pays, part, 0.0)) / force, np.inf)


def p_better(value: ArrayLike, cost: ArrayLike) -> float:
    """Share of the draws in which value exceeds cost; a tie counts half.

    value, cost: (draws,) of one draw index, or one number for all.
    """
    gain: Floats = finite(value, "value") - finite(cost, "cost")
    if gain.size == 0:
        raise ValueError("value must not be empty")
    return (np.count_nonzero(gain > 0) + np.count_nonzero(gain == 0) / 2) / gain.size


def losing_at(margin: ArrayLike, orders: ArrayLike, cost_per_order: ArrayLike) -> Losing:
    """Customers whose margin does not cover the handling of their orders.

    margin: (customers,). orders: (customers,) >= 0. cost_per_order: (costs,) >= 0. money: sum over those customers of
    handling less margin. Sorts once, so many costs take no longer than one.
    """
    earned, count, cost = _given(margin, orders, cost_per_order)
    threshold, order = _thresholds(earned, count)
    places = np.searchsorted(threshold, cost)
    handled = np.concatenate([[0.0], np.cumsum(count[order])])
    margins = np.concatenate([[0.0], np.cumsum(earned[order])])
    return Losing(places.astype(np.int64), cost * handled[places] - margins[places])


def cost_that_loses(margin: ArrayLike, orders: ArrayLike, customers: int) -> float:
    """Cost per order beyond which so many customers lose money; infinite where so many never do.

    margin, orders: (customers,) as in losing_at. Those who lose at no cost at all count at 0.
    """
    earned, count, _ = _given(margin, orders, 0.0)
    if not 1 <= customers <= earned.size:
        raise ValueError(f"customers must lie from 1 to {earned.size}, got {customers}")
    threshold, _ = _thresholds(earned, count)
    return max(float(threshold[customers - 1]), 0.0)


def _thresholds(earned: Floats, count: Floats) -> tuple[Floats, Whole]:
    """Cost per order that eats each customer's margin, least first, and the places of the customers."""
    without = np.where(earned < 0, -np.inf, np.inf)
    threshold = np.where(count > 0, earned / np.where(count > 0, count, 1.0), without)
    order = np.argsort(threshold, kind="stable")
    return threshold[order], order


def _given(margin: ArrayLike, orders: ArrayLike, cost: ArrayLike) -> tuple[Floats, Floats, Floats]:
    earned, count = finite(margin, "margin", axes=1), not_negative(orders, "orders", axes=1)
    same_length(margin=earned, orders=count)
    return earned, count, np.atleast_1d(not_negative(cost, "cost_per_order"))
