"""The page that tells how companies went through the learning loop."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.proof.commit import commit

if TYPE_CHECKING:
    from benchmarks.loop.run import Went

PAGE = Path(__file__).resolve().parents[2] / "docs" / "loop.md"

BAR = 0.85

TEXT = """# The learning loop, held against companies whose truth is known

Made by `make loop` on {day} at commit {commit}; every figure below comes from that run. {number} simulated companies
of 3,000 customers each went through the loop by the command line alone (`benchmarks/loop/`): `init` from 900 days of
orders, up to {as_of}, `run`, the proposal with the longest list accepted with a holdout of 25%, `lists`, six months of
new orders in which acting brought back a share of those who had left, `run`, `track`. The share is drawn anew for each
company, from 0% to 20% of those who left; what the company had declared is 2% to 20% of all treated.

| what | figure | bar | |
|---|---:|---:|---|
| true gain in money inside its measured interval | {inside:.0%} of companies | {bar:.0%} | {met} |
| true share for whom it worked inside its interval | {share_inside:.0%} of companies | {bar:.0%} | {share_met} |
| mean of measured less true share, of all treated | {bias:+.2%} | | |
| mean error of the effect behind the values as declared, of {valued} still valued by one | {before:.2%} | | |
| the same, after the experiment | {after:.2%} | | |
| decisions whose grade rose to experiment | {rose:.0%} | | |

The intervals are those that hold at every look (90%), so that they are wider than those of a single one; they hold
more often than 90% here because each company was looked at once.

| verdict | companies | mean true share | mean measured share |
|---|---:|---:|---:|
{verdicts}

## Outside

| company | kind | acted on | left alone | true gain | measured | true share | measured |
|---:|---|---:|---:|---:|---:|---:|---:|
{outside}
"""


def write_page(went: Sequence[Went], as_of: date) -> None:
    """Writes docs/loop.md."""
    inside, share_inside = _part(went, lambda one: one.inside), _part(went, lambda one: one.share_inside)
    valued = [one for one in went if not math.isnan(one.after)]
    PAGE.write_text(
        TEXT.format(
            day=datetime.now(UTC).date(), commit=commit(), number=len(went), as_of=as_of, bar=BAR,
            inside=inside, met=_met(inside), share_inside=share_inside, share_met=_met(share_inside),
            bias=statistics.fmean(one.effect[0] - one.share for one in went),
            before=statistics.fmean(abs(one.before - one.share) for one in valued),
            valued=len(valued),
            after=statistics.fmean(abs(one.after - one.share) for one in valued),
            rose=_part(went, lambda one: one.grade == "experiment"),
            verdicts=_verdicts(went),
            outside=_outside([one for one in went if not (one.inside and one.share_inside)]),
        ),
        encoding="utf-8",
    )  # fmt: skip


def _part(went: Sequence[Went], holds: Callable[[Went], bool]) -> float:
    return sum(map(holds, went)) / len(went)


def _met(share: float) -> str:
    return "met" if share >= BAR else "**missed**"


def _verdicts(went: Sequence[Went]) -> str:
    rows: list[str] = []
    for verdict in sorted({one.verdict for one in went}):
        of_it = [one for one in went if one.verdict == verdict]
        true = statistics.fmean(one.share for one in of_it)
        told = statistics.fmean(one.effect[0] for one in of_it)
        rows.append(f"| {verdict.replace('_', ' ')} | {len(of_it)} | {true:.1%} | {told:.1%} |")
    return "\n".join(rows)


def _outside(went: Sequence[Went]) -> str:
    if not went:
        return "| none | | | | | | | |"
    return "\n".join(
        f"| {one.seed} | {one.kind.replace('_', ' ')} | {one.treated} | {one.holdout} | {one.gain:,.0f} "
        f"| {one.measured[0]:,.0f} ({one.measured[1]:,.0f} to {one.measured[2]:,.0f}) "
        f"| {one.share:.1%} | {one.effect[0]:.1%} ({one.effect[1]:.1%} to {one.effect[2]:.1%}) |"
        for one in went
    )
