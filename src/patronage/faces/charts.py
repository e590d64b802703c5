"""Charts as SVG texts that follow the page's own colours, light or dark, each with a text alternative."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import vl_convert as vlc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Rows = "Sequence[Mapping[str, Any]]"

UP, DOWN, NEUTRAL, FAINT = "var(--up)", "var(--down)", "var(--ink-soft)", "var(--line)"
ACCENT, SECOND = "var(--accent)", "var(--second)"
WIDTH = 640


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart: what it shows in a title, what it says in words, and its drawing."""

    title: str
    words: str
    svg: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a waterfall: a total stands on the ground, a change hangs on the one before."""

    label: str
    amount: float
    is_total: bool = False


def waterfall(title: str, words: str, bars: Sequence[Bar], unit: str) -> Picture:
    """Totals at the ends and the changes between them, each hanging on the last."""
    level, rows = 0.0, list[dict[str, Any]]()
    for bar in bars:
        start = 0.0 if bar.is_total else level
        level = start + bar.amount
        kind = "total" if bar.is_total else ("rise" if bar.amount >= 0 else "fall")
        label = (
            short(bar.amount)
            if bar.is_total
            else f"{bar.amount:+,.0f}"
            if abs(bar.amount) < 1e4
            else signed(bar.amount)
        )
        rows.append(
            {"label": bar.label, "start": start, "end": level, "kind": kind, "text": label, "top": max(start, level)}
        )
    order = [bar.label for bar in bars]
    axis = alt.Axis(labelAngle=0, labelExpr="split(datum.label, ' to ')", labelOverlap=False)
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("label:N", sort=order, title=None, axis=axis))
    colour = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=["total", "rise", "fall"], range=[NEUTRAL, UP, DOWN])
    )
    drawn = base.mark_bar(size=44, cornerRadius=2).encode(
        y=alt.Y("start:Q", title=unit, axis=alt.Axis(format="~s")), y2="end:Q", color=colour
    )
    labels = base.mark_text(dy=-7, fontSize=12, color="currentColor").encode(y="top:Q", text="text:N")
    return _picture(title, words, drawn + labels)


def cumulative(title: str, words: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Picture:
    """Cumulative share against share of customers; names: column of rows to its label, at most two."""
    long = [
        {"x": row["customers_share"], "y": row[column], "line": label}
        for column, label in names.items()
        for row in rows
        if row[column] is not None
    ]
    colours = alt.Scale(domain=list(names.values()), range=[ACCENT, SECOND][: len(names)])
    lines = (
        alt.Chart(alt.Data(values=long))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("x:Q", title="share of customers, best first", axis=alt.Axis(format="%")),
            y=alt.Y("y:Q", title="share of the total", axis=alt.Axis(format="%")),
            color=alt.Color("line:N", scale=colours, title=None, legend=alt.Legend(orient="top")),
            strokeDash=alt.StrokeDash("line:N", sort=list(names.values()), legend=None),
        )
    )
    whole = alt.Chart(alt.Data(values=[{"y": 1}])).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(y="y:Q")
    return _picture(title, words, whole + lines)


def forecast(title: str, words: str, rows: Sequence[Mapping[str, Any]], unit: str) -> Picture:
    """Actual by month beside what was expected, with the 90% band; rows: month, actual, expected, p05, p95."""
    values = [{**row, "month": str(row["month"])[:10]} for row in rows]
    base = alt.Chart(alt.Data(values=values)).encode(x=alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y")))
    band = (
        base.transform_filter("datum.p05 != null")
        .mark_area(color=SECOND, opacity=0.25)
        .encode(y=alt.Y("p05:Q", title=unit), y2="p95:Q")
    )
    expected = (
        base.transform_filter("datum.expected != null")
        .mark_line(color=SECOND, strokeWidth=2, strokeDash=[6, 3])
        .encode(y="expected:Q")
    )
    actual = (
        base.transform_filter("datum.actual != null")
        .mark_line(color=ACCENT, strokeWidth=2.5, point=alt.OverlayMarkDef(color=ACCENT, size=28))
        .encode(y="actual:Q")
    )
    return _picture(title, words, band + expected + actual)


def windows(title: str, words: str, rows: Sequence[Mapping[str, Any]], unit: str) -> Picture:
    """Forecasts made one after another beside what happened; rows: name, predicted, p05, p95, actual, inside."""
    values = [{**row, "miss": "inside the range" if row["inside"] else "outside"} for row in rows]
    order = [row["name"] for row in rows]
    axis = alt.Axis(labelAngle=0, labelExpr="split(datum.label, ' to ')", labelOverlap=False)
    base = alt.Chart(alt.Data(values=values)).encode(x=alt.X("name:N", sort=order, title=None, axis=axis))
    span = base.mark_bar(size=26, color=SECOND, opacity=0.35).encode(y=alt.Y("p05:Q", title=unit), y2="p95:Q")
    middle = base.mark_tick(size=26, thickness=2, color=SECOND).encode(y="predicted:Q")
    happened = base.mark_point(size=90, filled=True, color=ACCENT, opacity=1).encode(
        y="actual:Q",
        shape=alt.Shape(
            "miss:N",
            scale=alt.Scale(domain=["inside the range", "outside"], range=["circle", "cross"]),
            legend=alt.Legend(title="what happened", orient="top"),
        ),
    )
    return _picture(title, words, span + middle + happened)


def heat(title: str, words: str, rows: Sequence[Mapping[str, Any]]) -> Picture:
    """Retention by cohort and age; rows: cohort (text), age, retention."""
    values = [{"cohort": str(row["cohort"])[:7], "age": row["age"], "retention": row["retention"]} for row in rows]
    count = len({row["cohort"] for row in values})
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_rect(color=ACCENT)
        .encode(
            x=alt.X("age:O", title="months since the first purchase", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("cohort:O", title=None),
            opacity=alt.Opacity(
                "retention:Q",
                legend=alt.Legend(title="active", format=".0%", orient="top"),
                scale=alt.Scale(range=[0.06, 1]),
            ),
        )
    )
    return _picture(title, words, chart, height=max(160, 15 * count))


def ranked(title: str, words: str, rows: Sequence[Mapping[str, Any]], unit: str) -> Picture:
    """Horizontal bars, largest first; rows: name, value, and p05, p95 where there is an interval."""
    values = [{**row, "text": short(row["value"])} for row in rows]
    order = [row["name"] for row in rows]
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=220))
    )
    bars = base.mark_bar(color=ACCENT, size=16, cornerRadius=2).encode(
        x=alt.X("value:Q", title=unit, axis=alt.Axis(format="~s"))
    )
    layers = bars + base.mark_text(align="left", dx=6, color="currentColor").encode(x="value:Q", text="text:N")
    if any(row.get("p05") is not None for row in rows):
        span = base.mark_rule(color="currentColor", strokeWidth=1.5).encode(x="p05:Q", x2="p95:Q")
        layers = bars + span
    return _picture(title, words, layers, height=max(90, 30 * len(values)))


def short(value: float) -> str:
    """An amount in few letters: 9.15m, 945k, 310."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:,.2f}m"
    return f"{value / 1e3:,.0f}k" if size >= 1e4 else f"{value:,.0f}"


