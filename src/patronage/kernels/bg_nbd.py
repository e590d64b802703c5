"""The BG/NBD and MBG/NBD models of repeat buying: likelihood and what a customer alive does next."""

# Customers buy at Poisson times of rate lambda ~ Gamma(r, rate alpha), and after each purchase leave with probability
# p ~ Beta(a, b). In the BG/NBD (Fader, Hardie & Lee 2005) nobody leaves at the first purchase; in the MBG/NBD
# (Batislam, Denizel & Filiztekin 2007) a customer may. The two differ by one in the count of chances to leave, `shift`.

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, digamma, gammaln, polygamma

from patronage.kernels.arrays import Floats
from patronage.kernels.compiled import compiled
from patronage.kernels.newton import Curve
from patronage.kernels.repeat_counts import Codes, RepeatCounts, levels, totals


class _Rows(NamedTuple):
    x: Codes
    t_x: Codes
    T: Codes
    n: Floats


class _Tables(NamedTuple):
    """What a row looks up: by x the power r + x, the edge log(a / (b + x - 1 + shift)) and 1 / (b + x - 1 + shift)."""

    power: Floats
    edge: Floats
    inverse_stay: Floats
    log_age: Floats
    log_last: Floats
    inverse_age: Floats
    inverse_last: Floats


def bg_objective(counts: RepeatCounts, shift: int) -> Callable[[Floats], Curve]:
    """The negative log-likelihood of (r, alpha, a, b) with its exact gradient and Hessian.

    Source: Fader, Hardie & Lee (2005), equation 6, with the factor of time T taken out:
    log L = A(x) - (r + x) log(alpha + T) + log(1 + z), z = a / (b + x - 1 + shift) times
    ((alpha + T) / (alpha + t_x))^(r + x), and z = 0 at x = 0 in the BG/NBD. Only log(1 + z) is summed row by row; the
    rest over the counts of x and of T.
    """
    by_x, by_t, by_T = levels(counts.x), levels(counts.t_x), levels(counts.T)
    rows = _Rows(by_x.place, by_t.place, by_T.place, np.ascontiguousarray(counts.n))
    n_x = totals(by_x.place, counts.n, len(by_x.values))
    n_T = totals(by_T.place, counts.n, len(by_T.values))
    nx_T = totals(by_T.place, counts.n * counts.x, len(by_T.values))

    def objective(parameters: Floats) -> Curve:
        r, alpha, a, b = (float(p) for p in parameters)
        edge, stay = _edges(by_x.values, a, b, shift)
        at_T, at_t = alpha + by_T.values, alpha + by_t.values
        tables = _Tables(r + by_x.values, edge, stay, np.log(at_T), np.log(at_t), 1 / at_T, 1 / at_t)
        left = _left_sums(rows, tables)
        apart = _separable(parameters, by_x.values, n_x, shift)
        timed = _timed(r, tables, n_T, nx_T)
        mixed = _mixed(left, a)
        value, gradient, hessian = (apart[i] + timed[i] + mixed[i] for i in range(3))
        return Curve(-float(value), -np.asarray(gradient), -np.asarray(hessian))

    return objective


def bg_log_left(parameters: Floats, x: Floats, t_x: Floats, T: Floats, shift: int) -> Floats:
    """Log of the odds that a customer has left rather than stayed: (customers,), -inf where leaving is impossible."""
    r, alpha, a, b = parameters
    top = int(x.max(initial=0))
    if top <= 1_000_000:
        edge = _edges(np.arange(top + 1.0), a, b, shift)[0][x.astype(np.intp)]
    else:
        edge = _edges(x, a, b, shift)[0]
    return edge + (r + x) * np.log((alpha + T) / (alpha + t_x))


def bg_log_staying(parameters: Floats, x: Floats, T: Floats, shift: int) -> Floats:
    """Log-likelihood of (x, T) together with having stayed: what log(1 + z) is added to, (rows,)."""
    r, alpha, a, b = (float(p) for p in parameters)
    stay = b + x + shift
    told: Floats = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + T)
    return told + betaln(a, stay) - float(betaln(a, b))


def _edges(x: Floats, a: float, b: float, shift: int) -> tuple[Floats, Floats]:
    stay = b + x - 1 + shift
    never = (x == 0) & (shift == 0)
    stay = np.where(never, 1.0, stay)
    return np.where(never, -np.inf, np.log(a / stay)), np.where(never, 0.0, 1 / stay)


