"""What would have been forecast on an earlier day, beside what happened since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.analyses.worth.forecast import Believed, Expected, Forecast, forecast
from patronage.analyses.worth.stationary import COLUMNS, histories
from patronage.evidence.assemble import first_good_day, last_good_day
from patronage.evidence.queries.basis import value_basis
from patronage.evidence.queries.holdout import forecast_and_since, recent_repeats, since
from patronage.evidence.queries.periods import Period
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import Calendar, LifetimeValue, RepeatBuying
from patronage.findings.trust import Backtest, Met, Naive, Origin, Pooled, TopTenth, Total
from patronage.kernels.calibration import coverage, point_errors, top_share
from patronage.strategy.strategy import Strategy, load_strategy
from patronage.study.backtest_days import Asked, asked_days, windows
from patronage.study.backtest_words import told
from patronage.study.catalog import the_wiring
from patronage.study.gather import Gathered, gathered, typed_evidence
from patronage.study.identities import with_identities
from patronage.study.runner import Bench, compute
from patronage.study.study import quiet
from patronage.study.workbench import at_work, bench_at
from patronage.vocabulary.errors import EstimationError, EvidenceError, Fault
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.evidence.engine import Columns, Engine
    from patronage.study.project import Project

LATER_DAY = "give a later --as-of, from which more of the history is known"


@dataclass(frozen=True, slots=True)
class _Known:
    """What every origin of a backtest shares."""

    project: Project
    strategy: Strategy
    found: Gathered
    engine: Engine
    say: Callable[[str], None]


def backtest(project: Project, asked: Asked, say: Callable[[str], None] = quiet) -> Backtest:
    """The forecast of a day held against what happened until a later one, both inclusive; rolled where asked for.

    Findings of that day are computed by the wired analyses, or found where a run of that day left them.
    Raises EvidenceError for days that the orders cannot answer, EstimationError for a history that tells too little.
    """
    project.require()
    strategy = load_strategy(project.strategy)
    with at_work(project) as engine:
        found = gathered(project, strategy.sources, strategy.company.currency, engine, say)
        found = with_identities(project, strategy.identity, found, engine, say)
        loaded = found.tables.get("orders")
        if loaded is None:
            raise EvidenceError(Fault("sources", "have no orders", "a backtest needs order lines"))
        start, end = asked_days(asked, first_good_day(loaded, engine), last_good_day(loaded, engine))
        known = _Known(project, strategy, found, engine, say)
        whole = _met(known, start, end)
        if asked.origins == 1:
            return whole
        each = tuple(_origin(_met(known, *window)) for window in windows(start, end, asked.origins))
        return replace(whole, origins=each, pooled=_pooled(each))


def _met(known: _Known, as_of: date, until: date) -> Backtest:
    bench = bench_at(known.project, known.strategy, known.found, known.engine, as_of)
    wiring = the_wiring()
    compute(wiring, bench, wiring.upstream("lifetime_value"), known.say)
    believed = _believed(bench)
    columns = _columns(known, bench, believed.repeat, until)
    customers = histories(columns, TimeUnit(believed.repeat.unit))
    ahead = forecast(believed, customers, until, bench.values[Terms])
    return _compared(believed, ahead, columns, until)


def _believed(bench: Bench) -> Believed:
    for kind, name in ((RepeatBuying, "repeat_buying"), (LifetimeValue, "lifetime_value")):
        if kind not in bench.values:
            outcome = bench.outcomes[name]
            why = "; ".join((*outcome.why, *outcome.waits_for))
            raise EstimationError(Fault("backtest", f"{name} cannot be had as of that day: {why}", LATER_DAY))
    return Believed(bench.values[RepeatBuying], bench.values[LifetimeValue], bench.values.get(Calendar))


def _columns(known: _Known, bench: Bench, repeat: RepeatBuying, until: date) -> Columns:
    """Histories as of the day beside what happened since, in the order of the customers' ids."""
    engine, as_of = known.engine, repeat.as_of
    later: Orders = typed_evidence(known.found, engine, until)[1][Orders]
    basis = value_basis(bench.values[Orders], bench.values[Terms])
    happened = since(later, basis, Period(as_of + timedelta(days=1), until))
    before = Period(as_of - (until - as_of) + timedelta(days=1), as_of)
    rows = forecast_and_since(engine.open(repeat.table), happened, recent_repeats(engine.open(repeat.days), before))
    return engine.columns(rows.select(*COLUMNS, "actual", "actual_value", "recent"))


