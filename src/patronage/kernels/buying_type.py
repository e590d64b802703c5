"""How each customer buys, judged from the gaps between its purchase days alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from patronage.kernels.arrays import Flags, Floats, Whole, not_negative, same_length


class BuyingKind(IntEnum):
    """Codes of the four ways of buying."""

    CONTRACT_LIKE = 0
    REGULAR = 1
    IRREGULAR = 2
    ONCE = 3


TOLD_GAPS = 3  # two gaps say nothing of their spread: half of random pairs differ by less than a factor of three
CONTRACT_GAPS = 4  # so many even gaps fall on a natural period by chance in fewer than 1 of 150 random buyers
CHANCE_SHARE = 0.1  # of those told to be contract-like, the most who may be so by chance
CHANCE_TAIL = 0.001  # chance of as many even ones among random buyers, above which nobody is told so
CONTRACT_CV = 0.15  # a monthly bill moves by 3 days of 30
CONTRACT_DAYS = 1.5  # deviation that weekends and holidays give to gaps of a week, for which the share is too strict
REGULAR_SHAPE = 1.5  # of a gamma gap; 1 is buying at random, 2 "every second opportunity" (Chatfield & Goodhardt 1973)
PERIODS = (7.0, 14.0, 28.0, 365.25 / 12, 365.25 / 6, 365.25 / 4, 365.25 / 2, 365.25)
PERIOD_NAMES = ("week", "two weeks", "four weeks", "month", "two months", "quarter", "half year", "year")
PERIOD_SLACK = 0.04  # of the period, and at least half a day; a month and four weeks stay apart


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps in whole days between consecutive purchase days, summed by customer; all (customers,).

    count, total, squares, logs: how many gaps, their sum, sum of squares and sum of natural logs.
    """

    count: ArrayLike
    total: ArrayLike
    squares: ArrayLike
    logs: ArrayLike


@dataclass(frozen=True, slots=True)
class BuyingTypes:
    """How each customer buys; all (customers,).

    kind: codes of BuyingKind. told: false where fewer than three gaps tell nothing, which counts as irregular, or
    once. shape: of a gamma gap, corrected for its upward bias in few gaps; cv: deviation of gaps over their mean; both
    NaN where told is false. period: place in PERIODS of a contract-like customer, -1 for all others. chance: that one
    who buys at random is as even, for those with gaps enough around a natural period; NaN for all others.
    """

    kind: NDArray[np.int8]
    told: Flags
    shape: Floats
    cv: Floats
    period: NDArray[np.int8]
    chance: Floats


def buying_types(gaps: Gaps, contract_gaps: int = CONTRACT_GAPS) -> BuyingTypes:
    """Contract-like, regular, irregular or once.

    Contract-like: at least contract_gaps even gaps around a natural period, whether or not the customer has since
    stopped. Regular: gamma gaps of a shape above 1.5, clearly above 1. Whole days make gaps look more even than they
    are, so regularity is measured against random buying on whole days. Of random buyers at most 1 in 20 is called
    regular at any number of gaps; of buyers of shape 6 a month apart 1 in 2 is found at 4 gaps, 3 in 4 at 6, all but 2
    in 100 at 10.
    Source: Wheat & Morrison (1990) on regularity; Minka (2002), shape from the mean of logs.
    """
    count, total, squares, logs = _checked(gaps)
    told = count >= TOLD_GAPS
    n = np.where(told, count, TOLD_GAPS)
    mean = np.where(told, total, TOLD_GAPS) / n
    spread = np.where(told, squares - count * mean**2, 0.0) / (n - 1)
    cv = np.sqrt(np.maximum(spread, 0.0)) / mean
    evenness = np.maximum(np.log(mean) - np.where(told, logs, 0.0) / n, 1e-9)
    random = random_evenness(mean)
    unevenness = np.where(random > 0, evenness * (np.euler_gamma / np.maximum(random, 1e-12)), np.euler_gamma)
    raw = gamma_shape(unevenness)
    shape = _less_bias(raw, n)
    regular = told & (shape > REGULAR_SHAPE) & (2 * n * _gain(raw, unevenness) > _random_gain(n))
    natural, allowed = _natural_period(mean), np.maximum(CONTRACT_CV, CONTRACT_DAYS / mean)
    able = (count >= CONTRACT_GAPS) & (natural >= 0)
    period = np.where((count >= contract_gaps) & (cv <= allowed), natural, -1)
    kind = np.select(
        [count == 0, period >= 0, regular],
        [BuyingKind.ONCE, BuyingKind.CONTRACT_LIKE, BuyingKind.REGULAR],
        BuyingKind.IRREGULAR,
    )
    return BuyingTypes(
        kind.astype(np.int8),
        told,
        np.where(told, shape, np.nan),
        np.where(told, cv, np.nan),
        period.astype(np.int8),
        np.where(able, chance_even(n, allowed), np.nan),
    )


def chance_even(count: Floats, cv: Floats) -> Floats:
    """Chance that the gaps of one who buys at random deviate by at most cv of their mean, (customers,).

    count: gaps, >= 2. Random gaps over their sum are uniform on a simplex, so it is the share of the simplex within a
    ball around its middle, exact while the ball lies inside and too high beyond.
    """
    side = count - 1
    radius = cv * np.sqrt(side) / count
    ball = side / 2 * np.log(np.pi) - special.gammaln(side / 2 + 1) + side * np.log(radius)
    return np.minimum(np.exp(ball + special.gammaln(count) - np.log(count) / 2), 1.0)


