"""The arithmetic by which every move is weighed against today's state, whatever it moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from patronage.decisions.decision import Cost, Decision, Driver, Status
from patronage.decisions.timing import Flow
from patronage.vocabulary.estimate import LIKELY, Draws, Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

LEAST_MONEY = 0.005
"""Money that rounds to nothing in the words of a decision; a gain below it pays for nothing."""

WIDEST = 100.0
"""Largest spread of a gain, in means; a gain of next to nothing has no larger one worth telling."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The value of a move, net of its cost, beside today's state, which is worth nothing more.

    better: probability that the move beats staying.
    """

    value: Estimate
    better: float

    @property
    def worth_it(self) -> bool:
        """Whether the move is proposed: it gains on average, and more likely than not; the default is today's state."""
        return self.value.mean > 0 and self.better >= LIKELY

    def told(self, decision: Decision, by_year: Iterable[float], payback: float | None) -> Decision:
        """The decision with its status, and with value, years and payback where the move is proposed."""
        if not self.worth_it:
            return replace(decision, status=Status.NOTHING_TO_GAIN, p_better=self.better)
        return replace(
            decision, status=Status.PROPOSED, p_better=self.better, value=self.value, value_raw=self.value,
            value_by_year=tuple(by_year), payback=payback,
        )  # fmt: skip


def weighed(draws: Floats, mean: float, terms: Terms, grade: Grade) -> Weighed:
    """A move from the draws of its net value and their exact mean."""
    value = estimate(draws, terms.currency, grade, mean=mean)
    return Weighed(value, value.p_above(0.0))


def break_even(cost: float, gain: float, most: float) -> float | None:
    """The effect at which a gain for each unit of effect covers the cost; None where that is more than can be had.

    most: the largest effect there can be.
    """
    if gain < LEAST_MONEY or cost > most * gain:
        return None
    return cost / gain


def net_by_year(gain: Flow, cost: Cost) -> tuple[float, ...]:
    """Present value of what a move brings in each year of the horizon, less what is paid for it then."""
    paid = cost.by_year or (0.0,) * len(gain.by_year)
    return tuple(brought - spent for brought, spent in zip(gain.by_year, paid, strict=True))


def paid_by_year(once: float, running: Flow) -> tuple[float, ...]:
    """Present value of what is paid in each year: what is paid once in the first, the rest as time goes."""
    first, *rest = running.by_year
    return (once + first, *rest)


def strongest_first(drivers: Iterable[Driver]) -> tuple[Driver, ...]:
    """Drivers in the order in which they move the value."""
    return tuple(sorted(drivers, key=lambda each: -abs(each.at_p95 - each.at_p05)))


def worth_of_knowing(value: Floats) -> float:
    """Expected value of perfect information: what choosing draw by draw brings beyond choosing once.

    value: (draws,) of the move, where only what the test would settle differs and all else stands at its mean.
    """
    return float(np.maximum(value, 0.0).mean() - max(float(value.mean()), 0.0))


def ends(row: Floats) -> tuple[float, float]:
    """The p05 and p95 of a row of draws."""
    low, high = np.quantile(row, (0.05, 0.95))
    return float(low), float(high)


def net_factor(net: float, cost: float, up: Draws, down: Draws) -> Floats:
    """Draws of the factor, mean 1, by which what all customers share moves money net of cost.

    net, cost: expected money after cost, and that cost. up, down: (draws,) mean 1, of the money before cost and of the
    cost. Without money to move it is that of money before cost. The luck of single customers is not in it.
    """
    gain = up.astype(np.float64)
    return gain + (cost / net) * (gain - down.astype(np.float64)) if net > 0 else gain


def around_mean(total: Estimate, terms: Terms) -> Floats:
    """The draws of a total, never below 0, around their mean; ones where it has none."""
    if total.draws is None or total.draws.size != terms.draws or total.mean <= 0:
        return np.ones(terms.draws)
    factor = np.maximum(total.draws.astype(np.float64), 0.0)
    return factor / factor.mean() if factor.mean() > 0 else np.ones(terms.draws)


def spread_gain(mean: float, noise: float, shared: Floats, random: np.random.Generator) -> Floats:
    """Draws of a group's gain: its mean, the shared factor, and its customers' own noise as a log-normal factor."""
    if mean <= 0:
        return np.zeros(shared.size)
    spread = noise / mean if noise < WIDEST * mean else WIDEST
    sigma = np.sqrt(np.log1p(spread**2))
    own = np.exp(sigma * random.standard_normal(shared.size) - sigma**2 / 2)
    return mean * shared * own
