"""How customers repeat and leave, by models of which the evidence chooses one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from patronage.analyses.worth.young_renewals import with_young
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.basis import value_basis
from patronage.evidence.queries.repeat import (
    buying_days,
    counts_at_both,
    gap_counts,
    history_counts,
    repeat_histories,
    typed_histories,
)
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import Newcomers, RepeatBuying, RepeatModel
from patronage.findings.who import BuyingType
from patronage.kernels.repeat_buying import (
    RANDOM,
    RegularFit,
    RepeatFit,
    fit_regular_buying,
    fit_repeat_buying,
    holdout_log_likelihood,
)
from patronage.kernels.repeat_buying import RepeatModel as Model
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count

FEWEST_REPEATERS = 10
"""Customers with a repeat purchase below which nothing tells how rates of buying and leaving differ."""

WORDS = {
    Model.BG_NBD: "BG/NBD",
    Model.MBG_NBD: "MBG/NBD",
    Model.PARETO_NBD: "Pareto/NBD",
    Model.MBG_CNBD_K: "MBG/CNBD-k",
}
REGULAR = Model.MBG_CNBD_K


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored tables of a fit: one row per customer, and one per purchase day.

    entry: renewals after which a customer is known to renew. young: those taken to renew with too few gaps to be told.
    """

    engine: Engine
    table: StoredTable
    days: StoredTable
    days_per_unit: float
    entry: int = 0
    young: int = 0
    newcomers: Newcomers | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the evidence says of buying: histories, and the sum of the logs of the times between purchases.

    late_gaps: that of the times which ended after the split. both: the histories of those seen by it, on that day and
    on the last; None without a holdout.
    """

    counts: RepeatCounts
    log_gaps: float
    late_gaps: float
    both: tuple[RepeatCounts, RepeatCounts] | None


def repeat_buying(orders: Orders, buying_type: BuyingType | None, terms: Terms) -> RepeatBuying:
    """BG/NBD, MBG/NBD, Pareto/NBD and MBG/CNBD-k on purchase days, and the one that foresaw the last third best.

    Raises EstimationError where fewer than ten customers bought again.
    """
    stored = _stored(orders, buying_type, terms)
    counts = _counts(stored, orders)
    repeaters = int(counts.n[counts.x > 0].sum())
    if repeaters < FEWEST_REPEATERS:
        raise EstimationError(_too_few(repeaters, int(counts.customers)))
    split = _split(stored, orders.as_of)
    told = _told(stored, counts, split, orders.as_of)
    regular = fit_regular_buying(counts, told.log_gaps)
    fits = {model: fit_repeat_buying(counts, model) for model in RANDOM} | {REGULAR: regular.fit}
    held = {model: _held_out(told, fit) for model, fit in fits.items()}
    chosen, why = _choice(fits, held)
    left_out = stored.table.rows - int(counts.customers)
    return RepeatBuying(
        grade=Grade.BEHAVIOUR if fits[chosen].identified else Grade.ASSUMPTION,
        as_of=orders.as_of,
        chosen=str(chosen),
        why=why + _told_regular(regular) + _told_left_out(left_out, stored.young),
        unit=str(terms.time_unit),
        customers=int(counts.customers),
        repeat_customers=repeaters,
        contract_like=left_out,
        split=None if told.both is None else split,
        models={str(model): _model(fit, held[model]) for model, fit in fits.items()},
        table=stored.table,
        days=stored.days,
        young=stored.young,
        entry=stored.entry,
        newcomers=stored.newcomers,
    )


def _stored(orders: Orders, buying_type: BuyingType | None, terms: Terms) -> Stored:
    engine, unit = orders.engine, terms.time_unit.days
    days = engine.keep(buying_days(orders, value_basis(orders, terms)).order_by("customer_id", "day"), "days")
    types = None if buying_type is None else engine.open(buying_type.customers)
    histories = typed_histories(repeat_histories(engine.open(days), as_of=orders.as_of), types)
    told = None if buying_type is None else buying_type.contract_gaps
    if told is None:
        return Stored(engine, engine.keep(histories.order_by("customer_id"), "table"), days, unit)
    found = with_young(engine, engine.keep(histories, "typed"), days, told)
    return Stored(engine, found.table, days, unit, found.entry, found.young, found.newcomers)


def _counts(stored: Stored, orders: Orders) -> RepeatCounts:
    columns = stored.engine.columns(history_counts(stored.engine.open(stored.table)))
    if not columns["n"].size:
        raise EstimationError(_nobody(stored.table.rows, orders))
    return _counted(columns, stored.days_per_unit)


def _nobody(contract_like: int, orders: Orders) -> Fault:
    """Why nobody's buying can be fitted: all renew, nobody is named, or whoever is named kept no purchase."""
    if contract_like:
        whose = "the only customer renews" if contract_like == 1 else f"all {contract_like:,} customers renew"
        found = f"{whose} like under a contract, so there is no chance in their buying to fit"
        return Fault("repeat_buying", found, "buying_type tells the gap after which each of them buys again")
    named: int = orders.engine.value(orders.table.customer_id.nunique())
    if not named:
        return Fault("repeat_buying", "no order line names its customer", "map the column that names the customer")
    found = f"none of the {count(named, 'customer')} named kept a purchase: all their lines are returns or no product"
    step = "look whether amounts and quantities have the right sign, and what sources.orders sets apart as no product"
    return Fault("repeat_buying", found, step)


