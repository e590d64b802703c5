"""What one simulated company shows: whether intervals held, how far equity was off, and what the ledger earned."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from benchmarks.proof.companies import AS_OF, HISTORY, START, UNTIL, Company, Floats, World, simulated
from numpy.typing import NDArray

from patronage import open_study
from patronage.analyses.worth.repeat_buying import fitted
from patronage.decisions.decision import Decision
from patronage.findings.lifetime import RepeatBuying
from patronage.findings.trust import Backtest
from patronage.kernels.future_orders import Customers, p_at_least
from patronage.kernels.repeat_counts import totals
from patronage.study.backtest import backtest
from patronage.study.backtest_days import Asked
from patronage.study.project import Project

MARGIN = 0.4
COST = {"retain": 2.0, "win_back": 2.0}
RECENT = 365  # days since leaving within which a contact works as well as it can
REVIVED = {"retain": (0.10, 0.03), "win_back": (0.06, 0.06)}  # chance for one who left lately, and longer ago
TOP = 10
TWINS = 10
CELLS = 5 * 6 * 5

STRATEGY = """\
company:
  {{name: Simulated, currency: EUR, time_unit: week, horizon_years: 3, discount_rate: 0.1, gross_margin: {margin}}}
sources:
  orders:
    from: orders.parquet
    columns: {{customer_id: customer_id, ordered_at: ordered_at, amount: amount}}
costs_of_action:
  retain: {{cost: {retain}, effect: "0.02..0.08"}}
  win_back: {{cost: {win_back}, effect: "0.03..0.09"}}
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One company: forecasts against the year after, and gains of acting against the truth, in margin.

    inside: whether the total of purchase days lay in its 90% interval; value_inside: that of value. customers_inside:
    share of customers whose randomised place in their predictive law lay from 5% to 95%. bias: of equity over the
    year, forecast over truth less 1. gain, rfm, oracle: of the ledger's top ten, of RFM with 80/20 and of an
    oracle who knows the laws of the company.
    """

    name: str
    seed: int
    customers: int
    model: str
    identified: bool
    predicted: float
    low: float
    high: float
    actual: float
    inside: bool
    value_inside: bool
    customers_inside: float
    bias: float
    gain: float
    rfm: float
    oracle: float


def shown(world: World) -> dict[str, object]:
    """Everything about one company, as plain data; its folder is removed again."""
    company = simulated(world)
    folder = Path(tempfile.mkdtemp(prefix="proof-"))
    try:
        pq.write_table(company.orders.table(), folder / "orders.parquet")
        text = STRATEGY.format(margin=MARGIN, **COST)
        (folder / "strategy.yaml").write_text(text, encoding="utf-8")
        last = min(UNTIL, START + timedelta(days=int(company.orders.day.max())))
        return asdict(_measured(company, folder, backtest(Project(folder), Asked(AS_OF, last))))
    finally:
        shutil.rmtree(folder)


def _measured(company: Company, folder: Path, met: Backtest) -> Shown:
    run = open_study(folder).run(as_of=AS_OF)
    gains = {action: _gains(company, action) for action in COST}
    history = _history(company)
    repeat = run.finding("repeat_buying").value
    return Shown(
        name=company.world.name,
        seed=company.world.seed,
        customers=company.world.customers,
        model=met.model,
        identified=repeat.models[met.model].identified,
        predicted=met.calendar.predicted,
        low=met.calendar.p05,
        high=met.calendar.p95,
        actual=met.orders.actual,
        inside=met.calendar.p05 <= met.orders.actual <= met.calendar.p95,
        value_inside=met.value.p05 <= met.value.actual <= met.value.p95,
        customers_inside=_customers_inside(company, repeat, history, met.until),
        bias=met.value.predicted / met.value.actual - 1,
        gain=_of_ledger(run.ledger, gains),
        rfm=_of_rfm(history, gains["retain"]),
        oracle=_of_oracle(company, gains),
    )


@dataclass(frozen=True, slots=True)
class _History:
    """What the order lines of the history say of each customer number, (customers,); x is -1 for one never seen."""

    x: Floats
    t_x: Floats
    age: Floats
    spent: Floats

    @property
    def seen(self) -> np.ndarray:
        return self.x >= 0


def _history(company: Company) -> _History:
    orders, size = company.orders, company.world.customers
    past = (orders.day < HISTORY) & (orders.amount > 0)
    who, day = orders.customer[past], orders.day[past].astype(float)
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, who, day)
    np.maximum.at(last, who, day)
    known = orders.day < HISTORY
    spent = totals(orders.customer[known], orders.amount[known], size)
    x = totals(who, np.ones(who.size), size) - 1.0
    return _History(x, last - first, HISTORY - 1 - first, spent)


def _gains(company: Company, action: str) -> Floats:
    """Expected gain of treating each customer, over three years, in margin, known to nobody: (customers,)."""
    people = company.people
    soon, late = REVIVED[action]
    gone = people.left < HISTORY
    chance = np.where(gone, np.where(people.left >= HISTORY - RECENT, soon, late), 0.0)
    return totals(people.customer, MARGIN * chance * people.worth, company.world.customers) - COST[action]


def _customers_inside(company: Company, repeat: RepeatBuying, history: _History, until: date) -> float:
    """Share of customers from 5% to 95% of the chosen model's predictive law, their place within a count drawn."""
    fit = fitted(repeat)
    seen = history.seen
    past = Customers(history.x[seen], history.t_x[seen] / 7, history.age[seen] / 7)
    days = (until - AS_OF).days
    later = company.orders
    ahead = (later.day >= HISTORY) & (later.day < HISTORY + days) & (later.amount > 0)
    count = np.bincount(later.customer[ahead], minlength=company.world.customers)[seen]
    at_least = [np.ones(count.size)]
    at_least.extend(p_at_least(fit, past, days / 7, k) for k in range(1, int(count.max()) + 2))
    table = np.stack(at_least)
    rows = np.arange(count.size)
    below, up_to = 1 - table[count, rows], 1 - table[count + 1, rows]
    place = below + np.random.default_rng((company.world.seed, 4)).random(count.size) * (up_to - below)
    return float(np.mean((place >= 0.05) & (place <= 0.95)))


