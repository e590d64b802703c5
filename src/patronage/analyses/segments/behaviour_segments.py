"""Classes of customers who buy alike, learned from how they bought in the last two years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.segments.class_names import HIGH_AND_LOW, Apart, class_names
from patronage.analyses.segments.class_number import Chosen, chosen_number
from patronage.analyses.segments.latent_classes import (
    Classes,
    Layout,
    agreement,
    cluster_centres,
    latent_classes,
    nearest_centre,
)
from patronage.analyses.segments.trait_scales import TraitScales, scaled, spread_out, trait_scales
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.periods import Period, years_before
from patronage.evidence.queries.traits import behaviour_traits
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.segments import BehaviourClass, BehaviourSegments
from patronage.findings.who import BuyingType
from patronage.kernels.draws import stream
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count

Floats = NDArray[np.float64]

YEARS = 2
"""How far back behaviour counts: what a customer did before says little of how it buys today."""

FEWEST_CUSTOMERS = 50
LARGEST_SAMPLE = 10_000
ROWS_OF_THE_FIT = 4000
STARTS = 10
"""Random starts of the fit that customers are assigned by."""

TRAITS = tuple(HIGH_AND_LOW)


@dataclass(frozen=True, slots=True)
class _Model:
    """The classes, the scales they are counted on, how they were chosen and how far k-means agrees."""

    scales: TraitScales
    classes: Classes
    chosen: Chosen
    kmeans_agreement: float


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over the members of each class.

    customers, once, revenue: (classes,). known, profile, comparable, squares: (classes, traits); of the members whose
    trait is known, the trait itself, the trait as names compare it, and its square.
    """

    customers: Floats
    once: Floats
    revenue: Floats
    known: Floats
    profile: Floats
    comparable: Floats
    squares: Floats


def behaviour_segments(orders: Orders, buying: BuyingType | None, terms: Terms) -> BehaviourSegments:
    """Latent classes of buying behaviour over the last two years.

    Traits are few and each says one thing: how often (bands of purchase days that double), how much (revenue per
    purchase day), how lately, how widely (lines per purchase day), for how long, and what comes back (three bands of
    the returned share). Amounts and times are logarithms, standardised and held within four deviations, since
    behaviour differs by factors; counts with many equal values are bands, since a normal density would put a class on
    each value. Regularity names classes and does not make them: too few gaps tell it for most customers.
    Raises EstimationError with fewer than 50 customers, and where customers do not differ in kind.
    Source: Vermunt & Magidson (2002) for mixed measures; Dolnicar & Leisch (2010) for the stability.
    """
    engine = orders.engine
    period = Period(years_before(orders.as_of, YEARS) + timedelta(days=1), orders.as_of)
    types = None if buying is None else engine.open(buying.customers)
    traits = engine.keep(behaviour_traits(orders, types, period), "traits")
    model = _model(_sample(engine, traits, terms.seed), terms.seed)
    sums = _sums(engine, traits, model)
    order = np.lexsort((np.arange(len(sums.revenue)), -sums.revenue))
    segments = _segments(sums, order)
    return BehaviourSegments(
        grade=Grade.BEHAVIOUR,
        chosen=model.classes.number,
        why=model.chosen.why,
        tried=model.chosen.tried,
        segments=segments,
        kmeans_stability=model.chosen.kmeans_stability,
        kmeans_agreement=model.kmeans_agreement,
        since=period.start,
        customers=engine.write("customers", _assigned(engine, traits, model, order, segments)),
    )


def _sample(engine: Engine, traits: StoredTable, seed: int) -> Columns:
    """At most LARGEST_SAMPLE customers in random order, the same for the same seed."""
    if traits.rows < FEWEST_CUSTOMERS:
        found = (
            f"{count(traits.rows, 'customer')} bought in the last {YEARS} years, expected {FEWEST_CUSTOMERS} or more"
        )
        raise EstimationError(Fault("behaviour_segments", found, "give a longer history, or declare segments by rule"))
    places = stream(seed, "behaviour_segments.sample").permutation(traits.rows)[:LARGEST_SAMPLE]
    wanted = np.sort(places)
    pieces: list[Columns] = []
    start = 0
    for batch in _batches(engine, traits):
        size = len(batch["customer_id"])
        inside = wanted[(wanted >= start) & (wanted < start + size)] - start
        pieces.append({name: values[inside] for name, values in batch.items()})
        start += size
    shuffle = np.argsort(np.argsort(places))
    return {name: np.concatenate([piece[name] for piece in pieces])[shuffle] for name in pieces[0]}


def _batches(engine: Engine, traits: StoredTable) -> Iterator[Columns]:
    return engine.batches(engine.open(traits).order_by("customer_id"))


