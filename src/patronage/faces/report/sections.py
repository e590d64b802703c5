"""The report's sections, each made from the findings it needs, or saying what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.faces.backtest_rows import beside_rows, origin_rows
from patronage.faces.charts import Bar, cumulative, forecast, heat, ranked, waterfall, windows
from patronage.faces.names import BY_SEGMENT
from patronage.faces.report.blocks import PageTable, Section, label, page_table, stored_rows
from patronage.faces.words import beyond, money, percent, sentence, span, unit_of

if TYPE_CHECKING:
    from patronage.faces.report.pages import Pages


def what_changed(pages: Pages) -> Section:
    """The change bridge: who caused the change of revenue between two periods."""
    bridge = pages.finding("change_bridge")
    if bridge is None:
        return _waiting(pages, "change", "What changed", "What changed, and who caused it", "change_bridge")
    currency, parts = pages.currency, bridge.parts
    change = bridge.to.revenue - bridge.from_.revenue
    bars = [
        Bar(bridge.from_.period, bridge.from_.revenue, is_total=True),
        *(Bar(name, amount) for name, amount in _changes(parts) if amount),
        Bar(bridge.to.period, bridge.to.revenue, is_total=True),
    ]
    words = (
        f"Revenue went from {money(bridge.from_.revenue, currency)} to {money(bridge.to.revenue, currency)}, "
        f"a change of {money(change, currency)}. Customers won brought {money(parts.won, currency)} and those lost "
        f"took {money(-parts.lost, currency)}; buyers of both periods who grew added {money(parts.grown, currency)}, "
        f"those who shrank took {money(-parts.shrunk, currency)}."
    )
    within = bridge.within
    more = (
        f"Within the customers of both periods, price accounts for {money(within.price, currency)}, volume for "
        f"{money(within.volume, currency)} and mix for {money(within.mix, currency)} ({bridge.form}). The parts sum to "
        "the change to the cent, and no assumption enters."
    )
    columns = {"name": "Name", "from_revenue": "Before", "to_revenue": "After", "change": "Change"}
    tables = _by_group(pages, "change_bridge", columns, "change")
    return Section(
        "change", "What changed", "What changed, and who caused it", (words, more),
        (waterfall("Revenue, before and after", words, bars, pages.coin),), (), tables,
    )  # fmt: skip


def where_profit_sits(pages: Pages) -> Section:
    """The whale curve, and customers whose orders cost more than they bring."""
    title = "Where the profit sits"
    whale, profit = pages.finding("whale_curve"), pages.finding("customer_profit")
    if whale is None or profit is None:
        return _waiting(pages, "profit", "Profit", title, "whale_curve")
    rows, _ = stored_rows(whale.curve, limit=2000)
    names = {"raw": "as measured"}
    if whale.shrunk is not None:
        names["shrunk"] = "after taking out noise"
    peak = percent(whale.raw.peak) if not whale.raw.in_currency else money(whale.raw.peak, pages.currency)
    words = (
        f"The best tenth of {whale.customers:,} customers bring {percent(whale.top_tenth)} of the total, the best "
        f"fifth {percent(whale.top_fifth)}. The curve peaks at {peak} with {percent(whale.raw.peak_at)} of the "
        f"customers. It is drawn in {unit_of(whale.unit)}."
    )
    paragraphs = [words]
    if profit.losing is not None:
        paragraphs.append(
            f"{profit.losing:,} of {profit.active_customers:,} customers probably lose money; together they cost "
            f"{money(-(profit.loss_total or 0.0) / profit.years, pages.currency)} a year. "
            f"Total profit from {profit.start:%Y-%m-%d} to {profit.end:%Y-%m-%d}: "
            f"{span(profit.total, pages.currency)}."
        )
    tables: list[PageTable] = []
    if profit.thresholds is not None:
        shown, note = stored_rows(profit.thresholds, limit=12, asked="customer_profit --table thresholds")
        columns = {
            "cost_per_order": f"If an order costs ({pages.coin})", "customers_losing": "Customers who lose money",
            "share_losing": "Share", "losing_already": "Of them at no cost at all", "money": "Their loss",
        }  # fmt: skip
        tables.append(page_table("What handling an order may cost", shown, columns, note))
    picture = cumulative("Cumulative share of the total, customers from best to worst", words, rows, names)
    return Section("profit", "Profit", title, tuple(paragraphs), (picture,), (), tuple(tables))


def what_customers_are_worth(pages: Pages) -> Section:
    """Customer equity: the total, where it sits, and how it moved."""
    title = "What customers are worth"
    equity, value = pages.finding("customer_equity"), pages.finding("lifetime_value")
    if equity is None or value is None:
        return _waiting(pages, "equity", "Worth", title, "customer_equity")
    words = (
        f"All customers together are worth {span(equity.total, pages.currency)} over {value.horizon_years:g} years, "
        f"discounted at {percent(value.discount_rate)}, counted in {unit_of(equity.unit)}. The best tenth hold "
        f"{percent(equity.top_tenth_share)} of it."
    )
    pictures = [_ranked_equity(equity.by_cohort, "By quarter of the first purchase", pages.coin)]
    paragraphs = [words]
    if equity.bridge is not None:
        bridge = equity.bridge
        moved = (
            f"Since {bridge.from_day:%Y-%m-%d} equity went from {money(bridge.start, pages.currency)} to "
            f"{money(bridge.end, pages.currency)}: {money(bridge.acquired, pages.currency)} with new customers, "
            f"{money(bridge.grown, pages.currency)} through customers worth more, "
            f"{money(bridge.shrunk, pages.currency)} through customers worth less and "
            f"{money(bridge.lost, pages.currency)} through customers lost."
        )
        bars = [
            Bar(f"{bridge.from_day:%b %Y}", bridge.start, is_total=True), Bar("Acquired", bridge.acquired),
            Bar("Grown", bridge.grown), Bar("Shrunk", bridge.shrunk), Bar("Lost", bridge.lost),
            Bar(f"{bridge.to_day:%b %Y}", bridge.end, is_total=True),
        ]  # fmt: skip
        paragraphs.append(moved)
        pictures.insert(0, waterfall("Customer equity, a year ago and now", moved, bars, pages.coin))
    elif equity.why_no_bridge:
        paragraphs.append(f"No bridge from a year ago: {equity.why_no_bridge}.")
    columns = {"name": "Name", "customers": "Customers", "equity": "Worth", "p05": "Low (5%)", "p95": "High (95%)"}
    tables = _by_group(pages, "customer_equity", columns, "equity")
    return Section("equity", "Worth", title, tuple(paragraphs), tuple(pictures), (), tables)


def how_cohorts_stay(pages: Pages) -> Section:
    """Retention by month of the first purchase."""
    title = "How cohorts stay"
    cohorts = pages.finding("cohorts")
    if cohorts is None:
        return _waiting(pages, "cohorts", "Cohorts", title, "cohorts")
    rows, _ = stored_rows(cohorts.cells, limit=5000)
    young = [row for row in rows if row["age"] > 0]
    words = (
        f"Of {cohorts.cohorts} monthly cohorts, {percent(cohorts.retention_month_1)} of customers buy again in the "
        f"month after their first, {percent(cohorts.retention_month_6)} in the sixth and "
        f"{percent(cohorts.retention_month_12)} in the twelfth."
    )
    pictures = (heat("Share of each cohort that buys, by month of age", words, young),) if young else ()
    return Section("cohorts", "Cohorts", title, (words,), pictures)


def how_customers_came(pages: Pages) -> Section:
    """What the place, channel or product of the first purchase tells of a customer."""
    title = "How customers came"
    found = pages.finding("first_purchase")
    if found is None:
        return _waiting(pages, "came", "First purchase", title, "first_purchase")
    rows = [
        {
            "known": label(one.known), "level": one.level, "customers": one.customers,
            "orders": _times(one.orders_to_all), "staying": _times(one.staying_to_all),
            "worth": _times(one.worth_to_all), "money": span(one.worth, pages.currency),
        }
        for one in found.levels
    ]  # fmt: skip
    columns = {
        "known": "Known", "level": "Which", "customers": "Customers", "orders": "Repeat orders in the first year",
        "staying": "Active after a year", "worth": "Worth in the first year", "money": f"That worth ({pages.coin})",
    }  # fmt: skip
    tables = (page_table("New customers beside the mean of all, which is 1, with 90% intervals", rows, columns),)
    words = (found.why, *found.left_out, found.open_question)
    return Section("came", "First purchase", title, words, (), (), tables)


def _times(ratio: Any) -> str:
    """A ratio with its interval; a dash for none."""
    if ratio is None:
        return "-"
    return f"{ratio.mean:.2f}" + beyond(*(f"{end:.2f}" for end in (ratio.mean, ratio.p05, ratio.p95)))


def how_customers_differ(pages: Pages) -> Section:
    """Behaviour segments: their names, sizes and what sets them apart."""
    title = "How customers differ"
    found = pages.finding("behaviour_segments")
    if found is None:
        return _waiting(pages, "segments", "Segments", title, "behaviour_segments")
    words = f"{found.chosen} classes of buying behaviour. {found.why}"
    # A class of which nobody's trait is known has no mean of it.
    traits = list(dict.fromkeys(name for one in found.segments for name in one.profile))
    rows: list[dict[str, Any]] = [
        {"name": one.name, "customers": one.customers, "share": one.share, "revenue": one.revenue,
         "revenue_share": one.revenue_share, **{name: one.profile.get(name) for name in traits}}
        for one in found.segments
    ]  # fmt: skip
    columns = {key: label(key) for key in rows[0]}
    bars = [{"name": one.name, "value": one.revenue} for one in sorted(found.segments, key=lambda one: -one.revenue)]
    picture = ranked("Revenue of each class, last twelve months", words, bars, pages.coin)
    tables = (page_table("Classes and their means", rows, columns),)
    return Section("segments", "Segments", title, (words,), (picture,), (), tables)


def forecast_and_actual(pages: Pages) -> Section:
    """The calendar: what was expected by month, what happened, and what is expected next."""
    title = "Forecast and what happened"
    calendar = pages.finding("calendar")
    if calendar is None:
        return _waiting(pages, "forecast", "Forecast", title, "calendar")
    rows, _ = stored_rows(calendar.months, limit=200)
    words = (
        f"Purchases by whole month beside what is expected with season and trend, and its 90% band; months ahead have "
        f"no dot. "
        f"{sentence(calendar.why)} The buying rate moves by a factor of {calendar.trend_per_year.mean:.2f} a year "
        f"({calendar.trend_per_year.p05:.2f} to {calendar.trend_per_year.p95:.2f})."
    )
    caption = "Purchases a month: measured (line with dots) and expected (dashes, band)"
    picture = forecast(caption, words, _foreseen(rows), "purchase days")
    met = pages.backtest
    if met is None:
        hint = "How such a forecast would have fared is not known yet: patronage backtest DIR --as-of DATE tells."
        return Section("forecast", "Forecast", title, (words, hint), (picture,))
    rows = beside_rows(met)
    columns = {name: label(name) for name in rows[0]}
    pictures = [picture]
    tables = [page_table(f"Forecast on {met.as_of}, beside what happened until {met.until}", rows, columns)]
    if met.origins:
        rolled = origin_rows(met)
        pictures.insert(0, _forecasts(met))
        tables.append(page_table("Rolled over several days", rolled, {name: label(name) for name in rolled[0]}))
    return Section("forecast", "Forecast", title, (*met.words, words), tuple(pictures), (), tuple(tables))


def _foreseen(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whole months with what is expected of them, season and trend included.

    A month that the as-of day cuts in two stands there twice, and then the last one is cut as well.
    """
    months = [row["month"] for row in rows]
    whole = [row for row in rows if months.count(row["month"]) == 1]
    kept = whole if len(whole) == len(rows) else whole[:-1]
    return [{**row, "expected": row["expected"] * row["factor"]} for row in kept]


