"""What a customer who has left would order if it came back, by its own rate of buying and its own way of leaving."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from patronage.kernels.alive_orders import AlivePairs, Future, order_moments
from patronage.kernels.arrays import Floats
from patronage.kernels.repeat_buying import RepeatFit, RepeatModel
from patronage.kernels.repeat_counts import checked_histories, pairs

_AT, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_FINE_AT, _FINE_WEIGHTS = np.polynomial.legendre.leggauss(40)
_GRID = 400
_ROWS = 50_000


def second_life_orders(fit: RepeatFit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, future: Future) -> Floats:
    """Expected discounted orders within the horizon of a customer who left and is active again from T on, (customers,).

    Given that it left, its rate is Gamma(r + kx, alpha + time active), and it has left once: Beta(a + 1, b + stays), or
    Gamma(s + 1, beta + time active) in the Pareto/NBD. Back again, it leaves at the same chance or pace. The order by
    which it comes back is not counted. Under the BG/NBD nobody without a repeat has left: not a number.
    Source: conjugate posteriors of Fader, Hardie & Lee (2005) and Schmittlein, Morrison & Colombo (1987).
    """
    x, t_x, age = checked_histories(x, t_x, T)
    if fit.model is RepeatModel.PARETO_NBD:
        return _after_time(fit, (x, t_x, age), future)
    one, two, three, four = fit.values
    grouped = pairs(x, t_x)
    stays = grouped.x + fit.model.shift - 1.0
    able = stays >= 0
    shape, rate = one + fit.k * grouped.x[able], two + grouped.T[able]
    left = AlivePairs(shape, rate, three + 1, four + stays[able], by_purchase=True, every=fit.k)
    found = np.full(len(stays), np.nan)
    found[able] = order_moments(left, future).discounted
    return found[grouped.place]


def second_life_buys(fit: RepeatFit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float) -> Floats:
    """P(at least one order within the horizon) of a customer who left and is active again from T on, (customers,).

    By the same laws as second_life_orders; not a number where nobody with that history has left.
    """
    x, t_x, age = checked_histories(x, t_x, T)
    if not 0 < horizon < np.inf:
        raise ValueError(f"horizon must be more than 0 and finite, got {horizon:g}")
    if fit.model is RepeatModel.PARETO_NBD:
        return _buys_after_time(fit, (x, t_x, age), horizon)
    shape, rate = fit.values[0] + fit.k * x, fit.values[1] + t_x
    # Fewer than k random steps within the horizon: negative binomial, since their rate is gamma.
    silent = np.asarray(special.betainc(shape, float(fit.k), rate / (rate + horizon)), dtype=np.float64)
    return np.where(x + fit.model.shift >= 1, 1 - silent, np.nan)


def _buys_after_time(fit: RepeatFit, known: tuple[Floats, Floats, Floats], horizon: float) -> Floats:
    """The mean over when it left, of the chance that an order comes before it leaves again."""
    r, alpha, s, beta = fit.values
    # Chances fall off over times like alpha, so that the steps widen from there on.
    wide = np.log1p(horizon / alpha)
    steps = (alpha * np.expm1(wide / 2 * (_FINE_AT + 1)))[:, None, None]
    widths = _FINE_WEIGHTS * wide / 2 * (alpha + steps[:, 0, 0])
    found = np.empty(len(known[0]))
    for start in range(0, len(found), _ROWS // len(_AT)):
        x, t_x, age = (column[start : start + _ROWS // len(_AT), None] for column in known)
        at = t_x + (age - t_x) / 2 * (_AT + 1)
        log = -(r + x) * np.log(alpha + at) - (s + 1) * np.log(beta + at)
        weight = _WEIGHTS * np.exp(log - log.max(axis=1, keepdims=True))
        first = (r + x) / (alpha + at + steps) * ((alpha + at) / (alpha + at + steps)) ** (r + x)
        stays = ((beta + at) / (beta + at + steps)) ** (s + 1)
        each = np.tensordot(widths, first * stays, axes=1)
        found[start : start + _ROWS // len(_AT)] = (weight * each).sum(axis=1) / weight.sum(axis=1)
    return found


def _after_time(fit: RepeatFit, known: tuple[Floats, Floats, Floats], future: Future) -> Floats:
    """The mean over when it left, between t_x and T: its density goes with (alpha + u)^-(r + x) (beta + u)^-(s + 1)."""
    r, alpha, s, beta = fit.values
    times: Floats = np.linspace(0.0, float(known[2].max(initial=1.0)), _GRID)
    ones = np.ones(_GRID)
    at_rate_one = order_moments(AlivePairs(ones, ones, s + 1, beta + times, by_purchase=False), future).discounted
    found = np.empty(len(known[0]))
    for start in range(0, len(found), _ROWS):
        x, t_x, age = (column[start : start + _ROWS, None] for column in known)
        at = t_x + (age - t_x) / 2 * (_AT + 1)
        log = -(r + x) * np.log(alpha + at) - (s + 1) * np.log(beta + at)
        weight = _WEIGHTS * np.exp(log - log.max(axis=1, keepdims=True))
        each = (r + x) / (alpha + at) * np.interp(at, times, at_rate_one)
        found[start : start + _ROWS] = (weight * each).sum(axis=1) / weight.sum(axis=1)
    return found