def _model(sample: Columns, seed: int) -> _Model:
    scales = trait_scales(sample)
    matrix = scaled(sample, scales)
    if scales.width == 0 or len(np.unique(matrix, axis=0)) < 2:
        found = f"all {len(sample['customer_id']):,} customers bought alike: as often, as much, as lately and as widely"
        raise EstimationError(Fault("behaviour_segments", found, "there is nothing to part them by"))
    layout = Layout(len(scales.measures), scales.groups)
    points = spread_out(sample, scales)
    chosen = chosen_number(matrix, points, layout, seed)
    if chosen is None:
        found = "one class foresees customers held out better than two or more do"
        raise EstimationError(Fault("behaviour_segments", found, "treat customers as one group, or declare segments"))
    classes = latent_classes(matrix[:ROWS_OF_THE_FIT], layout, chosen.number, starts=STARTS, seed=seed)
    centres = cluster_centres(points[:ROWS_OF_THE_FIT], chosen.number, starts=STARTS, seed=seed)
    alike = agreement(classes.members(matrix), nearest_centre(points, centres))
    return _Model(scales, classes, chosen, alike)


def _sums(engine: Engine, traits: StoredTable, model: _Model) -> _Sums:
    number = model.classes.number
    rows = np.zeros((3, number))
    grids = np.zeros((4, number, len(TRAITS)))
    for batch in _batches(engine, traits):
        member = np.eye(number)[model.classes.members(scaled(batch, model.scales))].T
        days = batch["purchase_days"]
        rows += [member @ values for values in (np.ones(len(days)), days == 1, batch["revenue_12m"])]
        raw = np.column_stack([np.asarray(batch[name], dtype=np.float64) for name in TRAITS])
        known = ~np.isnan(raw)
        level = np.where(known, _comparable(raw, model.scales.floor), 0.0)
        grids += [member @ values for values in (known, np.where(known, raw, 0.0), level, level**2)]
    return _Sums(*rows, *grids)


def _comparable(raw: Floats, floor: float) -> Floats:
    """Traits as names compare them: amounts, counts and times as logarithms, shares as they are."""
    columns: list[Floats] = []
    for name, values in zip(TRAITS, raw.T, strict=True):
        if name in ("returned_share", "regular"):
            columns.append(values)
        elif name == "revenue_per_purchase_day":
            columns.append(np.log(np.maximum(values, floor)))
        else:
            columns.append(np.log1p(values))
    return np.column_stack(columns)


def _segments(sums: _Sums, order: NDArray[np.int64]) -> tuple[BehaviourClass, ...]:
    names = class_names([_apart(sums, index) for index in order])
    total = float(sums.revenue.sum())
    return tuple(
        BehaviourClass(
            id=place,
            name=names[place - 1],
            customers=int(sums.customers[index]),
            share=float(sums.customers[index] / sums.customers.sum()),
            revenue=float(sums.revenue[index]),
            revenue_share=float(sums.revenue[index] / total) if total > 0 else 0.0,
            profile=_profile(sums, index),
        )
        for place, index in enumerate(order, start=1)
    )


def _profile(sums: _Sums, index: int) -> dict[str, float]:
    known = sums.known[index]
    return {
        name: float(sums.profile[index, column] / known[column]) for column, name in enumerate(TRAITS) if known[column]
    }


def _apart(sums: _Sums, index: int) -> Apart:
    all_known = sums.known.sum(axis=0)
    traits: dict[str, float] = {}
    for column, name in enumerate(TRAITS):
        known = sums.known[index, column]
        if not known:
            continue
        mean = sums.comparable[:, column].sum() / all_known[column]
        spread = np.sqrt(max(sums.squares[:, column].sum() / all_known[column] - mean**2, 0.0))
        if spread > 1e-9:
            traits[name] = float((sums.comparable[index, column] / known - mean) / spread)
    once = float(sums.once[index] / sums.customers[index]) if sums.customers[index] else 0.0
    return Apart(traits, once, _profile(sums, index))


def _assigned(
    engine: Engine, traits: StoredTable, model: _Model, order: NDArray[np.int64], segments: tuple[BehaviourClass, ...]
) -> Iterator[dict[str, Any]]:
    place = np.argsort(order)
    names = [segment.name for segment in segments]
    for batch in _batches(engine, traits):
        chances = model.classes.probabilities(scaled(batch, model.scales))
        member = chances.argmax(axis=1)
        yield {
            "customer_id": batch["customer_id"],
            "segment": place[member] + 1,
            "name": [names[index] for index in place[member]],
            "probability": chances.max(axis=1),
        }
