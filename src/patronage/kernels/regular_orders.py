"""What a regular buyer who is alive will order, when every k-th unseen step is an order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from patronage.kernels.arrays import Floats, Whole
from patronage.kernels.compiled import compiled

_AT, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_MOST_ORDERS = 50_000
_FAINT = 1e-9


class RegularRates(NamedTuple):
    """What is known of regular buyers alive, (rows,): steps come at rate Gamma(shape, rate), and done of them are made.

    Every order ends with the every-th step; after it they leave with probability Beta(leave, stay).
    """

    shape: Floats
    rate: Floats
    leave: float
    stay: Floats
    done: Floats
    every: int


class _Span(NamedTuple):
    horizon: float
    discount: float
    at: Floats
    weights: Floats


def regular_law(rates: RegularRates, horizon: float) -> tuple[Floats, Whole]:
    """P(at least n orders within the horizon), n = 1, 2, ..., of row i at law[start[i] : start[i + 1]], down to 1e-9.

    P(N >= n) = P(negative binomial of steps >= every n - done) E[(1 - p)^(n - 1)], exactly.
    """
    law, start = _law(rates, horizon)
    return law[: start[-1]], start


def regular_moments(rates: RegularRates, horizon: float, discount: float) -> tuple[Floats, Floats, Floats]:
    """Expected orders within the horizon: plain, discounted once and discounted twice, each (rows,).

    With M(u) the expected orders until u: exp(-d h) M(h) + d times the integral of exp(-d u) M(u), by quadrature.
    Orders of a very regular buyer come in steps, which quadrature meets with an error of about 1e-5.
    """
    span = _Span(float(horizon), float(discount), (_AT + 1) / 2, _WEIGHTS / 2)
    return _moments(rates, span)


@compiled
def _chances(u: float, i: int, rates: RegularRates, into: Floats) -> int:
    """Puts P(at least n orders until u) of row i into the places n - 1, and gives their number."""
    shape, whole = rates.shape[i], rates.leave + rates.stay[i]
    z, log_scale = u / (rates.rate[i] + u), -shape * np.log1p(u / rates.rate[i])
    scale = np.exp(log_scale)
    mass, beyond, staying, orders = 1.0, 1.0, 1.0, 0
    due = rates.every - int(rates.done[i])
    for step in range(rates.every * into.size):
        if step == due:
            chance = beyond * staying
            if chance < _FAINT:
                break
            into[orders] = chance
            staying *= (rates.stay[i] + orders) / (whole + orders)
            orders += 1
            due += rates.every
        beyond -= mass * scale
        mass *= (shape + step) / (step + 1.0) * z
        if mass > 1e200:
            mass, log_scale = mass * 1e-200, log_scale + 200.0 * np.log(10.0)
            scale = np.exp(log_scale)
    return orders


@compiled
def _law(rates: RegularRates, horizon: float) -> tuple[Floats, Whole]:
    start = np.zeros(rates.rate.size + 1, dtype=np.int64)
    one, out = np.empty(_MOST_ORDERS), np.empty(64 * (rates.rate.size + 1))
    for i in range(rates.rate.size):
        orders = _chances(horizon, i, rates, one)
        start[i + 1] = start[i] + orders
        while start[i + 1] > out.size:
            out = _doubled(out)
        out[start[i] : start[i + 1]] = one[:orders]
    return out, start


@compiled
def _doubled(values: Floats) -> Floats:
    longer = np.empty(2 * values.size)
    longer[: values.size] = values
    return longer


@compiled
def _moments(rates: RegularRates, span: _Span) -> tuple[Floats, Floats, Floats]:
    plain, once, twice = np.zeros(rates.rate.size), np.zeros(rates.rate.size), np.zeros(rates.rate.size)
    one = np.empty(_MOST_ORDERS)
    for i in range(rates.rate.size):
        reached = one[: _chances(span.horizon, i, rates, one)].sum()
        plain[i] = reached
        once[i] = reached * np.exp(-span.discount * span.horizon)
        twice[i] = reached * np.exp(-2.0 * span.discount * span.horizon)
        if span.discount == 0.0:
            continue
        leaving = rates.shape[i] * rates.leave / (rates.leave + rates.stay[i]) / rates.every
        near = rates.rate[i] / (1.0 + leaving)
        length = np.log1p(span.horizon / near)
        panels = 1 + min(int(length / 3.0), 40)
        for panel in range(panels):
            for k in range(span.at.size):
                v = length * (panel + span.at[k]) / panels
                u = near * np.expm1(v)
                reached = one[: _chances(u, i, rates, one)].sum()
                until = span.weights[k] * length / panels * (near + u) * reached
                shrink = np.exp(-span.discount * u)
                once[i] += span.discount * until * shrink
                twice[i] += 2.0 * span.discount * until * shrink * shrink
    return plain, once, twice
