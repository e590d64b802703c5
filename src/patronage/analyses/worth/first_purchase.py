"""Which place, channel or first product brings good customers: who decides on acquisition sees where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from patronage.analyses.worth.first_purchase_words import (
    OPEN_QUESTION,
    few_levels,
    no_two_levels,
    nothing_known,
    segments_later,
    why_known,
)
from patronage.analyses.worth.repeat_buying import fitted
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.basis import ValueBasis, value_basis
from patronage.evidence.queries.first_purchase import (
    HISTORY,
    KNOWN,
    first_lines,
    first_purchases,
    known_customers,
    level_histories,
    level_sizes,
)
from patronage.evidence.queries.repeat import repeat_histories
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.tables import Customers, Orders, Products, Relation
from patronage.findings.first_purchase import FirstPurchase, KnownAtFirst, LevelOutlook
from patronage.findings.lifetime import RepeatBuying
from patronage.kernels.arrays import Flags, Floats, Whole
from patronage.kernels.buying_covariates import (
    CovariateFit,
    fit_with_covariates,
    holdout_with_covariates,
    joined_counts,
)
from patronage.kernels.newcomer_outlook import Beside, beside_all, first_worth, newcomer_outlook, order_value
from patronage.kernels.repeat_buying import RANDOM, RepeatModel, fit_repeat_buying, holdout_log_likelihood
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.estimate import SD_TO_P95, Estimate
from patronage.vocabulary.expressions import columns_of
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

MOST_LEVELS = 12
FEWEST_CUSTOMERS = 30
"""Customers of a level below which it counts with the others."""
MOST_CUSTOMERS = 20_000
"""Customers of all levels that models are fitted on; larger levels are represented by as many as each other."""
TELLING = 2.0
"""Gain in log-likelihood of the last third from which a thing known at the first purchase tells something."""
FEWEST_REPEATS = 10
OTHER = "all others"
"""Name of the levels with few customers; `other` is the segment of whom no rule holds."""
LATER = frozenset({"last_day", "orders", "lines", "revenue", "revenue_12m", "left_at"})
"""Columns of segment rules that only later behaviour fills."""
GIVEN_BY = {"place": "place", "channel": "channel_id", "product": "product_id"}
"""The column of the order lines that tells each kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing known at the first purchase: its levels by name, and what there is of their customers.

    full: histories of each level now. held_out: those of customers seen by the end of the first two thirds, on that day
    and now, of the levels that have any; empty without a last third. sums: as order_value takes them, (levels, 3).
    """

    known: str
    names: tuple[str, ...]
    full: tuple[RepeatCounts, ...]
    held_out: tuple[tuple[RepeatCounts, RepeatCounts], ...]
    sums: Floats


def first_purchase(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    orders: Orders,
    repeat: RepeatBuying,
    *,
    products: Products | None,
    customers: Customers | None,
    rules: SegmentRules | None,
    terms: Terms,
) -> FirstPurchase:
    """What the place, channel, category or product of the first purchase tells of repeat buying and worth.

    Rates of buying and leaving hang on the level in the chosen model, MBG/NBD where that is of regular buying, levels
    pooled. Raises EstimationError where nothing is known, or no two levels have thirty customers.
    """
    if not any(column in orders.given for column in GIVEN_BY.values()) and rules is None:
        raise EstimationError(nothing_known())
    segments, left_out = _segments(orders, repeat, rules, customers)
    named = {} if rules is None else {rule.id: rule.name for rule in rules.segments}
    known = _known(orders, repeat, products, segments)
    model = RepeatModel(repeat.chosen)
    model = model if model in RANDOM else RepeatModel.MBG_NBD
    basis = value_basis(orders, terms)
    told: list[KnownAtFirst] = []
    levels: list[LevelOutlook] = []
    why: list[str] = []
    kinds, few = _kinds(known, orders.engine, repeat, named)
    for kind in kinds:
        fit = fit_with_covariates(kind.full, np.eye(len(kind.names)), model, fitted(repeat, str(model)))
        rows = _levels(kind, fit, repeat, basis)
        told.append(_told(kind, fit))
        levels.extend(rows)
        why.append(why_known(told[-1], rows, fit.plain.why_not, TELLING))
    identified = all(one.identified for one in told)
    return FirstPurchase(
        grade=weakest([basis.grade, Grade.BEHAVIOUR if identified else Grade.ASSUMPTION]),
        as_of=repeat.as_of,
        unit=basis.unit,
        why=" ".join(why),
        known=tuple(told),
        levels=tuple(levels),
        left_out=(*left_out, *few),
        open_question=OPEN_QUESTION,
    )


def _segments(
    orders: Orders, repeat: RepeatBuying, rules: SegmentRules | None, customers: Customers | None
) -> tuple[Relation | None, tuple[str, ...]]:
    """The declared segment of each customer by what was known at its first purchase; None with the reason else."""
    held = [] if rules is None else [(rule.id, rule.rule) for rule in rules.segments]
    read = frozenset[str]().union(*(columns_of(rule) for _, rule in held if rule is not None))
    if later := sorted(read & LATER):
        return None, (segments_later(later),)
    if not read:
        return None, ()
    histories = orders.engine.open(repeat.table)
    lines = first_lines(orders, histories.filter(histories.fitted))
    return customer_segments(replace(orders, table=lines, undoing=None), held, customers), ()


def _known(orders: Orders, repeat: RepeatBuying, products: Products | None, segments: Relation | None) -> Relation:
    """What is known of each customer to fit, beside its histories."""
    engine = orders.engine
    histories = engine.open(repeat.table)
    categories = products.table if products is not None and "category" in products.given else None
    first = first_purchases(first_lines(orders, histories.filter(histories.fitted)), categories)
    early = repeat_histories(engine.open(repeat.days), as_of=repeat.split or repeat.as_of)
    return known_customers(histories, first, early, segments)


def _kinds(
    known: Relation, engine: Engine, repeat: RepeatBuying, named: Mapping[str, str]
) -> tuple[list[Kind], tuple[str, ...]]:
    """Everything known of which two levels have customers enough, and why the rest is left out.

    named: segments by their ids.
    """
    with engine.staged(known, "known") as rows:
        sizes = engine.records(level_sizes(rows, MOST_LEVELS))
        by_kind = {kind: [row for row in sizes if row["kind"] == kind] for kind in KNOWN}
        kept = {kind: _kept(each) for kind, each in by_kind.items()}
        if not any(kept.values()):
            raise EstimationError(no_two_levels(sizes, FEWEST_CUSTOMERS))
        found = [
            _kind(
                kind,
                _names(levels, named if kind == "segment" else {}),
                engine.columns(level_histories(rows, kind, [row["level"] for row in levels])),
                repeat,
            )
            for kind, levels in kept.items()
            if levels
        ]
    return found, tuple(few_levels(kind, FEWEST_CUSTOMERS) for kind in KNOWN if by_kind[kind] and not kept[kind])


def _kept(sizes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The levels of one kind that stand by themselves; none where no two have customers enough."""
    large = [row for row in sizes if row["level"] is not None and row["customers"] >= FEWEST_CUSTOMERS]
    rest = sum(row["customers"] for row in sizes) - sum(row["customers"] for row in large)
    enough = len(large) + (rest >= FEWEST_CUSTOMERS)
    return large if large and enough > 1 else []


