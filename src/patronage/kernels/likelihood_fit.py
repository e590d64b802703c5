"""Maximum likelihood of a few positive parameters that says whether the data identify them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patronage.kernels.arrays import Floats
from patronage.kernels.newton import Curve, Minimum, Objective, in_logs, minimum

RUNAWAY = 1e4
"""A parameter this many times its natural scale, or this fraction of it, has run away."""
WIDEST_SD = 2.0
"""The largest standard deviation of a log-parameter, in any direction, at which the data still identify it."""
PRIOR_SD = 1.5
"""Standard deviation of the weak prior on each log-parameter: its 95% range is the scale over 19 to the scale by 19."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A likelihood to fit.

    objective: negative log-likelihood over the natural parameters. names: of the parameters, in order.
    scale: (parameters,) the natural size of each, where the first search starts and where the weak prior is centred.
    starts: (starts, parameters) where further searches start when the first does not arrive.
    warm: the same likelihood on a sample of the rows, for a first search when there are many.
    """

    objective: Objective
    names: tuple[str, ...]
    scale: Floats
    starts: Floats
    warm: Objective | None = None


@dataclass(frozen=True, slots=True)
class LikelihoodFit:
    """Parameters at the maximum of a likelihood, or of a likelihood with a weak prior where it has no maximum.

    parameters: (parameters,). covariance: of the log-parameters. log_likelihood: at the parameters, without the prior.
    identified: whether the data alone fix the parameters; why_not says what they leave open, else it is empty.
    prior: the weak prior in words, empty where none was used. prior_cost: log-likelihood given up for it, >= 0.
    alone: (parameters,) where the search on the data alone ended, which a prior did not hold.
    """

    parameters: Floats
    covariance: Floats
    log_likelihood: float
    converged: bool
    identified: bool
    why_not: str
    prior: str
    prior_cost: float
    alone: Floats


def likelihood_fit(problem: Problem) -> LikelihoodFit:
    """The maximum-likelihood fit; where the data do not identify it, the fit under a weak prior, which says so."""
    best = _best(problem)
    why_not = _why_not(problem, best)
    if not why_not:
        return LikelihoodFit(
            parameters=np.exp(best.at),
            covariance=_inverse(best.curve.hessian),
            log_likelihood=-best.curve.value,
            converged=True,
            identified=True,
            why_not="",
            prior="",
            prior_cost=0.0,
            alone=np.exp(best.at),
        )
    held = minimum(_with_prior(_logs(problem.objective), np.log(problem.scale)), np.log(problem.scale))
    parameters = np.exp(held.at)
    log_likelihood = -problem.objective(parameters).value
    return LikelihoodFit(
        parameters=parameters,
        covariance=_inverse(held.curve.hessian),
        log_likelihood=log_likelihood,
        converged=held.converged,
        identified=False,
        why_not=why_not,
        prior=_told_prior(problem),
        prior_cost=max(-best.curve.value - log_likelihood, 0.0),
        alone=np.exp(best.at),
    )


def log_normal_draws(parameters: Floats, covariance: Floats, draws: int, generator: np.random.Generator) -> Floats:
    """Draws of positive parameters whose logarithms are normal: (draws, parameters).

    No draw lies more than four standard deviations out along an axis of the covariance.
    """
    values, vectors = np.linalg.eigh(covariance)
    spread = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = np.clip(generator.standard_normal((draws, len(parameters))), -4.0, 4.0)
    return np.exp(np.log(parameters) + normal @ spread.T)


def _logs(objective: Objective) -> Objective:
    def of_logs(at: Floats) -> Curve:
        parameters = np.exp(at)
        return in_logs(parameters, objective(parameters))

    return of_logs


def _with_prior(objective: Objective, centre: Floats) -> Objective:
    def held(at: Floats) -> Curve:
        curve = objective(at)
        off = (at - centre) / PRIOR_SD
        hessian = curve.hessian + np.eye(len(at)) / PRIOR_SD**2
        return Curve(curve.value + 0.5 * float(off @ off), curve.gradient + off / PRIOR_SD, hessian)

    return held


def _best(problem: Problem) -> Minimum:
    """The best minimum found; further starts are tried only while none has arrived."""
    objective = _logs(problem.objective)
    best = minimum(objective, _first_start(problem))
    for start in problem.starts:
        if best.converged and not _why_not(problem, best):
            break
        other = minimum(objective, np.log(start))
        if other.curve.value < best.curve.value - 1e-6 or (other.converged and not best.converged):
            best = other
    return best


def _first_start(problem: Problem) -> Floats:
    start = np.log(problem.scale)
    if problem.warm is None:
        return start
    sampled = minimum(_logs(problem.warm), start)
    far = np.abs(sampled.at - start).max() > np.log(RUNAWAY)
    return start if far or not sampled.converged else sampled.at


def _why_not(problem: Problem, found: Minimum) -> str:
    """What the data leave open, in words; empty where they identify every parameter."""
    away = dict(zip(problem.names, found.at - np.log(problem.scale), strict=True))
    grown = [name for name in problem.names if away[name] > np.log(RUNAWAY)]
    shrunk = [name for name in problem.names if away[name] < -np.log(RUNAWAY)]
    faults = [f"{_listed(grown)} without bound"] if grown else []
    faults += [f"{_listed(shrunk)} to 0"] if shrunk else []
    flat = _flat_direction(problem.names, found.curve.hessian)
    faults += [flat] if flat else []
    if not faults and not found.converged:
        faults = ["the search for the maximum did not arrive from any start"]
    return "; ".join(faults)


def _listed(names: list[str]) -> str:
    return f"{' and '.join(names)} {'runs' if len(names) == 1 else 'run'}"


def _flat_direction(names: tuple[str, ...], hessian: Floats) -> str:
    """The pair of parameters along which the likelihood is flat, in words; empty where it is flat along none."""
    values, vectors = np.linalg.eigh(hessian)
    if values[0] >= 1 / WIDEST_SD**2:
        return ""
    loading = vectors[:, 0]
    order = np.argsort(-np.abs(loading), kind="stable")
    one, two = sorted(order[:2])
    if abs(loading[order[1]]) < 0.3:
        return f"the likelihood is flat in {names[order[0]]}"
    if loading[one] * loading[two] > 0:
        return f"the likelihood is flat where {names[one]} and {names[two]} rise together: only their ratio is told"
    return f"the likelihood is flat where {names[one]} rises and {names[two]} falls"


def _told_prior(problem: Problem) -> str:
    centres = ", ".join(f"{name} {scale:.3g}" for name, scale in zip(problem.names, problem.scale, strict=True))
    return f"each parameter log-normal with median {centres} and sd {PRIOR_SD:g} of its logarithm"


def _inverse(hessian: Floats) -> Floats:
    values, vectors = np.linalg.eigh(hessian)
    return (vectors / np.maximum(values, 1e-12)) @ vectors.T