def data_quality(pages: Pages) -> Section:
    """What was read, what was set aside and why, and what does not reconcile."""
    title = "Data quality"
    summary = pages.finding("order_summary")
    if summary is None:
        return _waiting(pages, "quality", "Data", title, "order_summary")
    later = ""
    if summary.later_lines:
        later = (
            f", {summary.later_lines:,} good but dated after {summary.as_of:%Y-%m-%d} "
            f"({money(summary.later_amount, pages.currency)}), which count nowhere"
        )
    words = (
        f"{summary.rows_in:,} rows read: {summary.lines:,} good{later}, {summary.quarantined:,} set "
        f"aside. {percent(summary.anonymous_share, 1)} of revenue has no customer; {summary.return_lines:,} lines are "
        f"returns of {money(-summary.return_amount, pages.currency)}; {summary.not_product_lines:,} lines are no "
        f"product ({money(summary.not_product_amount, pages.currency)}) and are kept apart; "
        f"{summary.repeated_lines:,} exact repeats are kept "
        f"and flagged. Value is counted as {summary.value_basis}."
    )
    words = " ".join(filter(None, (words, summary.tax_words, _merged(summary.merged_ids), summary.note)))
    tables = [
        page_table(
            "Columns",
            [_column(column, pages) for column in summary.columns if column.given],
            {"name": "Column", "missing": "Without a value", "distinct": "Distinct", "least": "Least", "most": "Most"},
        )
    ]
    if summary.quarantine:
        rows = [{"reason": one.reason, "rows": one.rows, "first": one.first_place} for one in summary.quarantine]
        tables.append(page_table("Set aside, and why", rows, {"reason": "Reason", "rows": "Rows", "first": "First"}))
    for name, found in (("Converted by rates", summary.currencies), ("Days without a rate", summary.missing_rates)):
        if found:
            rows = [pages.plain(one) for one in found]
            tables.append(page_table(name, rows, {key: label(key) for key in rows[0]}))
    if summary.books:
        rows = [pages.plain(one) for one in summary.books]
        tables.append(page_table("Beside the books", rows, {key: label(key) for key in rows[0]}))
    return Section("quality", "Data", title, (words,), (), (), tuple(tables))


