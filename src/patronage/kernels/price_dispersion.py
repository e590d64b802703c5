"""Price dispersion that neither product, volume nor time explains, and the money that lies below expected prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from patronage.kernels.arrays import Flags, Floats, Whole, codes, finite, group_sums, same_length

LEAST_LINES = 5  # of a product; with fewer its own expected price swallows most of what it varies
HUBER = 1.345  # in deviations: 95% as sharp as least squares when noise is normal (Huber 1964)
FINEST = 0.02  # least deviation of the core: where most lines pay one list price, the rest must not weigh nothing
MOST_ROUNDS = 12
SETTLED = 1e-3  # move of every log price by which the rounds have arrived
BANDS = np.log([0.25, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0])  # of quantity against the product's median line: price breaks
OUTLIER = float(np.log(3))  # a price a third or three times that expected is another unit or a slip, not a discount


class Lines(NamedTuple):
    """Order lines with a price; all (lines,).

    product, month: codes from 0. log_quantity, log_price: natural logs of quantity and of price per unit.
    """

    product: NDArray[np.integer]
    month: NDArray[np.integer]
    log_quantity: Floats
    log_price: Floats


@dataclass(frozen=True, slots=True)
class PriceDispersion:
    """Prices beside those expected for the same product, quantity and month.

    residual: (lines,) log price less its expectation, 0 where not judged. expected_money: (lines,) quantity x expected
    price, 0 where not judged. judged: (lines,) whether the product has enough lines. volume_effects: on log price, of
    log quantity and of each band. month_effects: (months,) on log price. core_sd: deviation of the residual's core, at
    least FINEST. by_volume, by_time, unexplained: shares of the variance of log price within products, sum 1; lines far
    out count less, as in the fit. below, above: currency under and over expected prices; lines beyond a factor of three
    are in neither, slips says how many.
    """

    residual: Floats
    expected_money: Floats
    judged: Flags
    volume_effects: Floats
    month_effects: Floats
    core_sd: float
    by_volume: float
    by_time: float
    unexplained: float
    below: float
    above: float
    slips: int


class _Fit(NamedTuple):
    volume_effects: Floats
    month_effects: Floats
    residual: Floats
    squares: tuple[float, float, float]


class _Within(NamedTuple):
    """Judged lines: codes of product, quantity band and month, and logs; each (lines,)."""

    product: Whole
    band: Whole
    month: Whole
    volume: Floats
    price: Floats

    def centred(self, values: Floats, weights: Floats, mass: Floats) -> Floats:
        """The values less their weighted mean by product."""
        return values - (group_sums(self.product, weights * values, mass.size) / mass)[self.product]


def price_dispersion(lines: Lines) -> PriceDispersion:
    """Dispersion left after product, volume and month, by Huber regression within products.

    Volume enters as log quantity and as bands of quantity against the product's median line, since price breaks are
    steps. Source: Huber (1964); within-group regression: Frisch & Waugh (1933). Works from sums by product, month and
    band: 800,000 lines take about three seconds.
    """
    product, month, volume, price = _checked(lines)
    judged = np.bincount(product)[product] >= LEAST_LINES
    if not judged.any():
        raise ValueError(f"no product has {LEAST_LINES} lines with a price, so none has an expected price")
    _, code = np.unique(product[judged], return_inverse=True)
    band = np.searchsorted(BANDS, volume[judged] - _medians(code, volume[judged])[code])
    table = _Within(code.astype(np.int64), band.astype(np.int64), month[judged], volume[judged], price[judged])
    fit, core = _fitted(table, np.ones(code.size)), 0.0
    for _ in range(MOST_ROUNDS):
        size = np.abs(fit.residual)
        last, core = core, max(1.4826 * float(np.median(size)), FINEST)
        fit = _fitted(table, np.minimum(1.0, HUBER * core / np.maximum(size, 1e-300)))
        if float(np.abs(np.abs(fit.residual) - size).max()) <= SETTLED and abs(core - last) <= SETTLED:
            break
    return _told(fit, judged, core, (volume, price))


def _medians(code: Whole, values: Floats) -> Floats:
    """Median of each code's values, the upper of two in the middle."""
    order = np.lexsort((values, code))
    counts = np.bincount(code)
    return values[order][np.cumsum(counts) - counts + counts // 2]


def _fitted(table: _Within, weights: Floats) -> _Fit:
    """Weighted least squares within products: on volume alone, then on volume and month."""
    mass = group_sums(table.product, weights, int(table.product.max()) + 1)
    volume, price = (table.centred(values, weights, mass) for values in (table.volume, table.price))
    normal, side = _equations(table, weights, (volume, price), mass)
    bands = BANDS.size + 1
    by_volume = _solution(normal[: bands + 1, : bands + 1], side[: bands + 1])
    beta = _solution(normal, side)
    effects = beta[1 : bands + 1][table.band] + beta[bands + 1 :][table.month]
    residual = table.centred(table.price - beta[0] * table.volume - effects, weights, mass)
    flat = float(weights @ price**2)
    left = float(weights @ residual**2)
    alone = max(flat - float(by_volume @ side[: bands + 1]), left)
    return _Fit(beta[: bands + 1], beta[bands + 1 :], residual, (flat, alone, left))


def _equations(table: _Within, weights: Floats, logs: tuple[Floats, Floats], mass: Floats) -> tuple[Floats, Floats]:
    """Normal equations, within products, of log quantity, band dummies and month dummies."""
    volume, price = logs
    bands, months, products = BANDS.size + 1, int(table.month.max()) + 1, mass.size
    by_band = group_sums(table.product * bands + table.band, weights, products * bands).reshape(products, bands)
    by_month = group_sums(table.product * months + table.month, weights, products * months).reshape(products, months)
    cross = group_sums(table.band * months + table.month, weights, bands * months).reshape(bands, months)
    held = np.column_stack([by_band, by_month])
    inner = np.block([[np.diag(by_band.sum(axis=0)), cross], [cross.T, np.diag(by_month.sum(axis=0))]])
    normal = np.empty((1 + bands + months, 1 + bands + months))
    normal[1:, 1:] = inner - held.T @ (held / mass[:, None])
    pulled, priced = weights * volume, weights * price
    normal[0, 1:] = np.append(group_sums(table.band, pulled, bands), group_sums(table.month, pulled, months))
    normal[1:, 0], normal[0, 0] = normal[0, 1:], float(pulled @ volume)
    side = [np.array([pulled @ price]), group_sums(table.band, priced, bands), group_sums(table.month, priced, months)]
    return normal, np.concatenate(side)


def _solution(normal: Floats, side: Floats) -> Floats:
    """The shortest solution, since dummies sum to what products already say and a quantity may never vary."""
    scale = np.sqrt(np.maximum(np.diag(normal), 0.0))
    used = scale > 1e-6 * max(float(scale.max()), 1e-12)
    unit = np.where(used, scale, 1.0)
    held = np.where(np.outer(used, used), normal / np.outer(unit, unit), 0.0)
    return np.asarray(np.linalg.lstsq(held, np.where(used, side / unit, 0.0), rcond=1e-9)[0]) / unit


def _told(fit: _Fit, judged: Flags, core: float, logs: tuple[Floats, Floats]) -> PriceDispersion:
    volume, price = logs
    residual = np.zeros(judged.size)
    residual[judged] = fit.residual
    money = np.where(judged, np.exp(volume + price - residual), 0.0)
    near = np.abs(residual) <= OUTLIER
    gap = np.where(near, money * np.expm1(np.where(near, residual, 0.0)), 0.0)
    flat, alone, left = fit.squares
    # Prices that do not differ at all have no dispersion to part.
    none = flat <= 1e-20 * np.count_nonzero(judged)
    whole = 1.0 if none else flat
    return PriceDispersion(
        residual,
        money,
        judged,
        fit.volume_effects,
        fit.month_effects,
        core,
        0.0 if none else (flat - alone) / whole,
        0.0 if none else (alone - left) / whole,
        1.0 if none else left / whole,
        -float(gap[gap < 0].sum()),
        float(gap[gap > 0].sum()),
        int(np.count_nonzero(~near)),
    )


def _checked(lines: Lines) -> tuple[Whole, Whole, Floats, Floats]:
    volume, price = finite(lines.log_quantity, "log_quantity", axes=1), finite(lines.log_price, "log_price", axes=1)
    product = codes(lines.product, "product", int(np.max(lines.product, initial=0)) + 1)
    month = codes(lines.month, "month", int(np.max(lines.month, initial=0)) + 1)
    if same_length(product=product, month=month, log_quantity=volume, log_price=price) == 0:
        raise ValueError("lines must not be empty")
    return product, month, volume, price
