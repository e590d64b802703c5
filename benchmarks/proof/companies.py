"""Simulated companies whose truth is known: half as our models see the world, half built to break them.

Every company watches HISTORY days and then YEAR more, which a forecast does not see. Customers come evenly over the
history. A rate of buying is per week; the calendar stretches or shrinks the time in which customers buy and leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from patronage.kernels.repeat_counts import totals

START = date(2020, 1, 1)
HISTORY, YEAR = 900, 365
AS_OF = START + timedelta(days=HISTORY - 1)
UNTIL = AS_OF + timedelta(days=YEAR)
DAYS = HISTORY + YEAR
MONTH = 365.25 / 12

YEARS_AHEAD = 3
DISCOUNT = float(np.log(1.1)) * 7 / 365.25  # a week

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Population:
    """Customers who buy by one law: model is bg, mbg or pareto; left and left_scale are a, b or s, beta (weeks)."""

    model: str
    r: float
    alpha: float
    left: float
    left_scale: float
    spend: tuple[float, float, float] = (6.25, 3.74, 15.44)


@dataclass(frozen=True, slots=True)
class World:
    """How a company's customers come, buy and pay.

    calendar: (DAYS,) factor of the rate of buying on each day. newer: the population of those who come in the second
    half of the history. contracts: share who renew every month instead. merged: share of ids that are two people.
    price: factor of all spending from the middle of the history. waves: whether returns come in waves.
    """

    name: str
    seed: int
    customers: int
    population: Population
    calendar: Floats = field(default_factory=lambda: np.ones(DAYS))
    newer: Population | None = None
    contracts: float = 0.0
    merged: float = 0.0
    price: float = 1.0
    waves: bool = False


@dataclass(frozen=True, slots=True)
class Orders:
    """Order lines: customer number, day from START, amount; returns are negative."""

    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    amount: Floats

    def table(self) -> pa.Table:
        """As an order export."""
        days = np.datetime64(START) + self.day.astype("timedelta64[D]")
        order = np.lexsort((self.customer, self.day))
        return pa.table(
            {
                "customer_id": [f"C{number:05d}" for number in self.customer[order]],
                "ordered_at": days[order],
                "amount": np.round(self.amount[order], 2),
            }
        )


def held(seed: int) -> World:
    """A company that one of our models describes, with parameters of its own."""
    random = np.random.default_rng((seed, 1))
    model = ("bg", "mbg", "pareto")[seed % 3]
    r, alpha = random.uniform(0.4, 1.5), random.uniform(5, 16)
    left = (
        (random.uniform(0.4, 1.0), random.uniform(20, 80))
        if model == "pareto"
        else (random.uniform(0.5, 1.5), random.uniform(2, 6))
    )
    population = Population(model, r, alpha, *left)
    return World("model holds", seed, int(random.integers(600, 2400)), population)


def _calendar(log_factor: Floats) -> Floats:
    """Daily factors from monthly logs, (DAYS,)."""
    month = np.minimum((np.arange(DAYS) / MONTH).astype(int), len(log_factor) - 1)
    return np.exp(log_factor[month])


MONTHS = int(DAYS / MONTH) + 2


def _trend(world: World, random: np.random.Generator) -> World:
    slope = random.uniform(0.08, 0.3) * random.choice([-1, 1])
    return replace(world, calendar=np.exp(slope * (np.arange(DAYS) - HISTORY / 2) / 365.25))


def _season(world: World, random: np.random.Generator) -> World:
    season = random.normal(0, 0.35, 12)
    return replace(world, calendar=_calendar((season - season.mean())[np.arange(MONTHS) % 12]))


def _shock(world: World, random: np.random.Generator) -> World:
    log, level = np.zeros(MONTHS), 0.0
    for month in range(MONTHS):
        level = 0.8 * level + random.normal(0, 0.15)
        log[month] = level
    return replace(world, calendar=_calendar(log))


BREAKS: dict[str, Callable[[World, np.random.Generator], World]] = {
    "trend": _trend,
    "season": _season,
    "common shock": _shock,
    "contract customers": lambda world, random: replace(world, contracts=float(random.uniform(0.2, 0.5))),
    "price change": lambda world, random: replace(world, price=float(random.choice([0.85, 1.2]))),
    "a new channel": lambda world, random: replace(
        world, newer=replace(world.population, alpha=world.population.alpha * float(random.choice([0.5, 2.0])))
    ),
    "merged customers": lambda world, random: replace(world, merged=float(random.uniform(0.1, 0.25))),
    "returns in waves": lambda world, _: replace(world, waves=True),
}
"""What a company does that our models do not know, by name."""


def broken(seed: int) -> World:
    """A company that breaks our models in one way, the ways taken in turn."""
    name = list(BREAKS)[seed % len(BREAKS)]
    return BREAKS[name](replace(held(seed), name=name), np.random.default_rng((seed, 2)))


@dataclass(frozen=True, slots=True)
class People:
    """What nobody sees, one row per person, who may share an id with another.

    customer: number of the id. came, left: day of the first purchase, and of leaving, which DAYS or more puts beyond
    what is watched. worth: discounted revenue over three years that is expected of the person while active.
    """

    customer: NDArray[np.int64]
    came: NDArray[np.int64]
    left: NDArray[np.int64]
    worth: Floats


@dataclass(frozen=True, slots=True)
class Company:
    """The order lines of the history and the year after it, and the truth about the people behind them."""

    world: World
    orders: Orders
    people: People


def simulated(world: World, twin: int = 0) -> Company:
    """A company as its world makes it; twins of it follow the same laws with luck of their own."""
    random = np.random.default_rng((world.seed, 3, twin) if twin else (world.seed, 3))
    second = int(world.customers * world.merged)
    came = np.sort(random.integers(0, HISTORY, world.customers + second))
    late = came >= HISTORY / 2 if world.newer else np.zeros(came.size, bool)
    parts = [_bought(np.flatnonzero(~late), came[~late], world.population, world, random)]
    if world.newer:
        parts.append(_bought(np.flatnonzero(late), came[late], world.newer, world, random))
    orders, people = _joined([part[0] for part in parts]), _together([part[1] for part in parts])
    if world.contracts:
        orders, people = _renewing(orders, people, world, random)
    priced = np.where(orders.day >= HISTORY // 2, world.price, 1.0)
    orders = _one_a_day(Orders(orders.customer % world.customers, orders.day, orders.amount * priced))
    if world.waves:
        orders = _with_returns(orders, random)
    owner = replace(people, customer=people.customer % world.customers, worth=people.worth * world.price)
    return Company(world, orders, owner)


def _bought(
    ids: NDArray[np.int64], came: NDArray[np.int64], law: Population, world: World, random: np.random.Generator
) -> tuple[Orders, People]:
    """The purchases of people from the day they came; in the calendar's time, mapped back to days."""
    clock = np.concatenate([[0.0], np.cumsum(world.calendar)]) / 7
    rate, leaving = random.gamma(law.r, 1 / law.alpha, ids.size), np.zeros(ids.size)
    gone = np.full(ids.size, np.inf)
    if law.model == "pareto":
        leaving = np.maximum(random.gamma(law.left, 1 / law.left_scale, ids.size), 1e-12)
        gone = clock[came] + random.exponential(1 / leaving)
    else:
        leaving = random.beta(law.left, law.left_scale, ids.size)
    person, at, last = _purchases(law.model, (clock[came], rate, leaving, gone), clock[-1], random)
    day = np.searchsorted(clock, at, side="right") - 1
    p, q, gamma = law.spend
    nu = random.gamma(q, 1 / gamma, ids.size)
    left = np.searchsorted(clock, np.minimum(gone if law.model == "pareto" else last, clock[-1]), side="right") - 1
    hazard = (leaving if law.model == "pareto" else rate * leaving) + DISCOUNT
    ahead = rate * (1 - np.exp(-hazard * YEARS_AHEAD * 365.25 / 7)) / hazard
    orders = Orders(ids[person], day.astype(np.int64), random.gamma(p, 1 / nu[person]))
    return orders, People(ids, came, left.astype(np.int64), ahead * p / nu)


