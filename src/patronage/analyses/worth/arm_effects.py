"""What chance shows of an accepted decision: the customers acted on beside those left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from patronage.analyses.worth.repeat_buying import fitted
from patronage.analyses.worth.stationary import COLUMNS, Laws, chance_to_buy, hazard, histories
from patronage.evidence.engine import Engine
from patronage.evidence.queries.arms import (
    OUTCOMES,
    acted_on,
    arm_members,
    arm_outcomes,
    arm_sums,
    histories_of,
    treated_elsewhere,
)
from patronage.evidence.queries.periods import Period, twelve_months_to
from patronage.evidence.queries.repeat import repeat_histories
from patronage.evidence.tables import Acceptance, Acceptances, Relation, Treatments
from patronage.findings.lifetime import RepeatBuying
from patronage.findings.trust import NOBODY, Arms
from patronage.kernels.alive_orders import Future
from patronage.kernels.experiment import Arm, Effect, measured_effect, sample_ratio_p
from patronage.kernels.repeat_buying import p_alive
from patronage.kernels.second_life import second_life_buys
from patronage.vocabulary.horizon import TimeUnit

PLANNED_DAYS = 365
"""Days of acting at which the lasting interval is narrowest: a test is told to watch for a year."""

RETURNING = frozenset({"retain", "win_back"})
"""Kinds whose action works on customers who may have left already."""

SLIM = 1e-12
"""Chance of being active below which nothing is divided by it."""

FEWEST = 2
"""Least customers of an arm that tell anything of how they differ."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the arms of every decision are compared by.

    members: of acceptances. treatments: None where nobody tells who was acted on.
    """

    repeat: RepeatBuying
    members: Relation
    treatments: Treatments | None
    engine: Engine

    @property
    def days(self) -> Relation:
        """The purchase days of all customers."""
        return self.engine.open(self.repeat.days)


@dataclass(frozen=True, slots=True)
class Compared:
    """The two arms side by side, and what acting did to the value and to the buying of a customer.

    unknown: customers of the list whom the evidence does not know. uneven: P of so uneven arms by chance. complied: the
    share acted on of those to be treated less that of those left alone; 1 where nobody tells. value, bought: None where
    an arm has fewer than two customers.
    """

    arms: Arms
    unknown: int
    uneven: float
    complied: float
    value: Effect | None
    bought: Effect | None


def watched(acceptances: Acceptances, repeat: RepeatBuying, treatments: Treatments | None) -> Watched | None:
    """What arms are compared by; None where no decision has any."""
    if acceptances.table is None:
        return None
    return Watched(repeat, acceptances.table, treatments, acceptances.engine)


def last_day(one: Acceptance, repeat: RepeatBuying) -> date:
    """The last day that counts: that of the evidence, or the one on which people ended the action."""
    return repeat.as_of if one.ended is None else min(repeat.as_of, one.ended)


def compared(one: Acceptance, at: Watched) -> Compared:
    """What the customers of a decision did from its first day to its last, both inclusive."""
    members = arm_members(at.members, one.id)
    since = Period(one.starts, last_day(one, at.repeat))
    before = twelve_months_to(one.starts - timedelta(days=1))
    rows = at.engine.records(arm_sums(arm_outcomes(members, at.days, since, before)))
    by_arm = {bool(row["treated"]): row for row in rows}
    treated, alone = (int(by_arm[arm]["units"]) if arm in by_arm else 0 for arm in (True, False))
    effects: dict[str, Effect | None] = dict.fromkeys(OUTCOMES)
    if min(treated, alone) >= FEWEST:
        planned = PLANNED_DAYS / since.days
        for name in OUTCOMES:
            arms = _arm(by_arm[True], name), _arm(by_arm[False], name)
            effects[name] = measured_effect(*arms, planned=planned, cautious=True)
    return Compared(
        Arms(treated, alone),
        sum(int(row["unknown"]) for row in rows),
        sample_ratio_p(treated, alone, 1 - one.holdout) if treated + alone else 1.0,
        _complied(one, members, at),
        effects["value"],
        effects["bought"],
    )


def treated_beside(one: Acceptance, each: Sequence[Acceptance], at: Watched) -> Arms:
    """Customers of each arm of a decision whom other accepted decisions act on while it counts."""
    until = last_day(one, at.repeat)
    others = [
        other.id
        for other in each
        if other.id != one.id and other.starts <= until and last_day(other, at.repeat) >= one.starts
    ]
    if not others:
        return NOBODY
    rows = at.engine.records(treated_elsewhere(at.members, one.id, others))
    found = {bool(row["treated"]): int(row["elsewhere"]) for row in rows}
    return Arms(found.get(True, 0), found.get(False, 0))


def reach(one: Acceptance, at: Watched) -> float | None:
    """By how much the share of customers who buy rises for each one whom the action works on.

    By the chosen model and the histories before acting. Those who may have left are brought back to buy at their own
    rates (RETURNING), so theirs is the chance of a second life to order by the as-of date; the others are kept, and buy
    as the active do. None where nobody on the list can be told.
    """
    before, unit = one.starts - timedelta(days=1), TimeUnit(at.repeat.unit)
    early = repeat_histories(at.days, as_of=before)
    rows = histories_of(arm_members(at.members, one.id), early, at.engine.open(at.repeat.table))
    known = histories(at.engine.columns(rows.order_by("customer_id").select(*COLUMNS)), unit)
    if not known.valued.size:
        return None
    laws = Laws(fitted(at.repeat), hazard(known, at.repeat.entry), None, 1.0, 1.0)
    horizon = Period(one.starts, last_day(one, at.repeat)).days / unit.days
    past = known.past
    alive = p_alive(laws.repeat, past.x, past.t_x, past.T)
    if laws.hazard is not None:
        alive[known.renews] = known.renewals(laws.hazard, Future(horizon)).p_alive
    active = np.where(alive > 0, chance_to_buy(laws, known, horizon) / np.maximum(alive, SLIM), np.nan)
    if one.kind in RETURNING:
        again = second_life_buys(laws.repeat, past.x, past.t_x, past.T, horizon)
        chance, weight = np.where(known.renews, active, again), 1 - alive
    else:
        chance, weight = active, alive
    weight = np.where(np.isnan(chance), 0.0, weight)
    total = float(weight.sum())
    return min(float(weight @ np.nan_to_num(chance)) / total, 1.0) if total > 0 else None


def _complied(one: Acceptance, members: Relation, at: Watched) -> float:
    if at.treatments is None:
        return 1.0
    rows = at.engine.records(acted_on(members, at.treatments.table, one.id, last_day(one, at.repeat)))
    if not sum(row["acted"] for row in rows):
        # Treatments of other decisions say nothing of this one.
        return 1.0
    share = {bool(row["treated"]): row["acted"] / row["units"] for row in rows}
    return float(share.get(True, 0.0) - share.get(False, 0.0))


def _arm(row: dict[str, Any], name: str) -> Arm:
    y, yy, x, xx, xy = (float(row[f"{name}_{ending}"]) for ending in ("y", "yy", "x", "xx", "xy"))
    return Arm(int(row["units"]), y, yy, x, xx, xy)
