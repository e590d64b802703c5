"""How many customers a randomised test of two shares needs, and what so many can show."""

from __future__ import annotations

import math

from scipy import optimize, special

from patronage.kernels.arrays import share

POWER = 0.80
SIGNIFICANCE = 0.05

LEAST = 1e-9
"""Smallest lift that is asked for: its arms of 10^18 customers are beyond every company, and squares stay finite."""


def customers_per_arm(base: float, lift: float, *, power: float = POWER, significance: float = SIGNIFICANCE) -> int:
    """Customers in each of two arms that show a lift of a share, two-sided.

    base: share without the action, in [0, 1]. lift: what the action adds to it; base + lift must stay
    in [0, 1]. Source: Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions,
    equation 4.14 without continuity correction (as power.prop.test in R).
    """
    _checked(base, lift, power, significance)
    return math.ceil(_needed(base, lift, power, significance))


def smallest_lift(
    base: float, per_arm: int, *, power: float = POWER, significance: float = SIGNIFICANCE
) -> float | None:
    """The smallest rise of a share that two arms of this size show, None where no rise is large enough.

    base: share without the action, in [0, 1]. per_arm: customers in each arm, >= 1.
    """
    share(base, "base", ends=True)
    _checked(base, 0.0, power, significance, lift_needed=False)
    if per_arm < 1:
        raise ValueError(f"an arm needs at least 1 customer, got {per_arm}")
    room = 1 - base
    if room < LEAST or _needed(base, room, power, significance) > per_arm:
        return None
    low = room * LEAST
    if _needed(base, low, power, significance) <= per_arm:
        return low
    return float(optimize.brentq(lambda lift: _needed(base, lift, power, significance) - per_arm, low, room))


def _needed(base: float, lift: float, power: float, significance: float) -> float:
    other = min(max(base + lift, 0.0), 1.0)
    middle = (base + other) / 2
    wide = float(special.ndtri(1 - significance / 2)) * math.sqrt(2 * middle * (1 - middle))
    narrow = float(special.ndtri(power)) * math.sqrt(base * (1 - base) + other * (1 - other))
    return ((wide + narrow) / lift) ** 2


def _checked(base: float, lift: float, power: float, significance: float, *, lift_needed: bool = True) -> None:
    share(base, "base", ends=True)
    share(power, "power")
    share(significance, "significance")
    if lift_needed and (abs(lift) < LEAST or not 0 <= base + lift <= 1):
        raise ValueError(
            f"lift must be at least {LEAST:g} in size and base + lift lie from 0 to 1, got base={base}, lift={lift}"
        )
