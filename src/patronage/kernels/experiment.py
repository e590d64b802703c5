"""What a randomised experiment shows, from the moments of its arms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from scipy import special, stats

from patronage.kernels.arrays import share

NAMES = ("treated", "control")

FEWEST = 2
"""Least units of an arm: a variance takes two."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Sums over the units of one arm: their number, outcomes y, and what each brought before, x.

    x is any covariate known before the arm was drawn; zeros where nothing is known. squares and cross: sums of y * y,
    x * x and x * y.
    """

    units: int
    y: float
    y_squares: float
    x: float = 0.0
    x_squares: float = 0.0
    cross: float = 0.0


class Interval(NamedTuple):
    """Ends of an interval."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies from end to end."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Effect:
    """The difference that treating made to the mean outcome of a unit.

    once: the interval for one look at a time chosen beforehand. always: the interval that holds at all looks together,
    however many and whenever. explained: share of the variance that history took away. p_better: probability that the
    difference is above 0 under a flat prior.
    """

    difference: float
    standard_error: float
    once: Interval
    always: Interval
    explained: float
    p_better: float


class _Found(NamedTuple):
    """A difference with its variance and the degrees of freedom that the variance is known with."""

    difference: float
    variance: float
    freedom: float


def measured_effect(
    treated: Arm, control: Arm, *, level: float = 0.90, planned: float = 1.0, cautious: bool = False
) -> Effect:
    """Mean outcome of the treated less that of the others, with outcomes freed of what history foretold.

    level: of both intervals. planned: how much will be seen when the lasting interval is to be narrowest, over how much
    is seen now, > 0: in units where units come one by one, in time where the outcomes of the same units grow with it;
    chosen before the first look. cautious: whether no arm counts as scattering less than both together, since a small
    arm in which nobody happened to buy does not scatter at all. Sources: Deng, Xu, Kohavi & Walker (2013), CUPED, with
    one slope within arms; Welch (1947); Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), asymptotic confidence
    sequences, normal mixture.
    """
    arms = _checked(treated, control)
    if not 0 < planned < math.inf:
        raise ValueError(f"planned must be more than 0 and finite, got {planned:g}")
    slope = _slope(*arms)
    units = treated.units + control.units
    middle = (treated.x + control.x) / units
    means = [arm.y / arm.units - slope * (arm.x / arm.units - middle) for arm in arms]
    plain = _found(0.0, [_variance(arm.y, arm.y_squares, arm.units) for arm in arms], arms).variance
    spread = [_left_over(arm, slope) for arm in arms]
    if cautious:
        freedom = [arm.units - 1 for arm in arms]
        together = sum(each * n for each, n in zip(spread, freedom, strict=True)) / sum(freedom)
        spread = [max(each, together) for each in spread]
    found = _found(means[0] - means[1], spread, arms)
    explained = 1 - found.variance / plain if plain > 0 else 0.0
    return _effect(found, level, planned, explained)


def ratio_effect(treated: Arm, control: Arm, *, level: float = 0.90) -> Effect:
    """Difference of the ratios sum y over sum x of two arms, by the delta method; otherwise as measured_effect.

    Raises ValueError where the x of an arm do not sum to more than 0.
    """
    arms = _checked(treated, control)
    for name, arm in zip(NAMES, arms, strict=True):
        if arm.x <= 0:
            raise ValueError(f"x of the {name} arm must sum to more than 0, got {arm.x:g}")
    ratios = [arm.y / arm.x for arm in arms]
    spread = [_left_over(arm, ratio) * (arm.units / arm.x) ** 2 for arm, ratio in zip(arms, ratios, strict=True)]
    return _effect(_found(ratios[0] - ratios[1], spread, arms), level, 1.0, 0.0)


def lasting_errors(*, level: float = 0.90, planned: float = 1.0) -> float:
    """How many standard errors the ends of the interval that holds at all looks together lie from its middle.

    level, planned: as measured_effect takes them.
    """
    share(level, "level")
    if not 0 < planned < math.inf:
        raise ValueError(f"planned must be more than 0 and finite, got {planned:g}")
    return _lasting_radius(1.0, 1 - level, planned)


def sample_ratio_p(treated: int, control: int, expected: float) -> float:
    """P of a split at least so uneven when each unit is treated with the expected chance; below 0.001 is a mismatch.

    Exact binomial test. Source: Fabijan et al. (2019).
    """
    share(expected, "expected")
    if treated < 0 or control < 0 or treated + control == 0:
        raise ValueError(f"there must be units in the arms, got {treated} and {control}")
    return float(stats.binomtest(treated, treated + control, expected).pvalue)


def _found(difference: float, variances: list[float], arms: tuple[Arm, Arm]) -> _Found:
    """The difference with the variance of a mean in each arm added up, and Welch's degrees of freedom."""
    each = [variance / arm.units for variance, arm in zip(variances, arms, strict=True)]
    weight = sum(part**2 / (arm.units - 1) for part, arm in zip(each, arms, strict=True))
    return _Found(difference, sum(each), sum(each) ** 2 / weight if weight > 0 else math.inf)


def _effect(found: _Found, level: float, planned: float, explained: float) -> Effect:
    alpha = 1 - share(level, "level")
    error = math.sqrt(found.variance)
    once = float(special.stdtrit(found.freedom, 1 - alpha / 2)) * error
    lasting = max(_lasting_radius(found.variance, alpha, planned), once)
    return Effect(
        found.difference,
        error,
        Interval(found.difference - once, found.difference + once),
        Interval(found.difference - lasting, found.difference + lasting),
        explained,
        float(special.stdtr(found.freedom, found.difference / error))
        if error > 0
        else 0.5 + 0.5 * _sign(found.difference),
    )


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _left_over(arm: Arm, slope: float) -> float:
    """The variance of y - slope * x within an arm."""
    squares = arm.y_squares - 2 * slope * arm.cross + slope**2 * arm.x_squares
    return _variance(arm.y - slope * arm.x, squares, arm.units)


def _slope(*arms: Arm) -> float:
    """Slope of outcome on history within arms; 0 where history does not vary."""
    spread = sum(arm.x_squares - arm.x**2 / arm.units for arm in arms)
    scale = sum(arm.x_squares for arm in arms)
    if spread <= 1e-12 * scale:
        return 0.0
    return sum(arm.cross - arm.x * arm.y / arm.units for arm in arms) / spread


def _variance(total: float, squares: float, units: int) -> float:
    return max((squares - total**2 / units) / (units - 1), 0.0)


def _lasting_radius(variance: float, alpha: float, planned: float) -> float:
    """Radius of the normal mixture's confidence sequence where the information is 1 / variance.

    planned: information at which it is narrowest, over that of now.
    """
    if variance <= 0:
        return 0.0
    wide = -2 * math.log(alpha)
    scaled = (wide + math.log(wide + 1)) / planned  # of the mixture's variance times the information of now
    return math.sqrt(variance * (scaled + 1) / scaled * (math.log(scaled + 1) + wide))


def _checked(treated: Arm, control: Arm) -> tuple[Arm, Arm]:
    for name, arm in zip(NAMES, (treated, control), strict=True):
        if arm.units < FEWEST:
            raise ValueError(f"the {name} arm must have at least {FEWEST} units, got {arm.units}")
        figures = (arm.y, arm.y_squares, arm.x, arm.x_squares, arm.cross)
        if not all(map(math.isfinite, figures)):
            raise ValueError(f"sums of the {name} arm must be finite, got {figures}")
        if min(arm.y_squares, arm.x_squares) < 0:
            raise ValueError(f"squares of the {name} arm must not sum to less than 0")
    return treated, control
