"""Newton's method with safeguards, for likelihoods of a few positive parameters taken in logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from patronage.kernels.arrays import Floats

MOST_STEPS = 80
LONGEST_MOVE = 1.5
"""The farthest that one step moves any log-parameter."""
SETTLED = 1e-8
"""The gain in log-likelihood that the next step promises, below which the search has arrived."""
SUFFICIENT = 1e-4
"""The share of the gain promised by the slope that a step must bring."""
SHORTEST_STEP = 1e-6


class Curve(NamedTuple):
    """A function at one point: its value, gradient (parameters,) and Hessian (parameters, parameters)."""

    value: float
    gradient: Floats
    hessian: Floats


Objective = Callable[[Floats], Curve]


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where a search ended: the log-parameters, the curve there, the steps taken, and whether it arrived."""

    at: Floats
    curve: Curve
    steps: int
    converged: bool


def in_logs(parameters: Floats, curve: Curve) -> Curve:
    """A curve over positive parameters as a curve over their logarithms.

    Chain rule: gradient p g, Hessian p p' H + diag(p g).
    """
    gradient = parameters * curve.gradient
    hessian = np.outer(parameters, parameters) * curve.hessian + np.diag(gradient)
    return Curve(curve.value, gradient, hessian)


def minimum(objective: Objective, start: Floats, *, reach: float = 12.0) -> Minimum:
    """The minimum near a start, by Newton steps on the exact Hessian.

    A Hessian that is not positive definite has its eigenvalues turned to their absolute values; steps are cut to
    LONGEST_MOVE and halved until the value falls. A search that leaves the start by more than reach in any
    log-parameter, or finds no fall, ends without convergence. Source: Nocedal & Wright (2006), sections 3.4 and 3.5.
    """
    at = np.array(start, dtype=np.float64)
    curve = objective(at)
    if not np.isfinite(curve.value):
        return Minimum(at, curve, 0, converged=False)
    for step in range(MOST_STEPS):
        move, gain = _newton_move(curve)
        if gain < SETTLED:
            return Minimum(at, curve, step, converged=True)
        lower = _line_search(objective, at, curve, move)
        if lower is None:
            return Minimum(at, curve, step, converged=gain < 1e-4)
        at, curve = lower
        if np.abs(at - start).max() > reach:
            return Minimum(at, curve, step, converged=False)
    return Minimum(at, curve, MOST_STEPS, converged=False)


def _newton_move(curve: Curve) -> tuple[Floats, float]:
    """The step, cut to length, and the fall in value that the uncut one promises."""
    values, vectors = np.linalg.eigh(curve.hessian)
    bent = np.maximum(np.abs(values), 1e-10 * max(float(np.abs(values).max()), 1e-10))
    along = vectors.T @ curve.gradient
    gain = float(0.5 * (along**2 / bent).sum())
    move = -vectors @ (along / bent)
    return move * min(1.0, LONGEST_MOVE / max(float(np.abs(move).max()), 1e-300)), gain


def _line_search(objective: Objective, at: Floats, curve: Curve, move: Floats) -> tuple[Floats, Curve] | None:
    slope = float(curve.gradient @ move)
    length = 1.0
    while length > SHORTEST_STEP:
        there = at + length * move
        lower = objective(there)
        if np.isfinite(lower.value) and lower.value <= curve.value + SUFFICIENT * length * slope:
            return there, lower
        length /= 2
    return None
