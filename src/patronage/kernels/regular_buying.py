"""The MBG/CNBD-k model of buying that is more regular than random: likelihood, and how far on customers are."""

# Unseen steps come at Poisson times of rate lambda ~ Gamma(r, rate alpha), and every k-th of them is a purchase, so
# that times between purchases are Erlang-k. After each purchase, the first included, a customer leaves with
# probability p ~ Beta(a, b). k = 1 is the MBG/NBD. Source: Reutterer, Platzer & Schroeder (2021).

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, digamma, gammaln, polygamma

from patronage.kernels.arrays import Floats
from patronage.kernels.compiled import compiled
from patronage.kernels.newton import Curve
from patronage.kernels.repeat_counts import RepeatCounts, levels, totals

MOST_REGULAR = 12
"""The largest k that is tried, as in the BTYDplus package of the model's authors."""


class _Rows(NamedTuple):
    x: Floats
    t_x: Floats
    T: Floats
    n: Floats


class _Model(NamedTuple):
    r: float
    alpha: float
    a: float
    b: float
    k: int


class _Parts(NamedTuple):
    """Of one row: value and first derivatives by r and alpha, and the three second ones."""

    value: float
    of_r: float
    of_alpha: float
    rr: float
    ra: float
    aa: float


def regular_objective(counts: RepeatCounts, k: int) -> Callable[[Floats], Curve]:
    """The negative log-likelihood of (r, alpha, a, b) with its exact gradient and Hessian.

    Without the part that no parameter enters, which gap_part gives. log L = log Gamma(r+kx)/Gamma(r) alpha^r
    (alpha+T)^-(r+kx) B(a,b+x+1)/B(a,b) + log(S + z): S = sum over j < k of Gamma(r+kx+j)/Gamma(r+kx)/j!
    ((T-t_x)/(alpha+T))^j, that the next purchase is still to come; z = a/(b+x) ((alpha+T)/(alpha+t_x))^(r+kx).
    """
    _checked(k)
    rows = _Rows(*(np.ascontiguousarray(column) for column in (counts.x, counts.t_x, counts.T, counts.n)))
    by_x = levels(counts.x)
    n_x = totals(by_x.place, counts.n, len(by_x.values))

    def objective(parameters: Floats) -> Curve:
        r, alpha, a, b = (float(p) for p in parameters)
        sums = _row_sums(rows, _Model(r, alpha, a, b, k))
        value, gradient, hessian = _separable(_Model(r, alpha, a, b, k), by_x.values, n_x)
        lower = np.zeros((4, 4))
        lower[np.tril_indices(4)] = sums[5:]
        hessian += lower + np.tril(lower, -1).T
        return Curve(-(value + float(sums[0])), -(gradient + sums[1:5]), -hessian)

    return objective


def gap_part(k: int, repeats: float, log_gaps: float) -> float:
    """The part of the log-likelihood that no parameter enters; it makes log-likelihoods of several k comparable.

    repeats: how many purchases followed a first. log_gaps: sum of the logs of the times between successive ones.
    """
    if not np.isfinite(log_gaps):
        raise ValueError(f"log_gaps must be finite, got {log_gaps}: merge occasions that stand at one time")
    return (k - 1) * log_gaps - repeats * float(gammaln(_checked(k)))


def regular_log_left(parameters: Floats, k: int, known: tuple[Floats, Floats, Floats]) -> Floats:
    """Log of the odds that a customer has left rather than stayed: (customers,); known: x, t_x and T."""
    r, alpha, a, b = parameters
    x, t_x, age = known
    waiting = _waiting(parameters, k, known).sum(axis=1)
    return np.log(a / (b + x)) + (r + k * x) * np.log((alpha + age) / (alpha + t_x)) - np.log(waiting)


def regular_log_staying(parameters: Floats, k: int, known: tuple[Floats, Floats, Floats]) -> Floats:
    """Log-likelihood of histories together with having stayed, without gap_part: (rows,); known: x, t_x and T."""
    r, alpha, a, b = (float(p) for p in parameters)
    x, _, age = known
    power = r + k * x
    told: Floats = gammaln(power) - gammaln(r) + r * np.log(alpha) - power * np.log(alpha + age)
    return told + betaln(a, b + x + 1) - float(betaln(a, b)) + np.log(_waiting(parameters, k, known).sum(axis=1))


def phase_chances(parameters: Floats, k: int, known: tuple[Floats, Floats, Floats]) -> Floats:
    """The chance that 0, 1, ... k - 1 unseen steps were made since the last purchase of one alive: (customers, k).

    known: x, t_x and T. With j steps made the rate is Gamma(r + kx + j, alpha + T).
    """
    waiting = _waiting(parameters, k, known)
    return waiting / waiting.sum(axis=1, keepdims=True)


def _checked(k: int) -> int:
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    return k


