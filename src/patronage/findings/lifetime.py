"""Findings about how customers repeat, and what they will be worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class Calendar:
    """Season and trend of buying beside what a stationary model expects (M34).

    season: factor of each calendar month, January first, mean 1. trend_per_year: factor by which the
    buying rate moves a year. shock_sd: size of the shared monthly shock, on the log scale. factors:
    (draws, months ahead) float32, the shared factor of each future month, first month after as_of first.
    months: month, actual, expected, factor, p05, p95, ahead (true for future months).
    """

    grade: Grade
    as_of: date
    season_identified: bool
    why: str
    season: tuple[Estimate, ...]
    trend_per_year: Estimate
    shock_sd: float
    factors: NDArray[np.float32]
    months: StoredTable


@dataclass(frozen=True, slots=True)
class RepeatModel:
    """One fitted model of repeat buying (M23).

    covariance: of the log-parameters, in the order of parameters. holdout_log_likelihood: of the last
    third of the period given the first two, at parameters fitted on the first two; None where it cannot be
    had. prior_used: whether a weak prior had to hold what the data do not identify; prior says which, in words, and
    prior_cost the log-likelihood that was given up for it; without_prior: where the search on the data alone ended,
    empty where no prior was needed. k: of how many random steps a time between purchases is the
    sum; 1, buying at random, in every model but mbg_cnbd_k.
    """

    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float]
    covariance: NDArray[np.float64]
    log_likelihood: float
    holdout_log_likelihood: float | None
    identified: bool
    why_not: str
    prior_used: bool
    prior: str
    prior_cost: float = 0.0
    without_prior: Mapping[str, float] = field(default_factory=dict[str, float])
    k: int = 1


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Customers who bought once, up to so many days ago: by what came of others, some of them renew.

    chance: of each to renew. gap_days, gap_cv: the period at which they would, and its coefficient of variation.
    """

    customers: int
    until_days: float
    chance: float
    gap_days: float
    gap_cv: float


@dataclass(frozen=True, slots=True)
class RepeatBuying:
    """How customers repeat and leave, by four models, the one chosen and why.

    grade: an assumption where no model is identified and a weak prior holds the chosen one. unit: of the parameters'
    time. models: by name; mbg_cnbd_k is mbg_nbd where its k is 1, and then no model to choose. customers: how many were
    fitted. contract_like: left out of the fit, since they renew rather than buy; of them `young` have too few gaps to
    be told and renew like those who are. entry: renewals after which a customer is known to renew. newcomers: who may
    renew; None where nobody does. split: last day of the first two thirds; None without a holdout. table: customer_id,
    x (repeat purchase days), t_x, age (both in days), first_day, last_day, mean_value (over the `valued` repeat days
    with a value above 0 in the value basis, null for none), occasions_value, occasions_squares, losing (whether its
    days lose money in all, or on most of them), buying_type, gap_days and gap_cv (of the period at which one who is not
    fitted renews), fitted. days: customer_id, day, revenue, value, one row per purchase day.
    """

    grade: Grade
    as_of: date
    chosen: str
    why: str
    unit: str
    customers: int
    repeat_customers: int
    contract_like: int
    split: date | None
    models: Mapping[str, RepeatModel]
    table: StoredTable
    days: StoredTable
    young: int = 0
    entry: int = 0
    newcomers: Newcomers | None = None


@dataclass(frozen=True, slots=True)
class Spend:
    """Gamma-gamma parameters of the value of an occasion, and on what they were fitted.

    covariance: of the log-parameters, in the order p, q, gamma. customers: with a repeat purchase of value above 0.
    why_not: what the data leave open and which weak prior holds it; empty where they identify all.
    """

    p: float
    q: float
    gamma: float
    standard_errors: Mapping[str, float]
    covariance: NDArray[np.float64]
    log_likelihood: float
    customers: int
    identified: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class HazardSlope:
    """How the log of the cumulated hazard moves with the log of a covariate, and its standard error."""

    slope: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Renewing:
    """Customers told to be contract-like, valued by their own periods; a renewal fails with Beta(lapsed, renewed).

    by_renewals, by_period: how the chance to fail moves with the number of the renewal and the length of the period, by
    complementary log-log; None where it does not show. fails: chance that the next renewal of one whose last is at
    most a period and a half ago fails, the mean of all. newcomers: who may renew.
    """

    customers: int
    lapsed: float
    renewed: float
    fails: float
    by_renewals: HazardSlope | None = None
    by_period: HazardSlope | None = None
    newcomers: Newcomers | None = None


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """What each customer will bring over the horizon, discounted, net of its cost to serve.

    basis: margin_measured, margin_declared or revenue. notes: how it was counted, in sentences. spend: None where the
    evidence cannot give it; then every order is worth per_order. kept: share of an order's expected value that is left
    after free orders and returns that name no order. Customers whose own orders lose money are worth their own value
    per order instead, which may be below 0. calendar_factor: by which season and trend move every
    customer's value, 1 without a calendar. total: with calendar and shared shocks. stationary_total: without.
    shared_gain, shared_cost: (draws,) float32, mean 1, the factors that move all customers' value before costs and all
    costs alike, draw by draw. customers: customer_id, place, first_day, last_day, buying_type, orders (purchase days),
    revenue_12m, value_12m, p_alive, p_buys_12m (chance to buy within the next twelve months, without season and
    trend), second_life (value over the horizon of one more likely gone than active, if it came back; else null),
    expected_orders, value, p05, p50, p95, cost_to_serve (over the horizon), per_order (what one future order is
    expected to bring, net of cost_per_order), sd (of value, by luck of this customer alone). returned_early: share of
    all second lives above 0 that falls into their first year; None where there is none.
    """

    grade: Grade
    as_of: date
    basis: str
    unit: str
    notes: tuple[str, ...]
    model: str
    horizon_years: float
    discount_rate: float
    cost_to_serve_known: bool
    spend: Spend | None
    kept: float
    per_order: float
    renewing: Renewing | None
    calendar_factor: float
    total: Estimate
    stationary_total: Estimate
    alive: Estimate
    expected_orders: Estimate
    shared_gain: NDArray[np.float32]
    shared_cost: NDArray[np.float32]
    customers: StoredTable
    returned_early: float | None = None


@dataclass(frozen=True, slots=True)
class EquityParts:
    """Customer equity between two days, in currency; start and the parts add to end to the cent."""

    from_day: date
    to_day: date
    start: float
    acquired: float
    grown: float
    shrunk: float
    lost: float
    end: float


@dataclass(frozen=True, slots=True)
class CustomerEquity:
    """What all customers are worth together, where it sits, and how it moved.

    by_cohort, by_place, by_segment: name, customers, equity, p05, p95, share (by_segment None
    without segment rules). bridge: None where the history is too short to value an earlier day; bridge_note says how it
    was made. top_tenth_share: of the best tenth of customers; None where the total is not positive.
    """

    grade: Grade
    unit: str
    total: Estimate
    top_tenth_share: float | None
    bridge: EquityParts | None
    bridge_note: str
    why_no_bridge: str
    by_cohort: StoredTable
    by_place: StoredTable | None
    by_segment: StoredTable | None
