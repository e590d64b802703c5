"""What customers with the same core buy and this one does not, valued by how many take it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from patronage.analyses.partnership.gap_evidence import (
    Flags,
    Floats,
    GapEvidence,
    Grid,
    Whole,
    gap_evidence,
    grid_within,
    sampled_grid,
)
from patronage.evidence.queries.basis import value_basis
from patronage.evidence.tables import Orders, Products
from patronage.findings.partnership import CategoryGap
from patronage.kernels.category_gap import Uptake, fitted_uptake, held_out_uptake, likeness_bucket
from patronage.kernels.credibility import credible_means
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms

WALLET = (
    "Share of wallet is refused: nothing is given about customers that is not spend itself, such as their employees or "
    "their own revenue, and what look-alikes in spend buy elsewhere cannot be read from spend."
)

FEWEST_CUSTOMERS = 60
FEWEST_ADOPTIONS = 20
SIZES = 5
"""Groups of customers by what they bought in all, of about one size."""

AT_ONCE = 50_000
"""Customers whose gaps are written at once."""

DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Worth:
    """What adopters spent on a category in the period in which they took it up.

    edges: (SIZES - 1,) between sizes of customers, in value of a period. mean: (SIZES, categories) a year.
    """

    edges: Floats
    mean: Floats


@dataclass(frozen=True, slots=True)
class _Totals:
    """Sums over the customers who lack a category, each (categories,): their number, their chances, their value."""

    customers: Floats
    chances: Floats
    value: Floats


def category_gap(orders: Orders, products: Products | None, terms: Terms) -> CategoryGap:
    """The categories that customers lack, with the chance that they take each up unasked and what it would bring.

    Uptake is learned from the customers of one year and what they bought in the next, or from the two halves of a
    shorter history; a gap is a category not bought in the second. The value of an adoption is what adopters of the same
    size spent on the category in the period in which they took it up, which is less than a whole year of it. Raises
    EstimationError without products, with a short history and with too few customers or adoptions.
    """
    found = gap_evidence(orders, products, terms)
    known = sampled_grid(found, terms.seed)
    _enough(known)
    held = held_out_uptake(known.first, known.later, seed=terms.seed)
    uptake, worth = fitted_uptake(known.first, known.later), _worth(known, found.periods[1].days)
    totals = _Totals(*(np.zeros(found.codes.size) for _ in range(3)))
    basis = value_basis(orders, terms)
    return CategoryGap(
        grade=weakest((basis.grade, Grade.BEHAVIOUR)),
        basis=basis.kind,
        unit=f"{basis.unit} a year",
        level=found.categories.level,
        categories=int(found.codes.size),
        predicted=held.predicted,
        observed=float(held.observed),
        customers=orders.engine.write("customers", _gaps(found, uptake, worth, totals)),
        by_category=orders.engine.write("by_category", [_by_category(found, known, totals)]),
        value_per_year=round(float(totals.value.sum()), DIGITS),
        wallet_refused=WALLET,
        predicted_error=held.error,
        period_days=found.periods[1].days,
    )


def _enough(known: Grid) -> None:
    customers, adoptions = len(known.first), int((known.later & ~known.first).sum())
    if customers < FEWEST_CUSTOMERS:
        told = f"{customers} customers bought in the first of two periods, expected {FEWEST_CUSTOMERS} or more"
        raise EstimationError(Fault("category_gap", told, "give a longer history or more customers"))
    if adoptions < FEWEST_ADOPTIONS:
        told = f"customers took up a category {adoptions} times, expected {FEWEST_ADOPTIONS} or more"
        raise EstimationError(Fault("category_gap", told, "give a longer history, or coarser categories"))


def _worth(known: Grid, days: int) -> _Worth:
    """Mean spend of adopters by size and category, pulled towards that of all categories for customers of that size."""
    value = np.asarray(known.people["first_value"], dtype=np.float64)
    edges = np.quantile(value, np.arange(1, SIZES) / SIZES)
    size = np.searchsorted(edges, value, side="right")
    adopted = known.later & ~known.first
    spent = np.where(adopted, known.later_value, 0.0)
    everyone = _mean(adopted, spent, 0.0)
    means = [_believed(adopted[size == group], spent[size == group], everyone) for group in range(SIZES)]
    return _Worth(edges, np.array(means) * (DAYS_PER_YEAR / days))


def _believed(adopted: Flags, spent: Floats, otherwise: float) -> Floats:
    """Mean spend of the adopters of each category, (categories,), and of all of them where a category has none."""
    mean = _mean(adopted, spent, otherwise)
    found = credible_means(adopted.sum(axis=0), spent.sum(axis=0), (spent**2).sum(axis=0))
    known = adopted.sum(axis=0) > (0 if found.identified else adopted.size)
    return np.where(known, found.corrected, np.full(known.size, mean))


def _mean(adopted: Flags, spent: Floats, otherwise: float) -> float:
    return float(spent.sum()) / int(adopted.sum()) if adopted.any() else otherwise


def _gaps(found: GapEvidence, uptake: Uptake, worth: _Worth, totals: _Totals) -> Iterator[dict[str, Any]]:
    """Every gap of every customer of the last period, the most valuable of a customer first."""
    for start in range(0, found.customers.rows, AT_ONCE):
        here = grid_within(found, start, start + AT_ONCE)
        bucket = likeness_bucket(uptake, here.later)
        size = np.searchsorted(worth.edges, here.people["later_value"], side="right")
        value_if = np.maximum(worth.mean[size], 0.0)
        chance = _at(uptake.mean, bucket)
        value = np.where(here.later, 0.0, chance * value_if)
        open_ = ~here.later
        totals.customers[:] += open_.sum(axis=0)
        totals.chances[:] += np.where(open_, chance, 0.0).sum(axis=0)
        totals.value[:] += value.sum(axis=0)
        order = np.argsort(np.where(open_, -value, np.inf), axis=1, kind="stable")
        ordered = [np.take_along_axis(each, order, axis=1) for each in (chance, value_if, value)]
        low, high = (np.take_along_axis(_at(each, bucket), order, axis=1) for each in (uptake.p05, uptake.p95))
        there = np.take_along_axis(open_, order, axis=1)
        names = np.array(found.names, dtype=object)
        figures = dict(zip(("uptake", "value_if_adopted", "value"), ordered, strict=True)) | {"p05": low, "p95": high}
        yield {
            "customer_id": np.repeat(here.people["customer_id"], there.sum(axis=1)),
            "category": names[order[there]],
        } | {
            name: np.round(figures[name][there], DIGITS)
            for name in ("uptake", "p05", "p95", "value_if_adopted", "value")
        }


def _at(table: Floats, bucket: Whole) -> Floats:
    """The entry of each category's own row for each customer's bucket, (customers, categories)."""
    found: Floats = np.take_along_axis(table, bucket.T, axis=1)
    return found.T


def _by_category(found: GapEvidence, known: Grid, totals: _Totals) -> dict[str, Any]:
    """One row per category, most value first."""
    order = np.lexsort((found.codes, -totals.value))
    lacking = (~known.first).sum(axis=0)
    adopters = (known.later & ~known.first).sum(axis=0)
    names = np.array(found.names, dtype=object)
    return {
        "category": names[order],
        "customers": totals.customers[order].astype(np.int64),
        "adopters": adopters[order].astype(np.int64),
        "lacking_before": lacking[order].astype(np.int64),
        "uptake": np.round(totals.chances / np.maximum(totals.customers, 1.0), DIGITS)[order],
        "value": np.round(totals.value, DIGITS)[order],
    }