def _separable(parameters: Floats, x: Floats, n: Floats, shift: int) -> tuple[float, Floats, Floats]:
    """Sum over the counts of x: log of Gamma(r+x) alpha^r / Gamma(r) times B(a, b+x+shift) / B(a, b)."""
    r, alpha, a, b = (float(p) for p in parameters)
    stay, total = b + x + shift, n.sum()
    told = gammaln(r + x) - gammaln(r) + betaln(a, stay) - betaln(a, b)
    value = float(n @ told) + total * r * np.log(alpha)
    of_r = float(n @ (digamma(r + x) - digamma(r))) + total * np.log(alpha)
    whole = digamma(a + b) - digamma(a + stay)
    gradient = np.array([of_r, total * r / alpha, n @ whole, n @ (whole + digamma(stay) - digamma(b))])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
    hessian[0, 1] = hessian[1, 0] = total / alpha
    hessian[1, 1] = -total * r / alpha**2
    whole = polygamma(1, a + b) - polygamma(1, a + stay)
    hessian[2:, 2:] = n @ whole
    hessian[3, 3] += n @ (polygamma(1, stay) - polygamma(1, b))
    return value, gradient, hessian


def _timed(r: float, tables: _Tables, n_T: Floats, nx_T: Floats) -> tuple[float, Floats, Floats]:
    """Sum of -(r + x) log(alpha + T) over the counts of T."""
    power = r * n_T + nx_T
    gradient = np.array([-(n_T @ tables.log_age), -(power @ tables.inverse_age), 0.0, 0.0])
    hessian = np.zeros((4, 4))
    hessian[0, 1] = hessian[1, 0] = -(n_T @ tables.inverse_age)
    hessian[1, 1] = power @ tables.inverse_age**2
    return -float(power @ tables.log_age), gradient, hessian


def _mixed(left: Floats, a: float) -> tuple[float, Floats, Floats]:
    """Sum of log(1 + z), from the sums that one pass over the rows gives."""
    value, w, wr, wal, wb, rr, ral, ra, rb, alal, ala, alb, aa, ab, bb = left
    gradient = np.array([wr, wal, w / a, -wb])
    hessian = np.array(
        [
            [rr, ral, ra / a, -rb],
            [ral, alal, ala / a, -alb],
            [ra / a, ala / a, (aa - w) / a**2, -ab / a],
            [-rb, -alb, -ab / a, bb],
        ]
    )
    return float(value), gradient, hessian


@compiled
def _left_sums(rows: _Rows, tables: _Tables) -> Floats:
    """Sums over the rows of log(1 + z) and of what its derivatives are made of.

    With u = log z and w = z / (1 + z): first derivatives are w u_i, second w u_ij + w (1 - w) u_i u_j.
    """
    sums = np.zeros(15)
    for i in range(rows.n.size):
        x, T, t = rows.x[i], rows.T[i], rows.t_x[i]
        of_r = tables.log_age[T] - tables.log_last[t]
        power = tables.power[x]
        u = tables.edge[x] + power * of_r
        if u < -745.0:
            continue
        small = np.exp(-abs(u))
        w = small / (1.0 + small) if u < 0 else 1.0 / (1.0 + small)
        n = rows.n[i]
        sums[0] += n * (max(u, 0.0) + np.log1p(small))
        step = tables.inverse_age[T] - tables.inverse_last[t]
        curve = tables.inverse_last[t] ** 2 - tables.inverse_age[T] ** 2
        of_alpha, of_b = power * step, tables.inverse_stay[x]
        w *= n
        v = w * (1.0 / (1.0 + small) if u < 0 else small / (1.0 + small))
        sums[1] += w
        sums[2] += w * of_r
        sums[3] += w * of_alpha
        sums[4] += w * of_b
        sums[5] += v * of_r * of_r
        sums[6] += v * of_r * of_alpha + w * step
        sums[7] += v * of_r
        sums[8] += v * of_r * of_b
        sums[9] += v * of_alpha * of_alpha + w * power * curve
        sums[10] += v * of_alpha
        sums[11] += v * of_alpha * of_b
        sums[12] += v
        sums[13] += v * of_b
        sums[14] += (v + w) * of_b * of_b
    return sums
