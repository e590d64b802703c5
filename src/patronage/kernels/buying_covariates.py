"""What is known of customers at their first purchase, in the rates at which they buy and leave, levels pooled."""

# alpha_i = alpha exp(-buying z_i) in every model; a_i = a exp(leaving z_i) in BG/NBD and MBG/NBD, and beta_i =
# beta exp(-leaving z_i) in Pareto/NBD, so that a higher effect is faster buying, or earlier leaving.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, Whole, finite
from patronage.kernels.bg_nbd import bg_objective
from patronage.kernels.likelihood_fit import PRIOR_SD
from patronage.kernels.newton import Curve, Minimum, Objective, in_logs, minimum
from patronage.kernels.pareto_nbd import pareto_objective
from patronage.kernels.repeat_buying import RANDOM, RepeatFit, RepeatModel, fit_repeat_buying, holdout_log_likelihood
from patronage.kernels.repeat_counts import RepeatCounts
from patronage.kernels.scale_average import SCALES, ScaleAverage, scale_average

MOST_ROUNDS = 6
LEAST_SCALE = float(SCALES[0])
"""Scale of effects below which levels count as alike."""
SETTLED = 0.05
LOOSE_SD = 3.0
"""Standard deviation of the law of each log-parameter around the model of all, where the data identify that."""


class Laws(NamedTuple):
    """What holds parameters and effects beside the data, each (columns,).

    kinds: -1 for the base, 0 for effects of buying, 1 for those of leaving. prior: precision of the normal law of the
    base around centre, 0 for effects.
    """

    kinds: Whole
    prior: Floats
    centre: Floats


@dataclass(frozen=True, slots=True)
class CovariateFit:
    """A model of repeat buying with effects of levels.

    plain: the model at the base of all levels; its parameters are joint with the effects. buying, leaving: (columns,)
    of the logarithms of the rates. covariance: joint, of the logs of the four parameters, the effects of buying and
    those of leaving. scales: standard deviations of the effects of levels, of buying first; towards 0 all levels are
    pooled. Where the data do not identify the plain model, a law as wide as its weak prior holds the base of this one.
    """

    plain: RepeatFit
    buying: Floats
    leaving: Floats
    covariance: Floats
    scales: tuple[float, float]
    log_likelihood: float
    converged: bool

    @property
    def logs(self) -> Floats:
        """The logs of the four parameters, the effects of buying and those of leaving, (4 + 2 columns,)."""
        return np.concatenate([np.log(self.plain.values), self.buying, self.leaving])

    @property
    def errors(self) -> Floats:
        """Standard errors of the effects, (2, columns), of buying first."""
        return np.sqrt(np.diag(self.covariance)[4:]).reshape(2, -1)

    def way(self, levels: ArrayLike) -> Floats:
        """How the logs of the parameters of customers with these covariates move with `logs`: (4, 4 + 2 columns)."""
        z = finite(levels, "levels", axes=1)
        if z.size != self.buying.size:
            raise ValueError(f"levels must have {self.buying.size} columns, got {z.size}")
        return _way(self.plain.model, z)

    def at(self, levels: ArrayLike) -> RepeatFit:
        """The model of customers with these covariates, (columns,); without uncertainty of its own."""
        moved = np.exp(self.way(levels) @ self.logs)
        return replace(self.plain, parameters=dict(zip(self.plain.model.names, moved.tolist(), strict=True)))


def fit_with_covariates(
    cells: Sequence[RepeatCounts], design: ArrayLike, model: RepeatModel, plain: RepeatFit | None = None
) -> CovariateFit:
    """The fit of a model whose rates hang on covariates, the effects of each kind under a normal law.

    cells: histories of the customers that share their covariates. design: (cells, columns), such as one column of 0 and
    1 per level; none need be left out. plain: the model of all cells together, where it is known. The likelihood is
    taken as a quadratic around its mode at likely scales, and parameters and effects are averaged over the scales that
    the laws of the effects may have, so that a level with few customers leans on all.
    Sources: Fader & Hardie (2007), time-invariant covariates; Rue, Martino & Chopin (2009) for the average.
    """
    table = finite(design, "design", axes=2)
    _refuse(cells, table, model)
    whole = fit_repeat_buying(joined_counts(cells), model) if plain is None else plain
    objective = _joint(cells, table, model)
    kinds = np.repeat([-1, 0, 1], [4, table.shape[1], table.shape[1]])
    centre = np.concatenate([np.log(whole.values), np.zeros(2 * table.shape[1])])
    prior = np.where(kinds < 0, (LOOSE_SD if whole.identified else PRIOR_SD) ** -2.0, 0.0)
    laws = Laws(kinds, prior, centre)
    scales = np.array([0.3, 0.3])
    mode, average = _averaged(objective, laws, centre, scales)
    for _ in range(MOST_ROUNDS):
        if np.abs(np.log(average.scales / scales)).max() < SETTLED:
            break
        scales = average.scales
        mode, average = _averaged(objective, laws, mode.at, scales)
    return _told(whole, average, objective, mode.converged)


