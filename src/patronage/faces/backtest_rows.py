"""A backtest as rows of text for a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.faces.words import cell, percent

if TYPE_CHECKING:
    from patronage.findings.trust import Backtest


def beside_rows(found: Backtest) -> list[dict[str, str]]:
    """Each forecast with its total, interval and errors beside what happened; a dash where it says nothing."""
    rows = [
        {
            "forecast": "orders, with calendar",
            "total": cell(found.calendar.predicted),
            "from": cell(found.calendar.p05),
            "to": cell(found.calendar.p95),
            "happened": cell(found.orders.actual),
            "off by": "-",
            "corr.": "-",
            "in 90%": "-",
        }
    ]
    for name, met in (("orders, model alone", found.orders), ("value", found.value)):
        rows.append(
            {
                "forecast": name,
                "total": cell(met.predicted),
                "from": cell(met.p05),
                "to": cell(met.p95),
                "happened": cell(met.actual),
                "off by": cell(met.mae),
                "corr.": cell(met.correlation),
                "in 90%": percent(met.coverage_90),
            }
        )
    names = {"rate": "orders, past rate", "last_period": "orders, last period"}
    for key, naive in found.baselines.items():
        blank = dict.fromkeys(rows[0], "-")
        figures = {"off by": cell(naive.mae), "corr.": cell(naive.correlation)}
        rows.append(blank | {"forecast": names.get(key, key)} | figures)
    return rows


def origin_rows(found: Backtest) -> list[dict[str, str]]:
    """Each origin of a rolled backtest."""
    return [
        {
            "as of": one.as_of.isoformat(),
            "until": one.until.isoformat(),
            "forecast": cell(one.orders.predicted),
            "from": cell(one.orders.p05),
            "to": cell(one.orders.p95),
            "happened": cell(one.actual),
            "inside": "yes" if one.inside else "no",
            "customers inside 90%": percent(one.coverage_90),
        }
        for one in found.origins
    ]
