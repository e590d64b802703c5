"""A simulated company that acts on the customers it is told to, and knows what that truly brought."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

START = date(2021, 1, 1)
HISTORY, AHEAD = 900, 182
"""Days of orders before acting, and after it: six months."""

AS_OF = START + timedelta(days=HISTORY - 1)
MARGIN = 0.5
LIVES = 200
"""Second lives of each customer over which its truth is averaged."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Company:
    """Customers who buy at a rate of their own (a day) and leave after a purchase with a chance of their own.

    spend: mean of a purchase. active: whether they have not left by the as-of date.
    lines: customer, day, amount of the history.
    """

    rate: Floats
    leaves: Floats
    spend: Floats
    active: NDArray[np.bool_]
    lines: list[tuple[int, int, float]]
    seed: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What acting truly does: share of those acted on who come back because of it, and margin it brings by the end."""

    share: float
    gain: float


def company(seed: int, customers: int = 3000) -> Company:
    """A company of BG/NBD customers with laws of its own; the history as its orders."""
    random = np.random.default_rng((seed, 11))
    rate = random.gamma(random.uniform(0.6, 1.4), 1 / random.uniform(40, 90), customers)
    leaves = random.beta(random.uniform(0.6, 1.2), random.uniform(2, 4), customers)
    spend = random.gamma(6.0, 6.0, customers)
    came = random.integers(0, HISTORY - 60, customers)
    lines: list[tuple[int, int, float]] = []
    active = np.zeros(customers, bool)
    for who in range(customers):
        days, active[who] = _life(float(came[who]), HISTORY, rate[who], leaves[who], random)
        lines += [(who, day, spend[who] * random.gamma(4.0, 0.25)) for day in [int(came[who]), *days]]
    return Company(rate, leaves, spend, active, lines, seed)


def ahead(known: Company, treated: NDArray[np.int64], works: float) -> tuple[list[tuple[int, int, float]], Truth]:
    """The six months after: those active go on, and acting brings back each one who left with the chance `works`."""
    random = np.random.default_rng((known.seed, 12))
    lines: list[tuple[int, int, float]] = []
    acted = np.zeros(len(known.rate), bool)
    acted[treated] = True
    back = acted & ~known.active & (random.random(len(known.rate)) < works)
    for who in np.flatnonzero(known.active | back):
        days, _ = _life(float(HISTORY), HISTORY + AHEAD, known.rate[who], known.leaves[who], random)
        lines += [(int(who), day, known.spend[who] * random.gamma(4.0, 0.25)) for day in days]
    gone = np.flatnonzero(acted & ~known.active)
    bought = np.array([_orders_of_second_lives(known, int(who), random) for who in gone])
    gain = works * MARGIN * float(bought @ known.spend[gone]) if gone.size else 0.0
    return lines, Truth(works * gone.size / max(treated.size, 1), gain)


def write_orders(path: Path, lines: list[tuple[int, int, float]]) -> None:
    """The lines as an order export."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("customer_id", "ordered_at", "amount"))
        for who, day, amount in sorted(lines, key=lambda line: (line[1], line[0])):
            writer.writerow((f"C{who:05d}", (START + timedelta(days=day)).isoformat(), f"{amount:.2f}"))


def _life(start: float, end: int, rate: float, leaves: float, random: np.random.Generator) -> tuple[list[int], bool]:
    """Days of the purchases after a start, and whether the customer is still active at the end."""
    days: list[int] = []
    at = start
    while True:
        at += random.exponential(1 / max(rate, 1e-9))
        if at >= end:
            return days, True
        days.append(int(at))
        if random.random() < leaves:
            return days, False


def _orders_of_second_lives(known: Company, who: int, random: np.random.Generator) -> float:
    """Mean purchase days in six months of one who came back."""
    lives = (_life(HISTORY, HISTORY + AHEAD, known.rate[who], known.leaves[who], random)[0] for _ in range(LIVES))
    return float(np.mean([len(set(days)) for days in lives]))