def joined_counts(cells: Sequence[RepeatCounts]) -> RepeatCounts:
    """The histories of all cells as those of one."""
    return RepeatCounts(*(np.concatenate([getattr(one, name) for one in cells]) for name in ("x", "t_x", "T", "n")))


def holdout_with_covariates(
    fit: CovariateFit, design: ArrayLike, calibration: Sequence[RepeatCounts], full: Sequence[RepeatCounts]
) -> float:
    """The log-likelihood of what customers of all cells did later, given what they did before."""
    table = finite(design, "design", axes=2)
    return sum(
        holdout_log_likelihood(fit.at(z), before, after)
        for z, before, after in zip(table, calibration, full, strict=True)
    )


def _way(model: RepeatModel, z: Floats) -> Floats:
    """How the logs of the four parameters move with their base and with the effects of buying and leaving."""
    moves = np.zeros((4, 2 * z.size))
    moves[1, : z.size] = -z
    leaves, sign = (3, -1.0) if model is RepeatModel.PARETO_NBD else (2, 1.0)
    moves[leaves, z.size :] = sign * z
    return np.concatenate([np.eye(4), moves], axis=1)


def _joint(cells: Sequence[RepeatCounts], table: Floats, model: RepeatModel) -> Objective:
    """The negative log-likelihood of all cells over the logs of the four parameters and the effects."""
    by_time = model is RepeatModel.PARETO_NBD
    each = [pareto_objective(one) if by_time else bg_objective(one, model.shift) for one in cells]
    ways = [_way(model, z) for z in table]

    def objective(at: Floats) -> Curve:
        value, gradient, hessian = 0.0, np.zeros(at.size), np.zeros((at.size, at.size))
        for one, way in zip(each, ways, strict=True):
            parameters = np.exp(way @ at)
            curve = in_logs(parameters, one(parameters))
            value += curve.value
            gradient += way.T @ curve.gradient
            hessian += way.T @ curve.hessian @ way
        return Curve(value, gradient, hessian)

    return objective


def _averaged(objective: Objective, laws: Laws, start: Floats, scales: Floats) -> tuple[Minimum, ScaleAverage]:
    """The mode at these scales, and the average over all scales of the quadratic around it."""
    held = np.where(laws.kinds < 0, laws.prior, scales[laws.kinds] ** -2.0)
    mode = minimum(_held(objective, held, laws.centre), start)
    curve = objective(mode.at)
    # A likelihood that bends the wrong way along a direction tells nothing of it.
    values, vectors = np.linalg.eigh(curve.hessian)
    told = (vectors * np.maximum(values, 0.0)) @ vectors.T
    pull = told @ mode.at - curve.gradient + laws.prior * laws.centre
    return mode, scale_average(told + np.diag(laws.prior), pull, laws.kinds)


def _held(objective: Objective, weight: Floats, centre: Floats) -> Objective:
    def held(at: Floats) -> Curve:
        curve, off = objective(at), at - centre
        value = curve.value + 0.5 * float(weight @ off**2)
        return Curve(value, curve.gradient + weight * off, curve.hessian + np.diag(weight))

    return held


def _told(plain: RepeatFit, average: ScaleAverage, objective: Objective, converged: bool) -> CovariateFit:
    at, covariance = average.at, average.covariance
    columns = (at.size - 4) // 2
    base = np.exp(at[:4])
    errors = base * np.sqrt(np.diag(covariance)[:4])
    names = plain.model.names
    moved = replace(
        plain,
        parameters=dict(zip(names, base.tolist(), strict=True)),
        standard_errors=dict(zip(names, errors.tolist(), strict=True)),
        covariance=covariance[:4, :4],
    )
    return CovariateFit(
        moved,
        at[4 : 4 + columns],
        at[4 + columns :],
        covariance,
        (float(average.scales[0]), float(average.scales[1])),
        -objective(at).value,
        converged,
    )


def _refuse(cells: Sequence[RepeatCounts], table: Floats, model: RepeatModel) -> None:
    if model not in RANDOM:
        raise ValueError(f"covariates stand in {', '.join(RANDOM)}, got {model}")
    if len(cells) != table.shape[0]:
        raise ValueError(f"design must have one row per cell, got {table.shape[0]} for {len(cells)}")
    if not cells or not table.shape[1]:
        raise ValueError(f"covariates need cells and columns, got {len(cells)} and {table.shape[1]}")
