"""The chance that a customer who is active today stays for a stretch of time, after models of repeat buying."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from patronage.kernels.alive_groups import group_law
from patronage.kernels.alive_orders import Future
from patronage.kernels.arrays import Floats, not_negative, positive
from patronage.kernels.repeat_buying import RepeatFit, alive_groups
from patronage.kernels.repeat_counts import totals

ROUNDING, BESIDE = 1e-9, 1e-10
"""What rounding may add to a chance, and the share by which a parameter is moved beside a value that SciPy fails at."""


def staying_bg_nbd(x: ArrayLike, age: ArrayLike, ahead: float, parameters: tuple[float, float, float, float]) -> Floats:
    """Chance under BG/NBD that a customer active at the end of its age is active `ahead` later.

    x: (customers,) repeat purchases. age: (customers,) since the first purchase; age and ahead in the
    parameters' unit of time. parameters: r, alpha, a, b. Given activity the rate is Gamma(r + x, alpha + age) and
    the dropout probability Beta(a, b + x); leaving is then a Poisson process of rate times probability, and
    the mean of its survival is the Euler integral of 2F1(r + x, a; a + b + x; -ahead / (alpha + age)).
    Source: Fader, Hardie & Lee (2005), section 4; the integral is derived here.
    """
    r, alpha, a, b = _parameters(parameters)
    return _beta_survival(_row(x, "x") + r, a, b + _row(x, "x"), _ahead(ahead) / (alpha + _row(age, "age")))


def staying_mbg_nbd(
    x: ArrayLike, age: ArrayLike, ahead: float, parameters: tuple[float, float, float, float]
) -> Floats:
    """The same under MBG/NBD, whose customers may drop out after the first purchase too: Beta(a, b + x + 1).

    Source: Batislam, Denizel & Filiztekin (2007).
    """
    r, alpha, a, b = _parameters(parameters)
    return _beta_survival(_row(x, "x") + r, a, b + _row(x, "x") + 1, _ahead(ahead) / (alpha + _row(age, "age")))


def staying_pareto_nbd(
    x: ArrayLike, age: ArrayLike, ahead: float, parameters: tuple[float, float, float, float]
) -> Floats:
    """The same under Pareto/NBD: given activity the leaving rate is Gamma(s, beta + age).

    parameters: r, alpha, s, beta; the purchases x do not matter. Source: Schmittlein, Morrison & Colombo (1987).
    """
    _, _, s, beta = _parameters(parameters)
    known = beta + _row(age, "age") + 0 * _row(x, "x")
    return np.power(known / (known + _ahead(ahead)), s)


def staying_mbg_cnbd_k(fit: RepeatFit, histories: tuple[Floats, Floats, Floats], ahead: float) -> Floats:
    """The same under MBG/CNBD-k, for which the time of the last purchase counts too.

    histories: x, t_x and age, each (customers,). Who makes an n-th purchase from now on leaves at it with the chance
    a / (a + b + x + n), so the chance to leave is the sum over n of that times P(at least n purchases).
    """
    x, t_x, age = (_row(column, name) for column, name in zip(histories, ("x", "t_x", "age"), strict=True))
    time = _ahead(ahead)
    if time == 0:
        return np.ones_like(x)
    groups = alive_groups(fit, x, t_x, age)
    law = group_law(groups, Future(time))
    group = np.repeat(np.arange(len(groups)), np.diff(law.start))
    nth = np.arange(len(law.at_least)) - law.start[group] + 1
    a, b = fit.parameters["a"], fit.parameters["b"]
    leaves = totals(group, law.at_least * a / (a + b + groups.x[group] + nth), len(groups))
    return np.clip(1 - leaves, 0.0, 1.0)[groups.place]


def _beta_survival(shape: Floats, a: float, b: Floats, ratio: Floats) -> Floats:
    """Mean of (1 + p ratio)^-shape over p ~ Beta(a, b), by Pfaff's form, whose argument lies in [0, 1)."""
    # 2F1(shape, a; c; -z) = (1 + z)^-a 2F1(a, c - shape; c; z / (1 + z)): a bounded argument, whatever the shape.
    c = a + b
    value = _pfaff(a, c - shape, c, ratio)
    # Where a is whole, SciPy may give infinity for a value well within 0 and 1; a hair beside it, it does not.
    lost = ~((value >= 0) & (value <= 1 + ROUNDING))
    if lost.any():
        value = np.where(lost, _pfaff(a * (1 + BESIDE), c - shape, c, ratio), value)
    return np.asarray(np.clip(value, 0.0, 1.0), dtype=np.float64)


def _pfaff(a: float, other: Floats, c: Floats, ratio: Floats) -> Floats:
    return np.asarray(np.power(1 + ratio, -a) * special.hyp2f1(a, other, c, ratio / (1 + ratio)), dtype=np.float64)


def _row(values: ArrayLike, name: str) -> Floats:
    return not_negative(np.atleast_1d(np.asarray(values, dtype=np.float64)), name, axes=1)


def _ahead(ahead: float) -> float:
    return float(not_negative(ahead, "ahead"))


def _parameters(parameters: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    one, two, three, four = (float(each) for each in positive(parameters, "parameters", axes=1))
    return one, two, three, four
