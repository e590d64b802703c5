"""A backtest as rows of text for a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.faces.words import cell, money, percent

if TYPE_CHECKING:
    from patronage.findings.trust import Backtest


def beside_rows(found: Backtest) -> list[dict[str, str]]:
    """Each forecast with its total, interval and errors beside what happened; a dash where it says nothing."""
    rows = [
        {
            "forecast": "with calendar",
            "total": money(found.calendar.predicted, ""),
            "from": money(found.calendar.p05, ""),
            "to": money(found.calendar.p95, ""),
            "happened": money(found.orders.actual, ""),
            "off by": "-",
            "corr.": "-",
            "in 90%": "-",
        }
    ]
    for name, met in (("model alone", found.orders), ("value", found.value)):
        rows.append(
            {
                "forecast": name,
                "total": money(met.predicted, ""),
                "from": money(met.p05, ""),
                "to": money(met.p95, ""),
                "happened": money(met.actual, ""),
                "off by": cell(round(met.mae, 2)),
                "corr.": _rounded(met.correlation),
                "in 90%": percent(met.coverage_90),
            }
        )
    names = {"rate": "past rate", "last_period": "last period"}
    for key, naive in found.baselines.items():
        blank = dict.fromkeys(rows[0], "-")
        figures = {"off by": cell(round(naive.mae, 2)), "corr.": _rounded(naive.correlation)}
        rows.append(blank | {"forecast": names.get(key, key)} | figures)
    return rows


def origin_rows(found: Backtest) -> list[dict[str, str]]:
    """Each origin of a rolled backtest."""
    return [
        {
            "as of": one.as_of.isoformat(),
            "until": one.until.isoformat(),
            "forecast": money(one.orders.predicted, ""),
            "from": money(one.orders.p05, ""),
            "to": money(one.orders.p95, ""),
            "happened": money(one.actual, ""),
            "inside": "yes" if one.inside else "no",
            "customers in 90%": percent(one.coverage_90),
        }
        for one in found.origins
    ]


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