def _merged(found: Any) -> str:
    """How many customer ids were merged, in a sentence; empty where none were."""
    if found is None or found.ids == found.customers:
        return ""
    rules = ", ".join(f"{one.merged:,} by {one.rule}" for one in found.rules if one.merged)
    return f"{found.ids:,} customer ids are {found.customers:,} customers: {rules} were merged."


def _changes(parts: Any) -> list[tuple[str, float]]:
    return [
        ("Won", parts.won), ("Grown", parts.grown), ("Shrunk", parts.shrunk), ("Lost", parts.lost),
        ("Anonymous", parts.anonymous), ("No product", parts.not_product),
    ]  # fmt: skip


def _column(column: Any, pages: Pages) -> dict[str, Any]:
    ends = [column.least, column.most]
    if column.name == "customer_id":
        ends = [end and pages.names.told(end) for end in ends]
    return {
        "name": column.name, "missing": percent(column.missing_share, 1), "distinct": column.distinct,
        "least": ends[0], "most": ends[1],
    }  # fmt: skip


def _ranked_equity(table: Any, title: str, currency: str) -> Any:
    rows, _ = stored_rows(table, limit=12)
    bars = [{"name": str(row["name"]), "value": row["equity"], "p05": row["p05"], "p95": row["p95"]} for row in rows]
    return ranked(title, f"{title}: worth with its 90% interval.", bars, currency)


