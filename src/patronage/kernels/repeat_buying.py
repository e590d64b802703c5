"""Buy-till-you-die models of repeat buying: fitted, compared on later data, and what each customer will order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.alive_groups import AliveGroups, Phases, group_moments
from patronage.kernels.alive_orders import AlivePairs, Future
from patronage.kernels.arrays import Floats, Whole, not_negative
from patronage.kernels.bg_nbd import bg_log_left, bg_log_staying, bg_objective
from patronage.kernels.draws import stream
from patronage.kernels.likelihood_fit import LikelihoodFit, Problem, likelihood_fit, log_normal_draws
from patronage.kernels.newton import Objective
from patronage.kernels.pareto_nbd import pareto_log_left, pareto_log_staying, pareto_objective
from patronage.kernels.regular_buying import (
    MOST_REGULAR,
    gap_part,
    phase_chances,
    regular_log_left,
    regular_log_staying,
    regular_objective,
)
from patronage.kernels.repeat_counts import RepeatCounts, checked_histories, pairs, triples

MANY_ROWS = 20_000
"""Above this many rows the first search runs on a sample of this size."""


class RepeatModel(StrEnum):
    """The models of repeat buying."""

    BG_NBD = "bg_nbd"
    MBG_NBD = "mbg_nbd"
    PARETO_NBD = "pareto_nbd"
    MBG_CNBD_K = "mbg_cnbd_k"

    @property
    def names(self) -> tuple[str, str, str, str]:
        """The parameters in order: alpha and beta are in time units, the others are pure numbers."""
        return ("r", "alpha", "s", "beta") if self is RepeatModel.PARETO_NBD else ("r", "alpha", "a", "b")

    @property
    def shift(self) -> int:
        """How many chances to leave the first purchase gives."""
        return int(self in (RepeatModel.MBG_NBD, RepeatModel.MBG_CNBD_K))


RANDOM = (RepeatModel.BG_NBD, RepeatModel.MBG_NBD, RepeatModel.PARETO_NBD)
"""The models whose customers buy at random times."""


@dataclass(frozen=True, slots=True)
class RepeatFit:
    """A fitted model of repeat buying.

    parameters, standard_errors: by name, in the order of RepeatModel.names; alpha and beta in the data's time unit.
    covariance: (4, 4) of the log-parameters. log_likelihood: of the data at the parameters, no prior in it.
    identified: whether the data alone fix the parameters, else why_not says what they leave open, prior says which weak
    prior the parameters rest on (empty: none), prior_cost how much log-likelihood it gave up, and alone where the
    search ended without it. k: how regular times between purchases are in the MBG/CNBD-k model, 1 being random as in
    all others.
    """

    model: RepeatModel
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
    k: int = 1
    alone: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def prior_used(self) -> bool:
        """Whether the parameters rest on the weak prior."""
        return bool(self.prior)

    @property
    def values(self) -> Floats:
        """The parameters in order, (4,)."""
        return np.array([self.parameters[name] for name in self.model.names])


class RegularFit(NamedTuple):
    """The MBG/CNBD-k fit at the best k, and the log-likelihoods at k = 1, 2, ... as far as was tried."""

    fit: RepeatFit
    log_likelihoods: tuple[float, ...]


def fit_repeat_buying(counts: RepeatCounts, model: RepeatModel, k: int = 1, log_gaps: float = 0.0) -> RepeatFit:
    """The maximum-likelihood fit of a model, by Newton steps on the exact Hessian in log-parameters.

    Where the data do not identify the parameters the fit says so and rests on a weak log-normal prior. k: of the
    MBG/CNBD-k model. log_gaps: the sum, over all customers, of the logs of the times between successive purchases,
    which makes log-likelihoods at several k comparable and moves no parameter.
    """
    if counts.n.size == 0 or counts.customers <= 0:
        raise ValueError("repeat buying needs at least one customer, got none")
    _refuse_regular(model, k)
    fitted = likelihood_fit(_problem(counts, model, k))
    fitted = replace(fitted, log_likelihood=fitted.log_likelihood + gap_part(k, counts.repeats, log_gaps))
    why_not = fitted.why_not
    if counts.repeats == 0:
        why_not = f"no customer has bought again, so nothing tells rates of buying and leaving apart; {why_not}"
    return replace(_told(model, counts.customers, fitted, why_not), k=k)


def fit_regular_buying(counts: RepeatCounts, log_gaps: float) -> RegularFit:
    """The MBG/CNBD-k fit at the k of the highest log-likelihood; k rises until it has lost twice in a row.

    log_gaps: as in fit_repeat_buying.
    """
    fits = [fit_repeat_buying(counts, RepeatModel.MBG_CNBD_K, 1, log_gaps)]
    while len(fits) < MOST_REGULAR and not _lost_twice([fit.log_likelihood for fit in fits]):
        fits.append(fit_repeat_buying(counts, RepeatModel.MBG_CNBD_K, len(fits) + 1, log_gaps))
    best = max(fits, key=lambda fit: fit.log_likelihood)
    return RegularFit(best, tuple(fit.log_likelihood for fit in fits))


def _lost_twice(values: list[float]) -> bool:
    return len(values) > 2 and values[-1] < values[-2] < values[-3]


def stated_repeat_buying(model: RepeatModel, parameters: dict[str, float], k: int = 1) -> RepeatFit:
    """A model at stated parameters, without uncertainty and without data behind it."""
    _refuse_regular(model, k)
    missing = [name for name in model.names if not parameters.get(name, 0.0) > 0]
    if missing or len(parameters) != 4:
        raise ValueError(f"{model} needs positive {', '.join(model.names)}, got {parameters}")
    zero = dict.fromkeys(model.names, 0.0)
    values = {name: float(parameters[name]) for name in model.names}
    return RepeatFit(model, values, zero, np.zeros((4, 4)), 0.0, 0.0, converged=True, identified=True, k=k)


def log_likelihood(fit: RepeatFit, counts: RepeatCounts, log_gaps: float = 0.0) -> float:
    """The log-likelihood of histories at the fitted parameters; log_gaps as in fit_repeat_buying."""
    staying = bg_log_staying(fit.values, counts.x, counts.T, fit.model.shift)
    if fit.model is RepeatModel.PARETO_NBD:
        staying = pareto_log_staying(fit.values, counts.x, counts.T)
    elif fit.k > 1:
        staying = regular_log_staying(fit.values, fit.k, (counts.x, counts.t_x, counts.T))
    left = np.logaddexp(0.0, _log_odds_left(fit, counts.x, counts.t_x, counts.T))
    return float(counts.n @ (staying + left)) + gap_part(fit.k, counts.repeats, log_gaps)


def holdout_log_likelihood(
    fit: RepeatFit, calibration: RepeatCounts, full: RepeatCounts, log_gaps: float = 0.0
) -> float:
    """The log-likelihood of what customers did after the calibration period, given what they did in it.

    calibration, full: the same customers, seen until the end of calibration and until the end of all data.
    The likelihood of (x, t_x, T) is the joint density of the times of all purchases until T: those times enter it only
    through x and t_x. So with H the history until T and H' that until T' > T, p(H' | H) = p(H') / p(H), because H is a
    part of H', and the log of it over all customers is log L(full) - log L(calibration) at the fitted parameters.
    log_gaps: logs of the times between successive purchases whose second came after the calibration period, summed.
    """
    if abs(calibration.customers - full.customers) > 1e-6 * calibration.customers:
        raise ValueError(
            f"both periods need the same customers, got {calibration.customers:g} in calibration "
            f"and {full.customers:g} in all data"
        )
    if full.repeats < calibration.repeats or full.n @ full.T < calibration.n @ calibration.T:
        raise ValueError("all data must contain the calibration period: they hold fewer purchases or less time")
    return log_likelihood(fit, full, log_gaps) - log_likelihood(fit, calibration)


def _log_odds_left(fit: RepeatFit, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log of P(left) / P(alive) at T, (customers,); -inf where a customer cannot have left."""
    if fit.model is RepeatModel.PARETO_NBD:
        return pareto_log_left(fit.values, x, t_x, T)
    if fit.k > 1:
        return regular_log_left(fit.values, fit.k, (x, t_x, T))
    return bg_log_left(fit.values, x, t_x, T, fit.model.shift)