def _purchases(
    model: str, known: tuple[Floats, Floats, Floats, Floats], end: float, random: np.random.Generator
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Who bought and when, in weeks of the calendar's time, and when each left by chance after a purchase."""
    start, rate, leaving, gone = known
    at, active = start.copy(), np.arange(start.size)
    last = np.full(start.size, np.inf)
    who, times = [active], [start]
    chance = np.zeros(start.size) if model == "pareto" else leaving
    if model == "mbg":
        active = _staying(active, at, (chance, last), random)
    while active.size:
        at[active] += random.exponential(1 / np.maximum(rate[active], 1e-12))
        active = active[(at[active] < end) & (at[active] < gone[active])]
        who.append(active)
        times.append(at[active])
        active = _staying(active, at, (chance, last), random)
    return np.concatenate(who), np.concatenate(times), last


def _staying(
    active: NDArray[np.int64], at: Floats, known: tuple[Floats, Floats], random: np.random.Generator
) -> NDArray[np.int64]:
    """Who stays after a purchase; the time of leaving is noted for those who do not."""
    chance, last = known
    stays = random.random(active.size) >= chance[active]
    last[active[~stays]] = at[active[~stays]]
    return active[stays]


def _renewing(orders: Orders, people: People, world: World, random: np.random.Generator) -> tuple[Orders, People]:
    """A share of the people renew every month at one price of their own until they lapse."""
    under = np.flatnonzero(random.random(people.customer.size) < world.contracts)
    kept = ~np.isin(orders.customer, people.customer[under])
    lapse, came = float(random.uniform(0.02, 0.05)), people.came[under]
    months = random.geometric(lapse, under.size)
    step = np.arange(DAYS // 30 + 1)
    day = came[:, None] + np.round(step * MONTH).astype(np.int64)
    day = day + np.where(step > 0, random.integers(-1, 2, day.shape), 0)
    row, column = np.nonzero((day < DAYS) & (step < months[:, None]))
    price = random.gamma(6.0, 5.0, under.size)
    renewed = Orders(people.customer[under][row], day[row, column], price[row])
    left, worth = people.left.copy(), people.worth.copy()
    left[under] = np.minimum(came + np.round((months - 1) * MONTH), DAYS).astype(np.int64)
    stays = (1 - lapse) * np.exp(-DISCOUNT * MONTH / 7)
    worth[under] = price * stays * (1 - stays ** (12 * YEARS_AHEAD)) / (1 - stays)
    others = Orders(orders.customer[kept], orders.day[kept], orders.amount[kept])
    return _joined([others, renewed]), replace(people, left=left, worth=worth)


def _one_a_day(lines: Orders) -> Orders:
    """Purchases of one customer on one day as one line."""
    known, place = np.unique(lines.customer * DAYS + lines.day, return_inverse=True)
    return Orders(known // DAYS, known % DAYS, totals(place, lines.amount, known.size))


def _with_returns(lines: Orders, random: np.random.Generator) -> Orders:
    """In one month of three, every third order comes back in full within ten days."""
    wave = random.random(MONTHS) < 1 / 3
    back = wave[(lines.day / MONTH).astype(int)] & (random.random(lines.day.size) < 1 / 3)
    day = lines.day[back] + random.integers(1, 11, int(back.sum()))
    inside = day < DAYS
    returned = Orders(lines.customer[back][inside], day[inside], -lines.amount[back][inside])
    return _joined([lines, returned])


def _joined(parts: list[Orders]) -> Orders:
    return Orders(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("customer", "day", "amount")))


def _together(parts: list[People]) -> People:
    names = ("customer", "came", "left", "worth")
    return People(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
