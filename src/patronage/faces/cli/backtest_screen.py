"""A backtest on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.faces.backtest_rows import beside_rows, origin_rows
from patronage.faces.cli.screen import out, printable, table

if TYPE_CHECKING:
    from patronage.findings.trust import Backtest


def tell_backtest(found: Backtest) -> None:
    """The forecast of a day beside what happened: in sentences, then in figures, naive forecasts beside."""
    for sentence in found.words:
        out.print(printable(sentence), markup=False)
    out.print()
    rows = beside_rows(found)
    table("", list(rows[0]), [list(row.values()) for row in rows], frozenset(range(1, len(rows[0]))))
    if found.pooled is not None:
        out.print()
        rolled = origin_rows(found)
        table("Rolled", list(rolled[0]), [list(row.values()) for row in rolled])
        pooled = found.pooled
        bias = "" if pooled.bias is None else f", forecast {pooled.bias:+.1%} off on average"
        out.print(
            f"{pooled.totals_inside:.0%} of {pooled.origins} totals inside their 90% interval{bias}; "
            f"{pooled.coverage_90:.0%} of customers inside theirs.",
            markup=False,
        )
