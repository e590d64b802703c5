"""Findings about which treatment, and with it which relationship, suits whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.evidence.store import StoredTable
from patronage.findings.trust import Ranged
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class TestedArm:
    """One treatment of a randomised experiment.

    cost: of treating a customer so. value: of what a customer brought since, net of that cost, in currency.
    past_apart: by how many standard errors its customers had brought more than those of the default before the test.
    """

    name: str
    customers: int
    cost: float
    value: Ranged
    past_apart: float = 0.0


@dataclass(frozen=True, slots=True)
class SegmentTreatment:
    """The treatment for one segment.

    treatment: the default unless another one is surely better there. other: the one that did best there beside the
    default, None where none did better. gain: of it over the default, a customer, pooled over segments; p_better: the
    probability that it is above 0. raw: the same by this segment's customers alone, None where they are too few.
    needed: customers in each of two arms who would show that gain; None for none.
    """

    segment: str
    customers: int
    treatment: str
    other: str | None
    gain: Ranged | None
    p_better: float | None
    needed: int | None
    raw: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """When an experiment was looked at, and how its intervals are to be read.

    days: of outcomes that had been seen. watch: days after the last treatment for which outcomes count. running:
    whether more is to come, and then intervals hold at all looks together; else they are those of one look at the end.
    planned: time that will have been watched at the end over the time seen. errors: standard errors from a mean to
    either end of its interval. words: all that in a sentence.
    """

    days: int
    watch: int
    running: bool
    planned: float
    errors: float
    words: str


@dataclass(frozen=True, slots=True)
class Checks:
    """Whether the arms of an experiment are as chance draws them; each P is that of arms so unlike by chance.

    split: of the sizes of the arms, against the shares they were to have, or equal ones where nothing tells
    (planned: false). mixing: of the shares of the arms from segment to segment. past: of what their customers had
    brought before. failed: what does not hold, in sentences. words: all of it in a sentence.
    """

    split: float
    planned: bool
    mixing: float
    past: float
    failed: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ExperimentPolicy:
    """What one experiment says of whom to treat how (M28), in currency a customer from start to until.

    default: today's treatment where an arm is named so (default_is_today), else the best for all. value: of treating by
    segments where evidence is sure, on customers it was not learned from. over_default: the same less the default for
    all. claimed: what picking the best mean of each segment claims; claimed_value: what that is worth on other
    customers. why: in words. notes: of customers left out or not named by any order, in sentences.
    """

    experiment: str
    start: date
    until: date
    default: str
    arms: tuple[TestedArm, ...]
    segments: tuple[SegmentTreatment, ...]
    value: Ranged
    over_default: Ranged
    claimed: float
    claimed_value: float
    why: str
    look: Look
    checks: Checks
    default_is_today: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreatmentPolicy:
    """Whom to treat how, as far as randomised experiments of the company tell.

    unit: of money. basis: in what measure value is counted. words: what each experiment says, how it was looked at and
    whether its arms are as chance draws them. arms: one row per experiment, segment and arm: customers, brought (net of
    cost, a customer, freed of what history foretold), effect (over the default, by this segment alone) with p05 and
    p95, chosen. customers: those of today to whom it applies: experiment, customer_id, place, segment, amount (revenue
    of twelve months), last_day, in_test (whether the customer is in that experiment while it runs).
    """

    grade: Grade
    as_of: date
    unit: str
    basis: str
    words: tuple[str, ...]
    experiments: tuple[ExperimentPolicy, ...]
    refused: tuple[str, ...]
    arms: StoredTable
    customers: StoredTable