def _names(levels: Sequence[Mapping[str, Any]], named: Mapping[str, str]) -> list[str]:
    """The name of each level, with its id beside it where another is called the same."""
    told = [named.get(row["level"], row["name"]) for row in levels]
    called = Counter([*told, OTHER])
    return [
        f"{name} ({row['level']})" if row["alike"] > 1 or called[name] > 1 else name
        for name, row in zip(told, levels, strict=True)
    ]


def _kind(known: str, names: list[str], histories: Columns, repeat: RepeatBuying) -> Kind:
    """One kind; names: of the levels that stand by themselves, in the order of their places."""
    days = TimeUnit(repeat.unit).days
    own = [each for place in range(len(names) + 1) if (each := histories["level"] == place).any()]
    seen = ~np.isnan(histories["x"].astype(float)) & (repeat.split is not None)
    sums = [[float(histories[name][each].sum()) for name in ("n", "worth", "squares")] for each in own]
    most = MOST_CUSTOMERS // len(own)
    histories = histories | {"n": np.sum([_represented(histories, each, most) for each in own], axis=0)}
    own = [each & (histories["n"] > 0) for each in own]
    return Kind(
        known,
        tuple([*names, OTHER][: len(own)]),
        tuple(_counts(histories, each, days, "_full") for each in own),
        tuple(
            (_counts(histories, each & seen, days, ""), _counts(histories, each & seen, days, "_full"))
            for each in own
            if (each & seen).any()
        ),
        np.array(sums),
    )


