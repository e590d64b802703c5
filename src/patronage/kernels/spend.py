"""The gamma-gamma model of spend per order: fitted, and what each customer spends on an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaincinv, gammaln, polygamma

from patronage.kernels.arrays import Floats, finite, not_negative, positive, same_length, share
from patronage.kernels.draws import stream
from patronage.kernels.likelihood_fit import Problem, likelihood_fit, log_normal_draws
from patronage.kernels.newton import Curve
from patronage.kernels.repeat_counts import levels, totals

NAMES: tuple[str, ...] = ("p", "q", "gamma")
MANY_ROWS = 20_000
"""Above this many customers the first search runs on a sample of this size."""


@dataclass(frozen=True, slots=True)
class SpendFit:
    """A fitted gamma-gamma model: an order is Gamma(p, rate nu), a customer's nu is Gamma(q, rate gamma).

    parameters, standard_errors: by name, in the order of NAMES; gamma in money. covariance: (3, 3) of the
    log-parameters. identified, why_not, prior, prior_cost: as in RepeatFit.
    """

    parameters: dict[str, float]
    standard_errors: dict[str, float]
    covariance: Floats
    log_likelihood: float
    customers: float
    converged: bool
    identified: bool
    why_not: str = ""
    prior: str = ""
    prior_cost: float = 0.0

    @property
    def prior_used(self) -> bool:
        """Whether the parameters rest on the weak prior."""
        return bool(self.prior)

    @property
    def values(self) -> Floats:
        """The parameters in order, (3,)."""
        return np.array([self.parameters[name] for name in NAMES])


def fit_spend(x: ArrayLike, mean: ArrayLike, n: ArrayLike | None = None) -> SpendFit:
    """The maximum-likelihood fit to the mean spend of customers with repeat orders.

    x: (rows,) repeat orders, at least 1. mean: (rows,) mean spend of those orders, above 0. n: customers of each row.
    Source: Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", equation 1a.
    """
    x, mean = _checked(x, mean)
    weight = np.ones(len(x)) if n is None else not_negative(n, "n", axes=1)
    same_length(x=x, n=weight)
    if weight.sum() <= 0:
        raise ValueError("spend needs at least one customer with a repeat order, got none")
    centre = float(weight @ mean / weight.sum())
    scale = np.array([4.0, 3.0, centre / 2])
    others = [[0.3, 0.6, 1.0], [3.0, 2.0, 0.5], [1.0, 5.0, 4.0]]
    every = max(len(x) // MANY_ROWS, 1)
    warm = _objective(x[::every], mean[::every], weight[::every]) if every > 1 else None
    fitted = likelihood_fit(Problem(_objective(x, mean, weight), NAMES, scale, scale * np.array(others), warm))
    errors = fitted.parameters * np.sqrt(np.diag(fitted.covariance))
    return SpendFit(
        parameters=dict(zip(NAMES, fitted.parameters.tolist(), strict=True)),
        standard_errors=dict(zip(NAMES, errors.tolist(), strict=True)),
        covariance=fitted.covariance,
        log_likelihood=fitted.log_likelihood,
        customers=float(weight.sum()),
        converged=fitted.converged,
        identified=fitted.identified,
        why_not=fitted.why_not,
        prior=fitted.prior,
        prior_cost=fitted.prior_cost,
    )


def stated_spend(p: float, q: float, gamma: float) -> SpendFit:
    """A gamma-gamma model at stated parameters, without uncertainty and without data behind it."""
    if not (p > 0 and q > 0 and gamma > 0):
        raise ValueError(f"p, q and gamma must be positive, got {p}, {q} and {gamma}")
    values, zero = {"p": p, "q": q, "gamma": gamma}, dict.fromkeys(NAMES, 0.0)
    return SpendFit(values, zero, np.zeros((3, 3)), 0.0, 0.0, converged=True, identified=True)


def expected_spend(fit: SpendFit, x: ArrayLike, mean: ArrayLike) -> Floats:
    """Expected spend on a future order of each customer, (customers,).

    x: repeat orders, 0 for a customer without one, whose mean is not read. Source: Fader & Hardie (2013), equation 5:
    p (gamma + x mean) / (p x + q - 1). Raises ValueError where it is infinite: p x + q is at most 1.
    """
    x, rate = _posterior_rate(fit, x, mean)
    p, q, _ = fit.values
    if ((p * x + q) <= 1).any():
        raise ValueError(f"expected spend is infinite where p x + q is at most 1: p={p:.4g}, q={q:.4g}, x={x.min():g}")
    return p * rate / (p * x + q - 1)


def spend_quantiles(fit: SpendFit, x: ArrayLike, mean: ArrayLike, levels_at: tuple[float, ...]) -> Floats:
    """Quantiles of each customer's own long-run mean spend per order p / nu, (customers, levels).

    nu given the data is Gamma(p x + q, rate gamma + x mean). Source: Fader & Hardie (2013), section 3.
    """
    x, rate = _posterior_rate(fit, x, mean)
    p, q, _ = fit.values
    for level in levels_at:
        share(level, "level")
    by_x = levels(x)
    of_nu = gammaincinv((p * by_x.values + q)[:, None], 1 - np.array(levels_at)[None, :])
    return p * rate[:, None] / of_nu[by_x.place]


def spend_parameter_draws(fit: SpendFit, draws: int, seed: int) -> Floats:
    """Draws of (p, q, gamma), (draws, 3): log-normal around the fit with its covariance, cut at four sd."""
    return log_normal_draws(fit.values, fit.covariance, draws, stream(seed, "spend.parameters"))


def _checked(x: ArrayLike, mean: ArrayLike) -> tuple[Floats, Floats]:
    x = finite(x, "x", axes=1)
    mean = positive(mean, "mean spend", axes=1)
    same_length(x=x, mean=mean)
    if x.size == 0:
        raise ValueError("spend needs at least one customer with a repeat order, got none")
    if (x < 1).any():
        raise ValueError(f"x must be at least 1: {int((x < 1).sum())} of {x.size} are not (give repeat customers only)")
    return x, mean


def _posterior_rate(fit: SpendFit, x: ArrayLike, mean: ArrayLike) -> tuple[Floats, Floats]:
    x = not_negative(x, "x", axes=1)
    mean = finite(mean, "mean spend", axes=1)
    same_length(x=x, mean=mean)
    positive(mean[x > 0], "mean spend", axes=1)
    return x, fit.parameters["gamma"] + np.where(x > 0, x * mean, 0.0)


def _objective(x: Floats, mean: Floats, n: Floats) -> Callable[[Floats], Curve]:
    """The negative log-likelihood of (p, q, gamma) with its exact gradient and Hessian.

    log L = log[Gamma(p x + q) / Gamma(p x) / Gamma(q)] + q log gamma + (p x - 1) log m + p x log x
    - (p x + q) log(gamma + x m). Only log(gamma + x m) and its derivatives are summed row by row.
    """
    by_x = levels(x)
    count = totals(by_x.place, n, len(by_x.values))
    seen = count > 0
    orders, customers = by_x.values[seen], count[seen]
    spent, both, total = x * mean, np.stack((n, n * x)), float(n.sum())
    log_mean = np.log(mean)
    plain = float(n @ log_mean)
    powered = float(both[1] @ log_mean) + float(customers @ (orders * np.log(orders)))

    def objective(parameters: Floats) -> Curve:
        p, q, gamma = (float(value) for value in parameters)
        rate = gamma + spent
        inverse = 1 / rate
        (log_1, log_x), (inv_1, inv_x), (sq_1, sq_x) = both @ np.log(rate), both @ inverse, both @ inverse**2
        px = p * orders
        value = customers @ (gammaln(px + q) - gammaln(px)) + total * (q * np.log(gamma) - gammaln(q))
        value += p * powered - plain - p * log_x - q * log_1
        whole, apart = digamma(px + q), digamma(px)
        gradient = np.array(
            [
                customers @ (orders * (whole - apart)) + powered - log_x,
                customers @ whole - total * (digamma(q) - np.log(gamma)) - log_1,
                total * q / gamma - p * inv_x - q * inv_1,
            ]
        )
        whole, apart = polygamma(1, px + q), polygamma(1, px)
        pp = customers @ (orders**2 * (whole - apart))
        pq = customers @ (orders * whole)
        qq = customers @ whole - total * polygamma(1, q)
        qg, gg = total / gamma - inv_1, -total * q / gamma**2 + p * sq_x + q * sq_1
        hessian = np.array([[pp, pq, -inv_x], [pq, qq, qg], [-inv_x, qg, gg]])
        return Curve(-float(value), -gradient, -hessian)

    return objective
