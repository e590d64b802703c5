"""How far below or above expected prices each customer pays, with the noise of single lines taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patronage.kernels.arrays import Floats, Whole, codes, group_sums, same_length
from patronage.kernels.draws import stream
from patronage.kernels.price_dispersion import OUTLIER, PriceDispersion
from patronage.kernels.selection import shrunk


@dataclass(frozen=True, slots=True)
class CustomerPrices:
    """Price level of each customer, (customers,), where 1 is as expected for what, how much and when it bought.

    raw_index: paid over expected. index, index_sd: what the lasting level is believed to be. lines: lines behind it;
    without any, the indices are 1. money: what the customer would have paid at expected prices. raw_leakage, leakage:
    currency that the raw index and the index leave below it. total: (draws,) leakage of the customers whose index
    is below 1. line_sd: of single lines around the customer's level; lasting_sd: of true levels; shares of the price.
    """

    raw_index: Floats
    index: Floats
    index_sd: Floats
    lines: Floats
    money: Floats
    raw_leakage: Floats
    leakage: Floats
    total: Floats
    line_sd: float
    lasting_sd: float


def customer_prices(
    told: PriceDispersion, customer: NDArray[np.integer], customers: int, *, draws: int = 1000, seed: int = 1
) -> CustomerPrices:
    """Lasting price level of each customer and the money that lies below expected prices because of it.

    customer: (lines,) codes. Levels are weighted by money and pulled towards that of all (M35), the more the fewer
    lines there are and the more lines of one customer differ: dispersion that is noise, of any size, makes no leakage.
    Lines beyond a factor of three of the expected price are left out. A level that lasts may have a good reason, such
    as a service not given: it is where to look.
    """
    code = codes(customer, "customer", customers)
    same_length(customer=code, residual=told.residual)
    used = told.judged & (np.abs(told.residual) <= OUTLIER)
    code, gap, money = code[used], np.expm1(told.residual[used]), told.expected_money[used]
    lines = np.bincount(code, minlength=customers).astype(np.float64)
    if not (lines > 1).any():
        raise ValueError("no customer has two lines with an expected price, so noise cannot be told from a price level")
    mass = group_sums(code, money, customers)
    seen = lines > 0
    safe = np.where(seen, mass, 1.0)
    raw = group_sums(code, money * gap, customers) / safe
    line_sd = _line_sd(gap, code, lines)
    error = line_sd * np.sqrt(group_sums(code, money**2, customers)) / safe
    believed = shrunk(raw[seen], error[seen])
    level, sd = np.zeros(customers), np.zeros(customers)
    level[seen], sd[seen] = believed.corrected, believed.sd
    leakage = mass * np.maximum(-level, 0.0)
    # Levels are independent and normal given the lines, so their sum is normal as well.
    spread = float(np.sqrt(np.sum((mass * sd)[level < 0] ** 2)))
    total = leakage.sum() + spread * stream(seed, "customer_prices").standard_normal(draws)
    return CustomerPrices(
        1 + raw, 1 + level, sd, lines, mass, mass * np.maximum(-raw, 0.0), leakage, total, line_sd, believed.prior_sd
    )


def _line_sd(gap: Floats, code: Whole, lines: Floats) -> float:
    """Deviation of lines around their customer's mean, pooled over customers."""
    mean = group_sums(code, gap, lines.size) / np.maximum(lines, 1)
    free = float(lines.sum()) - np.count_nonzero(lines)
    return float(np.sqrt(np.sum((gap - mean[code]) ** 2) / free))