def signed(value: float) -> str:
    """The same with its sign always shown."""
    return ("+" if value >= 0 else "") + short(value)


def _picture(title: str, words: str, chart: Any, *, height: int = 300) -> Picture:
    """The chart drawn, with its title and words inside for those who cannot see it."""
    dressed = (
        chart.properties(width=WIDTH, height=height)
        .configure(background="transparent", font="inherit")
        .configure_axis(
            labelColor="currentColor", titleColor="currentColor", gridColor=FAINT, domainColor=FAINT,
            tickColor=FAINT, labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
        )
        .configure_legend(labelColor="currentColor", titleColor="currentColor", labelFontSize=12, labelLimit=400)
        .configure_view(stroke=None)
    )  # fmt: skip
    drawn = vlc.vegalite_to_svg(dressed.to_dict())
    head = (
        f'<svg role="img" preserveAspectRatio="xMinYMin meet" aria-label="{html.escape(title)}. {html.escape(words)}" '
    )
    # Fixed sizes go, so that the picture shrinks with a narrow page.
    flexible = re.sub(r'^<svg ([^>]*?)width="\d+" height="\d+" ', lambda found: head + found.group(1), drawn)
    inner = re.sub(r' (aria-label|aria-roledescription|role)="[^"]*"', "", flexible[len(head) :])
    return Picture(title, words, head + _own_names(inner, title + words))


def _own_names(svg: str, told: str) -> str:
    """The drawing, its parts named after what it tells: the library counts on from chart to chart."""
    stem = hashlib.sha256(told.encode()).hexdigest()[:8]
    names = dict.fromkeys(re.findall(r' id="([^"]+)"', svg))
    for place, name in enumerate(names):
        svg = svg.replace(f' id="{name}"', f' id="p{stem}-{place}"').replace(f"url(#{name})", f"url(#p{stem}-{place})")
    return svg
