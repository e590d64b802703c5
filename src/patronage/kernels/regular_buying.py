"""Whether customers buy more regularly than at random: the MBG/CNBD-k model, k = 1 being the MBG/NBD."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.special import loggamma as scipy_loggamma

from patronage.kernels.arrays import Floats
from patronage.kernels.likelihood_fit import LikelihoodFit, Problem, likelihood_fit
from patronage.kernels.newton import Curve
from patronage.kernels.repeat_counts import RepeatCounts

NAMES = ("r", "alpha", "a", "b")
_Complex = NDArray[np.complexfloating[Any]]


def fit_regular_buying(counts: RepeatCounts, k: int, log_gaps: float) -> LikelihoodFit:
    """The maximum-likelihood fit when times between purchases are Erlang-k instead of exponential.

    k: 1 is random buying, larger is more regular; log-likelihoods of several k on the same data compare directly.
    log_gaps: the sum, over all customers, of the logs of the times between successive occasions. Gradient by complex
    steps, exact to rounding; Hessian by central differences of it. Source: Reutterer, Platzer & Schroeder (2021), with
    a chance to leave at the first purchase.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if counts.n.size == 0 or counts.customers <= 0:
        raise ValueError("repeat buying needs at least one customer, got none")
    if not np.isfinite(log_gaps):
        raise ValueError(f"log_gaps must be finite, got {log_gaps}: merge occasions that stand at one time")
    age = float(counts.n @ counts.T) / counts.customers or 1.0
    scale = np.array([0.5, age / 4 / k, 1.0, 2.0])
    known = (k - 1) * log_gaps - counts.repeats * float(gammaln(k))

    def objective(parameters: Floats) -> Curve:
        gradient = _gradient(counts, k, parameters)
        hessian = np.empty((4, 4))
        for i, step in enumerate(1e-5 * parameters):
            up, down = (_gradient(counts, k, parameters + sign * step * np.eye(4)[i]) for sign in (1, -1))
            hessian[i] = (up - down) / (2 * step)
        value = float(_log_likelihood(counts, k, parameters.astype(np.complex128)).real) + known
        return Curve(-value, -gradient, -(hessian + hessian.T) / 2)

    return likelihood_fit(Problem(objective, NAMES, scale, scale * np.array([[2.0, 2.0, 0.3, 0.3]])))


def _gradient(counts: RepeatCounts, k: int, parameters: Floats) -> Floats:
    steps = 1e-30j * parameters
    values = [_log_likelihood(counts, k, parameters + np.eye(4)[i] * steps[i]).imag for i in range(4)]
    return np.array(values) / steps.imag


def _log_likelihood(counts: RepeatCounts, k: int, parameters: _Complex) -> complex:
    """The log-likelihood without the part that no parameter enters.

    log Gamma(r+kx)/Gamma(r) alpha^r (alpha+T)^-(r+kx) B(a,b+x+1)/B(a,b) + log(S + z): S = sum over j < k of
    Gamma(r+kx+j)/Gamma(r+kx)/j! ((T-t_x)/(alpha+T))^j, z = a/(b+x) ((alpha+T)/(alpha+t_x))^(r+kx).
    """
    r, alpha, a, b = parameters
    x, power = counts.x, r + k * counts.x
    late, last = alpha + counts.T, alpha + counts.t_x
    told = _log_gamma(power) - _log_gamma(r) + r * np.log(alpha) - power * np.log(late)
    told = told + _log_gamma(b + x + 1) - _log_gamma(a + b + x + 1) - _log_gamma(b) + _log_gamma(a + b)
    silent = term = np.ones(len(x), dtype=np.complex128)
    for j in range(1, k):
        term = term * (power + j - 1) / j * (counts.T - counts.t_x) / late
        silent = silent + term
    left = np.log(a / (b + x)) + power * np.log(late / last)
    top = np.maximum(left.real, 0.0)
    told = told + top + np.log(silent * np.exp(-top) + np.exp(left - top))
    return complex(counts.n @ told)


def _log_gamma(at: complex | _Complex) -> _Complex:
    return np.asarray(scipy_loggamma(at), dtype=np.complex128)
