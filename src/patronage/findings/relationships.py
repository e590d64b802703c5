"""Findings about which treatment, and with it which relationship, suits whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.findings.trust import Ranged
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class TestedArm:
    """One treatment of a randomised experiment.

    cost: of treating a customer so. value: of what a customer brought since, net of that cost, in currency.
    """

    name: str
    customers: int
    cost: float
    value: Ranged


@dataclass(frozen=True, slots=True)
class SegmentTreatment:
    """The treatment for one segment.

    treatment: the default unless another one is surely better there. other: the one that did best there beside the
    default, None where none did better. gain: of it over the default, a customer, pooled over segments; p_better: the
    probability that it is above 0. needed: customers in each of two arms who would show that gain; None for none.
    """

    segment: str
    customers: int
    treatment: str
    other: str | None
    gain: Ranged | None
    p_better: float | None
    needed: int | None


@dataclass(frozen=True, slots=True)
class ExperimentPolicy:
    """What one experiment says of whom to treat how (M28), in currency a customer from start to until.

    default: today's treatment where an arm is named so, else the best for all. value: of treating by segments where
    evidence is sure, on customers it was not learned from. over_default: the same less the default for all. claimed:
    what picking the best mean of each segment claims; claimed_value: what that is worth on other customers. why: in
    words.
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


@dataclass(frozen=True, slots=True)
class TreatmentPolicy:
    """Whom to treat how, as far as randomised experiments of the company tell. unit: of money."""

    grade: Grade
    as_of: date
    unit: str
    experiments: tuple[ExperimentPolicy, ...]
    refused: tuple[str, ...]
