"""Values of proposals corrected for the luck of those that came out on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

import numpy as np

from patronage.decisions.decision import Decision, Status
from patronage.kernels.selection import shrunk
from patronage.vocabulary.estimate import LIKELY, Estimate, Floats
from patronage.vocabulary.words import money_range

CORRECTED = (Status.PROPOSED, Status.ACCEPTED)

POOLED = ("acquire", "treat")
"""Kinds already shrunk: ways to come towards each other within a row, segments of a test over all of them.

Rows of acquire tell of the same customers in nested groups. Those of treat come corrected over all segments of an
experiment and over all experiments, and tell their value before that beside it.
"""

SLIGHT = 0.05
"""Share of the length of a value's 90% interval below which a correction of it is not spoken of."""


class _Times(TypedDict):
    """When a decision's money comes in."""

    value_by_year: tuple[float, ...]
    payback: float | None


def corrected(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions with values corrected for selection within each kind (M35), raw ones kept beside.

    Values for each customer are shrunk towards the mean of their kind by empirical Bayes. Only noise that a
    decision does not share with the others of its kind counts, since a shared error ranks none of them. The
    correction lowers a value or leaves it: being in good company earns a small group nothing. The scatter of true
    values is integrated out, so two values are corrected as well as twenty; one alone stays as it is. So do those of
    acquire: its rows are views of the same newcomers, no rivals with luck of their own, and each has pooled its ways.
    Those of treat come corrected, over all segments and experiments, those that propose nothing included.
    """
    kinds = dict.fromkeys(decision.move.kind for decision in decisions if decision.move.kind not in POOLED)
    shifts = {decision_id: shift for kind in kinds for decision_id, shift in _shifts(decisions, kind).items()}
    return tuple(_shifted(decision, shifts.get(decision.id, 0.0)) for decision in decisions)


def _shifts(decisions: Sequence[Decision], kind: str) -> dict[str, float]:
    """What to add to the value of each proposal of a kind, none above 0."""
    ranked = [each for each in decisions if each.move.kind == kind and each.status in CORRECTED and each.value]
    values = [each.value for each in ranked if each.value]
    if not values:
        return {}
    people = np.array([max(1, each.people.rows if each.people else 1) for each in ranked], dtype=np.float64)
    means = np.array([value.mean for value in values])
    believed = shrunk(means / people, _own_noise(values) / people).corrected * people
    return {each.id: float(min(0.0, shift)) for each, shift in zip(ranked, believed - means, strict=True)}


def _own_noise(values: Sequence[Estimate]) -> Floats:
    """Standard deviation of each value that is left once what the others know of it is taken out."""
    rows = [value.draws.astype(np.float64) if value.draws is not None else np.zeros(1) for value in values]
    size = max(row.size for row in rows)
    table = np.array([row if row.size == size else np.full(size, row[0]) for row in rows])
    centred = table - table.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1)
    scaled = np.divide(centred, spread[:, None], out=np.zeros_like(centred), where=spread[:, None] > 0)
    others = scaled.sum(axis=0) - scaled
    power = (others**2).sum(axis=1)
    slope = np.divide((centred * others).sum(axis=1), power, out=np.zeros(len(rows)), where=power > 0)
    return np.asarray((centred - slope[:, None] * others).std(axis=1), dtype=np.float64)


def _shifted(decision: Decision, shift: float) -> Decision:
    value = decision.value
    if value is None:
        return decision
    raw = decision.value_raw or value
    if shift == 0.0:
        return replace(decision, value_raw=raw)
    draws = None if value.draws is None else (value.draws + np.float32(shift)).astype(np.float32)
    lower = Estimate(  # every draw moves by the same money, so the spread stays
        value.mean + shift, value.sd, value.p05 + shift, value.p50 + shift, value.p95 + shift,
        value.unit, value.grade, draws,
    )  # fmt: skip
    if lower.mean > 0 and lower.p_above(0.0) >= LIKELY:
        return replace(
            decision, value=lower, value_raw=raw, p_better=lower.p_above(0.0), reason=_retold(decision, lower),
            **_thinned(decision, lower.mean),
        )  # fmt: skip
    reason = f"{decision.reason.rstrip('.')}; but nothing is left of that once the luck of the best is taken out."
    status = Status.NOTHING_TO_GAIN if decision.status is Status.PROPOSED else decision.status
    return replace(
        decision, value=None, value_raw=raw, value_by_year=(), payback=None, p_better=lower.p_above(0.0),
        status=status, reason=reason,
    )  # fmt: skip


def _retold(decision: Decision, lower: Estimate) -> str:
    """The reason with what its figure is corrected to; a change too slight to speak of is made without a word."""
    told = money_range(lower, lower.unit)
    if decision.value is not None and decision.value.mean - lower.mean < SLIGHT * (lower.p95 - lower.p05):
        return decision.reason.replace(money_range(decision.value, lower.unit), told)
    return f"{decision.reason.rstrip('.')}; corrected to {told} for the luck of the best."


def _thinned(decision: Decision, worth: float) -> _Times:
    """Value by year and payback when the decision is worth so much: what comes in shrinks, the cost stays."""
    if not decision.value_by_year:
        return {"value_by_year": (), "payback": decision.payback}
    paid = np.zeros(len(decision.value_by_year))
    paid[: len(decision.cost.by_year)] = decision.cost.by_year
    before = np.array(decision.value_by_year) + paid
    after = before * ((worth + paid.sum()) / before.sum())
    payback = decision.payback
    if payback and (early := _paid_after(before, paid, decision.cost.one_off)):
        payback = payback * _paid_after(after, paid, decision.cost.one_off) / early
    return {"value_by_year": tuple(float(value) for value in after - paid), "payback": payback}


def _paid_after(gains: Floats, paid: Floats, once: float) -> float:
    """Years until gains, less what is paid as time goes, both even within each year, first cover what is paid once."""
    net = gains - paid
    net[0] += once
    reached = np.concatenate([[0.0], np.cumsum(net)])
    covered = int(np.argmax(reached >= once))
    if covered == 0:
        return 0.0 if once <= 0 else float(net.size)
    return covered - float((reached[covered] - once) / (reached[covered] - reached[covered - 1]))
