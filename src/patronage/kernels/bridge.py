"""The change between two periods, parted exactly by customer and by price, volume and mix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Flags, Floats, finite, same_length
from patronage.kernels.equity_bridge import equity_bridge


class Form(StrEnum):
    """Which period's prices and quantities weigh a change.

    base_prices: price at the later quantity (Paasche), volume and mix at earlier prices (Laspeyres).
    midpoint: price at the mean quantity, volume and mix at the mean of both prices (Marshall, Edgeworth);
    with the periods exchanged every part only changes its sign.
    """

    BASE_PRICES = "base_prices"
    MIDPOINT = "midpoint"


class Cells(NamedTuple):
    """One cell per customer and product: quantities and revenue of both periods, each (cells,), 0 where absent."""

    quantity_before: ArrayLike
    revenue_before: ArrayLike
    quantity_after: ArrayLike
    revenue_after: ArrayLike


@dataclass(frozen=True, slots=True)
class PriceVolumeMix:
    """Parts of the change in revenue, in currency; price + volume + mix = change, to the last digits.

    price_by_cell, volume_by_cell, mix_by_cell: (cells,) the same by cell, so that any grouping sums up.
    priced: (cells,) whether the cell has a price in both periods. priced_share: share of the revenue of both periods,
    in absolute terms, that such cells hold. form: as asked for.
    """

    price: float
    volume: float
    mix: float
    change: float
    price_by_cell: Floats
    volume_by_cell: Floats
    mix_by_cell: Floats
    priced: Flags
    priced_share: float
    form: Form


class CustomerChange(NamedTuple):
    """Parts of the change by who caused it, in currency; they sum to the change to the last digits."""

    won: float
    grown: float
    shrunk: float
    lost: float


def customer_change(before: ArrayLike, after: ArrayLike, *, in_first: Flags, in_second: Flags) -> CustomerChange:
    """Won, grown, shrunk and lost.

    before, after: (customers,) revenue or margin, net of returns. in_first, in_second: (customers,) whether the
    customer has any line in the period. Won: no line in the first period. Lost: none in the second.
    """
    parts = equity_bridge(before, after, was_customer=in_first, is_customer=in_second)
    return CustomerChange(parts.acquired, parts.grown, parts.shrunk, parts.lost)


def price_volume_mix(cells: Cells, form: Form = Form.BASE_PRICES) -> PriceVolumeMix:
    """Price, volume and mix of the change between two periods.

    With P = revenue / quantity of all cells and p of one: volume = change of total quantity x P; price = change of p x
    quantity, over cells with a price in both periods; mix = the rest, a shift between dear and cheap at the form's
    prices, with all that new, vanished and returned cells bring. A cell has a price when quantity is above 0 and
    revenue is not negative. Where a total quantity is not positive there is no P, and volume is 0.
    Source: Laspeyres (1871), Paasche (1874); midpoint form: Edgeworth (1887), Marshall (1887).
    """
    q0, r0, q1, r1 = (finite(values, name, axes=1) for values, name in zip(cells, Cells._fields, strict=True))
    same_length(quantity_before=q0, revenue_before=r0, quantity_after=q1, revenue_after=r1)
    priced = (q0 > 0) & (q1 > 0) & (r0 >= 0) & (r1 >= 0)
    price = np.where(priced, _price_change(np.where(priced, q0, 1.0), r0, np.where(priced, q1, 1.0), r1, form), 0.0)
    volume = _unit_price(q0, r0, q1, r1, form) * (q1 - q0)
    change = fsum([*r1.tolist(), *(-r0).tolist()])
    price_total, volume_total = fsum(price), fsum(volume)
    weight = np.abs(r0) + np.abs(r1)
    held = float(weight.sum())
    return PriceVolumeMix(
        price_total,
        volume_total,
        fsum([change, -price_total, -volume_total]),
        change,
        price,
        volume,
        (r1 - r0) - price - volume,
        priced,
        float(weight[priced].sum()) / held if held > 0 else 0.0,
        form,
    )


def in_cents(parts: ArrayLike, *, digits: int = 2) -> Floats:
    """The parts rounded so that they sum to their rounded total, by largest remainder.

    parts: (parts,). Each moves by less than one unit of the last digit; ties go to the earlier part.
    """
    exact = finite(parts, "parts", axes=1)
    unit = 10.0**digits
    floor = np.floor(exact * unit)
    missing = round(fsum(exact) * unit) - int(floor.sum())
    order = np.argsort(-(exact * unit - floor), kind="stable")
    floor[order[:missing]] += 1
    return floor / unit


def _price_change(q0: Floats, r0: Floats, q1: Floats, r1: Floats, form: Form) -> Floats:
    """Change of each cell's price times the quantity of the form; quantities are above 0."""
    at_later = r1 - r0 * (q1 / q0)
    if form is Form.BASE_PRICES:
        return at_later
    return (at_later + r1 * (q0 / q1) - r0) / 2


def _unit_price(q0: Floats, r0: Floats, q1: Floats, r1: Floats, form: Form) -> float:
    first, second = fsum(q0), fsum(q1)
    if form is Form.BASE_PRICES:
        return fsum(r0) / first if first > 0 else 0.0
    return (fsum(r0) / first + fsum(r1) / second) / 2 if first > 0 and second > 0 else 0.0
