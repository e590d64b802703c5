"""The Pareto/NBD model of repeat buying: likelihood and what a customer alive does next."""

# Customers buy at Poisson times of rate lambda ~ Gamma(r, rate alpha) and leave after a time that is exponential with
# rate mu ~ Gamma(s, rate beta). Source: Schmittlein, Morrison & Colombo (1987). The chance of having left is taken as
# the integral over the time of leaving, since the differences of 2F1 that it equals cancel where r + s + x is large.

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from patronage.kernels.arrays import Floats
from patronage.kernels.compiled import compiled
from patronage.kernels.newton import Curve
from patronage.kernels.repeat_counts import RepeatCounts, levels, totals


class _Rows(NamedTuple):
    x: Floats
    t_x: Floats
    T: Floats
    n: Floats


class _Model(NamedTuple):
    r: float
    alpha: float
    s: float
    beta: float


class _Rules(NamedTuple):
    """Gauss-Legendre nodes and weights on (0, 1): few for gentle integrands, many for steep ones."""

    few: Floats
    few_weights: Floats
    many: Floats
    many_weights: Floats


def unit_rule(nodes: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    at, weights = np.polynomial.legendre.leggauss(nodes)
    return (at + 1) / 2, weights / 2


_RULES = _Rules(*unit_rule(8), *unit_rule(20))
_FAINT = 37.0
"""Log of the factor below which the tail of an integrand no longer shows in double precision."""


def pareto_objective(counts: RepeatCounts) -> Callable[[Floats], Curve]:
    """The negative log-likelihood of (r, alpha, s, beta) with its exact gradient and Hessian.

    log L = log[Gamma(r+x) / Gamma(r) alpha^r beta^s (alpha+T)^-(r+x) (beta+T)^-s] + log(1 + Q), Q the odds of having
    left: the integral of exp h(u) over u from t_x to T, exp h = s (alpha+u)^-(r+x) (beta+u)^-(s+1) (alpha+T)^(r+x)
    (beta+T)^s. Source: Schmittlein, Morrison & Colombo (1987), appendix, before the integral is written as 2F1.
    Derivatives are taken under the integral, so they are exact up to the same quadrature (1e-8 relative).
    """
    rows = _Rows(*(np.ascontiguousarray(column) for column in (counts.x, counts.t_x, counts.T, counts.n)))
    by_x, by_T = levels(counts.x), levels(counts.T)
    n_x = totals(by_x.place, counts.n, len(by_x.values))
    n_T = totals(by_T.place, counts.n, len(by_T.values))
    nx_T = totals(by_T.place, counts.n * counts.x, len(by_T.values))

    def objective(parameters: Floats) -> Curve:
        model = _Model(*(float(p) for p in parameters))
        sums = _left_sums(rows, model, _RULES)
        value, gradient, hessian = _separable(model, (by_x.values, n_x), (by_T.values, n_T, nx_T))
        lower = np.zeros((4, 4))
        lower[np.tril_indices(4)] = sums[5:]
        hessian += lower + np.tril(lower, -1).T
        return Curve(-(value + float(sums[0])), -(gradient + sums[1:5]), -hessian)

    return objective


def pareto_log_left(parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log of the odds that a customer has left rather than stayed: (customers,), -inf where t_x is T."""
    rows = _Rows(np.ascontiguousarray(x), np.ascontiguousarray(t_x), np.ascontiguousarray(T), np.empty(0))
    return _log_left(rows, _Model(*(float(p) for p in parameters)), _RULES)


def pareto_log_staying(parameters: Floats, x: Floats, T: Floats) -> Floats:
    """Log-likelihood of (x, T) together with having stayed: what log(1 + Q) is added to, (rows,)."""
    r, alpha, s, beta = (float(p) for p in parameters)
    told: Floats = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return told - (r + x) * np.log(alpha + T) - s * np.log(beta + T)


def _separable(
    model: _Model, by_x: tuple[Floats, Floats], by_T: tuple[Floats, Floats, Floats]
) -> tuple[float, Floats, Floats]:
    """Everything but log(1 + Q), summed over the counts of x and of T."""
    r, alpha, s, beta = model
    (x, n), (T, n_T, nx_T) = by_x, by_T
    total, power = n.sum(), r * n_T + nx_T
    log_a, log_b = np.log(alpha + T), np.log(beta + T)
    known = float(n @ (gammaln(r + x) - gammaln(r))) + total * (r * np.log(alpha) + s * np.log(beta))
    gradient = np.array(
        [
            n @ (digamma(r + x) - digamma(r)) + total * np.log(alpha) - n_T @ log_a,
            total * r / alpha - power @ (1 / (alpha + T)),
            total * np.log(beta) - n_T @ log_b,
            total * s / beta - s * (n_T @ (1 / (beta + T))),
        ]
    )
    hessian = np.zeros((4, 4))
    hessian[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
    hessian[0, 1] = hessian[1, 0] = total / alpha - n_T @ (1 / (alpha + T))
    hessian[1, 1] = -total * r / alpha**2 + power @ (1 / (alpha + T) ** 2)
    hessian[2, 3] = hessian[3, 2] = total / beta - n_T @ (1 / (beta + T))
    hessian[3, 3] = -total * s / beta**2 + s * (n_T @ (1 / (beta + T) ** 2))
    return float(known - power @ log_a - s * (n_T @ log_b)), gradient, hessian


@compiled
def _height(u: float, x: float, model: _Model) -> float:
    return -(model.r + x) * np.log(model.alpha + u) - (model.s + 1.0) * np.log(model.beta + u)


@compiled
def _stretch(x: float, t_x: float, T: float, model: _Model) -> tuple[float, float]:
    """The length in v = log(near + u) over which the integrand counts, and the log of its fall over that length."""
    near = min(model.alpha, model.beta)
    length = np.log1p((T - t_x) / (near + t_x))
    top = _height(t_x, x, model)
    fall = top - _height(T, x, model)
    while fall > 2.0 * _FAINT:
        shorter = top - _height((near + t_x) * np.exp(length / 2.0) - near, x, model)
        if shorter < _FAINT:
            break
        length, fall = length / 2.0, shorter
    return length, fall


@compiled
def _log_left(rows: _Rows, model: _Model, rules: _Rules) -> Floats:
    """Log Q of each row, by quadrature in v = log(near + u), near the smaller of alpha and beta."""
    result = np.full(rows.x.size, -np.inf)
    near = min(model.alpha, model.beta)
    for i in range(rows.x.size):
        x, t_x, T = rows.x[i], rows.t_x[i], rows.T[i]
        if t_x >= T:
            continue
        length, fall = _stretch(x, t_x, T, model)
        gentle = fall < 6.0 and length < 2.5
        at, weights = (rules.few, rules.few_weights) if gentle else (rules.many, rules.many_weights)
        top = _height(t_x, x, model)
        total = 0.0
        for k in range(at.size):
            reached = (near + t_x) * np.exp(length * at[k])
            total += weights[k] * reached * np.exp(_height(reached - near, x, model) - top)
        alive = -(model.r + x) * np.log(model.alpha + T) - model.s * np.log(model.beta + T)
        result[i] = np.log(model.s * length * total) + top - alive
    return result


class _History(NamedTuple):
    x: float
    t_x: float
    T: float


class _Moments(NamedTuple):
    first: Floats
    second: Floats
    slope: Floats


@compiled
def _add_row(sums: Floats, q: Floats, m: Floats, log_odds: float, n: float) -> None:
    """Adds one row's log(1 + Q) and its derivatives, given log Q and the ratios q_i and q_ij, n times."""
    small = np.exp(-abs(log_odds))
    w = small / (1.0 + small) if log_odds < 0 else 1.0 / (1.0 + small)
    sums[0] += n * (max(log_odds, 0.0) + np.log1p(small))
    cell = 0
    for row in range(4):
        sums[1 + row] += n * w * q[row]
        for column in range(row + 1):
            sums[5 + cell] += n * w * (m[cell] - w * q[row] * q[column])
            cell += 1


@compiled
def _left_sums(rows: _Rows, model: _Model, rules: _Rules) -> Floats:
    """Sums over the rows of log(1 + Q), of its gradient (4) and of the lower triangle of its Hessian (10).

    Q_i = integral of exp(h) h_i, Q_ij = integral of exp(h) (h_i h_j + h_ij);
    log(1 + Q) has the derivatives w q_i and w q_ij - w^2 q_i q_j, with w = Q / (1 + Q), q_i = Q_i / Q, q_ij = Q_ij / Q.
    """
    sums = np.zeros(15)
    into = _Moments(np.zeros(4), np.zeros(10), np.zeros(4))
    for i in range(rows.n.size):
        history = _History(rows.x[i], rows.t_x[i], rows.T[i])
        if history.t_x >= history.T:
            continue
        length, fall = _stretch(history.x, history.t_x, history.T, model)
        top = _height(history.t_x, history.x, model)
        total = _integrated(history, model, rules, into, (length, fall, top))
        power = model.r + history.x
        over = power * np.log(model.alpha + history.T) + model.s * np.log(model.beta + history.T)
        log_odds = np.log(model.s * length * total) + top + over
        _add_row(sums, into.first / total, into.second / total, log_odds, rows.n[i])
    return sums


@compiled
def _integrated(
    history: _History, model: _Model, rules: _Rules, into: _Moments, shape: tuple[float, float, float]
) -> float:
    """The integral of exp(h - top), and into `into` those of its first and second derivatives by the parameters.

    shape: length of the stretch, fall of h over it, top of h.
    """
    length, fall, top = shape
    gentle = fall < 6.0 and length < 2.5
    at, weights = (rules.few, rules.few_weights) if gentle else (rules.many, rules.many_weights)
    s, near, power = model.s, min(model.alpha, model.beta), model.r + history.x
    log_a, log_b = np.log(model.alpha + history.T), np.log(model.beta + history.T)
    over_a, over_b = 1.0 / (model.alpha + history.T), 1.0 / (model.beta + history.T)
    q, m, slope = into.first, into.second, into.slope
    total = 0.0
    q[:] = 0.0
    m[:] = 0.0
    for k in range(at.size):
        reached = (near + history.t_x) * np.exp(length * at[k])
        from_a, from_b = reached + (model.alpha - near), reached + (model.beta - near)
        la, lb, ia, ib = np.log(from_a), np.log(from_b), 1.0 / from_a, 1.0 / from_b
        e = weights[k] * reached * np.exp(-power * la - (s + 1.0) * lb - top)
        slope[0] = log_a - la
        slope[1] = power * (over_a - ia)
        slope[2] = 1.0 / s - lb + log_b
        slope[3] = s * over_b - (s + 1.0) * ib
        total += e
        _add_products(q, m, slope, e)
        m[1] += e * (over_a - ia)
        m[2] += e * power * (ia * ia - over_a * over_a)
        m[5] -= e / (s * s)
        m[8] += e * (over_b - ib)
        m[9] += e * ((s + 1.0) * ib * ib - s * over_b * over_b)
    return total


@compiled
def _add_products(q: Floats, m: Floats, slope: Floats, e: float) -> None:
    """Adds e times the slopes, and e times the lower triangle of their products."""
    cell = 0
    for row in range(4):
        q[row] += e * slope[row]
        for column in range(row + 1):
            m[cell] += e * slope[row] * slope[column]
            cell += 1