def _compared(believed: Believed, ahead: Forecast, columns: Columns, until: date) -> Backtest:
    as_of, lifetime = believed.repeat.as_of, believed.lifetime
    actual, actual_value = columns["actual"].astype(float), columns["actual_value"].astype(float)
    rate = np.divide(columns["x"], columns["age"], out=np.zeros(len(actual)), where=columns["age"] > 0)
    low, high = np.quantile(ahead.moved_draws, (0.05, 0.95))
    made = Backtest(
        grade=lifetime.grade,
        as_of=as_of,
        until=until,
        model=believed.repeat.chosen,
        unit=lifetime.unit.removesuffix(" after cost to serve"),
        customers=len(actual),
        orders=_held(ahead.orders, actual),
        value=_held(ahead.value, actual_value),
        top_tenth_share=TopTenth(top_share(actual_value, ahead.value.each), top_share(actual_value, actual_value)),
        baselines={
            "rate": _naive(actual, rate * (until - as_of).days),
            "last_period": _naive(actual, columns["recent"].astype(float)),
        },
        calendar=Total(ahead.moved, float(low), float(high)),
        words=(),
    )
    return replace(made, words=told(made))


def _held(expected: Expected, actual: Floats) -> Met:
    errors = point_errors(actual, expected.each)
    low, high = np.quantile(expected.draws, (0.05, 0.95))
    return Met(
        predicted=expected.total,
        p05=float(low),
        p95=float(high),
        actual=float(actual.sum()),
        mae=errors.mae,
        rmse=errors.rmse,
        correlation=errors.correlation,
        coverage_90=coverage(actual, expected.low, expected.high),
    )


def _naive(actual: Floats, said: Floats) -> Naive:
    errors = point_errors(actual, said)
    return Naive(errors.mae, errors.rmse, errors.correlation)


def _origin(one: Backtest) -> Origin:
    inside = one.calendar.p05 <= one.orders.actual <= one.calendar.p95
    actual, share = one.orders.actual, one.orders.coverage_90
    return Origin(one.as_of, one.until, one.model, one.customers, one.calendar, actual, inside, share)


def _pooled(origins: tuple[Origin, ...]) -> Pooled:
    """All origins as one; each customer of each origin counts once."""
    known = [one for one in origins if one.actual > 0]
    ratios = [one.orders.predicted / one.actual for one in known]
    customers = sum(one.customers for one in origins)
    return Pooled(
        origins=len(origins),
        totals_inside=sum(one.inside for one in origins) / len(origins),
        bias=sum(ratios) / len(ratios) - 1 if ratios else None,
        coverage_90=sum(one.coverage_90 * one.customers for one in origins) / customers,
    )


def backtest_data(found: Backtest) -> dict[str, Any]:
    """A backtest as its contract names it; rolled origins and the words stand beside."""
    data: dict[str, Any] = {
        "as_of": found.as_of.isoformat(),
        "until": found.until.isoformat(),
        "customers": found.customers,
        "model": found.model,
        "orders": _numbers(found.orders),
        "value": _numbers(found.value) | {"unit": found.unit},
        "top_tenth_share": _numbers(found.top_tenth_share),
        "baselines": {name: _numbers(naive) for name, naive in found.baselines.items()},
        "calendar": _numbers(found.calendar),
        "words": list(found.words),
    }
    if found.pooled is not None:
        data["origins"] = [_origin_data(one) for one in found.origins]
        data["pooled"] = _numbers(found.pooled)
    return data


def _origin_data(one: Origin) -> dict[str, Any]:
    days = {"as_of": one.as_of.isoformat(), "until": one.until.isoformat()}
    return _numbers(one) | days | {"orders": _numbers(one.orders)}


def _numbers(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}