def _counted(columns: Columns, days_per_unit: float, suffix: str = "") -> RepeatCounts:
    x, t_x, age = (columns[name + suffix].astype(float) for name in ("x", "t_x", "age"))
    return repeat_counts(x, t_x / days_per_unit, age / days_per_unit, columns["n"])


def _too_few(repeaters: int, customers: int) -> Fault:
    found = (
        f"{repeaters:,} of {count(customers, 'customer')} bought on two days or more, "
        f"expected {FEWEST_REPEATERS} or more"
    )
    step = (
        "lifetime_value, customer_equity, calendar and backtests wait for a longer history; "
        "order_summary, change_bridge, customer_profit, whale_curve and cohorts do not need one"
    )
    return Fault("repeat_buying", found, step)


def _split(stored: Stored, as_of: date) -> date | None:
    """The last day of the first two thirds of the history; None where a third is not even one day."""
    engine = stored.engine
    first: date = engine.value(engine.open(stored.table).first_day.min())
    third = (as_of - first).days // 3
    return as_of - timedelta(days=third) if third else None


def _both(stored: Stored, split: date, as_of: date) -> tuple[RepeatCounts, RepeatCounts] | None:
    """The histories of the same customers on both days; None where the first two thirds hold too few repeats."""
    engine = stored.engine
    found = counts_at_both(engine.open(stored.days), engine.open(stored.table), split=split, as_of=as_of)
    columns = engine.columns(found)
    if columns["n"][columns["x"] > 0].sum() < FEWEST_REPEATERS:
        return None
    return _counted(columns, stored.days_per_unit), _counted(columns, stored.days_per_unit, "_full")


def _told(stored: Stored, counts: RepeatCounts, split: date | None, as_of: date) -> Told:
    engine = stored.engine
    gaps = engine.columns(gap_counts(engine.open(stored.days), engine.open(stored.table), split=split or as_of))
    logs = np.log(gaps["gap"].astype(float) / stored.days_per_unit)
    late, every = (float(gaps[name].astype(float) @ logs) for name in ("n_late", "n"))
    return Told(counts, every, late, None if split is None else _both(stored, split, as_of))


def _held_out(told: Told, fit: RepeatFit) -> float | None:
    """The log-likelihood of the last third, at parameters fitted to the first two and the k of the whole."""
    if told.both is None:
        return None
    calibration, full = told.both
    early = fit_repeat_buying(calibration, fit.model, fit.k)
    return holdout_log_likelihood(early, calibration, full, told.late_gaps)