def _forecasts(met: Any) -> Any:
    """Each rolled forecast as it was made, beside what happened since, the misses included."""
    rows = [
        {"name": f"{one.as_of} to {one.until}", "predicted": one.orders.predicted, "p05": one.orders.p05,
         "p95": one.orders.p95, "actual": one.actual, "inside": one.inside}
        for one in met.origins
    ]  # fmt: skip
    inside = sum(one.inside for one in met.origins)
    words = (
        f"Each forecast was made with what was known on its first day; {inside} of {len(rows)} totals came to lie "
        "inside their 90% range."
    )
    return windows("Forecast then, happened since: purchase days in each window", words, rows, "purchase days")


def _by_group(pages: Pages, name: str, columns: dict[str, str], order: str) -> tuple[PageTable, ...]:
    """What a finding tells of each declared segment and of each place, where it tells it."""
    finding = pages.finding(name)
    tables: list[PageTable] = []
    for key in (BY_SEGMENT, "by_place"):
        if (table := getattr(finding, key)) is not None:
            rows, note = stored_rows(table, limit=15, order=order, asked=f"{name} --table {key}")
            tables.append(page_table(label(key), [row | pages.segments.row(key, row) for row in rows], columns, note))
    return tuple(tables)


def _waiting(pages: Pages, name: str, short: str, title: str, finding: str) -> Section:
    return Section(name, short, title, (pages.why_not(finding),))