def p_alive(fit: RepeatFit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """P(the customer is alive at T), (customers,).

    In the BG/NBD a customer without a repeat is alive for certain: leaving follows a repeat purchase.
    """
    return chance_alive(fit, *checked_histories(x, t_x, T))


def chance_alive(fit: RepeatFit, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """P(alive) of histories that have been checked before, (customers,)."""
    return 1 / (1 + np.exp(np.minimum(_log_odds_left(fit, x, t_x, T), 700.0)))


def alive_pairs(fit: RepeatFit, x: Floats, T: Floats) -> AlivePairs:
    """What the model knows of customers alive at T after x repeats: (pairs,), or k phases of each pair in a row."""
    one, two, three, four = fit.values
    if fit.model is RepeatModel.PARETO_NBD:
        return AlivePairs(one + x, two + T, float(three), four + T, by_purchase=False)
    if fit.k > 1:
        bought, age = np.repeat(x, fit.k), np.repeat(T, fit.k)
        done: Floats = np.tile(np.arange(float(fit.k)), len(x))
        shape, stay = one + fit.k * bought + done, four + bought + 1
        return AlivePairs(shape, two + age, float(three), stay, by_purchase=True, every=fit.k, done=done)
    return AlivePairs(one + x, two + T, float(three), four + x + fit.model.shift, by_purchase=True)


def alive_groups(fit: RepeatFit, x: Floats, t_x: Floats, T: Floats) -> AliveGroups:
    """Customers in groups of whom the model expects the same if alive: by (x, T), or by history where k is above 1."""
    if fit.k == 1:
        grouped = pairs(x, T)
        return AliveGroups(grouped.x, grouped.place, alive_pairs(fit, grouped.x, grouped.T))
    known = triples(x, t_x, T)
    grouped = pairs(known.x, known.T)
    chance = phase_chances(fit.values, fit.k, (known.x, known.t_x, known.T))
    phases = Phases(grouped.place.astype(np.int64) * fit.k, chance)
    return AliveGroups(known.x, known.place, alive_pairs(fit, grouped.x, grouped.T), phases)


def expected_transactions(fit: RepeatFit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float) -> Floats:
    """Expected orders of each customer in (T, T + horizon], (customers,): P(alive) times the expectation if alive."""
    return discounted_transactions(fit, x, t_x, T, Future(horizon))


def discounted_transactions(fit: RepeatFit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, future: Future) -> Floats:
    """Expected orders in (T, T + horizon], each discounted continuously from its own time back to T, (customers,).

    The expected rate of orders is integrated over the horizon by quadrature, relative accuracy 1e-9, once per
    distinct (x, T).
    """
    x, t_x, age = checked_histories(x, t_x, T)
    groups = alive_groups(fit, x, t_x, age)
    return chance_alive(fit, x, t_x, age) * group_moments(groups, future).discounted[groups.place]


def expected_repeat_orders(fit: RepeatFit, age: ArrayLike) -> Floats:
    """Expected repeat orders of a random new customer within an age, E[X(age)], (ages,) >= 0.

    Source: Fader, Hardie & Lee (2005), equation 9; MBG/NBD: Batislam et al. (2007), those who stay after the first
    purchase; Schmittlein, Morrison & Colombo (1987).
    """
    ages = not_negative(age, "age", axes=1)
    new = alive_groups(fit, np.zeros(1), np.zeros(1), np.zeros(1))
    stays = 1.0
    if fit.model.shift:
        stays = fit.parameters["b"] / (fit.parameters["a"] + fit.parameters["b"])
    distinct, place = np.unique(ages, return_inverse=True)
    expected = [float(group_moments(new, Future(horizon)).plain[0]) if horizon > 0 else 0.0 for horizon in distinct]
    return stays * np.array(expected, dtype=np.float64)[place]


def parameter_draws(fit: RepeatFit, draws: int, seed: int) -> Floats:
    """Draws of the parameters, (draws, 4): log-normal around the fit with its covariance, cut at four sd."""
    generator = stream(seed, f"repeat_buying.{fit.model}.parameters")
    return log_normal_draws(fit.values, fit.covariance, draws, generator)


def _told(model: RepeatModel, customers: float, fitted: LikelihoodFit, why_not: str) -> RepeatFit:
    errors = fitted.parameters * np.sqrt(np.diag(fitted.covariance))
    return RepeatFit(
        model=model,
        parameters=dict(zip(model.names, fitted.parameters.tolist(), strict=True)),
        standard_errors=dict(zip(model.names, errors.tolist(), strict=True)),
        covariance=fitted.covariance,
        log_likelihood=fitted.log_likelihood,
        customers=customers,
        converged=fitted.converged,
        identified=fitted.identified,
        why_not=why_not,
        prior=fitted.prior,
        prior_cost=fitted.prior_cost,
        alone=dict(zip(model.names, fitted.alone.tolist(), strict=True)) if fitted.prior else {},
    )


def _refuse_regular(model: RepeatModel, k: int) -> None:
    if k < 1 or (k > 1 and model is not RepeatModel.MBG_CNBD_K):
        raise ValueError(f"k must be 1 or more, and 1 in any model but {RepeatModel.MBG_CNBD_K}, got {k} in {model}")


def _objective(counts: RepeatCounts, model: RepeatModel, k: int) -> Objective:
    if model is RepeatModel.PARETO_NBD:
        return pareto_objective(counts)
    if k > 1:
        return regular_objective(counts, k)
    return bg_objective(counts, model.shift)


def _problem(counts: RepeatCounts, model: RepeatModel, k: int) -> Problem:
    age = float(counts.n @ counts.T) / counts.customers or 1.0
    scale, others = (
        np.array([0.5, age / 4 / k, 1.0, 2.0]),
        [[2.0, 2.0, 0.3, 0.3], [0.3, 0.1, 0.3, 3.0], [2.0, 4.0, 3.0, 3.0]],
    )
    if model is RepeatModel.PARETO_NBD:
        scale[3] = age / 4
    return Problem(
        objective=_objective(counts, model, k),
        names=model.names,
        scale=scale,
        starts=scale * np.array(others),
        warm=_objective(_sample(counts), model, k) if counts.n.size > MANY_ROWS else None,
    )


def _sample(counts: RepeatCounts) -> RepeatCounts:
    """Rows taken at even steps of the cumulated number of customers, all of one weight."""
    reached = np.cumsum(counts.n)
    steps: Floats = (np.arange(MANY_ROWS) + 0.5) / MANY_ROWS * reached[-1]
    take: Whole = np.searchsorted(reached, steps).astype(np.int64)
    rows, times = np.unique(take, return_counts=True)
    weight = times * reached[-1] / MANY_ROWS
    return RepeatCounts(counts.x[rows], counts.t_x[rows], counts.T[rows], weight)