def _choice(fits: Mapping[Model, RepeatFit], held: Mapping[Model, float | None]) -> tuple[Model, str]:
    """The model that scored the last third best among those the data identify, and why in words."""
    candidates = [model for model in fits if model is not REGULAR or fits[model].k > 1]
    able = [model for model in candidates if fits[model].identified] or candidates
    scores = {model: fits[model].log_likelihood if (score := held[model]) is None else score for model in able}
    order = sorted(able, key=lambda model: -scores[model])
    chosen, unheld = order[0], held[order[0]] is None
    measure = "log-likelihood, no last third to score being there," if unheld else "log-likelihood of the last third"
    why = f"{WORDS[chosen]} has the highest {measure} ({scores[chosen]:,.2f})"
    why += "".join(f", {scores[chosen] - scores[each]:,.2f} above {WORDS[each]}" for each in order[1:]) + "."
    apart = [model for model in candidates if model not in able]
    why += "".join(f" {WORDS[model]} is set aside: {fits[model].why_not}." for model in apart)
    if not fits[chosen].identified:
        why += (
            f" No model is identified by these data alone ({fits[chosen].why_not}): a weak prior holds the chosen one, "
            f"{_told_prior(fits[chosen])}."
        )
    return chosen, why


def _told_prior(fit: RepeatFit) -> str:
    """What the weak prior is and what it did, in words."""
    far = max(fit.parameters, key=lambda name: abs(np.log(fit.parameters[name] / fit.alone[name])))
    return (
        f"{fit.prior}; it gives up {fit.prior_cost:,.2f} of log-likelihood and moves {far} most, to "
        f"{fit.parameters[far]:.3g} where the data alone led to {fit.alone[far]:.3g}"
    )


def _told_regular(regular: RegularFit) -> str:
    """Whether buying is more regular than random, in words."""
    values, k = regular.log_likelihoods, regular.fit.k
    if k == 1:
        return (
            " Buying is not more regular than random: MBG/CNBD-k is best at k = 1, where it is MBG/NBD and no model of "
            f"its own (log-likelihood {values[0] - values[1]:,.2f} above k = 2)."
        )
    return (
        f" Buying is more regular than random: MBG/CNBD-k is best at k = {k} (log-likelihood "
        f"{values[k - 1] - values[0]:,.2f} above k = 1)."
    )


def _told_left_out(customers: int, young: int) -> str:
    if not customers:
        return ""
    whose = "1 customer who renews" if customers == 1 else f"{customers:,} customers who renew"
    verb = "is" if customers == 1 else "are"
    of_whom = f"; of them {young:,} have too few gaps to be told, and renew like those who are" if young else ""
    return f" {whose} like under a contract {verb} left out of the fit{of_whom}."


def _model(fit: RepeatFit, held_out: float | None) -> RepeatModel:
    return RepeatModel(
        parameters=fit.parameters,
        standard_errors=fit.standard_errors,
        covariance=fit.covariance,
        log_likelihood=fit.log_likelihood,
        holdout_log_likelihood=held_out,
        identified=fit.identified,
        why_not=fit.why_not,
        prior_used=fit.prior_used,
        prior=fit.prior,
        prior_cost=fit.prior_cost,
        without_prior=fit.alone,
        k=fit.k,
    )


def fitted(repeat: RepeatBuying, model: str | None = None) -> RepeatFit:
    """The chosen model, or a named one, as the kernels take it."""
    kind = Model(model or repeat.chosen)
    found = repeat.models[str(kind)]
    known: dict[str, Any] = {name: getattr(found, name) for name in ("why_not", "prior", "prior_cost", "k")}
    return RepeatFit(
        kind,
        dict(found.parameters),
        dict(found.standard_errors),
        found.covariance,
        found.log_likelihood,
        float(repeat.customers),
        converged=True,
        identified=found.identified,
        **known,
    )