def least_contract_gaps(expected: ArrayLike, seen: ArrayLike) -> int | None:
    """The least gaps at which even gaps are more than chance; None where they never are.

    expected: (gaps,) customers of 0, 1, 2 ... gaps whom chance makes even. seen: (gaps,) how many are. From the least
    gaps on, chance makes at most a tenth of those seen, and as many by chance alone is less likely than 1 in 1,000.
    """
    chance, even = not_negative(expected, "expected", axes=1), not_negative(seen, "seen", axes=1)
    same_length(expected=chance, seen=even)
    from_here, told = chance[::-1].cumsum()[::-1], even[::-1].cumsum()[::-1]
    tail = special.pdtrc(np.maximum(told - 1, 0), from_here)
    enough = (told > 0) & (from_here <= CHANCE_SHARE * told) & (tail <= CHANCE_TAIL)
    enough[:CONTRACT_GAPS] = False
    return int(np.argmax(enough)) if enough.any() else None


def gamma_shape(unevenness: Floats) -> Floats:
    """Maximum-likelihood shape of gamma values from log of their mean less mean of their logs, > 0.

    Source: Minka (2002), "Estimating a Gamma distribution", equation 9 from the start of equation 8; three steps reach
    1e-8.
    """
    s = unevenness
    shape = (3 - s + np.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    for _ in range(3):
        slope = shape**2 * (1 / shape - special.polygamma(1, shape))
        shape = 1 / (1 / shape + (np.log(shape) - special.digamma(shape) - s) / slope)
    return shape


def random_evenness(mean: Floats) -> Floats:
    """Log of the mean less mean of logs of the gaps, in whole days, of one who buys at random on each day.

    mean: mean gap in days, >= 1. Nears Euler's constant, that of an exponential gap, as the mean grows.
    """
    means, values = _random_table()
    return np.interp(np.log(mean), means, values)


@lru_cache(maxsize=1)
def _random_table() -> tuple[Floats, Floats]:
    means = np.concatenate([[1.0], np.geomspace(1.02, 2000, 80)])
    days = np.arange(1, 40_001)
    logs = np.log(days)
    values = [0.0]
    for mean in means[1:].tolist():
        chance = np.exp((days - 1) * np.log1p(-1 / mean)) / mean
        values.append(np.log(mean) - float(chance @ logs))
    return np.log(means), np.array(values)


def _less_bias(shape: Floats, n: Floats) -> Floats:
    """The shape less its bias of first order.

    Source: Giles & Feng (2009), "Bias of the maximum likelihood estimators of the two-parameter gamma distribution".
    """
    return shape - (3 * shape - 2 / 3 * shape / (1 + shape) - 4 / 5 * shape / (1 + shape) ** 2) / n


def _gain(shape: Floats, unevenness: Floats) -> Floats:
    """Log-likelihood per gap at its shape over that at shape 1, the mean fitted in both."""
    at_shape = shape * np.log(shape) - special.gammaln(shape) - shape * (1 + unevenness)
    return at_shape + 1 + unevenness


def _random_gain(n: Floats) -> Floats:
    """Twice the gain in log-likelihood that 1 in 20 random buyers passes, among those more even than random.

    It hangs on the number of gaps alone. Wilks (1938) gives 2.706 for many; the terms for few are fitted to 200,000
    simulated buyers of each of 4 to 40 gaps, within 0.06.
    """
    return 2.706 + 3.7 / np.sqrt(n) + 11 / n**1.5


def _natural_period(mean: Floats) -> Whole:
    """Place of the natural period that the mean gap falls on, -1 for none."""
    periods = np.array(PERIODS)
    nearest = np.abs(np.log(mean[:, None] / periods)).argmin(axis=1)
    at = periods[nearest]
    return np.where(np.abs(mean - at) <= np.maximum(0.5, PERIOD_SLACK * at), nearest, -1)


def _checked(gaps: Gaps) -> tuple[Floats, Floats, Floats, Floats]:
    count, total = not_negative(gaps.count, "count", axes=1), not_negative(gaps.total, "total", axes=1)
    squares, logs = not_negative(gaps.squares, "squares", axes=1), not_negative(gaps.logs, "logs", axes=1)
    same_length(count=count, total=total, squares=squares, logs=logs)
    if (total < count).any():
        first = int(np.argmax(total < count))
        raise ValueError(
            f"gaps must be whole days of at least 1, got {total[first]:g} days in {count[first]:g} gaps at {first}"
        )
    with_gaps = count > 0
    mean = total[with_gaps] / count[with_gaps]
    if (squares[with_gaps] < count[with_gaps] * mean**2 * (1 - 1e-9)).any():
        raise ValueError("squares must be sums of squared gaps: some are less than their mean allows")
    if (logs[with_gaps] > count[with_gaps] * np.log(mean) + 1e-9 * count[with_gaps]).any():
        raise ValueError("logs must be sums of natural logs of gaps: some are more than their mean allows")
    return count, total, squares, logs
