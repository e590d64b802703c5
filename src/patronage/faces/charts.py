"""The charts of the report, each as fits a wide page and a narrow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from patronage.faces.drawing import Drawn, Frame, Picture, picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UP, DOWN, NEUTRAL = "var(--up)", "var(--down)", "var(--ink-soft)"
ACCENT, SECOND = "var(--accent)", "var(--second)"

IN_FEW_LETTERS = "datum.value == 0 ? '0' : replace(replace(datum.label, 'M', 'm'), 'G', 'bn')"
"""An axis's numbers as `short` writes them."""

TWO_LINES = "split(datum.label, ' to ')"
"""A span of days on an axis: its ends under each other."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a waterfall: a total stands on the ground, a change hangs on the one before."""

    label: str
    amount: float
    is_total: bool = False


def waterfall(title: str, words: str, bars: Sequence[Bar], unit: str) -> Picture:
    """Totals at the ends and the changes between them, each hanging on the last; lying where the page is narrow."""
    rows = _hanging(bars)
    order = [bar.label for bar in bars]
    colours = alt.Scale(domain=["total", "rise", "fall"], range=[NEUTRAL, UP, DOWN])
    ends = [row[end] for row in rows for end in ("start", "end")]

    def draw(frame: Frame) -> Drawn:
        across: dict[str, Any] = {"sort": order, "title": None, "axis": _named(frame)}
        along = alt.Axis(format="~s", labelExpr=IN_FEW_LETTERS, tickCount=frame.ticks)
        base = alt.Chart(alt.Data(values=rows)).encode(color=alt.Color("kind:N", legend=None, scale=colours))
        if frame.narrow:
            base = base.encode(y=alt.Y("label:N", **across))
            scale = alt.Scale(domain=_with_room(ends, 0.32), nice=False)
            drawn = base.mark_bar(size=22, cornerRadius=2).encode(
                x=alt.X("start:Q", title=unit, axis=along, scale=scale), x2="end:Q"
            )
            labels = base.mark_text(dx=5, align="left").encode(
                x="top:Q", text="text:N", color=alt.value("currentColor")
            )
            return Drawn(drawn + labels, 60 + 34 * len(rows))
        base = base.encode(x=alt.X("label:N", **across))
        drawn = base.mark_bar(size=48, cornerRadius=2).encode(y=alt.Y("start:Q", title=unit, axis=along), y2="end:Q")
        labels = base.mark_text(dy=-8).encode(y="top:Q", text="text:N", color=alt.value("currentColor"))
        return Drawn(drawn + labels)

    return picture(title, words, draw)


