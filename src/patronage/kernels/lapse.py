"""The chance that a renewal fails, from renewals made and lapses seen, by how many were made and the period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from patronage.kernels.arrays import Flags, Floats, not_negative, positive, same_length
from patronage.kernels.hazard import HazardFit, fitted_hazard

LATE = 1.5
"""Periods without an order after which a renewal counts as missed."""
TELLING = 1.92
"""Gain in log-likelihood from which a covariate counts: 95% of chi-squared of one, halved."""
FEWEST_LAPSES = 10
"""Lapses below which nothing is told but their number."""
COVARIATES = ("renewals", "period")


class Slopes(NamedTuple):
    """How log(-log(1 - hazard)) hangs on covariates.

    coefficients: (3,) intercept, by log of the number of the renewal, by log of the length of the period; 0 for a
    covariate that tells nothing. covariance: (3, 3). last: the number of a renewal from which on the hazard stays.
    """

    coefficients: Floats
    covariance: Floats
    last: float


class Hazard(NamedTuple):
    """The chance of lapsing at a renewal: Beta(lapsed, renewed), or by covariates where they tell more."""

    lapsed: float
    renewed: float
    slopes: Slopes | None = None

    @property
    def mean(self) -> float:
        """Its mean over the renewals that were seen."""
        return self.lapsed / (self.lapsed + self.renewed)


@dataclass(frozen=True, slots=True)
class Trials:
    """Customers whose renewals tell the hazard, each (customers,).

    renewed: renewals made. since: periods since the last order. length: of the period, in any unit. entry: renewals
    that a customer must have made to be known as one who renews, so that they tell nothing.
    """

    renewed: Floats
    since: Floats
    length: Floats
    entry: int = 0


def lapse_hazard(trials: Trials) -> Hazard:
    """The hazard that all renewals and lapses seen tell, on Jeffreys' prior Beta(1/2, 1/2), or by covariates.

    A customer without an order for more than LATE periods has lapsed; less leaves the next renewal open. Of the
    renewals due within the last LATE - 1 periods neither outcome counts, since only renewals could be seen of them.
    Covariates stand in the hazard where each gains TELLING of log-likelihood. Source: Fader & Hardie (2007), discrete
    hazard; Prentice & Gloeckler (1978), complementary log-log; left truncation: Klein & Moeschberger (2003), 3.4.
    """
    known = _checked(trials)
    made, lapsed = np.maximum(known.renewed - (known.since <= LATE - 1), 0.0), known.since > LATE
    ended = lapsed & (known.renewed >= known.entry)
    counted = np.maximum(made - known.entry, 0.0)
    plain = Hazard(float(np.count_nonzero(ended)) + 0.5, float(counted.sum()) + 0.5)
    if np.count_nonzero(ended) < FEWEST_LAPSES or not counted.sum():
        return plain
    cells = _cells(known, made, ended)
    return plain._replace(slopes=_told(cells))


def lapse_chance(hazard: Hazard | float, renewed: Floats, length: Floats, ahead: int) -> Floats:
    """Chance that the renewal after the next `ahead` ones fails, (customers,)."""
    if not isinstance(hazard, Hazard):
        return np.full(len(renewed), float(hazard))
    if hazard.slopes is None:
        return np.full(len(renewed), hazard.mean)
    one, two, three = hazard.slopes.coefficients
    number = np.minimum(renewed + 1.0 + ahead, hazard.slopes.last)
    return -np.expm1(-np.exp(one + two * np.log(number) + three * np.log(length)))


class _Cells(NamedTuple):
    exposed: Floats
    lapsed: Floats
    number: Floats
    length: Floats


def _cells(known: Trials, made: Floats, ended: Flags) -> _Cells:
    """Renewals that could fail, by their number and the length of the period to a fifth of its logarithm."""
    parts: list[_Cells] = []
    bins = np.rint(np.log(known.length) * 5)
    for each in np.unique(bins):
        own = bins == each
        most = int(known.renewed[own].max()) + 2
        numbers = np.arange(float(most))
        reached = np.bincount(made[own].astype(np.int64), minlength=most)[::-1].cumsum()[::-1]
        fails = np.bincount(known.renewed[own & ended].astype(np.int64) + 1, minlength=most)[:most]
        exposed = np.where(numbers > known.entry, reached + fails, 0.0)
        length = np.full(most, float(np.exp(np.log(known.length[own]).mean())))
        used = exposed > 0
        parts.append(_Cells(exposed[used], fails[used].astype(float), numbers[used], length[used]))
    return _Cells(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Cells._fields))


def _told(cells: _Cells) -> Slopes | None:
    """The covariates that tell something, taken in the order of what they gain; None where neither does."""
    columns = {"renewals": np.log(cells.number), "period": np.log(cells.length)}
    chosen: tuple[str, ...] = ()
    best = _fit(cells, columns, chosen)
    while best is not None:
        more = {name: _fit(cells, columns, (*chosen, name)) for name in COVARIATES if name not in chosen}
        gains = {name: fit.log_likelihood - best.log_likelihood for name, fit in more.items() if fit is not None}
        name = max(gains, key=lambda each: gains[each], default="")
        if not name or gains[name] < TELLING:
            break
        chosen, best = (*chosen, name), more[name]
    if best is None or not chosen:
        return None
    places = [0, *(1 + COVARIATES.index(name) for name in chosen)]
    coefficients, covariance = np.zeros(3), np.zeros((3, 3))
    coefficients[places] = best.coefficients
    covariance[np.ix_(places, places)] = best.covariance
    return Slopes(coefficients, covariance, float(cells.number.max()))


def _fit(cells: _Cells, columns: dict[str, Floats], chosen: tuple[str, ...]) -> HazardFit | None:
    """The fit on the chosen covariates; None where the cells do not identify it."""
    design = np.column_stack([np.ones(len(cells.number)), *(columns[name] for name in chosen)])
    try:
        return fitted_hazard(cells.exposed, cells.lapsed, design)
    except ValueError:
        return None


def _checked(trials: Trials) -> Trials:
    renewed, since = not_negative(trials.renewed, "renewed", axes=1), not_negative(trials.since, "since", axes=1)
    length = positive(trials.length, "length", axes=1)
    same_length(renewed=renewed, since=since, length=length)
    if trials.entry < 0:
        raise ValueError(f"entry must not be negative, got {trials.entry}")
    return Trials(renewed, since, length, trials.entry)
