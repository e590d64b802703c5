"""Season, trend and shared shock of the buying rate, beside what a stationary model expects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from patronage.kernels.arrays import Flags, Floats, Whole, not_negative, same_length
from patronage.kernels.calendar_process import WORKING, Observed, Sizes, candidates, evidence, posterior
from patronage.kernels.draws import stream

CYCLES_NEEDED = 2  # with each season seen once, season and shock cannot be told apart
FEWEST_PERIODS = 6  # complete ones; with fewer there is no series to speak of
DAMPING = (
    0.8,
    1.0,
)  # of the trend, a month: Gardner & McKenzie (1985); the data cannot tell it, so draws spread over it
DROPPED = 2e-3  # weight, against the best candidate's, below which a candidate is left out of the draws


@dataclass(frozen=True, slots=True)
class Series:
    """Occasions of all customers by period, beside what a stationary model expects of the same customers.

    occasions, expected: (periods,) >= 0. first: position of the first period in the year, 0 for January. cycle:
    positions in a year. complete: (periods,) false where the evidence covers a period only in part; such periods, and
    those in which nothing is expected, are left out. None when all are whole.
    """

    occasions: ArrayLike
    expected: ArrayLike
    first: int = 0
    cycle: int = 12
    complete: Flags | None = None


@dataclass(frozen=True, slots=True)
class CalendarFit:
    """What the series says of the log factor, as a mixture over candidate sizes.

    weights: (candidates,), sum 1. periods: length of the series given. shock_sd: of single periods around
    level, season and trend, log scale; persistence: of one period's shock into the next; both posterior means.
    dispersion: squared Poisson residuals around level, season and trend per period, 1 when counts are no more than
    Poisson. season_identified: whether every season was seen twice; why says what was done otherwise.
    """

    seen: Observed
    candidates: tuple[Sizes, ...]
    weights: Floats
    first: int
    periods: int
    season_identified: bool
    why: str
    shock_sd: float
    persistence: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class CalendarDraws:
    """Joint draws: draw k of one field belongs with draw k of the others.

    factors: (draws, places) of the buying rate, against the stationary model. season: (draws, cycle), mean 1 in each
    draw, position 0 first. trend_per_year: (draws,) factor a year at the end of the series, before damping.
    """

    factors: Floats
    season: Floats
    trend_per_year: Floats


@dataclass(frozen=True, slots=True)
class RollingErrors:
    """Totals of the periods after each origin, as they would have been forecast there; all (origins,).

    origins: how many periods were known. actual, mean, p05, p95: in occasions.
    """

    origins: Whole
    actual: Floats
    mean: Floats
    p05: Floats
    p95: Floats

    @property
    def inside(self) -> float:
        """Share of origins whose actual total lies from p05 to p95."""
        return float(np.mean((self.actual >= self.p05) & (self.actual <= self.p95)))

    @property
    def bias(self) -> float:
        """Sum of forecasts over sum of actual totals, less 1."""
        return float(self.mean.sum() / self.actual.sum()) - 1


def fitted_calendar(series: Series) -> CalendarFit:
    """The factor as level + season + damped trend + AR(1) shock + noise on the log scale, over Poisson counts.

    Sizes of season and shock are weighed by how well they forecast each period from those before it, which is what the
    likelihood multiplies. A season that has not repeated cannot be told from drift, so draws spread over both.
    Source: Harvey (1989), sec. 3.4, prediction-error decomposition; Breslow & Clayton (1993), working response.
    """
    occasions, expected, at = _used(series)
    identified, why = _season_told(at, series)
    sizes, prior = candidates()
    seen = _in_logs(occasions, expected, at, series.cycle)
    likelihood, _, smooth = evidence(seen, sizes)
    logs = likelihood + np.log(prior)
    weights = np.exp(logs - logs.max())
    kept = np.flatnonzero(weights > DROPPED)
    share = weights[kept] / weights[kept].sum()
    table: Floats = np.array(sizes)[kept]
    rate: Floats = expected * np.exp(np.asarray(share @ smooth[kept], dtype=np.float64))
    squares: Floats = (occasions - rate) ** 2 / rate
    return CalendarFit(
        seen,
        tuple(sizes[place] for place in kept),
        share,
        series.first,
        int(np.size(series.occasions)),
        identified,
        why,
        float(share @ np.sqrt(table[:, 1] ** 2 + table[:, 3] ** 2)),
        float(share @ table[:, 2]),
        float(np.mean(squares)),
    )


def calendar_draws(fit: CalendarFit, places: ArrayLike, *, draws: int = 1000, seed: int = 1) -> CalendarDraws:
    """Factors of past or future periods, with season and trend, all drawn together.

    places: (places,) whole numbers; 0 is the first period of the series, fit.periods the first one after it.
    """
    wanted = np.asarray(places, dtype=np.int64)
    if wanted.ndim != 1 or draws < 1:
        raise ValueError(f"places must have 1 axis and draws be at least 1, got shape {wanted.shape} and {draws}")
    random = stream(seed, "calendar")
    ladder = np.minimum(np.cumsum(fit.weights), 1.0)
    steps = np.searchsorted(ladder, (np.arange(draws) + 0.5) / draws)
    chosen: Whole = random.permutation(np.minimum(steps, fit.weights.size - 1))
    cycle = fit.seen.cycle
    luck = random.standard_normal((draws, wanted.size + cycle + 1))
    joint = np.empty_like(luck)
    for place, sizes in enumerate(fit.candidates):
        rows = chosen == place
        if rows.any():
            mean, root = posterior(fit.seen, sizes, wanted, fit.first)
            joint[rows] = mean + luck[rows] @ root.T
    factors, season, trend = joint[:, : wanted.size], np.exp(joint[:, wanted.size : -1]), joint[:, -1:]
    damping = random.uniform(*DAMPING, size=(draws, 1)) ** (12 / cycle)
    ahead = np.maximum(wanted - fit.seen.at[-1], 0)
    growth = trend * damping * (1 - damping**ahead) / (1 - damping) / cycle
    return CalendarDraws(np.exp(factors + growth), season / season.mean(axis=1, keepdims=True), np.exp(trend[:, 0]))


def rolling_errors(series: Series, horizon: int, *, fewest: int = 12, draws: int = 500, seed: int = 1) -> RollingErrors:
    """Forecasts of the total of the next periods from every origin with enough periods before and after it.

    horizon: periods per total. fewest: complete periods known at the first origin. Expected occasions are taken as
    given, so they should come from what was known at the origins where that matters.
    """
    occasions, expected, at = _used(series)
    last = int(at[-1]) + 1
    origins = np.arange(last - horizon + 1) if horizon >= 1 else np.arange(0)
    origins = origins[np.searchsorted(at, origins) >= max(fewest, FEWEST_PERIODS)]
    if origins.size == 0:
        raise ValueError(f"no origin has {fewest} periods before it and {horizon} after it among {last}")
    table: list[tuple[float, ...]] = []
    for origin in origins:
        ahead = (at >= origin) & (at < origin + horizon)
        rate = calendar_draws(fitted_calendar(_until(series, int(origin))), at[ahead], draws=draws, seed=seed).factors
        total = stream(seed, f"rolling_errors.{origin}").poisson(rate @ expected[ahead])
        table.append((float(occasions[ahead].sum()), float(total.mean()), *np.quantile(total, (0.05, 0.95)).tolist()))
    actual, mean, p05, p95 = np.array(table).T
    return RollingErrors(origins, actual, mean, p05, p95)


def _until(series: Series, origin: int) -> Series:
    """The series as it was known at the origin."""
    return replace(
        series,
        occasions=np.asarray(series.occasions)[:origin],
        expected=np.asarray(series.expected)[:origin],
        complete=None if series.complete is None else series.complete[:origin],
    )


def _used(series: Series) -> tuple[Floats, Floats, Whole]:
    occasions = not_negative(series.occasions, "occasions", axes=1)
    expected = not_negative(series.expected, "expected", axes=1)
    complete = np.ones(occasions.size, bool) if series.complete is None else np.asarray(series.complete, bool)
    same_length(occasions=occasions, expected=expected, complete=complete)
    if not (series.cycle >= 2 and 0 <= series.first < series.cycle):
        raise ValueError(f"first must be a position of the cycle, got first={series.first}, cycle={series.cycle}")
    used = complete & (expected > 0)
    if np.count_nonzero(used) < FEWEST_PERIODS:
        raise ValueError(
            f"a calendar needs at least {FEWEST_PERIODS} complete periods with something expected, "
            f"got {np.count_nonzero(used)}"
        )
    return occasions[used], expected[used], np.flatnonzero(used).astype(np.int64)


def _season_told(at: Whole, series: Series) -> tuple[bool, str]:
    cycle = series.cycle
    times = np.bincount((at + series.first) % cycle, minlength=cycle)
    if times.min() >= CYCLES_NEEDED:
        return True, f"every one of {cycle} seasons was seen at least {CYCLES_NEEDED} times"
    if at.size > cycle:
        once = np.count_nonzero(times < CYCLES_NEEDED)
        return False, f"{once} of {cycle} seasons were seen less than {CYCLES_NEEDED} times, so season is shrunk"
    return False, (
        f"{at.size} complete periods are not more than one cycle of {cycle}, so season cannot be told from drift "
        f"and forecasts allow for either"
    )


def _in_logs(occasions: Floats, expected: Floats, at: Whole, cycle: int) -> Observed:
    """Counts as a working response on the log scale, at the rate that the data themselves suggest."""
    seen = Observed(np.log((occasions + 0.5) / expected), 1 / (occasions + 0.5), at, cycle)
    for _ in range(3):
        _, latent, _ = evidence(seen, [WORKING])
        rate = np.minimum(latent[0], np.log((occasions + 5) / expected))
        mean = expected * np.exp(rate)
        seen = Observed(rate + (occasions - mean) / mean, 1 / mean, at, cycle)
    return seen
