"""Times of the repeat-buying and spend kernels on simulated customers.

Run it with a number of customers, default 1,000,000. They are BG/NBD with r .243, alpha 4.414, a .793, b 2.426 per
week, aged 4 to 104 weeks at day grain, with gamma-gamma spend of p 6.25, q 3.74, gamma 15.44. Each figure is the best
of five runs, wall clock, on one thread; the bounds hold for a million customers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from benchmarks.peers.timing import peak_gb

from patronage.kernels.alive_orders import Future
from patronage.kernels.future_orders import Customers, Outlook, score
from patronage.kernels.repeat_buying import RANDOM, RepeatFit, RepeatModel, fit_repeat_buying
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts
from patronage.kernels.spend import SpendFit, expected_spend, fit_spend

WEEKS = 365.25 / 7
YEAR = Future(WEEKS, float(np.log(1.1)) / WEEKS)
RUNS = 5

Result = TypeVar("Result")


def simulated(size: int, seed: int = 1) -> tuple[Customers, np.ndarray]:
    """Customers at day grain in weeks, and the mean spend of their repeat orders (0 without one)."""
    generator = np.random.default_rng(seed)
    age = generator.integers(28, 729, size) / 7
    rate, leaving = generator.gamma(0.243, 1 / 4.414, size), generator.beta(0.793, 2.426, size)
    x, t_x, at, active = np.zeros(size), np.zeros(size), np.zeros(size), np.arange(size)
    while active.size:
        at[active] += generator.exponential(1 / np.maximum(rate[active], 1e-300))
        day = np.ceil(at[active] * 7) / 7
        inside = day <= age[active]
        active, day = active[inside], day[inside]
        x[active] += day > t_x[active]
        t_x[active] = day
        active = active[generator.random(active.size) >= leaving[active]]
    mean = generator.gamma(6.25 * np.maximum(x, 1), 1 / generator.gamma(3.74, 1 / 15.44, size)) / np.maximum(x, 1)
    return Customers(x, t_x, age), np.where(x > 0, mean, 0.0)


class Report:
    """Prints one line a figure and remembers the bounds that were missed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.missed: list[str] = []

    def timed(self, subject: str, work: Callable[[], Result], bound: float | None = None) -> Result:
        """What the work gives; its best time after one run to warm up is printed beside its bound."""
        result = work()
        seconds = float("inf")
        for _ in range(RUNS):
            start = time.perf_counter()
            result = work()
            seconds = min(seconds, time.perf_counter() - start)
        told = f"bound {bound:.2f} s" if bound else ""
        print(f"{subject:<34} {self.size:>11,} customers {seconds:8.3f} s  {told:<14} {peak_gb():7.2f} GB")
        if bound and seconds > bound * max(self.size / 1e6, 1.0):
            self.missed.append(f"{subject}: {seconds:.3f} s, above {bound:.2f} s")
        return result


def valued(fit: RepeatFit, spend: SpendFit, customers: Customers, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each customer's discounted value of twelve months, and its p05, p50 and p95."""
    scores = score(fit, customers, Outlook(YEAR, spend))
    each = expected_spend(spend, customers.x, mean)
    return scores.discounted * each, scores.quantiles * each[:, None]


def main() -> None:
    """Prints every figure, and fails where a bound is missed."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    customers, mean = simulated(size)
    bought = customers.x > 0
    report = Report(size)

    def grouped() -> RepeatCounts:
        return repeat_counts(customers.x, customers.t_x, customers.T)

    counts = report.timed("group to unique rows", grouped)
    report.timed("group and fit bg_nbd", lambda: fit_repeat_buying(grouped(), RepeatModel.BG_NBD), 0.25)
    fits = {model: report.timed(f"fit {model}", lambda m=model: fit_repeat_buying(counts, m)) for model in RANDOM}
    spend = report.timed("fit gamma-gamma", lambda: fit_spend(customers.x[bought], mean[bought]), 0.25)
    for model, fit in fits.items():
        bound = 0.5 if model is RepeatModel.BG_NBD else None
        report.timed(f"12-month value, {model}", lambda fit=fit: valued(fit, spend, customers, mean), bound)
    for fit in fits.values():
        print(f"{fit.model}: log-likelihood {fit.log_likelihood:.2f}, {fit.values.round(3)}")
    if report.missed:
        sys.exit("\n".join(report.missed))


if __name__ == "__main__":
    main()
