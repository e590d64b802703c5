"""The page of the documents that tells what the proof found, failures included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Row = Mapping[str, Any]

HEAD = """\
# Proof

Made by `make proof` on {made}; every figure below comes from that run. The
companies are simulated with known truth (`benchmarks/proof/companies.py`): 900 days of history, then a year that the
forecast does not see. Half of them buy as one of our models says. The other half break the models on purpose, one way
each. Two real companies follow, forecast once over the whole time and then from six days in a row.
"""

HELD = "model holds"


def page(rows: Sequence[Row], real: Mapping[str, Mapping[str, Any]], made: str) -> str:
    """The whole page; made: the day and the commit."""
    held = [row for row in rows if row["name"] == HELD]
    rolled = [_rolled(name, one) for name, one in real.items()]
    return "\n".join([HEAD.format(made=made), _bars(rows, held), _by_kind(rows), _missed(rows), *rolled])


def _bars(rows: Sequence[Row], held: Sequence[Row]) -> str:
    customers = float(np.mean([row["customers_inside"] for row in held]))
    totals = float(np.mean([row["inside"] for row in rows]))
    value = float(np.mean([row["value_inside"] for row in rows]))
    share = sum(row["gain"] for row in rows) / sum(row["oracle"] for row in rows)
    beats = float(np.mean([row["gain"] > row["rfm"] for row in rows]))
    lines = [
        ("customers inside the model's 90% law, where the model holds", f"{customers:.1%}", "88% to 92%",
         0.88 <= customers <= 0.92),
        ("totals of purchase days inside their 90% interval, all companies", f"{totals:.1%}", "84% to 96%",
         0.84 <= totals <= 0.96),
        ("totals of value inside their 90% interval, all companies", f"{value:.1%}", "84% to 96%",
         0.84 <= value <= 0.96),
        ("gain of the first ten proposals to retain and win back, as a share of an oracle's", f"{share:.1%}",
         "at least 80%", share >= 0.8),
        ("companies in which these proposals beat RFM with 80/20", f"{beats:.1%}", "at least 95%", beats >= 0.95),
    ]  # fmt: skip
    body = [f"| {what} | {figure} | {bar} | {'met' if met else '**missed**'} |" for what, figure, bar, met in lines]
    return "\n".join([
        f"\n## The bars, over {len(rows)} companies\n", "| what | figure | bar | |", "|---|---:|---:|---|", *body, "",
        "A customer's place in its predictive law is drawn within the count that happened (randomised probability",
        "integral transform), so that counts are judged as fairly as money. The oracle knows the company's laws,",
        "learned from ten twins of it whose every customer is known: it takes the best action, or none, on each cell",
        "of purchases, silence and spending, and knows no more than that of who left. A contact revives one in ten of",
        "those who left within a year and 3% of the rest; an offer to return revives 6% of all who left. Either costs",
        "2. RFM with 80/20 gives the contact to the fifth of customers with the highest scores.", "",
    ])  # fmt: skip


def _by_kind(rows: Sequence[Row]) -> str:
    body: list[str] = []
    for name in dict.fromkeys(row["name"] for row in rows):
        kind = [row for row in rows if row["name"] == name]
        bias = [row["bias"] for row in kind]
        low, high = np.quantile(bias, (0.1, 0.9))
        share = sum(row["gain"] for row in kind) / sum(row["oracle"] for row in kind)
        figures = [
            f"{np.mean([row['customers_inside'] for row in kind]):.1%}",
            f"{np.mean([row['inside'] for row in kind]):.0%}",
            f"{np.mean([row['value_inside'] for row in kind]):.0%}",
            f"{np.mean(bias):+.1%} ({low:+.1%} to {high:+.1%})",
            f"{share:.0%}",
            f"{np.mean([row['gain'] > row['rfm'] for row in kind]):.0%}",
        ]
        body.append(f"| {name} | {len(kind)} | " + " | ".join(figures) + " |")
    return "\n".join([
        "## By what the company does\n",
        (
            "| company | number | customers inside | totals inside | value inside | bias of a year's value "
            "(10% to 90%) | share of an oracle's gain | beats RFM |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|", *body, "",
    ])  # fmt: skip


def _missed(rows: Iterable[Row]) -> str:
    missed = [row for row in rows if not row["inside"]]
    body = [
        f"| {row['name']} | {row['seed']} | {row['model']} | {row['predicted']:,.0f} ({row['low']:,.0f} to "
        f"{row['high']:,.0f}) | {row['actual']:,.0f} |"
        for row in missed
    ]
    return "\n".join([
        "## Totals that lay outside\n", "| company | seed | model chosen | purchase days foreseen | happened |",
        "|---|---:|---|---:|---:|", *body, "",
    ])  # fmt: skip


def _rolled(name: str, found: Mapping[str, Any]) -> str:
    body = [_window(one) for one in (found, *found["origins"])]
    worth = float(np.mean([_held(one["value"], one["value"]["actual"]) for one in found["origins"]]))
    pooled = found["pooled"]
    return "\n".join([
        f"## {name}\n",
        (
            "| known until | compared until | purchase days foreseen | happened | inside "
            "| value foreseen | happened | inside | customers inside |"
        ),
        "|---|---|---:|---:|---|---:|---:|---|---:|", *body, "",
        f"Value in {found['value']['unit']}. The first row is the whole time in one window. Of the",
        f"{pooled['origins']} forecasts in a row {pooled['totals_inside']:.0%} of the totals of purchase days",
        f"lay inside, their mean bias {pooled['bias']:+.1%}, and {worth:.0%} of those of value.",
        "",
    ])  # fmt: skip


def _window(one: Mapping[str, Any]) -> str:
    """The row of one forecast: purchase days with calendar and value, each beside what happened."""
    figures = [one["as_of"], one["until"]]
    for said, happened in ((one["calendar"], one["orders"]["actual"]), (one["value"], one["value"]["actual"])):
        figures.append(f"{said['predicted']:,.0f} ({said['p05']:,.0f} to {said['p95']:,.0f})")
        figures.append(f"{happened:,.0f}")
        figures.append("yes" if _held(said, happened) else "**no**")
    return f"| {' | '.join(figures)} | {one['orders']['coverage_90']:.1%} |"


def _held(said: Mapping[str, float], happened: float) -> bool:
    """Whether what happened lay inside the 90% interval."""
    return said["p05"] <= happened <= said["p95"]
