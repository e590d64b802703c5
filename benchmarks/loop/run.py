"""Runs companies through the loop by the command line: propose, accept with a holdout, six months, measure.

Usage: python -m benchmarks.loop.run [seeds] [processes]
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.loop.company import AS_OF, MARGIN, Truth, ahead, company, write_orders
from benchmarks.loop.page import write_page

from patronage.faces.cli.app import run

HOLDOUT = "25%"
ASSUMED = "0.02..0.20"


@dataclass(frozen=True, slots=True)
class Went:
    """How one company went through the loop.

    measured, effect: mean, p05 and p95. share: the effect that is true. before, after: the effect that decisions of the
    kind were valued with. grade: of the decision after it was measured.
    """

    seed: int
    kind: str
    treated: int
    holdout: int
    gain: float
    measured: tuple[float, float, float]
    expected: float | None
    share: float
    effect: tuple[float, float, float]
    before: float
    after: float
    grade: str
    verdict: str

    @property
    def inside(self) -> bool:
        """Whether the money lies inside its interval."""
        return self.measured[1] <= self.gain <= self.measured[2]

    @property
    def share_inside(self) -> bool:
        """Whether the share for whom it works lies inside its interval."""
        return self.effect[1] <= self.share <= self.effect[2]


def through_the_loop(seed: int) -> Went:
    """One company, by the commands that a person would type."""
    known = company(seed)
    works = float(np.random.default_rng((seed, 13)).uniform(0.0, 0.2))
    with tempfile.TemporaryDirectory(prefix="loop-") as scratch:
        folder = Path(scratch)
        write_orders(folder / "orders.csv", known.lines)
        project = folder / "shop"
        _say("init", project, "--orders", folder / "orders.csv", "--yes")
        _declare(project / "strategy.yaml")
        _say("run", project)
        wanted = _proposal(_say("ledger", project, "--json"))
        _say("decide", project, wanted["id"], "accept", "--holdout", HOLDOUT)
        (listed,) = _say("lists", project, "--json")
        treated = np.array([int(row["who"][1:]) for row in listed["rows"]])
        later, truth = ahead(known, treated, works)
        write_orders(folder / "orders.csv", known.lines + later)
        _say("run", project)
        (row,) = _say("track", project, "--json")
        again = next((one for one in _say("ledger", project, "--json") if one["id"] == wanted["id"]), None)
    return _went(seed, row, truth, (wanted, again))


def _went(seed: int, row: dict[str, Any], truth: Truth, rows: tuple[dict[str, Any], dict[str, Any] | None]) -> Went:
    before, after = rows
    money, share = (
        tuple(part[name] for name in ("mean", "p05", "p95")) for part in (row["measured"], row["effect"]["share"])
    )
    return Went(
        seed, row["kind"], row["arms"]["treated"], row["arms"]["holdout"], truth.gain, money,
        row["expected"] and row["expected"]["mean"], truth.share, share, _effect(before),
        _effect(after) if after else math.nan, after["grade"] if after else "", row["verdict"],
    )  # fmt: skip


def _effect(row: dict[str, Any]) -> float:
    """The effect that a decision was valued with; not a number where it is no longer valued by one."""
    found = (basis["figures"] for basis in row["evidence"] if basis["finding"] == "costs_of_action")
    figures: dict[str, Any] = next(found, {})
    return next((float(figures[name]) for name in figures if name.startswith("share of customers treated")), math.nan)


def _declare(path: Path) -> None:
    """What the company declares beyond its orders: margin, and costs and effects of action."""
    text = path.read_text(encoding="utf-8").replace(
        "  # gross_margin: 0.30..0.45", f"  gross_margin: {MARGIN}\n  gross_margin_grade: behaviour"
    )
    actions = "".join(f"  {kind}: {{cost: 1, effect: {ASSUMED}}}\n" for kind in ("retain", "win_back"))
    path.write_text(f"{text}costs_of_action:\n{actions}", encoding="utf-8")


def _proposal(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The proposal to win back or to keep with the longest list."""
    able = [row for row in rows if row["status"] == "proposed" and row["kind"] in ("win_back", "retain")]
    return max(able, key=lambda row: row["people"])


def _say(*words: object) -> Any:
    """One command line; what it printed as JSON, or None. Raises RuntimeError with what it said where it failed."""
    told, aside = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(aside):
        code = run([str(word) for word in words])
    if code:
        raise RuntimeError(f"{words}: {code}: {aside.getvalue()} {told.getvalue()}")
    return json.loads(told.getvalue()) if "--json" in words else None


def main() -> None:
    """The asked number of companies, and the page that tells how they went."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with ProcessPoolExecutor(workers) as pool:
        went: list[Went] = []
        for one in pool.map(through_the_loop, range(seeds)):
            went.append(one)
            print(
                f"{len(went)} of {seeds}: {one.verdict}, {one.inside}, {one.share_inside}", file=sys.stderr, flush=True
            )
    write_page(went, AS_OF)


if __name__ == "__main__":
    main()
