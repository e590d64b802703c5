"""How profit is spread over customers, from the best to the worst."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np

from patronage.analyses.worth.shared_draws import draw_rows
from patronage.evidence.engine import Columns
from patronage.evidence.queries.basis import value_basis
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.profit import occasion_spread, profits_with_spread
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.worth import CustomerProfit, Whale, WhaleCurve
from patronage.kernels import whale
from patronage.kernels.credibility import Credible, credible_means
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.terms import Terms

BATCH = 4_000
"""Customers whose draws are held at once: 32 MB at 1,000 draws, and as much again while they are summed."""

POINTS = 400


def whale_curve(profit: CustomerProfit, orders: Orders, terms: Terms) -> WhaleCurve:
    """The cumulative profit curve of the last twelve months, by margin or revenue where no cost is known.

    Source: Cooper & Kaplan (1991); Kaplan & Narayanan (2001). The shrunk curve is our own: the margin of a purchase
    by credibility (Buehlmann & Straub, 1970).
    """
    engine = orders.engine
    spread = occasion_spread(orders, value_basis(orders, terms), Period(profit.start, profit.end))
    columns = engine.columns(profits_with_spread(engine.open(profit.customers), spread))
    raw = whale.whale_curve(columns["profit"])
    told, kept = _believed(columns)
    shrunk = whale.whale_curve(kept) if told.identified else None
    if shrunk is not None and shrunk.in_currency != raw.in_currency:
        raw, shrunk = _in_currency(raw), _in_currency(shrunk)
    peaks = _peaks(orders, profit, raw)
    return WhaleCurve(
        grade=profit.grade,
        basis=profit.basis,
        unit=profit.unit,
        customers=columns["profit"].size,
        total=raw.total,
        raw=_shape(raw),
        shrunk=None if shrunk is None else _shape(shrunk),
        credibility_of_one=told.weight_of_one if told.identified else None,
        peak_p10=peaks.p10,
        peak_p50=peaks.p50,
        peak_p90=peaks.p90,
        peaks_in_currency=peaks.in_currency,
        top_tenth=whale.share_of_best(raw, 0.1),
        top_fifth=whale.share_of_best(raw, 0.2),
        curve=_curve(orders, raw, shrunk),
    )


def _believed(columns: Columns) -> tuple[Credible, Floats]:
    """The margin of a purchase of each customer, and its profit if each of its purchases had brought that.

    A customer with returns alone keeps its profit; returns that tie to no purchase weigh on all of its purchases.
    """
    n, margin = columns["occasions"].astype(np.float64), columns["margin"]
    seen = n > 0
    sums = np.where(seen, margin, 0.0)
    told = credible_means(n, sums, columns["scatter"] + sums**2 / np.where(seen, n, 1.0))
    return told, columns["profit"] - sums + n * told.corrected


def _shape(curve: whale.Whale) -> Whale:
    return Whale(curve.peak, curve.peak_at, curve.erosion, curve.in_currency)


def _in_currency(curve: whale.Whale) -> whale.Whale:
    """The same curve in currency, so that two curves can be laid over each other where one has no shares."""
    if curve.in_currency:
        return curve
    total = curve.total
    return replace(
        curve,
        cumulative=curve.cumulative * total,
        peak=curve.peak * total,
        erosion=curve.erosion * total,
        in_currency=True,
    )


def _peaks(orders: Orders, profit: CustomerProfit, raw: whale.Whale) -> whale.PeakSpread:
    """The peak over the draws of uncertain inputs, summed up over batches of customers."""
    rows = draw_rows([part.each for part in profit.parts])
    if rows is None:
        return whale.PeakSpread(raw.peak, raw.peak, raw.peak, raw.peak_at, raw.in_currency)
    drawn = rows.astype(np.float64) * np.array([[part.sign] for part in profit.parts])
    engine = orders.engine
    table = engine.open(profit.customers).select(*dict.fromkeys(part.column for part in profit.parts))
    sums = (
        whale.peak_sums(drawn.T @ np.stack([batch[part.column] for part in profit.parts]))
        for batch in engine.batches(table, size=BATCH)
    )
    return whale.peak_spread(reduce(whale.added_peaks, sums))


def _curve(orders: Orders, raw: whale.Whale, shrunk: whale.Whale | None) -> StoredTable:
    curves = [whale.thinned(curve, POINTS) for curve in (raw, shrunk) if curve is not None]
    at = np.unique(np.concatenate([curve.customers_share for curve in curves]))
    columns = {"customers_share": at, "raw": np.interp(at, raw.customers_share, raw.cumulative)}
    if shrunk is not None:
        columns["shrunk"] = np.interp(at, shrunk.customers_share, shrunk.cumulative)
    return orders.engine.write("curve", [columns])
