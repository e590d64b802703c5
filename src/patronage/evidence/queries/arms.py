"""What the customers of an accepted decision did since, those acted on beside those left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from patronage.evidence.queries.sums import counted, number, settled, whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ibis.expr.types import BooleanValue, Table

    from patronage.evidence.queries.periods import Period

OUTCOMES = ("value", "bought")
"""What is compared between the arms: money, and whether a customer bought at all."""


def arm_members(acceptances: Table, decision: str) -> Table:
    """One row per customer of one accepted decision: customer_id, treated (false for those left alone)."""
    return acceptances.filter(acceptances.decision_id == decision).select("customer_id", "treated")


def arm_outcomes(members: Table, days: Table, since: Period, before: Period) -> Table:
    """One row per customer of a decision: what it did in a period, and in one before acting started.

    members: of arm_members. days: of repeat_buying (customer_id, day, value; one row per purchase day). Key:
    customer_id. treated. known: whether it bought before `since` at all, as everyone on a list did. value,
    value_before: currency. bought: 1.0 where it bought in `since`, else 0.0. bought_before: purchase days, a number.
    """
    day, worth = days.day.cast("date"), days["value"]
    late, early = _within(day, since), _within(day, before)
    did = days.group_by(known_id=days.customer_id).aggregate(
        value_since=worth.sum(where=late),
        days_since=counted(late),
        value_early=worth.sum(where=early),
        days_early=counted(early),
        first=day.min(),
    )
    joined = members.left_join(did, members.customer_id == did.known_id)
    return joined.select(
        "customer_id",
        "treated",
        known=ibis.coalesce(joined["first"] < ibis.literal(since.start), ibis.literal(value=False)),
        value=_or_nothing(joined.value_since),
        bought=ibis.ifelse(ibis.coalesce(joined.days_since, 0) > 0, number(1.0), number(0.0)),
        value_before=_or_nothing(joined.value_early),
        bought_before=_or_nothing(joined.days_early.cast("float64")),
    )


def arm_sums(outcomes: Table) -> Table:
    """One row per arm: treated, units (known customers), unknown, and sums over the known for each outcome.

    outcomes: of arm_outcomes. For value and for bought, with _before for what came before acting: NAME_y, NAME_yy,
    NAME_x, NAME_xx, NAME_xy, the sums of outcomes, of their squares, of the past, of its squares, and of products, all
    to six places.
    """
    sums: dict[str, Any] = {}
    for name in OUTCOMES:
        y, x = _[name], _[f"{name}_before"]
        for ending, term in (("y", y), ("yy", y * y), ("x", x), ("xx", x * x), ("xy", x * y)):
            sums[f"{name}_{ending}"] = settled(term.sum(where=_.known))
    return outcomes.group_by("treated").aggregate(units=counted(_.known), unknown=counted(~_.known), **sums)


def histories_of(members: Table, histories: Table, table: Table) -> Table:
    """The histories of the customers of a decision on an earlier day, told by what is known of each today.

    histories: of repeat_histories, on that day. table: of repeat_buying. One row per customer_id, columns as in the
    latter's table, those without a history on that day left out.
    """
    told = table.select("customer_id", "gap_days", "gap_cv", "fitted")
    listed = histories.semi_join(members, "customer_id")
    return listed.inner_join(told, "customer_id")


def acted_on(members: Table, treatments: Table, decision: str, until: date) -> Table:
    """One row per arm of a decision: treated, units, and acted, those who were acted on up to a day.

    treatments: customer_id, decision_id, at. Who is not on the list is left out.
    """
    done = treatments.filter((treatments.decision_id == decision) & (treatments["at"].date() <= ibis.literal(until)))
    each = done.select(acted_id=done.customer_id).distinct()
    joined = members.left_join(each, members.customer_id == each.acted_id)
    return joined.group_by("treated").aggregate(units=joined.count(), acted=counted(joined.acted_id.notnull()))


def treated_elsewhere(acceptances: Table, decision: str, others: Sequence[str]) -> Table:
    """One row per arm of a decision: treated, elsewhere (customers whom one of the other decisions acts on).

    acceptances: decision_id, customer_id, treated.
    """
    members = arm_members(acceptances, decision)
    acted = acceptances.filter(acceptances.decision_id.isin(list(others)) & acceptances.treated)
    each = acted.select(other_id=acted.customer_id).distinct()
    joined = members.left_join(each, members.customer_id == each.other_id)
    return joined.group_by("treated").aggregate(elsewhere=counted(joined.other_id.notnull()))


def treated_decisions(treatments: Table) -> Table:
    """One row per decision that treatments name: decision_id and rows, in the order of the ids."""
    named = treatments.filter(treatments.decision_id.notnull())
    return named.group_by("decision_id").aggregate(rows=named.count()).order_by("decision_id")


def misplaced(members: Table, treatments: Table, decision: str, starts: date) -> Table:
    """One row: what treatments told of a decision cannot be, each as a number of rows and the first customer.

    strangers: of customers who are on no list of it. early: before acting started. swapped: whose arm is not the one
    that chance drew, where an arm is told. NAME, NAME_first.
    """
    told = treatments.filter(treatments.decision_id == decision)
    listed = members.select(listed_id=members.customer_id, drawn=members.treated)
    rows = told.left_join(listed, told.customer_id == listed.listed_id)
    arm = rows.arm.lower()
    stranger = rows.listed_id.isnull()
    faults = {
        "strangers": stranger,
        "early": rows["at"].date() < ibis.literal(starts),
        "swapped": ~stranger & rows.arm.notnull() & ((arm == "treated") != rows.drawn),
    }
    sums: dict[str, Any] = {}
    for name, wrong in faults.items():
        sums[name] = whole(counted(wrong))
        sums[f"{name}_first"] = rows.customer_id.min(where=wrong)
    return rows.aggregate(**sums)


def _within(day: Any, period: Period) -> BooleanValue:
    return day.between(ibis.literal(period.start), ibis.literal(period.end))


def _or_nothing(value: Any) -> Any:
    return ibis.coalesce(value, number(0.0))
