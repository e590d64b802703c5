"""What tests of repeat buying share: the CDNOW sample, and customers simulated from known parameters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

DAYS = 7.0


@dataclass(frozen=True)
class Histories:
    """Histories of customers, (customers,) each, times in weeks where they come from dates."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray


@dataclass(frozen=True)
class Cdnow:
    """The CDNOW sample: histories until 1997-09-30 and until 1998-06-30, and the spend of the first period's repeats.

    gaps: weeks between successive occasions of the first period. spend_x, spend_mean: of customers with repeats.
    """

    calibration: Histories
    full: Histories
    gaps: np.ndarray
    spend_x: np.ndarray
    spend_mean: np.ndarray


@dataclass(frozen=True)
class Simulated:
    """Histories until T, each customer's orders in the stretch after it, and their worth discounted to T."""

    seen: Histories
    later: np.ndarray
    worth: np.ndarray


@pytest.fixture(scope="session")
def cdnow(data_folder: Path) -> Cdnow:
    table = pq.read_table(data_folder / "cdnow" / "sample_transactions.parquet")
    _, customer = np.unique(np.array(table["customer_id"].to_pylist()), return_inverse=True)
    day = table["transaction_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    occasion, line = np.unique(customer * 100_000 + day, return_inverse=True)
    spend = np.bincount(line, weights=table["spend_usd"].to_numpy())
    customer, day = occasion // 100_000, occasion % 100_000
    until = int(np.datetime64("1997-09-30").astype(np.int64))
    first = np.full(customer.max() + 1, 10**9)
    np.minimum.at(first, customer, day)
    calibration, full = (_histories(customer, day, first, end) for end in (until, until + 273))
    known = day <= until
    gaps = np.diff(day[known])[np.diff(customer[known]) == 0] / DAYS
    repeat = known & (day > first[customer])
    x = np.bincount(customer[repeat], minlength=len(first))
    total = np.bincount(customer[repeat], weights=spend[repeat], minlength=len(first))
    return Cdnow(calibration, full, gaps, x[x > 0].astype(float), total[x > 0] / x[x > 0])


@pytest.fixture(scope="session")
def simulate_buying():
    return simulated


def simulated(
    model: str,
    parameters: tuple[float, float, float, float],
    ages: np.ndarray,
    ahead: float = 1.0,
    *,
    seed: int = 1,
    spend: tuple[float, np.ndarray] | None = None,
    discount: float = 0.0,
) -> Simulated:
    """Customers of a buy-till-you-die model seen for their ages, and their orders in the stretch ahead.

    Written from the story of the models: rate, purchases one by one, leaving after each or at an exponential time.
    spend: p and each customer's nu of the gamma-gamma model; without it an order is worth 1.
    """
    generator = np.random.default_rng(seed)
    r, alpha, third, fourth = parameters
    size = len(ages)
    rate = generator.gamma(r, 1 / alpha, size)
    if model == "pareto_nbd":
        leaves_at = generator.exponential(1 / generator.gamma(third, 1 / fourth, size))
        leaving = np.zeros(size)
    else:
        leaves_at = np.full(size, np.inf)
        leaving = generator.beta(third, fourth, size)
    time, x, t_x, later, worth = (np.zeros(size) for _ in range(5))
    active = np.arange(size)
    if model == "mbg_nbd":
        active = active[generator.random(size) > leaving]
    end = np.minimum(ages + ahead, leaves_at)
    while active.size:
        time[active] += generator.exponential(1 / np.maximum(rate[active], 1e-300))
        active = active[time[active] < end[active]]
        early = active[time[active] < ages[active]]
        x[early] += 1
        t_x[early] = time[early]
        after = active[time[active] >= ages[active]]
        later[after] += 1
        amount = 1.0 if spend is None else generator.gamma(spend[0], 1 / spend[1][after])
        worth[after] += amount * np.exp(-discount * (time[after] - ages[after]))
        active = active[generator.random(active.size) >= leaving[active]]
    return Simulated(Histories(x, t_x, np.asarray(ages, dtype=float)), later, worth)


def _histories(customer: np.ndarray, day: np.ndarray, first: np.ndarray, end: int) -> Histories:
    known = day <= end
    x = np.bincount(customer[known], minlength=len(first)) - 1.0
    last = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(last, customer[known], day[known])
    return Histories(x, (last - first) / DAYS, (end - first) / DAYS)
