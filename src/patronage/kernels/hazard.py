"""The chance of leaving, or of coming back, in each period among those still there, by complementary log-log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from patronage.kernels.arrays import Floats, finite, not_negative, same_length
from patronage.kernels.draws import stream

MOST_STEPS = 50
SETTLED = 1e-9  # gain in log-likelihood below which the search has arrived, or rounding where that is more
EXTREME = 25.0  # log hazard, or its standard error, beyond which the coefficients have no finite value


@dataclass(frozen=True, slots=True)
class HazardFit:
    """Coefficients of log(-log(1 - hazard)) = design x coefficients.

    coefficients, errors: (columns,). covariance: (columns, columns). events: of how many exposed person-periods.
    """

    coefficients: Floats
    errors: Floats
    covariance: Floats
    log_likelihood: float
    exposed: float
    events: float


def fitted_hazard(exposed: ArrayLike, events: ArrayLike, design: ArrayLike) -> HazardFit:
    """Maximum likelihood over cells of person-periods that share their covariates.

    exposed: (cells,) person-periods, > 0 in some. events: (cells,) how many of them ended. design: (cells, columns), a
    column of ones included where wanted. Raises ValueError where the cells do not identify the coefficients.
    Source: Prentice & Gloeckler (1978), grouped proportional hazards; Fisher scoring with halved steps.
    """
    n, d = not_negative(exposed, "exposed", axes=1), not_negative(events, "events", axes=1)
    table = finite(design, "design", axes=2)
    same_length(exposed=n, events=d, design=table.T)
    _refuse(n, d, table)
    used = n > 0
    n, d, table = n[used], d[used], table[used]
    beta = linalg.lstsq(table, np.full(n.size, _log_hazard(float(d.sum() / n.sum()))))[0]
    beta = np.asarray(beta, dtype=np.float64)
    value = _likelihood(n, d, table @ beta)
    for _ in range(MOST_STEPS):
        _, step = _step(n, d, table, beta)
        beta, gained = _climbed(n, d, table, (beta, step))
        settled, value = gained - value <= SETTLED + 1e-14 * abs(gained), gained
        if settled:
            break
    information, _ = _step(n, d, table, beta)
    covariance = np.asarray(linalg.inv(information), dtype=np.float64)
    unsure = np.einsum("ij,jk,ik->i", table, covariance, table)
    if max(float(np.abs(table @ beta).max()), float(np.sqrt(unsure.max()))) > EXTREME:
        raise ValueError("events are told apart perfectly by the design, so its coefficients have no finite value")
    return HazardFit(beta, np.sqrt(np.diag(covariance)), covariance, value, float(n.sum()), float(d.sum()))


def hazards(fit: HazardFit, path: ArrayLike) -> Floats:
    """Chance that the period ends it, for each row of covariates.

    path: (periods, columns). Returns (periods,).
    """
    return -np.expm1(-np.exp(_rows(fit, path) @ fit.coefficients))


def survival(fit: HazardFit, path: ArrayLike) -> Floats:
    """Share still there after each period of a path of covariates.

    path: (periods, columns), first period first. Returns (periods,).
    """
    return np.exp(-np.cumsum(np.exp(_rows(fit, path) @ fit.coefficients)))


def survival_draws(fit: HazardFit, path: ArrayLike, *, draws: int = 1000, seed: int = 1) -> Floats:
    """Share still there after each period, with the uncertainty of the coefficients.

    path: (periods, columns). Returns (draws, periods). Coefficients are drawn from their normal approximation.
    """
    rows = _rows(fit, path)
    luck = stream(seed, "survival").standard_normal((draws, fit.coefficients.size))
    beta = fit.coefficients + luck @ linalg.cholesky(fit.covariance)
    return np.exp(-np.cumsum(np.exp(np.minimum(beta @ rows.T, EXTREME)), axis=1))


def _log_hazard(rate: float) -> float:
    return float(np.log(-np.log1p(-rate)))


def _likelihood(n: Floats, d: Floats, eta: Floats) -> float:
    rate = np.exp(eta)
    return float(np.sum(d * np.log(-np.expm1(-rate)) - (n - d) * rate))


def _step(n: Floats, d: Floats, table: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Expected information and the scoring step at the coefficients."""
    rate = np.exp(table @ beta)
    odds = rate / np.expm1(rate)
    slope = d * odds - (n - d) * rate
    information = table.T @ ((n * rate * odds)[:, None] * table)
    return information, np.asarray(linalg.solve(information, table.T @ slope, assume_a="pos"))


def _climbed(n: Floats, d: Floats, table: Floats, move: tuple[Floats, Floats]) -> tuple[Floats, float]:
    """The coefficients after the longest of the halved steps that does not lose likelihood."""
    beta, step = move
    before = _likelihood(n, d, table @ beta)
    for halving in range(30):
        ahead = beta + step / 2**halving
        eta = table @ ahead
        if float(np.abs(eta).max()) <= 2 * EXTREME:
            value = _likelihood(n, d, eta)
            if value >= before:
                return ahead, value
    return beta, before


def _rows(fit: HazardFit, path: ArrayLike) -> Floats:
    rows = finite(path, "path", axes=2)
    if rows.shape[1] != fit.coefficients.size:
        raise ValueError(f"path must have {fit.coefficients.size} columns, got {rows.shape[1]}")
    return rows


def _refuse(n: Floats, d: Floats, table: Floats) -> None:
    if (d > n).any():
        first = int(np.argmax(d > n))
        raise ValueError(f"events must not exceed exposed, got {d[first]:g} of {n[first]:g} in cell {first}")
    if d.sum() == 0 or d.sum() == n.sum():
        raise ValueError(f"a hazard needs events and non-events, got {d.sum():g} events in {n.sum():g} person-periods")
    rank = int(np.linalg.matrix_rank(table[n > 0]))
    if rank < table.shape[1]:
        raise ValueError(f"design must have columns that are told apart, got rank {rank} of {table.shape[1]}")