def _of_ledger(ledger: Iterable[Decision], gains: dict[str, Floats]) -> float:
    """Gain of acting on the first ten proposals; whoever stands on several lists is treated by the first."""
    treated: set[int] = set()
    gain = 0.0
    proposals = [row for row in ledger if row.status == "proposed" and row.move.kind in gains]
    for row in proposals[:TOP]:
        people: list[dict[str, Any]] = [] if row.people is None else row.people.records()
        listed = {int(person["customer_id"][1:]) for person in people} - treated
        gain += float(gains[row.move.kind][list(listed)].sum())
        treated |= listed
    return gain


def _of_rfm(history: _History, gain: Floats) -> float:
    """Gain of treating the fifth of customers with the highest sum of recency, frequency and money quintiles."""
    seen = np.flatnonzero(history.seen)
    recency = history.t_x[seen] - history.age[seen]
    score = sum(_quintile(values) for values in (recency, history.x[seen], history.spent[seen]))
    best = seen[np.argsort(-score, kind="stable")[: seen.size // 5]]
    return float(gain[best].sum())


def _quintile(values: Floats) -> Floats:
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.floor(5 * ranks / len(values))


def _of_oracle(company: Company, gains: dict[str, Floats]) -> float:
    """Gain of the best action, or none, for each cell of purchases, silence and spending, by one who knows the laws.

    What is best is learned from the truth about TWINS companies of the same world, so it knows how customers of a cell
    fare on average and not which of them left.
    """
    names = list(gains)
    sums = np.zeros((len(names), CELLS))
    own = _history(company)
    edges = np.quantile(own.spent[own.seen], (0.2, 0.4, 0.6, 0.8))
    for twin in range(1, TWINS + 1):
        other = simulated(company.world, twin)
        history = _history(other)
        place = _cells(history, edges)
        for row, action in enumerate(names):
            sums[row] += totals(place, _gains(other, action)[history.seen], CELLS)
    best = sums.argmax(axis=0)
    acts = sums.max(axis=0) > 0
    place = _cells(own, edges)
    each = np.stack([gains[action][own.seen] for action in names])
    return float(each[best[place], np.arange(place.size)][acts[place]].sum())


def _cells(history: _History, edges: Floats) -> NDArray[np.int64]:
    seen = history.seen
    bought = np.digitize(history.x[seen], [1, 2, 4, 8])
    silent = np.digitize(history.age[seen] - history.t_x[seen], [30, 60, 120, 240, 480])
    return (bought * 6 + silent) * 5 + np.digitize(history.spent[seen], edges)
