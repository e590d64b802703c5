"""Times of the repeat-buying and spend kernels on simulated customers.

Run it with a number of customers, default 1,000,000. They are BG/NBD with r .243, alpha 4.414, a .793, b 2.426 per
week, aged 4 to 104 weeks at day grain, with gamma-gamma spend of p 6.25, q 3.74, gamma 15.44. Each figure is the best
of five runs, wall clock, on one thread.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from patronage.kernels.alive_orders import Future
from patronage.kernels.future_orders import Customers, Outlook, score
from patronage.kernels.repeat_buying import RepeatModel, fit_repeat_buying
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts
from patronage.kernels.spend import SpendFit, expected_spend, fit_spend
from patronage.kernels.total_orders import Cohorts, total_draws

YEAR = Future(365.25 / 7, float(np.log(1.1)) / (365.25 / 7))


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


def best(work: Callable[[], object], times: int = 5) -> tuple[float, object]:
    """The shortest of some runs after one to warm up, and what the last gave."""
    result = work()
    found = np.inf
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        found = min(found, time.perf_counter() - start)
    return found, result


def main() -> None:
    """Prints one line a job: seconds, the bar where there is one, and a figure to check the result by."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    customers, mean = simulated(size)
    bought = customers.x > 0
    print(f"{size:,} customers, {int(bought.sum()):,} with a repeat")

    taken, counts = best(lambda: repeat_counts(customers.x, customers.t_x, customers.T))
    assert isinstance(counts, RepeatCounts)
    print(f"group to unique rows            {taken:7.3f} s            {counts.n.size:,} rows")
    fits = {}
    for model in RepeatModel:
        taken, fits[model] = best(lambda model=model: fit_repeat_buying(counts, model))
        bar = "bar 0.25" if model is RepeatModel.BG_NBD else ""
        told = fits[model]
        print(
            f"fit {model:<27} {taken:7.3f} s  {bar:<9} log-likelihood {told.log_likelihood:.2f} {told.values.round(3)}"
        )
    taken, spend = best(lambda: fit_spend(customers.x[bought], mean[bought]))
    assert isinstance(spend, SpendFit)
    print(f"fit gamma-gamma                 {taken:7.3f} s  bar 0.25  {spend.values.round(3)}")
    for model, fit in fits.items():

        def value(fit: object = fit) -> float:
            scores = score(fit, customers, Outlook(YEAR, spend))  # pyright: ignore[reportArgumentType]
            each = expected_spend(spend, customers.x, mean)
            bounds = scores.quantiles * each[:, None]
            return float((scores.discounted * each).sum() + 0 * bounds.sum())

        taken, total = best(value)
        bar = "bar 0.50" if model is RepeatModel.BG_NBD else ""
        print(f"12-month value, {model:<15} {taken:7.3f} s  {bar:<9} total {total:,.0f}")
    taken, draws = best(lambda: total_draws(fits[RepeatModel.BG_NBD], Cohorts(customers), Outlook(YEAR)), times=2)
    assert isinstance(draws, np.ndarray)
    print(f"1,000 draws of the total        {taken:7.3f} s            {draws.mean():,.0f} +- {draws.std():,.0f} orders")


if __name__ == "__main__":
    main()
