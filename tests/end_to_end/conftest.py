"""What the tests of the command line share: a way to call it, and a shop that has been run once."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from patronage.faces.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command line said: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as the one JSON document that it is."""
        return json.loads(self.out)


def called(*arguments: object) -> Answer:
    """The answer of one command line, run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    said = out.getvalue() + err.getvalue()
    assert "Traceback" not in said
    assert "stopped on a fault of its own" not in said, said
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def cli() -> Callable[..., Answer]:
    return called


@pytest.fixture(scope="session")
def without_loss() -> Callable[..., Answer]:
    """Asserts that a command line is refused in words and leaves every file as it was; gives the answer."""

    def check(folder: Path, code: int, phrase: str, *arguments: object) -> Answer:
        before = contents(folder)
        answer = called(*arguments)
        assert answer.code == code, answer
        assert phrase in answer.err, answer.err
        assert contents(folder) == before
        return answer

    return check


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a refused command may not touch: the inputs, the journal, and all of the last good run."""
    kept: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != ".patronage/run.lock":
            kept[name] = path.read_bytes()
    return kept


NASTY = (
    "<script>document.title='owned'</script>",
    '<img src=x onerror="document.title=1">',
    '=HYPERLINK("http://example.org";"pay")',
    "+1-2",
    "-2+3",
    "@SUM(A1:A9)",
    'O\'Brien "Bob" & Söhne',
    "two\nlines",
    "🧁 Bäckerei \u202e reversed",
    "a,b;c\td",
    "[bold red]markup[/]",
    "{{ 7 * 7 }}",
)
"""Names that act up where they are taken for anything but text."""

STRATEGY = """\
company: {name: "Shop <b>& Söhne</b>", currency: GBP, horizon_years: 3, discount_rate: 0.10, gross_margin: "0.35..0.45"}
sources:
  orders:
    from: orders.csv
    columns:
      customer_id: customer
      ordered_at: day
      order_id: order
      product_id: sku
      product: product
      quantity: quantity
      unit_price: price
      place: place
segments:
  - {id: north, name: "North <i>", rule: "place = 'North'", basis: place}
  - {id: other, name: Everyone else, rule: all, basis: place}
costs_of_action:
  retain: {cost: "1..2", effect: "0.05..0.20"}
  win_back: {cost: "1..2", effect: "0.05..0.20"}
  grow: {cost: "1..2", effect: "0.05..0.20"}
  let_go: {cost: 1}
  price: {cost: 1}
  protect: {cost: "10..20"}
pools:
  - {id: desk, cost: "4000..6000", practical_capacity: 9000, avoidable: 0.5}
activities:
  - {id: handle_order, pool: desk, driver: order, time_equation: {base: "4..8", per: {lines: 1}}}
"""


def shop_rows(customers: int = 90, days: int = 730, seed: int = 5) -> list[list[object]]:
    """Order lines of customers with rates, lives and tastes of their own; the first ones have nasty names."""
    draw = random.Random(seed)
    rows: list[list[object]] = []
    first, number = date(2020, 1, 1), 0
    products = [f"p{place}" for place in range(14)] + [f"{name} {place}" for place, name in enumerate(NASTY[:6])]
    for place in range(customers):
        name = NASTY[place] if place < len(NASTY) else f"client-{place:03d}"
        rate, start = draw.gammavariate(1.6, 9.0), draw.randrange(days * 4 // 5)
        left = start + draw.expovariate(1 / 500)
        favourite = draw.randrange(len(products))
        day = float(start)
        while day < min(days, left):
            number += 1
            for line in range(1 + draw.randrange(2)):
                product = products[(favourite + draw.randrange(4) + line) % len(products)]
                price = round((3 + len(product) % 7) * draw.choice((1.0, 1.0, 0.9, 0.8)), 2)
                ordered = (first + timedelta(days=int(day))).isoformat()
                sku = f"s{products.index(product):02d}"
                where = "North" if place % 3 else "South & <East>"
                rows.append([name, ordered, f"o{number}", sku, product, draw.randrange(1, 9), price, where])
            day += max(1.0, draw.expovariate(rate / 365))
    rows.append(["client-020", "2021-12-01", "o99998", "s01", "p1", -1, 5.0, "North"])
    return rows


def write_shop(folder: Path, rows: Iterable[list[object]]) -> Path:
    """A project folder with a strategy file and the order lines."""
    folder.mkdir(parents=True)
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "day", "order", "sku", "product", "quantity", "price", "place"])
        writer.writerows(rows)
    (folder / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def finished_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop after one whole run; tests read it and never write to it."""
    folder = write_shop(tmp_path_factory.mktemp("shops") / "shop", shop_rows())
    answer = called("run", folder)
    assert answer.code == 0, answer
    return folder


@pytest.fixture
def own_shop(finished_shop: Path, tmp_path: Path) -> Path:
    """A copy of the finished shop to write to."""
    return Path(shutil.copytree(finished_shop, tmp_path / "shop"))
