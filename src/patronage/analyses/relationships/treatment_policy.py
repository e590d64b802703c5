"""Whom to treat how: the head of customer relations decides which segments leave the treatment that all get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy import special

from patronage.analyses.relationships.arm_checks import checked, last_watched, look_at
from patronage.analyses.relationships.arm_names import todays_arms
from patronage.analyses.relationships.policy_words import policy_why, policy_words
from patronage.analyses.relationships.tested_cells import FOLDS, TestedCells, segment_effects, tested_cells
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import value_basis
from patronage.evidence.queries.experiments import (
    customers_like_tested,
    experiment_arms,
    experiment_outcomes,
    experiment_spans,
    named_experiment,
    standing_before,
    under_one_another,
)
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.repeat import repeat_histories
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.queries.who import customer_places
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Customers, Orders, Relation, Treatments
from patronage.findings.lifetime import RepeatBuying
from patronage.findings.relationships import ExperimentPolicy, Look, SegmentTreatment, TestedArm, TreatmentPolicy
from patronage.findings.trust import Ranged
from patronage.kernels.experiment import Effect
from patronage.kernels.policy import FEWEST, Policy, Valued, learned_policy
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, listed

SURE = 0.95
"""Probability of being better that a deviation takes at the one look at the end; a look before it takes more."""

SUREST = 1 - 1e-12
"""The most that is asked for, since no probability of a normal law is told from 1 beyond it."""

MOST_UNNAMED = 0.5
"""Share of the customers of a test beyond which orders that do not name them mean that the ids are others."""

IDS = "give the customer ids that the orders have"

ROWS = ("experiment", "segment", "arm", "customers", "brought", "effect", "p05", "p95", "chosen")
"""Columns of the table of arms."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What every experiment is read by."""

    orders: Orders
    repeat: RepeatBuying
    treatments: Relation
    rules: SegmentRules | None
    customers: Customers | None
    currency: str

    @property
    def engine(self) -> Engine:
        """The engine of the orders."""
        return self.orders.engine

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the declared segments, by id."""
        return {one.id: one.name for one in self.rules.segments} if self.rules else {}


@dataclass(frozen=True, slots=True)
class Trial:
    """One experiment as the evidence has it: its span, its arms, and its customers added up over a period."""

    name: str
    span: dict[str, Any]
    arms: list[dict[str, Any]]
    since: Period
    cells: TestedCells

    @property
    def cost(self) -> list[float]:
        """What treating a customer costs, by arm."""
        return [round(float(arm["cost"]), 6) for arm in self.arms]


@dataclass(frozen=True, slots=True)
class Read:
    """What one experiment says, its rows of the table of arms, and whom it reaches today."""

    policy: ExperimentPolicy
    rows: tuple[tuple[Any, ...], ...]
    reach: Relation | None


def treatment_policy(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    treatments: Treatments,
    orders: Orders,
    repeat: RepeatBuying,
    *,
    rules: SegmentRules | None,
    customers: Customers | None,
    terms: Terms,
) -> TreatmentPolicy:
    """The treatment for each segment from the randomised experiments among the treatments, honestly valued.

    Outcomes count from the day after the first treatment to the end of the watch (WATCH_DAYS); before that the lasting
    intervals hold, and a deviation takes as much. Raises EstimationError where no experiment can be read, with the
    reason of each.
    """
    at = Tested(orders, repeat, treatments.table, rules, customers, terms.currency)
    found: list[Read] = []
    faults: list[Fault] = []
    for row in at.engine.records(experiment_spans(at.treatments)):
        try:
            found.append(_read(row, at))
        except EstimationError as error:
            faults.extend(error.faults)
    if not found:
        none = Fault("treatments", "name no experiment", "give experiment_id and arm of a randomised test")
        raise EstimationError(*(faults or [none]))
    basis = value_basis(orders, terms)
    each = tuple(one.policy for one in found)
    return TreatmentPolicy(
        weakest((Grade.EXPERIMENT, *(() if basis.grade is Grade.BEHAVIOUR else (basis.grade,)))),
        repeat.as_of, terms.currency, basis.kind,
        tuple(sentence for one in each for sentence in policy_words(one, terms.currency, at.names)),
        each, tuple(str(fault) for fault in faults), _kept_arms(found, at.engine), _kept_customers(found, at),
    )  # fmt: skip


def _read(row: dict[str, Any], at: Tested) -> Read:
    name, start = str(row["experiment_id"]), row["start"]
    _require_readable(row, at)
    arms = at.engine.records(experiment_arms(at.treatments, name))
    since = Period(start + timedelta(days=1), min(last_watched(row)[0], at.repeat.as_of))
    days = at.engine.open(at.repeat.days)
    outcomes = experiment_outcomes(at.treatments, name, _segments(start - timedelta(days=1), at), days, since)
    cells = tested_cells(outcomes, [str(arm["arm"]) for arm in arms], at.engine)
    if (np.asarray(cells.raw.units).sum(axis=1) < FEWEST).any():
        sizes = listed([f"{arm['arm']} {arm['customers']:,}" for arm in arms])
        fault = f"{name} has arms too small to learn from and to judge by ({sizes})"
        raise EstimationError(Fault("treatments", fault, f"give each arm {FOLDS * FEWEST * 2} customers or more"))
    if not cells.silence and not np.asarray(cells.raw.y_squares).any():
        fault = f"none of the {count(int(cells.units.sum()), 'customer')} of {name} bought anything, before or since"
        raise EstimationError(Fault("treatments", fault, IDS))
    size = int(cells.units.sum())
    if cells.unnamed > MOST_UNNAMED * size:
        fault = f"no order names {cells.unnamed:,} of the {count(size, 'customer')} of {name}"
        raise EstimationError(Fault("treatments", fault, IDS))
    made, rows = _policy(Trial(name, row, arms, since, cells), at)
    return Read(made, rows, _reach(made, cells.silence, at))


def _policy(trial: Trial, at: Tested) -> tuple[ExperimentPolicy, tuple[tuple[Any, ...], ...]]:
    """What an experiment says, and its rows of the table of arms."""
    found, look = trial.cells, look_at(trial.span, at.repeat.as_of)
    default = next(iter(todays_arms(found.arms)), None)
    sure = min(float(special.ndtr(look.errors)), SUREST) if look.running else SURE
    policy = learned_policy(found.cells, trial.cost, default=default, sure=sure)
    checks, apart = checked(found, trial.arms, policy.default)
    effects = segment_effects(found.cells, trial.cost, policy.default, look.planned)
    made = ExperimentPolicy(
        trial.name, trial.since.start, trial.since.end, found.arms[policy.default],
        tuple(
            TestedArm(name, int(arm["customers"]), cost, _ranged(value, look), float(far))
            for name, arm, cost, value, far in zip(
                found.arms, trial.arms, trial.cost, policy.uniform, apart, strict=True
            )
        ),
        tuple(_treatment(place, found, policy, effects[place], look) for place in range(len(found.segments))),
        _ranged(policy.value, look), _ranged(policy.over_default, look), policy.naive, policy.naive_value.mean, "",
        look, checks, default is not None, tuple(_notes(trial)),
    )  # fmt: skip
    made = replace(made, why=policy_why(made, at.currency, at.names))
    return made, tuple(_rows(made, found, effects))


def _notes(trial: Trial) -> Iterator[str]:
    """What a reader must know of the customers of an experiment, in sentences."""
    if apart := int(trial.span["merged_apart"]):
        yield (
            f"{count(apart, 'customer')} of {trial.name} had ids that were merged into one and stand under different "
            f"arms, and {'is' if apart == 1 else 'are'} left out"
        )
    if unnamed := trial.cells.unnamed:
        size = int(trial.cells.units.sum())
        yield (
            f"no order names {unnamed:,} of the {count(size, 'customer')} of {trial.name}, before or since: they count "
            f"as having brought nothing, which is wrong where the treatments have other ids than the orders"
        )


def _require_readable(row: dict[str, Any], at: Tested) -> None:
    """Raises EstimationError with everything for which an experiment cannot be read."""
    name, faults = row["experiment_id"], list[Fault]()
    if row["crossed"]:
        told = f"{count(int(row['crossed']), 'customer')} of {name} under more than one arm"
        faults.append(Fault("treatments", told, "give each customer the one arm that chance drew"))
    if row["nameless"]:
        told = f"{count(int(row['nameless']), 'row')} of {name} without an arm"
        faults.append(Fault("treatments", told, "give the arm of every customer, those left alone too"))
    fewest = row["least_watch_days"]
    if fewest is not None and not fewest >= 1:
        told = f"{name} has {fewest:g} in the column watch_days, which must be 1 or more"
        faults.append(Fault("treatments", told, "give the days after the last treatment that outcomes are watched for"))
    if row["start"] >= at.repeat.as_of:
        told = f"{name} started on {row['start']}, and the evidence ends on {at.repeat.as_of}"
        faults.append(Fault("treatments", told, "run again with newer orders"))
    if faults:
        raise EstimationError(*faults)
    arms = [str(arm["arm"]) for arm in at.engine.records(experiment_arms(at.treatments, str(name)))]
    if len(arms) < 2:
        step = "give those left alone too, under an arm such as none"
        raise EstimationError(Fault("treatments", f"{name} has a single arm", step))
    today = [arms[place] for place in todays_arms(arms)]
    if len(today) > 1:
        told = f"{name} has {len(today)} arms that are named as today's, {listed(today)}"
        raise EstimationError(Fault("treatments", told, "leave that name to one of them and rename the others"))


def _segments(day: date, at: Tested) -> Relation:
    """The segment of each customer as it stood at the end of a day: as declared, else by what it had bought."""
    if at.rules is None:
        days = at.engine.open(at.repeat.days)
        return standing_before(repeat_histories(days, as_of=day), day)
    earlier = at.orders.table.filter(at.orders.table.ordered_at.date() <= day)
    rules = [(rule.id, rule.rule) for rule in at.rules.segments]
    return customer_segments(replace(at.orders, table=earlier, undoing=None, as_of=day), rules, at.customers)


def _reach(made: ExperimentPolicy, silence: dict[str, int], at: Tested) -> Relation | None:
    """The customers of today whom an experiment tells of; None where nobody in it had bought before."""
    if not silence:
        return None
    as_of, names = at.repeat.as_of, sorted(silence)
    told = {"segment": names, "longest": [silence[name] for name in names]}
    reach = at.engine.memory("reach", told)
    days, places = at.engine.open(at.repeat.days), customer_places(at.orders)
    rows = customers_like_tested(_segments(as_of, at), days, places, reach, as_of)
    return named_experiment(rows, made.experiment, at.treatments if made.look.running else None)


def _treatment(
    place: int, found: TestedCells, policy: Policy, effects: Sequence[tuple[float, Effect | None]], look: Look
) -> SegmentTreatment:
    name, customers = found.segments[place], int(found.units[place].sum())
    chosen, best = found.arms[int(policy.arms[place])], int(policy.best[place])
    if policy.gain[place] <= 0:
        return SegmentTreatment(name, customers, chosen, None, None, None, None)
    alone = effects[best][1]
    return SegmentTreatment(
        name,
        customers,
        chosen,
        found.arms[best],
        _ranged(Valued(float(policy.gain[place]), float(policy.gain_error[place])), look),
        float(policy.p_better[place]),
        None if np.isinf(policy.needed[place]) else int(policy.needed[place]),
        None if alone is None else alone.difference,
    )


def _rows(
    made: ExperimentPolicy, found: TestedCells, effects: Sequence[Sequence[tuple[float, Effect | None]]]
) -> Iterator[tuple[Any, ...]]:
    """The rows of the table of arms, in the order of ROWS."""
    for one, told, units in zip(made.segments, effects, found.units, strict=True):
        for arm, (brought, effect), size in zip(found.arms, told, units.tolist(), strict=True):
            if effect is None:
                ends = (None, None, None)
            else:
                ends = (effect.difference, *(effect.always if made.look.running else effect.once))
            yield made.experiment, one.segment, arm, int(size), brought, *ends, arm == one.treatment


def _kept_arms(found: Sequence[Read], engine: Engine) -> StoredTable:
    rows = [row for one in found for row in one.rows]
    return engine.write("arms", [dict(zip(ROWS, map(list, zip(*rows, strict=True)), strict=True))])


def _kept_customers(found: Sequence[Read], at: Tested) -> StoredTable:
    """Whom the experiments tell of today, a customer once for each of them."""
    reached = [one.reach for one in found if one.reach is not None]
    none = _reach(found[0].policy, {"": -1}, at) if not reached else None
    return at.engine.keep(under_one_another(reached or ([none] if none is not None else [])), "customers")


def _ranged(value: Valued, look: Look) -> Ranged:
    wide = look.errors * value.error
    return Ranged(value.mean, value.mean - wide, value.mean + wide)
