"""Findings about how customers differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patronage.evidence.store import StoredTable
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class ClassCount:
    """One number of classes that was tried.

    stability: mean adjusted Rand index between fits on resamples. holdout_log_likelihood: per
    customer. best_hit: share of starts that met the best optimum.
    """

    classes: int
    stability: float
    holdout_log_likelihood: float
    bic: float
    best_hit: float


@dataclass(frozen=True, slots=True)
class BehaviourClass:
    """One class of customers: its name in words, its size, and its mean on each trait, in the trait's unit.

    id: from 1, most revenue first. revenue: of the last twelve months, in currency.
    """

    id: int
    name: str
    customers: int
    share: float
    revenue: float
    revenue_share: float
    profile: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BehaviourSegments:
    """Latent classes of buying behaviour, their number chosen by stability and holdout.

    since: first day of the behaviour that counts. kmeans_stability, kmeans_agreement: the baseline's own
    stability, and its adjusted Rand index with the classes. customers: customer_id, segment (id), name, probability.
    """

    grade: Grade
    chosen: int
    why: str
    tried: tuple[ClassCount, ...]
    segments: tuple[BehaviourClass, ...]
    kmeans_stability: float
    kmeans_agreement: float
    since: date
    customers: StoredTable
