"""What a customer who is alive will order: moments and the exact law of the count, for each distinct (x, T)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from patronage.kernels.arrays import Floats, Whole
from patronage.kernels.compiled import compiled
from patronage.kernels.regular_orders import RegularRates, regular_law, regular_moments
from patronage.kernels.repeat_counts import totals


@dataclass(frozen=True, slots=True)
class Future:
    """A stretch of time from now, and the rate at which it is discounted continuously, both in one time unit.

    A yearly rate of 10% is a discount of log(1.1) per year, log(1.1) / 52.18 per week.
    """

    horizon: float
    discount: float = 0.0

    def __post_init__(self) -> None:
        """Refuses a horizon that is not positive and finite, and a negative discount."""
        if not (0 < self.horizon < np.inf and 0 <= self.discount < np.inf):
            raise ValueError(
                f"a future needs a positive horizon and a discount not below 0, got {self.horizon} and {self.discount}"
            )


@dataclass(frozen=True, slots=True)
class AlivePairs:
    """What is known of customers alive, one row per distinct (x, T).

    Their buying rate is Gamma(shape, rate). by_purchase: they leave after a purchase with probability Beta(leave, stay)
    (BG/NBD, MBG/NBD); else after a time that is exponential with rate Gamma(leave, stay) (Pareto/NBD). every: of how
    many unseen steps an order takes the last (MBG/CNBD-k); done: (pairs,) steps made since the last order.
    """

    shape: Floats
    rate: Floats
    leave: float
    stay: Floats
    by_purchase: bool
    every: int = 1
    done: Floats | None = None


class OrderMoments(NamedTuple):
    """Expected orders of a customer alive within the horizon: plain, discounted once, discounted twice; (pairs,)."""

    plain: Floats
    discounted: Floats
    discounted_twice: Floats


class OrderLaw(NamedTuple):
    """P(at least k orders | alive), k = 1, 2, ..., of pair i at at_least[start[i] : start[i + 1]], down to 1e-9."""

    at_least: Floats
    start: Whole


class _Rates(NamedTuple):
    shape: Floats
    rate: Floats
    leave: float
    stay: Floats
    by_purchase: bool


class _Span(NamedTuple):
    horizon: float
    discount: float
    at: Floats
    weights: Floats


_RULE = np.polynomial.legendre.leggauss(12)
_FINE_RULE = np.polynomial.legendre.leggauss(16)
_MOST_TERMS = 100_000
_FAINT = 1e-9


def order_moments(alive: AlivePairs, future: Future) -> OrderMoments:
    """Expected orders of a customer alive within the horizon, discounted from the time of each.

    The integral over time u of exp(-discount u) m(u), where m(u) is the expected rate of orders of one alive at 0:
    shape / rate times E[(1 + p u / rate)^-(shape + 1)] over p ~ Beta(leave, stay), a 2F1 with positive terms, where
    leaving follows a purchase; shape / rate times (stay / (stay + u))^leave where it follows time. Quadrature is in
    log(rate + u); relative accuracy 1e-9. Undiscounted this is Fader, Hardie & Lee (2005), equation 10, without its
    denominator, and it has no singularity at leave = 1.
    """
    if alive.every > 1:
        return OrderMoments(*regular_moments(_regular(alive), future.horizon, future.discount))
    return OrderMoments(*_moments(_rates(alive), _span(future, _RULE)))


def order_law(alive: AlivePairs, future: Future) -> OrderLaw:
    """The law of the number of orders within the horizon of a customer alive.

    Leaving after a purchase: P(N >= k) = P(negative binomial >= k) times E[(1 - p)^(k - 1)], exactly.
    Leaving in time: P(N >= k) is the integral of P(stays until u) times the density of the k-th purchase at u.
    """
    if alive.every > 1:
        return OrderLaw(*regular_law(_regular(alive), float(future.horizon)))
    span = _span(future, _FINE_RULE)
    kernel = _law_by_purchase if alive.by_purchase else _law_in_time
    at_least, start = kernel(_rates(alive), span)
    return OrderLaw(at_least[: start[-1]], start)


def order_variance(law: OrderLaw) -> Floats:
    """Variance of the number of orders of a customer alive, (pairs,)."""
    size, lengths = len(law.start) - 1, np.diff(law.start)
    k = np.arange(len(law.at_least)) - np.repeat(law.start[:-1], lengths)
    row = np.repeat(np.arange(size), lengths)
    return totals(row, law.at_least * (2 * k + 1), size) - totals(row, law.at_least, size) ** 2


def _rates(alive: AlivePairs) -> _Rates:
    columns = (np.ascontiguousarray(column, dtype=np.float64) for column in (alive.shape, alive.rate, alive.stay))
    shape, rate, stay = columns
    return _Rates(shape, rate, float(alive.leave), stay, alive.by_purchase)


def _regular(alive: AlivePairs) -> RegularRates:
    rates = _rates(alive)
    done = np.zeros_like(rates.shape) if alive.done is None else np.ascontiguousarray(alive.done, dtype=np.float64)
    return RegularRates(rates.shape, rates.rate, rates.leave, rates.stay, done, alive.every)


def _span(future: Future, rule: tuple[Floats, Floats]) -> _Span:
    at, weights = rule
    return _Span(float(future.horizon), float(future.discount), (at + 1) / 2, weights / 2)


@compiled
def _beta_mean(power: float, y: float, leave: float, stay: float) -> float:
    """E[(1 + p y)^-power] over p ~ Beta(leave, stay), y >= 0.

    2F1(power, leave; leave + stay; -y) after Pfaff's transformation, in the form whose terms are positive (or nearly:
    third parameter down to -1) and fall faster; sums are rescaled before they overflow. Source: DLMF 15.8.1.
    """
    whole = leave + stay
    z = y / (1.0 + y)
    if whole - power >= -1.0 and leave <= power:
        one, two, outer = leave, whole - power, leave
    else:
        one, two, outer = power, stay, power
    term, total, log_scale = 1.0, 1.0, -outer * np.log1p(y)
    for k in range(_MOST_TERMS):
        ratio = (one + k) * (two + k) / ((whole + k) * (k + 1.0)) * z
        term *= ratio
        total += term
        if abs(ratio) < 1.0 and abs(term * ratio) < 1e-16 * abs(total) * (1.0 - abs(ratio)):
            break
        if total > 1e200:
            term, total, log_scale = term * 1e-200, total * 1e-200, log_scale + 200.0 * np.log(10.0)
    return np.exp(np.log(total) + log_scale)


@compiled
def _order_rate(u: float, i: int, rates: _Rates) -> float:
    """Expected orders per time unit, u after the start, of pair i: m(u)."""
    level = rates.shape[i] / rates.rate[i]
    if rates.by_purchase:
        return level * _beta_mean(rates.shape[i] + 1.0, u / rates.rate[i], rates.leave, rates.stay[i])
    return level * (rates.stay[i] / (rates.stay[i] + u)) ** rates.leave


@compiled
def _moments(rates: _Rates, span: _Span) -> tuple[Floats, Floats, Floats]:
    plain, once, twice = np.zeros(rates.rate.size), np.zeros(rates.rate.size), np.zeros(rates.rate.size)
    for i in range(rates.rate.size):
        if rates.by_purchase:
            near = rates.rate[i] / (1.0 + rates.shape[i] * rates.leave / (rates.leave + rates.stay[i]))
        else:
            near = rates.stay[i] / (1.0 + rates.leave)
        length = np.log1p(span.horizon / near)
        fall = np.log(_order_rate(0.0, i, rates) / max(_order_rate(span.horizon, i, rates), 1e-100))
        panels = 1 + min(int(max(length / 3.0, fall / 6.0)), 40)
        for panel in range(panels):
            for k in range(span.at.size):
                v = length * (panel + span.at[k]) / panels
                u = near * np.expm1(v)
                orders = span.weights[k] * length / panels * (near + u) * _order_rate(u, i, rates)
                shrink = np.exp(-span.discount * u)
                plain[i] += orders
                once[i] += orders * shrink
                twice[i] += orders * shrink * shrink
    return plain, once, twice


@compiled
def _doubled(values: Floats) -> Floats:
    longer = np.empty(2 * values.size)
    for i in range(values.size):
        longer[i] = values[i]
    return longer


@compiled
def _law_by_purchase(rates: _Rates, span: _Span) -> tuple[Floats, Whole]:
    start = np.zeros(rates.rate.size + 1, dtype=np.int64)
    out = np.empty(64 * (rates.rate.size + 1))
    filled = 0
    for i in range(rates.rate.size):
        shape, whole = rates.shape[i], rates.leave + rates.stay[i]
        z = span.horizon / (rates.rate[i] + span.horizon)
        log_scale = -shape * np.log1p(span.horizon / rates.rate[i])
        scale = np.exp(log_scale)
        mass, beyond, staying = 1.0, 1.0, 1.0
        for k in range(_MOST_TERMS):
            beyond -= mass * scale
            chance = beyond * staying
            if chance < _FAINT:
                break
            if filled == out.size:
                out = _doubled(out)
            out[filled] = chance
            filled += 1
            mass *= (shape + k) / (k + 1.0) * z
            staying *= (rates.stay[i] + k) / (whole + k)
            if mass > 1e200:
                mass, log_scale = mass * 1e-200, log_scale + 200.0 * np.log(10.0)
                scale = np.exp(log_scale)
        start[i + 1] = filled
    return out, start


@compiled
def _purchase_times(i: int, rates: _Rates, span: _Span) -> tuple[Floats, Floats]:
    """At nodes over the horizon: log of P(stays) times the density of the first purchase, and log of its growth."""
    shape, rate = rates.shape[i], rates.rate[i]
    near = min(rate, rates.stay[i] / (1.0 + rates.leave))
    length = np.log1p(span.horizon / near)
    peaks = np.sqrt(shape + shape * span.horizon / rate) / 4.0 * length / np.log1p(span.horizon / rate)
    panels = 1 + int(max(length / 2.5, peaks))
    log_mass, log_step = np.empty(panels * span.at.size), np.empty(panels * span.at.size)
    for node in range(log_mass.size):
        panel, k = node // span.at.size, node % span.at.size
        v = length * (panel + span.at[k]) / panels
        u = near * np.expm1(v)
        log_mass[node] = np.log(span.weights[k] * length / panels * (near + u) * shape / rate)
        log_mass[node] -= (shape + 1.0) * np.log1p(u / rate) + rates.leave * np.log1p(u / rates.stay[i])
        log_step[node] = np.log(u / (rate + u))
    return log_mass, log_step


@compiled
def _law_in_time(rates: _Rates, span: _Span) -> tuple[Floats, Whole]:
    """The k-th purchase comes at u with density f_k(u), f_(k+1)(u) = f_k(u) (shape + k) / k u / (rate + u)."""
    start = np.zeros(rates.rate.size + 1, dtype=np.int64)
    out = np.empty(64 * (rates.rate.size + 1))
    filled = 0
    for i in range(rates.rate.size):
        log_mass, log_step = _purchase_times(i, rates, span)
        deep = log_mass.min() < -600.0
        mass, step = np.exp(log_mass), np.exp(log_step)
        for k in range(1, _MOST_TERMS):
            chance = 0.0
            for node in range(mass.size):
                chance += mass[node]
            if chance < _FAINT:
                break
            if filled == out.size:
                out = _doubled(out)
            out[filled] = min(chance, 1.0)
            filled += 1
            more = (rates.shape[i] + k) / k
            log_more = np.log(more)
            for node in range(mass.size):
                if deep:
                    log_mass[node] += log_step[node] + log_more
                    mass[node] = np.exp(log_mass[node])
                else:
                    mass[node] *= step[node] * more
        start[i + 1] = filled
    return out, start