def _waiting(parameters: Floats, k: int, known: tuple[Floats, Floats, Floats]) -> Floats:
    """The terms of S, (customers, k)."""
    r, alpha = float(parameters[0]), float(parameters[1])
    x, t_x, age = known
    power, since = r + k * x, (age - t_x) / (alpha + age)
    terms = np.ones((len(x), k))
    for j in range(1, k):
        terms[:, j] = terms[:, j - 1] * (power + j - 1) / j * since
    return terms


def _separable(model: _Model, x: Floats, n: Floats) -> tuple[float, Floats, Floats]:
    """Sum over the counts of x: log of Gamma(r+kx) alpha^r / Gamma(r) times B(a, b+x+1) / B(a, b)."""
    r, alpha, a, b, k = model
    power, stay, total = r + k * x, b + x + 1, n.sum()
    told = gammaln(power) - gammaln(r) + betaln(a, stay) - betaln(a, b)
    value = float(n @ told) + total * r * np.log(alpha)
    of_r = float(n @ (digamma(power) - digamma(r))) + total * np.log(alpha)
    whole = digamma(a + b) - digamma(a + stay)
    gradient = np.array([of_r, total * r / alpha, n @ whole, n @ (whole + digamma(stay) - digamma(b))])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = n @ (polygamma(1, power) - polygamma(1, r))
    hessian[0, 1] = hessian[1, 0] = total / alpha
    hessian[1, 1] = -total * r / alpha**2
    hessian[2:, 2:] = n @ (polygamma(1, a + b) - polygamma(1, a + stay))
    hessian[3, 3] += n @ (polygamma(1, stay) - polygamma(1, b))
    return value, gradient, hessian


@compiled
def _still_waiting(power: float, since: float, late: float, k: int) -> _Parts:
    """Log S with its derivatives; since: (T - t_x) / late, late: alpha + T."""
    total, of_r, of_alpha, rr, ra, aa = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    term, slope, bend = 1.0, 0.0, 0.0
    for j in range(1, k):
        term *= (power + j - 1.0) / j * since
        slope += 1.0 / (power + j - 1.0)
        bend += 1.0 / (power + j - 1.0) ** 2
        total += term
        of_r += term * slope
        of_alpha -= term * j / late
        rr += term * (slope * slope - bend)
        ra -= term * slope * j / late
        aa += term * j * (j + 1.0) / (late * late)
    of_r, of_alpha = of_r / total, of_alpha / total
    rr, ra, aa = rr / total - of_r * of_r, ra / total - of_r * of_alpha, aa / total - of_alpha * of_alpha
    return _Parts(np.log(total), of_r, of_alpha, rr, ra, aa)


@compiled
def _row_sums(rows: _Rows, model: _Model) -> Floats:
    """Sums over the rows of -(r+kx) log(alpha+T) + log(S + z): value, gradient (4), lower triangle of the Hessian (10).

    With A = log S, U = log z and w = z / (S + z): first derivatives w U_i + (1 - w) A_i, second
    w U_ij + (1 - w) A_ij + w (1 - w) (U_i - A_i)(U_j - A_j).
    """
    sums = np.zeros(15)
    apart, second = np.zeros(4), np.zeros((4, 4))
    for i in range(rows.n.size):
        n, power = rows.n[i], model.r + model.k * rows.x[i]
        late, last, stay = model.alpha + rows.T[i], model.alpha + rows.t_x[i], model.b + rows.x[i]
        waits = _still_waiting(power, (rows.T[i] - rows.t_x[i]) / late, late, model.k)
        ratio = np.log(late / last)
        gone = np.log(model.a / stay) + power * ratio
        odds = gone - waits.value
        small = np.exp(-abs(odds))
        w = small / (1.0 + small) if odds < 0 else 1.0 / (1.0 + small)
        step = 1.0 / late - 1.0 / last
        apart[0], apart[1] = ratio - waits.of_r, power * step - waits.of_alpha
        apart[2], apart[3] = 1.0 / model.a, -1.0 / stay
        second[0, 0] = (1.0 - w) * waits.rr
        second[1, 0] = w * step + (1.0 - w) * waits.ra - 1.0 / late
        second[1, 1] = w * power * (1.0 / last**2 - 1.0 / late**2) + (1.0 - w) * waits.aa + power / late**2
        second[2, 2], second[3, 3] = -w / model.a**2, w / stay**2
        sums[0] += n * (waits.value + max(odds, 0.0) + np.log1p(small) - power * np.log(late))
        sums[1] += n * (waits.of_r + w * apart[0] - np.log(late))
        sums[2] += n * (waits.of_alpha + w * apart[1] - power / late)
        sums[3] += n * w * apart[2]
        sums[4] += n * w * apart[3]
        cell = 5
        for one in range(4):
            for other in range(one + 1):
                sums[cell] += n * (second[one, other] + w * (1.0 - w) * apart[one] * apart[other])
                cell += 1
    return sums