def _represented(columns: Columns, rows: Flags, most: int) -> Floats:
    """How many customers of each row count: all, or of more than `most` those at even steps of ordered histories."""
    places = np.flatnonzero(rows)
    customers, counted = columns["n"][places].astype(float), np.zeros(rows.size)
    if customers.sum() <= most:
        counted[places] = customers
        return counted
    order = np.lexsort([columns[name][places].astype(float) for name in HISTORY])
    reached = np.cumsum(customers[order])
    steps: Floats = (np.arange(most) + 0.5) / most * reached[-1]
    taken: Whole = np.searchsorted(reached, steps).astype(np.int64)
    counted[places[order]] = np.bincount(taken, minlength=places.size)
    return counted


def _counts(columns: Columns, rows: Flags, days: float, suffix: str) -> RepeatCounts:
    x, t_x, age = (columns[name + suffix][rows].astype(float) for name in ("x", "t_x", "age"))
    return repeat_counts(x, t_x / days, age / days, columns["n"][rows].astype(float))


def _gain(kind: Kind, model: RepeatModel) -> float | None:
    """How much better the levels foresaw the last third than the model of all; None where nothing can tell."""
    before, after = [one for one, _ in kind.held_out], [one for _, one in kind.held_out]
    if len(before) < 2 or sum(one.repeats for one in before) < FEWEST_REPEATS:
        return None
    whole = fit_repeat_buying(joined_counts(before), model)
    design = np.eye(len(before))
    apart = holdout_with_covariates(fit_with_covariates(before, design, model, whole), design, before, after)
    return apart - holdout_log_likelihood(whole, joined_counts(before), joined_counts(after))


def _levels(kind: Kind, fit: CovariateFit, repeat: RepeatBuying, basis: ValueBasis) -> list[LevelOutlook]:
    grade = Grade.BEHAVIOUR if fit.plain.identified and fit.converged else Grade.ASSUMPTION
    size = kind.sums[:, 0]
    outlook = newcomer_outlook(fit, np.eye(size.size), TimeUnit(repeat.unit).per_year)
    orders = _estimates(beside_all(outlook.orders, outlook.orders_covariance, size), "orders", grade)
    staying = _estimates(beside_all(outlook.staying, outlook.staying_covariance, size), "", grade)
    worth: list[tuple[Estimate, Estimate]] | list[tuple[None, None]] = [(None, None)] * size.size
    if (kind.sums[:, 1] > 0).all():
        valued = first_worth(outlook, order_value(kind.sums))
        worth = _estimates(beside_all(*valued, size), basis.unit, weakest([grade, basis.grade]))
    return [
        LevelOutlook(
            known=kind.known,
            level=name,
            customers=int(size[place]),
            orders_to_all=orders[place][1],
            staying_to_all=staying[place][1],
            worth_to_all=worth[place][1],
            orders=orders[place][0],
            staying=replace(staying[place][0], p95=min(staying[place][0].p95, 1.0)),
            worth=worth[place][0],
        )
        for place, name in enumerate(kind.names)
    ]


def _estimates(beside: Beside, unit: str, grade: Grade) -> list[tuple[Estimate, Estimate]]:
    """Of each level its figure, and the ratio of that to the mean of all."""
    values = _logged(beside.value, beside.low, beside.high, (unit, grade))
    ratios = _logged(beside.ratio, beside.ratio_low, beside.ratio_high, ("", grade))
    return list(zip(values, ratios, strict=True))


def _logged(middle: Floats, low: Floats, high: Floats, told: tuple[str, Grade]) -> list[Estimate]:
    """Log-normal estimates whose middle is told as their mean too."""
    unit, grade = told
    spread = middle * np.log(high / low) / (2 * SD_TO_P95)
    rows = zip(middle.tolist(), spread.tolist(), low.tolist(), high.tolist(), strict=True)
    return [Estimate(value, sd, p05, value, p95, unit, grade) for value, sd, p05, p95 in rows]


def _told(kind: Kind, fit: CovariateFit) -> KnownAtFirst:
    gain = _gain(kind, fit.plain.model)
    return KnownAtFirst(
        known=kind.known,
        customers=int(kind.sums[:, 0].sum()),
        levels=len(kind.names),
        model=str(fit.plain.model),
        tells=None if gain is None else gain >= TELLING,
        gain=gain,
        buying_scale=fit.scales[0],
        leaving_scale=fit.scales[1],
        identified=fit.plain.identified and fit.converged,
    )
