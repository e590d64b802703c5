"""What is known of customers at their first purchase, in the rates at which they buy and leave, levels pooled."""

# alpha_i = alpha exp(-buying z_i) in every model; a_i = a exp(leaving z_i) in BG/NBD and MBG/NBD, and beta_i =
# beta exp(-leaving z_i) in Pareto/NBD, so that a higher effect is faster buying, or earlier leaving.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Floats, finite
from patronage.kernels.bg_nbd import bg_objective
from patronage.kernels.newton import Curve, Minimum, Objective, in_logs, minimum
from patronage.kernels.pareto_nbd import pareto_objective
from patronage.kernels.repeat_buying import RANDOM, RepeatFit, RepeatModel, fit_repeat_buying, holdout_log_likelihood
from patronage.kernels.repeat_counts import RepeatCounts

MOST_ROUNDS = 30
LEAST_SCALE = 0.01
"""Scale of effects below which levels count as alike."""
SETTLED = 1e-3


@dataclass(frozen=True, slots=True)
class CovariateFit:
    """A model of repeat buying with effects of levels.

    plain: the model at the base of all levels; its parameters are joint with the effects. buying, leaving: (columns,)
    of the logarithms of the rates. errors: (2, columns) their standard errors, of buying first. scales: standard
    deviations of the effects of levels, of buying first; towards 0 all levels are pooled.
    """

    plain: RepeatFit
    buying: Floats
    leaving: Floats
    errors: Floats
    scales: tuple[float, float]
    log_likelihood: float
    converged: bool

    def at(self, levels: ArrayLike) -> RepeatFit:
        """The model of customers with these covariates, (columns,); without uncertainty of its own."""
        z = finite(levels, "levels", axes=1)
        if z.size != self.buying.size:
            raise ValueError(f"levels must have {self.buying.size} columns, got {z.size}")
        moved = self.plain.values * np.exp(_moves(self.plain.model, z) @ np.concatenate([self.buying, self.leaving]))
        return replace(self.plain, parameters=dict(zip(self.plain.model.names, moved.tolist(), strict=True)))


def fit_with_covariates(cells: Sequence[RepeatCounts], design: ArrayLike, model: RepeatModel) -> CovariateFit:
    """The fit of a model whose rates hang on covariates, penalised by a normal law of the effects of each kind.

    cells: histories of the customers that share their covariates. design: (cells, columns), such as one column of 0 and
    1 per level; none need be left out. The scale of the law of the effects is that of the highest marginal likelihood
    in Laplace's approximation, so that a level with few customers leans on all. Newton steps on the exact Hessian.
    Sources: Fader & Hardie (2007), time-invariant covariates; MacKay (1992), fixed point of the scales.
    """
    table = finite(design, "design", axes=2)
    _refuse(cells, table, model)
    whole = _joined(cells)
    plain = fit_repeat_buying(whole, model)
    columns = table.shape[1]
    start = np.concatenate([np.log(plain.values), np.zeros(2 * columns)])
    objective = _joint(cells, table, model)
    scales = np.array([0.3, 0.3])
    found = minimum(_penalised(objective, scales, columns), start)
    for _ in range(MOST_ROUNDS):
        moved = _scales(found, scales, columns)
        settled = bool(np.abs(np.log(moved / scales)).max() < SETTLED)
        scales = moved
        found = minimum(_penalised(objective, scales, columns), found.at)
        if settled:
            break
    return _told(plain, objective, found, scales)


def holdout_with_covariates(
    fit: CovariateFit, design: ArrayLike, calibration: Sequence[RepeatCounts], full: Sequence[RepeatCounts]
) -> float:
    """The log-likelihood of what customers of all cells did later, given what they did before."""
    table = finite(design, "design", axes=2)
    return sum(
        holdout_log_likelihood(fit.at(z), before, after)
        for z, before, after in zip(table, calibration, full, strict=True)
    )


def _moves(model: RepeatModel, z: Floats) -> Floats:
    """How the logs of the four parameters move with the effects of buying and then of leaving: (4, 2 columns)."""
    moves = np.zeros((4, 2 * z.size))
    moves[1, : z.size] = -z
    leaves, way = (3, -1.0) if model is RepeatModel.PARETO_NBD else (2, 1.0)
    moves[leaves, z.size :] = way * z
    return moves


def _joint(cells: Sequence[RepeatCounts], table: Floats, model: RepeatModel) -> Objective:
    """The negative log-likelihood of all cells over the logs of the four parameters and the effects."""
    by_time = model is RepeatModel.PARETO_NBD
    each = [pareto_objective(one) if by_time else bg_objective(one, model.shift) for one in cells]
    ways = [np.concatenate([np.eye(4), _moves(model, z)], axis=1) for z in table]

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


def _penalised(objective: Objective, scales: Floats, columns: int) -> Objective:
    weight = np.concatenate([np.zeros(4), np.repeat(scales**-2.0, columns)])

    def held(at: Floats) -> Curve:
        curve = objective(at)
        value = curve.value + 0.5 * float(weight @ at**2)
        return Curve(value, curve.gradient + weight * at, curve.hessian + np.diag(weight))

    return held


def _scales(found: Minimum, scales: Floats, columns: int) -> Floats:
    """One step of the fixed point: the effects' sum of squares over how many of them the data tell."""
    spread = np.diag(_inverse(found.curve.hessian))[4:].reshape(2, columns)
    effects = found.at[4:].reshape(2, columns)
    told = np.maximum(columns - (spread / scales[:, None] ** 2).sum(axis=1), 1e-6)
    return np.clip(np.sqrt((effects**2).sum(axis=1) / told), LEAST_SCALE, 3.0)


def _told(plain: RepeatFit, objective: Objective, found: Minimum, scales: Floats) -> CovariateFit:
    columns = (found.at.size - 4) // 2
    spread = _inverse(found.curve.hessian)
    base = np.exp(found.at[:4])
    errors = base * np.sqrt(np.diag(spread)[:4])
    names = plain.model.names
    moved = replace(
        plain,
        parameters=dict(zip(names, base.tolist(), strict=True)),
        standard_errors=dict(zip(names, errors.tolist(), strict=True)),
        covariance=spread[:4, :4],
    )
    return CovariateFit(
        moved,
        found.at[4 : 4 + columns],
        found.at[4 + columns :],
        np.sqrt(np.diag(spread)[4:]).reshape(2, columns),
        (float(scales[0]), float(scales[1])),
        -objective(found.at).value,
        found.converged,
    )


def _inverse(hessian: Floats) -> Floats:
    values, vectors = np.linalg.eigh(hessian)
    return (vectors / np.maximum(values, 1e-9)) @ vectors.T


def _joined(cells: Sequence[RepeatCounts]) -> RepeatCounts:
    return RepeatCounts(*(np.concatenate([getattr(one, name) for one in cells]) for name in ("x", "t_x", "T", "n")))


def _refuse(cells: Sequence[RepeatCounts], table: Floats, model: RepeatModel) -> None:
    if model not in RANDOM:
        raise ValueError(f"covariates stand in {', '.join(RANDOM)}, got {model}")
    if len(cells) != table.shape[0]:
        raise ValueError(f"design must have one row per cell, got {table.shape[0]} for {len(cells)}")
    if not cells or not table.shape[1]:
        raise ValueError(f"covariates need cells and columns, got {len(cells)} and {table.shape[1]}")
