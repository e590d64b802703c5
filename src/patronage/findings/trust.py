"""Findings about how far the product can be trusted: forecasts and decisions beside what happened since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class Met:
    """A forecast beside what happened, over the customers seen by the as-of date.

    predicted, p05, p95, actual: totals. mae, rmse, correlation: of single customers; correlation None where one side is
    the same for all. coverage_90: share of customers inside their own 90% interval.
    """

    predicted: float
    p05: float
    p95: float
    actual: float
    mae: float
    rmse: float
    correlation: float | None
    coverage_90: float


@dataclass(frozen=True, slots=True)
class Naive:
    """Errors of a forecast that anyone can make, over the same customers, in orders."""

    mae: float
    rmse: float
    correlation: float | None


@dataclass(frozen=True, slots=True)
class TopTenth:
    """Share of the value since that the tenth ranked best brought; None where there was no value.

    by_prediction: ranked by the forecast. by_actual: ranked by what happened, the most that could be had.
    """

    by_prediction: float | None
    by_actual: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """A forecast total with its 90% interval."""

    predicted: float
    p05: float
    p95: float


@dataclass(frozen=True, slots=True)
class Origin:
    """One of several forecasts in a row: orders with calendar, what happened, and the share of customers inside."""

    as_of: date
    until: date
    model: str
    customers: int
    orders: Total
    actual: float
    inside: bool
    coverage_90: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """All origins together: share of totals inside, mean of forecast over actual less 1, share of customers inside."""

    origins: int
    totals_inside: float
    bias: float | None
    coverage_90: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """What would have been forecast on a day, beside what happened until a later one, both days inclusive.

    customers: those first seen by as_of; nobody else is forecast. orders: purchase days by the chosen model's closed
    form at the fitted parameters, without calendar. value: with calendar and shared shocks, in unit. calendar:
    orders with them. baselines: rate (purchases over age) and last_period (as many as in the period before).
    words: three sentences for a reader. origins, pooled: of a rolled backtest, else empty and None.
    """

    grade: Grade
    as_of: date
    until: date
    model: str
    unit: str
    customers: int
    orders: Met
    value: Met
    top_tenth_share: TopTenth
    baselines: Mapping[str, Naive]
    calendar: Total
    words: tuple[str, ...]
    origins: tuple[Origin, ...] = ()
    pooled: Pooled | None = None


@dataclass(frozen=True, slots=True)
class Ranged:
    """A figure with its 90% interval."""

    mean: float
    p05: float
    p95: float


@dataclass(frozen=True, slots=True)
class Arms:
    """The customers of a decision whom the evidence knows: those acted on, and those left alone by chance."""

    treated: int
    holdout: int


NOBODY = Arms(0, 0)


@dataclass(frozen=True, slots=True)
class MeasuredEffect:
    """Share of the customers acted on for whom the action worked, as the holdout shows it.

    assumed: the share that the decision was valued with; None where it had none. share: with its lasting interval.
    standard_error: of the share. rise: of the share of customers who bought, from acting. reach: by how much that share
    rises for each one the action works on, None where the effect is told by money.
    """

    assumed: float | None
    share: Ranged
    standard_error: float
    rise: float | None
    reach: float | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """An accepted decision: what was expected of it by now, and what it brought, before its cost.

    starts, until: first and last day that count, the latter at most the day on which people ended it. expected,
    measured: gain from all customers acted on, in currency, of the first in money of the accept; None where it cannot
    be told. The intervals of measured and of the effect hold at all looks together, however often and early they are
    taken. p_better: probability, at this one look, that it works at all, by whether more customers buy or, where the
    effect shows in money, by whether more comes in. uneven: P of arms so uneven by chance, told where it is below
    0.001. elsewhere: of each arm, customers whom other accepted decisions acted on in the same days. verdict:
    as_expected, more_than_expected, less_than_expected, harmful, open, too_early, no_holdout, uneven_arms or
    not_measurable. why: in words.
    """

    id: str
    kind: str
    subject: str
    accepted_at: date
    starts: date
    until: date
    arms: Arms
    expected: Ranged | None
    measured: Ranged | None
    effect: MeasuredEffect | None
    p_better: float | None
    uneven: float | None
    verdict: str
    why: str
    elsewhere: Arms = NOBODY


@dataclass(frozen=True, slots=True)
class KindEffect:
    """What the experiments of one kind of action show together: the share of customers for whom it works.

    spread: by how much the share differs between their groups of customers (sd), 0 where chance explains it.
    decisions: ids of those that were measured.
    """

    kind: str
    mean: float
    standard_error: float
    spread: float
    decisions: tuple[str, ...]
    treated: int
    held_out: int


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Every accepted decision, expected against measured, and what the experiments show of each kind of action.

    unit: of money. effects: of kinds with an experiment whose effect could be told. unknown: what treatments say of
    decisions that nobody accepted, in sentences.
    """

    grade: Grade
    as_of: date
    unit: str
    decisions: tuple[Tracked, ...]
    effects: tuple[KindEffect, ...]
    unknown: tuple[str, ...] = ()
