"""A small company that gives every table: returns, anonymous and free lines, repeats, ties, postage, unknown costs."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

START, DAYS = datetime.fromisoformat("2021-01-04"), 900
CATEGORIES = ("candles", "mugs", "cards", "toys", "linen")
PLACES = ("North", "South", "Abroad")

STRATEGY = """\
company:
  {name: Rich shop, currency: GBP, horizon_years: 3, discount_rate: 0.10, time_unit: week, gross_margin: "0.35..0.50"}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: at, order_id: order, product_id: item, product: what,
              quantity: pieces, unit_price: price, place: region, list_price: list}
    not_product: item in ('POST', 'FEE')
  products:
    from: products.csv
    columns: {product_id: item, name: what, category: kind, unit_cost: cost, list_price: list}
  customers:
    from: customers.csv
    columns: {customer_id: customer, name: title, industry: trade, geography: region, acquired_at: since}
  activity_events:
    from: events.csv
    columns: {activity_id: activity, customer_id: customer, at: at, minutes: minutes, km: km}
  exits:
    from: exits.csv
    columns: {customer_id: customer, at: at, reason: why}
  treatments:
    from: treatments.csv
    columns: {customer_id: customer, experiment_id: test, arm: arm, at: at, cost: cost}
  books:
    from: books.csv
    columns: {period: month, line: line, amount: amount}
segments:
  - {id: trade, name: Trade, rule: "industry = 'retail' or revenue_12m > 2000", basis: use}
  - {id: north, name: The north, rule: "place = 'North'", basis: geography}
  - {id: rest, name: Everybody else, rule: all, basis: geography}
pools:
  - {id: desk, cost: "8000..12000", period: year, practical_capacity: 60000, unit: minute, avoidable: "0.3..0.6"}
  - {id: road, cost: "15000..20000", period: year, practical_capacity: 80000, unit: minute, avoidable: "0.2..0.5"}
activities:
  - {id: take_order, category: sales, pool: desk, driver: order, time_equation: {base: "5..10"}}
  - {id: pick, category: service, pool: desk, driver: line, time_equation: {base: "1..2"}}
  - {id: undo, category: service, pool: desk, driver: return, time_equation: {base: "10..25"}}
  - {id: visit, category: sales, pool: road, time_equation: {base: 20, per: {km: 1.5}}}
  - {id: call, category: service, pool: desk, time_equation: {base: 6}}
costs_of_action:
  retain: {cost: "4..12", hours: 0.25, effect: "0.02..0.10"}
  win_back: {cost: "5..15", hours: 0.25, effect: "0.02..0.08"}
  grow: {cost: "2..6", hours: 0.1, effect: "0.01..0.06"}
  let_go: {cost: "1..3", hours: 0.1}
  price: {cost: "1..4", hours: 0.1}
  protect: {cost: "40..120", hours: 12}
  acquire: {cost: "5..25", hours: 0.5}
"""

Line = tuple[object, ...]


def rich_shop(folder: Path, *, customers: int = 120, seed: int = 5) -> Path:
    """A project folder of some 900 days; the same seed gives the same bytes."""
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    (folder / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    products = [_product(number) for number in range(60)]
    lines = sorted((line for number in range(customers) for line in _orders(number, products, chance)), key=_when)
    # Exact repeats, and lines that no date or number can be made of.
    lines += lines[-3:]
    lines += [
        ("c001", "soon", "o1", "p01", "", 1, 2, "North", ""),
        ("c002", lines[0][1], "o2", "p02", "", "few", 2, "", ""),
    ]
    _write(folder / "orders.csv", "customer at order item what pieces price region list", lines)
    # The cost of every seventh product is known to nobody.
    costed = [(*one[:3], "" if place % 7 == 0 else one[3], one[4]) for place, one in enumerate(products)]
    _write(folder / "products.csv", "item what kind cost list", costed)
    people = [(f"c{n:03d}", f"Client {n}", "retail" if n % 4 == 0 else "hotel", PLACES[n % 3], _day(n)) for n in
              range(customers)]  # fmt: skip
    _write(folder / "customers.csv", "customer title trade region since", people)
    _write(folder / "events.csv", "activity customer at minutes km", _events(customers, chance))
    left = [(f"c{n:03d}", _day(700 + n % 150), "price" if n % 2 else "moved") for n in range(0, customers, 23)]
    _write(folder / "exits.csv", "customer at why", left)
    tried = [(f"c{n:03d}", "spring", ("none", "mail")[n % 2], f"{_day(760)} 09:00", n % 2) for n in range(customers)]
    _write(folder / "treatments.csv", "customer test arm at cost", tried)
    booked = [(f"2022-{month:02d}", "revenue", 9000 + 10 * month) for month in range(1, 13)]
    _write(folder / "books.csv", "month line amount", booked)
    return folder


def _product(number: int) -> Line:
    price = 2 + (number * 37) % 40 / 2
    what = CATEGORIES[number % len(CATEGORIES)]
    return f"p{number:02d}", f"{what} {number}", what, round(price * 0.55, 2), price


def _orders(number: int, products: Sequence[Line], chance: random.Random) -> Iterable[Line]:
    """The lines of one customer; every ninth is nobody, every eighth buys by the month as under a contract."""
    name = "" if number % 9 == 8 else f"c{number:03d}"
    contract = number % 8 == 3
    day = chance.randrange(0, 500) if number % 2 else chance.randrange(0, 60)
    last = DAYS if number % 3 else chance.randrange(300, DAYS)
    own = chance.sample(range(len(products)), 8)
    turn = 0
    while day < last:
        turn += 1
        moment = START + timedelta(days=day, minutes=chance.choice((540, 541, 700)))
        yield from _order((name, moment, f"o{number}-{turn}", PLACES[number % 3]), [products[i] for i in own], chance)
        day += 30 if contract else 1 + int(chance.expovariate(1 / (25 + number % 60)))


def _order(head: tuple[str, datetime, str, str], own: Sequence[Line], chance: random.Random) -> Iterable[Line]:
    name, moment, order, place = head
    for item, what, _, _, listed in chance.sample(own, chance.randint(1, 4)):
        pieces = chance.choice((1, 1, 2, 3, 6))
        price = 0 if chance.random() < 0.02 else round(float(str(listed)) * chance.choice((1, 1, 1, 0.9, 0.8)), 2)
        yield name, moment, order, item, what, pieces, price, place, listed
        if price and chance.random() < 0.04:
            back = moment + timedelta(days=3)
            yield name, back, f"{order}r", item, what, -pieces, price, place, listed
    if chance.random() < 0.1:
        yield name, moment, order, "POST", "postage", 1, 4.5, place, ""


def _events(customers: int, chance: random.Random) -> list[Line]:
    found: list[Line] = []
    for _ in range(700):
        kind = chance.choice(("visit", "call", "call"))
        at = START + timedelta(days=chance.randrange(400, DAYS), hours=9)
        minutes = chance.choice((5, 8, "")) if kind == "call" else ""
        found.append((kind, f"c{chance.randrange(customers):03d}", at, minutes, chance.randrange(2, 40)))
    return found


def _when(line: Line) -> tuple[str, ...]:
    return tuple(str(cell) for cell in (line[1], line[2], line[3], line[5]))


def _day(number: int) -> str:
    return f"{START + timedelta(days=number):%Y-%m-%d}"


def _write(path: Path, header: str, rows: Iterable[Line]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        writer.writerows(rows)