def cumulative(title: str, words: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Picture:
    """Cumulative share against share of customers; names: column of rows to its label, at most two."""
    long = [
        {"x": row["customers_share"], "y": row[column], "line": label}
        for column, label in names.items()
        for row in rows
        if row[column] is not None
    ]
    colours = alt.Scale(domain=list(names.values()), range=[ACCENT, SECOND][: len(names)])
    whole = alt.Chart(alt.Data(values=[{"y": 1}])).mark_rule(color=NEUTRAL, strokeDash=[4, 4]).encode(y="y:Q")

    def draw(frame: Frame) -> Drawn:
        across = alt.Axis(format="%", values=[n / 4 for n in range(5)] if frame.narrow else [n / 10 for n in range(11)])
        upwards = alt.Axis(format="%", tickCount=6)
        lines = (
            alt.Chart(alt.Data(values=long))
            .mark_line(strokeWidth=2.5)
            .encode(
                x=alt.X("x:Q", title="share of customers, best first", axis=across),
                y=alt.Y("y:Q", title="share of the total", axis=upwards),
                color=alt.Color("line:N", scale=colours, title=None, legend=_legend(frame)),
                strokeDash=alt.StrokeDash("line:N", sort=list(names.values()), legend=None),
            )
        )
        return Drawn(whole + lines)

    return picture(title, words, draw)


def forecast(title: str, words: str, rows: Sequence[Mapping[str, Any]], unit: str) -> Picture:
    """Actual by month beside what was expected, with the 90% band; rows: month, actual, expected, p05, p95."""
    values = [{**row, "month": str(row["month"])[:10]} for row in rows]

    def draw(frame: Frame) -> Drawn:
        axis = alt.Axis(format="%Y" if frame.narrow else "%b %Y", tickCount=frame.ticks, labelOverlap="greedy")
        base = alt.Chart(alt.Data(values=values)).encode(x=alt.X("month:T", title=None, axis=axis))
        band = (
            base.transform_filter("datum.p05 != null")
            .mark_area(color=SECOND, opacity=0.25)
            .encode(y=alt.Y("p05:Q", title=unit, axis=alt.Axis(tickCount=6)), y2="p95:Q")
        )
        expected = (
            base.transform_filter("datum.expected != null")
            .mark_line(color=SECOND, strokeWidth=2, strokeDash=[6, 3])
            .encode(y="expected:Q")
        )
        dots = alt.OverlayMarkDef(color=ACCENT, size=14 if frame.narrow else 28)
        actual = (
            base.transform_filter("datum.actual != null")
            .mark_line(color=ACCENT, strokeWidth=2.5, point=dots)
            .encode(y="actual:Q")
        )
        return Drawn(band + expected + actual)

    return picture(title, words, draw)


def windows(title: str, words: str, rows: Sequence[Mapping[str, Any]], unit: str) -> Picture:
    """Forecasts made one after another beside what happened; rows: name, predicted, p05, p95, actual, inside."""
    values = [{**row, "miss": "inside the range" if row["inside"] else "outside"} for row in rows]
    order = [row["name"] for row in rows]
    marks = alt.Scale(domain=["inside the range", "outside"], range=["circle", "cross"])

    def draw(frame: Frame) -> Drawn:
        axis = _named(frame)
        legend = alt.Legend(title="what happened", orient="top")
        shape = alt.Shape("miss:N", scale=marks, legend=legend)
        base = alt.Chart(alt.Data(values=values))
        along = alt.Axis(tickCount=frame.ticks)
        if frame.narrow:
            base = base.encode(y=alt.Y("name:N", sort=order, title=None, axis=axis))
            span = base.mark_bar(size=20, color=SECOND, opacity=0.35).encode(
                x=alt.X("p05:Q", title=unit, axis=along, scale=alt.Scale(zero=True)), x2="p95:Q"
            )
            middle = base.mark_tick(size=20, thickness=2, color=SECOND, orient="vertical").encode(x="predicted:Q")
            happened = base.mark_point(size=90, filled=True, color=ACCENT, opacity=1).encode(x="actual:Q", shape=shape)
            return Drawn(span + middle + happened, 100 + 40 * len(rows))
        base = base.encode(x=alt.X("name:N", sort=order, title=None, axis=axis))
        span = base.mark_bar(size=26, color=SECOND, opacity=0.35).encode(
            y=alt.Y("p05:Q", title=unit, axis=along), y2="p95:Q"
        )
        middle = base.mark_tick(size=26, thickness=2, color=SECOND).encode(y="predicted:Q")
        happened = base.mark_point(size=90, filled=True, color=ACCENT, opacity=1).encode(y="actual:Q", shape=shape)
        return Drawn(span + middle + happened)

    return picture(title, words, draw)


def heat(title: str, words: str, rows: Sequence[Mapping[str, Any]]) -> Picture:
    """Retention by cohort and age; rows: cohort (text), age, retention."""
    values = [{"cohort": str(row["cohort"])[:7], "age": row["age"], "retention": row["retention"]} for row in rows]
    count = len({row["cohort"] for row in values})
    oldest = max(int(row["age"]) for row in rows)

    def draw(frame: Frame) -> Drawn:
        step = next((step for step in (1, 3, 6) if oldest <= 3 * step * frame.ticks), 12)
        ages = sorted({1, *range(step, oldest + 1, step)})
        legend = alt.Legend(title="active", format=".0%", orient="top", columns=frame.ticks)
        chart = (
            alt.Chart(alt.Data(values=values))
            .mark_rect(color=ACCENT)
            .encode(
                x=alt.X("age:O", title="months since the first purchase", axis=alt.Axis(labelAngle=0, values=ages)),
                y=alt.Y("cohort:O", title=None, axis=alt.Axis(labelOverlap="greedy", ticks=False, labelPadding=5)),
                opacity=alt.Opacity("retention:Q", legend=legend, scale=alt.Scale(range=[0.06, 1])),
            )
        )
        return Drawn(chart, 110 + min(max(80, 16 * count), 900))

    return picture(title, words, draw)


def ranked(title: str, words: str, rows: Sequence[Mapping[str, Any]], unit: str) -> Picture:
    """Horizontal bars in the order of the rows; rows: name, value, and p05, p95 where there is an interval."""
    values = [{**row, "text": short(row["value"])} for row in rows]
    order = [row["name"] for row in rows]
    spread = any(row.get("p05") is not None for row in rows)
    ends = [row[name] for row in rows for name in ("value", "p05", "p95") if row.get(name) is not None]

    def draw(frame: Frame) -> Drawn:
        above = frame.narrow and max(map(len, order), default=0) > 14
        room = 0.0 if spread else 0.25 if frame.narrow else 0.1
        axis = alt.Axis(labelLimit=360, ticks=False, labelPadding=5, labels=not above, domain=not above)
        along = alt.Axis(format="~s", labelExpr=IN_FEW_LETTERS, tickCount=frame.ticks, grid=not above)
        base = alt.Chart(alt.Data(values=values)).encode(y=alt.Y("name:N", sort=order, title=None, axis=axis))
        scale = alt.Scale(domain=_with_room(ends, room), nice=spread)
        drawn = base.mark_bar(color=ACCENT, size=16, cornerRadius=2, opacity=0.6 if spread else 1).encode(
            x=alt.X("value:Q", title=unit, axis=along, scale=scale)
        )
        if spread:
            drawn += base.mark_rule(color="var(--ink)", strokeWidth=1.5).encode(x="p05:Q", x2="p95:Q")
        else:
            drawn += base.mark_text(align="left", dx=6).encode(x="value:Q", text="text:N")
        if above:
            drawn += base.mark_text(align="left", dy=-19, limit=frame.width - 10).encode(x=alt.datum(0), text="name:N")
        return Drawn(drawn, 50 + (48 if above else 30) * len(values))

    return picture(title, words, draw)


def short(value: float) -> str:
    """An amount in few letters: 9.15m, 945k, 310."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:,.2f}m"
    return f"{value / 1e3:,.0f}k" if size >= 1e4 else f"{value:,.0f}"


def signed(value: float) -> str:
    """The same with its sign always shown."""
    return ("+" if value >= 0 else "") + short(value)


def _hanging(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Each bar with its ends, its kind, its amount as text, and the end that the text stands at."""
    level, rows = 0.0, list[dict[str, Any]]()
    for bar in bars:
        start = 0.0 if bar.is_total else level
        level = start + bar.amount
        kind = "total" if bar.is_total else ("rise" if bar.amount >= 0 else "fall")
        text = short(bar.amount) if bar.is_total else signed(bar.amount)
        ends = {"start": start, "end": level, "top": max(start, level)}
        rows.append({"label": bar.label, "kind": kind, "text": text, **ends})
    return rows


def _with_room(ends: Sequence[float], share: float) -> list[float]:
    """From the least to the largest, zero among them, with room for letters beyond the largest."""
    low, high = min(0.0, *ends), max(0.0, *ends)
    return [low, high + share * (high - low)] if high > low else [0.0, 1.0]


def _named(frame: Frame) -> alt.Axis:
    """The axis of names, upright or lying; a span of days stands on two lines, in the middle of its place."""
    offset: Any = {"condition": {"test": "indexof(datum.label, ' to ') > 0", "value": -7}, "value": 0}
    return alt.Axis(
        labelAngle=0, labelExpr=TWO_LINES, labelOverlap=False, ticks=False, labelPadding=5, domain=not frame.narrow,
        labelOffset=offset if frame.narrow else 0,
    )  # fmt: skip


def _legend(frame: Frame) -> alt.Legend:
    return alt.Legend(orient="top", direction="vertical" if frame.narrow else "horizontal")
