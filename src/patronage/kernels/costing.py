"""Time-driven activity-based costing: rates of capacity, minutes of events, costs used and unused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from patronage.kernels.arrays import Flags, Floats, codes, finite, not_negative, positive, share


@dataclass(frozen=True, slots=True)
class TimeEquation:
    """Minutes of one event: base + sum over drivers of per x driver.

    base: () or (draws,). per: (drivers,) or (draws, drivers); a coefficient may be negative, the
    minutes of an event may not.
    """

    base: Floats
    per: Floats


@dataclass(frozen=True, slots=True)
class Balance:
    """Capacity and cost of each pool, (pools,) or (draws, pools), cost assigned + unused = supplied.

    used, unused: in the unit of capacity. unused and unused_cost are negative where shortage is true:
    more was used than the practical capacity holds.
    """

    rate: Floats
    used: Floats
    unused: Floats
    supplied_cost: Floats
    assigned_cost: Floats
    unused_cost: Floats
    shortage: Flags


def practical_capacity(
    units: float, each: float, *, practical_share: float = 0.8, round_to: float | None = None
) -> float:
    """Capacity that units (people, machines) can really give.

    each: theoretical capacity of one unit. practical_share: 0.80 for people, 0.85 for machines.
    round_to: step to which the practical capacity of one unit is rounded, None for no rounding.
    Source: Kaplan & Anderson (2004), p. 132.
    """
    share(practical_share, "practical_share", ends=True)
    if not (units > 0 and each > 0):
        raise ValueError(f"units and each must be positive, got units={units}, each={each}")
    one = each * practical_share
    return units * (one if round_to is None else round(one / round_to) * round_to)


def capacity_rate(supplied_cost: ArrayLike, capacity: ArrayLike) -> Floats:
    """Cost of one unit of practical capacity.

    supplied_cost: >= 0. capacity: > 0, in minutes or any other unit; shapes broadcast.
    Source: Kaplan & Anderson (2004), c_p = cost of capacity supplied / practical capacity.
    """
    return not_negative(supplied_cost, "supplied_cost") / positive(capacity, "capacity")


def event_minutes(equation: TimeEquation, drivers: ArrayLike, volumes: ArrayLike | None = None) -> Floats:
    """Minutes of each row of events.

    drivers: (rows, drivers) driver values of one event, or their sums over the events of a row.
    volumes: (rows,) events in the row, None for one each. Returns (rows,), or (draws, rows) where the
    equation carries draws. Raises ValueError when minutes come out negative or not finite.
    Source: Kaplan & Anderson (2004), t = b0 + sum of b_k x_k.
    """
    values = finite(drivers, "drivers", axes=2)
    counts = np.ones(values.shape[0]) if volumes is None else not_negative(volumes, "volumes", axes=1)
    base, per = finite(equation.base, "base"), finite(equation.per, "per")
    if per.ndim == 0 or per.shape[-1] != values.shape[1] or counts.shape[0] != values.shape[0]:
        raise ValueError(
            f"equation of {per.shape[-1] if per.ndim else 0} drivers over {counts.shape[0]} volumes "
            f"does not fit drivers of shape {values.shape}"
        )
    minutes = base[..., None] * counts + per @ values.T
    _refuse_negative(minutes)
    return np.maximum(minutes, 0.0)


def _refuse_negative(minutes: Floats) -> None:
    # A sum of terms that cancel to nothing may miss 0 by rounding.
    slack = 1e-9 * max(1.0, float(np.abs(minutes).max(initial=0.0)))
    bad = minutes < -slack
    if bad.any():
        first = tuple(int(axis[0]) for axis in np.nonzero(bad))
        raise ValueError(
            f"time equation gives negative minutes in {int(bad.sum())} of {minutes.size} cases "
            f"(first in row {first[-1]}: {float(minutes[first]):.6g}); raise the base or the coefficients"
        )


def minutes_cost(minutes: ArrayLike, rate: ArrayLike, pool: NDArray[np.integer]) -> Floats:
    """Cost of each row's minutes at the rate of its pool.

    minutes: (rows,) or (draws, rows). rate: (pools,) or (draws, pools). pool: (rows,) codes.
    """
    rates = not_negative(rate, "rate")
    return not_negative(minutes, "minutes") * rates[..., codes(pool, "pool", rates.shape[-1])]


def sums_by(values: ArrayLike, group: NDArray[np.integer], groups: int) -> Floats:
    """Sums over the rows of each group.

    values: (rows,) or (draws, rows). group: (rows,) codes. Returns (groups,) or (draws, groups).
    """
    rows = finite(values, "values")
    code = codes(group, "group", groups)
    if code.size != rows.shape[-1]:
        raise ValueError(f"arrays must be of one length, got values {rows.shape[-1]}, group {code.size}")
    if rows.ndim == 1:
        return np.bincount(code, weights=rows, minlength=groups).astype(np.float64)
    member = sparse.csr_array((np.ones(code.size), (code, np.arange(code.size))), shape=(groups, code.size))
    return np.asarray(member @ rows.T).T


def capacity_balance(supplied_cost: ArrayLike, capacity: ArrayLike, used: ArrayLike) -> Balance:
    """Used and unused capacity of each pool, in its unit and in currency.

    All three: (pools,) or (draws, pools), shapes broadcast. Cost of unused capacity is a line of its own and is
    never loaded on customers.
    Source: Kaplan & Anderson (2004); Cooper & Kaplan (1992), supplied = used + unused.
    """
    use = not_negative(used, "used")
    rate = capacity_rate(supplied_cost, capacity)
    supplied, held, rate, use = np.broadcast_arrays(
        np.asarray(supplied_cost, float), np.asarray(capacity, float), rate, use
    )
    assigned = rate * use
    return Balance(rate, use, held - use, supplied, assigned, supplied - assigned, use > held)


def percentage_rates(cost: float, shares: ArrayLike, volumes: ArrayLike) -> Floats:
    """Cost of one event by the older way, in which people state the shares of their time and no capacity is idle.

    shares: (activities,), sum 1. volumes: (activities,) events, > 0.
    Source: Kaplan & Anderson (2004), table "The traditional ABC".
    """
    parts = not_negative(shares, "shares", axes=1)
    if abs(parts.sum() - 1) > 1e-9:
        raise ValueError(f"shares must sum to 1, got {parts.sum():.9g}")
    return cost * parts / positive(volumes, "volumes", axes=1)
