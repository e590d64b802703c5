"""Every query gives on Spark what it gives on DuckDB."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.evidence.queries import first_purchase_cases
from tests.evidence.queries.engines import BothSides, Make, assert_equal
from tests.evidence.queries.order_lines import AS_OF

from patronage.evidence import queries
from patronage.evidence.assemble import last_good_day
from patronage.evidence.queries import (
    activity_cost,
    arms,
    basis,
    baskets,
    bridge,
    calendar,
    categories,
    cohorts,
    experiments,
    first_purchase,
    gaps,
    holdout,
    identity,
    lifetime,
    lists,
    losses,
    newcomers,
    occasions,
    overlap,
    periods,
    prices,
    profit,
    rates,
    repeat,
    segments,
    sums,
    traits,
    who,
)
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.grade import Grade

if TYPE_CHECKING:
    pass

REVENUE = cohorts.REVENUE_ONLY
MARGIN = dataclasses.replace(REVENUE, kind=basis.MARGIN_MEASURED)
SHARE = dataclasses.replace(REVENUE, kind=basis.MARGIN_DECLARED, rate=certain(0.35, "", Grade.ASSUMPTION))
YEAR = periods.twelve_months_to(AS_OF)
BEFORE = periods.Period(date(2022, 3, 1), date(2023, 2, 28))
LONG = periods.Period(date(2021, 11, 1), AS_OF)
SPLIT = date(2023, 3, 31)
COUNTS = [
    activity_cost.EventCount(activity, what, timed)
    for activity, what, timed in (
        ("call", "events", False), ("call", "km", True), ("call", "recorded", True), ("visit", "untimed", True),
        ("visit", "km", False), ("none such", "special", True),
    )
]  # fmt: skip
OVER = {COUNTS[0].column: 1.7}
EQUATIONS = {"call": (0.5, {"km": 0.1}), "visit": (6.0, {"special": 6.5, "km": -0.01}), "none such": (1.0, {})}
RULES = [
    ("big", parsed("revenue_12m > 100 and lower(place) like 'u%'")),
    ("known", parsed("company_revenue > 0 or acquired_at < '2023-01-01' or not employees >= 1")),
    ("old", parsed("first_day < '2022-01-01' or year(last_day) = 2022")),
    ("some", parsed("place in ('DE', 'FR') or orders / lines >= 1")),
]
REMEDIES = losses.Remedies(dearer=0.05, fewer=0.5, sure=0.9, beyond=2.0)
SLICES = baskets.Slices(AS_OF, 365, 3)
BAND = lists.Band(0.1, 0.99)

# Results that stand stored between the stages of a run, made in this order.
STAGES: Mapping[str, Make] = {
    "days": lambda s: repeat.buying_days(s.orders, MARGIN),
    "histories": lambda s: repeat.typed_histories(repeat.repeat_histories(s["days"], as_of=AS_OF), s["types"]),
    "early": lambda s: repeat.repeat_histories(s["days"], as_of=SPLIT),
    "lines": lambda s: bridge.compared_lines(s.orders, SHARE, (BEFORE, YEAR)),
    "places": lambda s: who.customer_places(s.orders),
    "changes": lambda s: bridge.customer_changes(s["lines"], s["places"]),
    "others": lambda s: bridge.other_changes(s["lines"]),
    "segments": lambda s: segments.customer_segments(s.orders, RULES, s.customers),
    "order_counts": lambda s: activity_cost.order_counts(s.orders, YEAR, 1.0),
    "event_counts": lambda s: activity_cost.event_counts(s.events, YEAR, COUNTS),
    "counts": lambda s: activity_cost.joined_counts([s["order_counts"], s["event_counts"]]),
    "values": lambda s: profit.customer_values(s.orders, MARGIN, YEAR),
    "costed": lambda s: profit.with_costs(s["values"], s["costs"], ["events"]),
    "profits": lambda s: profit.ranked_profits(s["costed"], s["places"]),
    "spread": lambda s: profit.occasion_spread(s.orders, MARGIN, YEAR),
    "recent": lambda s: lifetime.recent_value(s.orders, MARGIN, YEAR),
    "facts": lambda s: lifetime.customer_facts(s["histories"], s["days"], s["recent"], after=SPLIT),
    "costed_facts": lambda s: lifetime.costed_facts(s["facts"], s["profit"]),
    "slipping": lambda s: lists.slipping(s["lifetime"], BAND),
    "items": lambda s: baskets.item_lines(s.orders, None, baskets.PRODUCT),
    "pairs": lambda s: baskets.customer_items(s["items"], SLICES),
    "activity": lambda s: baskets.customer_activity(s["items"], SLICES),
    "numbered": lambda s: baskets.numbered_customers(s["activity"]),
    "listed_items": lambda s: baskets.numbered_items(s["pairs"], s["numbered"], s["codes"]),
    "category_lines": lambda s: categories.period_lines(s.orders, MARGIN, (BEFORE, YEAR)),
    "people": lambda s: categories.period_customers(s["category_lines"]),
    "cells": lambda s: categories.period_categories(s["category_lines"], s["people"], s["members"]),
    "order_prices": lambda s: prices.order_prices(s.orders, s.products, LONG),
    "buyers": lambda s: prices.price_codes(s["order_prices"], "customer_id"),
    "goods": lambda s: prices.price_codes(s["order_prices"], "product_id"),
    "since": lambda s: holdout.since(s.orders, MARGIN, YEAR),
    "repeats": lambda s: holdout.recent_repeats(s["days"], YEAR),
    "paid": lambda s: lists.last_year_paid(s["days"]),
    "below": lambda s: lists.below_price(s["price"], 0.8, 2.5),
    "losses": lambda s: losses.loss_makers(s["profit"], REMEDIES),
    "new": lambda s: newcomers.newcomers(
        s["lifetime"], s["days"], BEFORE.end, AS_OF, newcomers.FirstYears(3.0, 0.1, 0.3)
    ),
    "firsts": lambda s: first_purchase.first_purchases(first_purchase.first_lines(s.orders, s["new"]), None),
    "standing": lambda s: experiments.standing_before(s["early"], SPLIT),
    "like_tested": lambda s: experiments.named_experiment(
        experiments.customers_like_tested(s["standing"], s["days"], s["places"], s["reach"], AS_OF), "x", s["trials"]
    ),
    "arm_members": lambda s: arms.arm_members(s["acceptances"], "d"),
    "arm_outcomes": lambda s: arms.arm_outcomes(s["arm_members"], s["days"], YEAR, BEFORE),
    "listed": lambda s: overlap.listed_customers([s["work"], s["other_work"], s["work"]]),
    "same": lambda s: s["ids"].mutate(merged_id=s["ids"].customer_id.cases(("b ", "B"), ("B", "B"), else_="c")),
    "keyed": lambda s: identity.keyed_customers(s.customers.table, ["geography", "industry"]),
    "rate_days": lambda s: rates.rate_days(s["rates"], holds_days=400),
    "first_rates": lambda s: rates.first_rates(s["rates"]),
    "rated": lambda s: rates.with_rates(
        s.orders.table.mutate(row_currency=s.orders.table.place),
        s["rate_days"],
        s["first_rates"],
        at="ordered_at",
        own="UK",
    ),
    **first_purchase_cases.STAGES,
}

CASES: Mapping[str, Make] = {
    **first_purchase_cases.CASES,
    "activity_cost.order_counts": STAGES["order_counts"],
    "activity_cost.event_counts": STAGES["event_counts"],
    "activity_cost.joined_counts": STAGES["counts"],
    "activity_cost.joined_counts of one": lambda s: activity_cost.joined_counts([s["order_counts"]]),
    "activity_cost.total_counts": lambda s: activity_cost.total_counts(s["counts"]),
    "activity_cost.event_activities": lambda s: activity_cost.event_activities(s.events, YEAR),
    "activity_cost.event_span": lambda s: activity_cost.event_span(s.events, YEAR),
    "activity_cost.event_counts_over": lambda s: activity_cost.event_counts_over(s["event_counts"], OVER),
    "activity_cost.least_times": lambda s: activity_cost.least_times(s.events, YEAR, EQUATIONS),
    "arms.arm_members": STAGES["arm_members"],
    "arms.arm_outcomes": STAGES["arm_outcomes"],
    "arms.arm_sums": lambda s: arms.arm_sums(s["arm_outcomes"]),
    "arms.histories_of": lambda s: arms.histories_of(s["arm_members"], s["early"], s["histories"]),
    "arms.acted_on": lambda s: arms.acted_on(s["arm_members"], s["treatments"], "d", date(2024, 1, 31)),
    "arms.treated_elsewhere": lambda s: arms.treated_elsewhere(s["acceptances"], "d", ["e", "f"]),
    "arms.treated_decisions": lambda s: arms.treated_decisions(s["treatments"]),
    "arms.misplaced": lambda s: arms.misplaced(s["arm_members"], s["treatments"], "d", date(2023, 6, 1)),
    "basis.valued_lines of margin": lambda s: basis.valued_lines(s.orders, MARGIN),
    "basis.valued_lines of a share": lambda s: basis.valued_lines(s.orders, SHARE),
    "baskets.item_lines": STAGES["items"],
    "baskets.item_lines of categories": lambda s: baskets.item_lines(s.orders, s.products, baskets.CATEGORY),
    "baskets.customer_items": STAGES["pairs"],
    "baskets.timed_items": lambda s: baskets.timed_items(s["items"], SLICES),
    "baskets.customer_activity": STAGES["activity"],
    "baskets.item_counts": lambda s: baskets.item_counts(s["pairs"], SLICES),
    "baskets.item_names": lambda s: baskets.item_names(s["items"]),
    "baskets.numbered_customers": STAGES["numbered"],
    "baskets.numbered_items": STAGES["listed_items"],
    "baskets.numbers_within": lambda s: baskets.numbers_within(s["listed_items"], 1, 3),
    "baskets.chosen_customers": lambda s: baskets.chosen_customers(
        s["listed_items"], s["numbered"].filter(s["numbered"].days_1 > 0).select("customer")
    ),
    "bridge.compared_lines": STAGES["lines"],
    "bridge.compared_lines without quantities": lambda s: bridge.compared_lines(
        dataclasses.replace(s.orders, given=frozenset()), REVENUE, (BEFORE, YEAR)
    ),
    "bridge.customer_changes": STAGES["changes"],
    "bridge.other_changes": STAGES["others"],
    "bridge.part_totals": lambda s: bridge.part_totals(s["changes"], s["others"]),
    "bridge.returned": lambda s: bridge.returned(s["lines"]),
    "bridge.changes_by_place": lambda s: bridge.changes_by_place(s["changes"], s["others"]),
    "bridge.changes_by_segment": lambda s: bridge.changes_by_segment(s["changes"], s["others"], s["segments"]),
    "bridge.retained_products": lambda s: bridge.retained_products(s["lines"], s["changes"]),
    "calendar.repeat_months": lambda s: calendar.repeat_months(s["days"], s["histories"]),
    "calendar.arrivals": lambda s: calendar.arrivals(s["histories"]),
    "categories.period_lines": STAGES["category_lines"],
    "categories.period_customers": STAGES["people"],
    "categories.period_categories": STAGES["cells"],
    "categories.product_amounts": lambda s: categories.product_amounts(s.orders),
    "categories.product_categories": lambda s: categories.product_categories(s.products),
    "categories.category_buyers": lambda s: categories.category_buyers(s["cells"]),
    "cohorts.purchase_months": lambda s: cohorts.purchase_months(s.orders),
    "cohorts.cohort_cells": lambda s: cohorts.cohort_cells(s.orders),
    "experiments.experiment_spans": lambda s: experiments.experiment_spans(s["trials"]),
    "experiments.experiment_arms": lambda s: experiments.experiment_arms(s["trials"], "x"),
    "experiments.standing_before": STAGES["standing"],
    "experiments.experiment_outcomes": lambda s: experiments.experiment_outcomes(
        s["trials"], "x", s["standing"], s["days"], YEAR
    ),
    "experiments.customers_like_tested": STAGES["like_tested"],
    "experiments.named_experiment": STAGES["like_tested"],
    "experiments.under_one_another": lambda s: experiments.under_one_another([s["like_tested"], s["like_tested"]]),
    "experiments.segments_today": lambda s: experiments.segments_today(s["like_tested"], "x"),
    "experiments.treatment_list": lambda s: experiments.treatment_list(
        s["like_tested"], "x", {"bought once": 1.5}, {"bought once": "Once"}
    ),
    "gaps.purchase_gaps": lambda s: gaps.purchase_gaps(s.orders),
    "gaps.typed_customers": lambda s: gaps.typed_customers(s["coded"], ["regular", "irregular"], ["a week"]),
    "gaps.type_sizes": lambda s: gaps.type_sizes(s["types"].mutate(revenue_12m=s["types"].median_gap_days)),
    "holdout.since": STAGES["since"],
    "holdout.recent_repeats": STAGES["repeats"],
    "holdout.forecast_and_since": lambda s: holdout.forecast_and_since(s["histories"], s["since"], s["repeats"]),
    "identity.keyed_customers": STAGES["keyed"],
    "identity.plain_text": lambda s: s.customers.table.select(text=identity.plain_text(s.customers.table.name)),
    "identity.exact_pairs": lambda s: identity.exact_pairs(identity.keyed_customers(s["ids"], ["place"]), most=9),
    "identity.widely_shared": lambda s: identity.widely_shared(identity.keyed_customers(s["ids"], ["place"]), most=1),
    "identity.first_seen_customers": lambda s: identity.first_seen_customers(s.orders.table, s.customers.table),
    "identity.with_merged_ids": lambda s: identity.with_merged_ids(s.orders.table, s["same"]),
    "identity.merged_lists": lambda s: identity.merged_lists(
        s["ids"].mutate(decision_id=s["ids"].place.cast("string"), treated=s["ids"].place == 0), s["same"]
    ),
    "identity.merged_customers": lambda s: identity.merged_customers(s.customers.table, s["same"]),
    "lifetime.recent_value": STAGES["recent"],
    "lifetime.customer_facts": STAGES["facts"],
    "lifetime.kept_value": lambda s: lifetime.kept_value(s["facts"], s["days"]),
    "lifetime.costed_facts": STAGES["costed_facts"],
    "lifetime.costed_facts without costs": lambda s: lifetime.costed_facts(s["facts"], None),
    "lifetime.lifetime_customers": lambda s: lifetime.lifetime_customers(s.orders, s["costed_facts"], s["scores"]),
    "lifetime.by_cohort": lambda s: lifetime.by_cohort(s["lifetime"]),
    "lifetime.by_place": lambda s: lifetime.by_place(s["lifetime"]),
    "lifetime.by_segment": lambda s: lifetime.by_segment(s["lifetime"], s["segments"]),
    "lifetime.grouped_values": lambda s: lifetime.grouped_values(
        [lifetime.by_cohort(s["lifetime"]), lifetime.by_segment(s["lifetime"], s["segments"])]
    ),
    "lifetime.equity_by": lambda s: lifetime.equity_by(lifetime.by_cohort(s["lifetime"])),
    "lifetime.column_sums": lambda s: lifetime.column_sums(s["histories"], ["x", "mean_value", "age"]),
    "lifetime.values_then_and_now": lambda s: lifetime.values_then_and_now(s["histories"], s["early"], s["lifetime"]),
    "lists.slipping": STAGES["slipping"],
    "lists.by_mean_room": lambda s: lists.by_mean_room(s["slipping"]),
    "lists.lapsed": lambda s: lists.lapsed(s["lifetime"], s["paid"], 0.2),
    "lists.last_year_paid": STAGES["paid"],
    "lists.bought_once": lambda s: lists.bought_once(s["lifetime"], s["days"], AS_OF),
    "lists.category_gaps": lambda s: lists.category_gaps(s["gaps"], s["lifetime"], 2.5),
    "lists.category_gaps alone": lambda s: lists.category_gaps(s["gaps"], None, 2.5),
    "lists.below_price": STAGES["below"],
    "lists.leaking_places": lambda s: lists.leaking_places(s["below"], 2),
    "lists.summed_leakage": lambda s: lists.summed_leakage(s["price"]),
    "lists.pace_of_life": lambda s: lists.pace_of_life(s["lifetime"], 0.1),
    "lists.largest": lambda s: lists.largest(s["lifetime"], 3),
    "lists.repeat_rows": lambda s: lists.repeat_rows(s["repeat"], ["B", "f", "b "]),
    "lists.worth_acting_on": lambda s: lists.worth_acting_on(s["slipping"], lists.Acting(3.0, 0.125)),
    "lists.worth_acting_on at unknown effect": lambda s: lists.worth_acting_on(s["slipping"], lists.Acting(9.0, None)),
    "lists.worth_acting_on at no cost": lambda s: lists.worth_acting_on(s["slipping"], None),
    "lists.segment_sums": lambda s: lists.segment_sums(s["slipping"]),
    "lists.people": lambda s: lists.people(s["slipping"], "regular", lists.Acting(3.0, 0.125)),
    "lists.people at unknown effect": lambda s: lists.people(s["slipping"], "irregular", None),
    "lists.as_people": lambda s: lists.as_people(s["work"]),
    "losses.loss_makers": STAGES["losses"],
    "losses.loss_sums": lambda s: losses.loss_sums(s["losses"]),
    "losses.loss_list": lambda s: losses.loss_list(s["losses"], losses.SERVE_CHEAPER, 2.5, 10.0),
    "losses.losing_revenue": lambda s: losses.losing_revenue(s["profit"], 10.0),
    "losses.kept_by_unavoidable_cost": lambda s: losses.kept_by_unavoidable_cost(s["profit"], 0.9),
    "losses.margin_rate": lambda s: losses.margin_rate(s["profit"]),
    "newcomers.first_seen": lambda s: newcomers.first_seen(s["lifetime"]).as_table(),
    "newcomers.newcomers": STAGES["new"],
    "newcomers.came_by": lambda s: newcomers.came_by(s["new"], s["firsts"], 1),
    "newcomers.all_newcomers": lambda s: newcomers.all_newcomers(s["new"]),
    "occasions.occasions": lambda s: occasions.occasions(s.orders, MARGIN),
    "occasions.undoing_lines": lambda s: occasions.undoing_lines(s.orders.table),
    "overlap.listed_customers": STAGES["listed"],
    "overlap.shared_customers": lambda s: overlap.shared_customers(s["listed"]),
    "overlap.on_several_lists": lambda s: overlap.on_several_lists(s["listed"]),
    "overlap.list_totals": lambda s: overlap.list_totals(s["listed"]),
    "periods.month_of": lambda s: s.orders.table.select("line_id", month=periods.month_of(s.orders.table.ordered_at)),
    "periods.dated_within": lambda s: s.orders.table.filter(periods.dated_within(s.orders.table, "ordered_at", BEFORE)),
    "prices.order_prices": STAGES["order_prices"],
    "prices.order_prices without products": lambda s: prices.order_prices(s.orders, None, YEAR),
    "prices.price_codes": STAGES["goods"],
    "prices.coded_prices": lambda s: prices.coded_prices(s["order_prices"], s["buyers"], s["goods"]),
    "prices.price_months": lambda s: prices.price_months(s["order_prices"]),
    "prices.prices_since": lambda s: prices.prices_since(s["order_prices"], 12),
    "prices.labelled_customers": lambda s: prices.labelled_customers(s["buyers"], s["types"], "buying_type"),
    "prices.customer_levels": lambda s: prices.customer_levels(s["buyers"], s["places"], s["levels"]),
    "prices.named_products": lambda s: prices.named_products(s["goods"], baskets.item_names(s["items"])),
    "profit.customer_values": STAGES["values"],
    "profit.with_costs": STAGES["costed"],
    "profit.with_costs of none": lambda s: profit.with_costs(s["values"], None, ["events"]),
    "profit.ranked_profits": STAGES["profits"],
    "profit.profit_totals": lambda s: profit.profit_totals(s["costed"]),
    "profit.occasion_spread": STAGES["spread"],
    "profit.profits_with_spread": lambda s: profit.profits_with_spread(s["profits"], s["spread"]),
    "rates.rate_days": STAGES["rate_days"],
    "rates.rate_days of a week": lambda s: rates.rate_days(s["rates"], holds_days=7),
    "rates.first_rates": STAGES["first_rates"],
    "rates.with_rates": STAGES["rated"],
    "rates.converted_lines": lambda s: rates.converted_lines(s["rated"], sums.ibis.literal("UK")),
    "rates.days_without_rate": lambda s: rates.days_without_rate(s["rated"]),
    "repeat.buying_days": STAGES["days"],
    "repeat.repeat_histories": STAGES["early"],
    "repeat.typed_histories": STAGES["histories"],
    "repeat.typed_histories untold": lambda s: repeat.typed_histories(s["early"], None),
    "repeat.history_counts": lambda s: repeat.history_counts(s["histories"]),
    "repeat.gap_spans": lambda s: repeat.gap_spans(s["histories"], s["days"], below=4),
    "repeat.span_counts": lambda s: repeat.span_counts(repeat.gap_spans(s["histories"], s["days"], below=9)),
    "repeat.contract_periods": lambda s: repeat.contract_periods(s["histories"]),
    "repeat.with_renewing": lambda s: repeat.with_renewing(
        repeat.gap_spans(s["histories"], s["days"], below=9),
        [repeat.RenewingKind(1, 20.0, 400.0, 45.0, gone, 30.4, 0.04) for gone in (False, True)],
    ),
    "repeat.newcomer_counts": lambda s: repeat.newcomer_counts(s["histories"], young=33.5, grown=400.0),
    "repeat.gap_counts": lambda s: repeat.gap_counts(s["days"], s["histories"], split=SPLIT),
    "repeat.counts_at_both": lambda s: repeat.counts_at_both(s["days"], s["histories"], split=SPLIT, as_of=AS_OF),
    "segments.customer_profiles": lambda s: segments.customer_profiles(s.orders, s.customers),
    "segments.customer_profiles alone": lambda s: segments.customer_profiles(s.orders, None),
    "segments.customer_segments": STAGES["segments"],
    "sums.number sums.is_known sums.settled sums.counted sums.whole": lambda s: s["price"].aggregate(
        settled=sums.settled((s["price"].leakage + sums.number(0.1)).sum()),
        counted=sums.counted(sums.is_known(s["price"].price_index)),
        whole=sums.whole(s["price"].lines.sum()),
        settled_of_none=sums.settled(s["price"].leakage.sum(where=s["price"].lines < 0)),
        whole_of_none=sums.whole(s["price"].lines.sum(where=s["price"].lines < 0)),
    ),
    "traits.behaviour_traits": lambda s: traits.behaviour_traits(s.orders, s["types"], YEAR),
    "traits.behaviour_traits untold": lambda s: traits.behaviour_traits(s.orders, None, BEFORE),
    "who.order_key": lambda s: s.orders.table.select("line_id", key=who.order_key(s.orders.table)),
    "who.order_totals": lambda s: who.order_totals(s.orders),
    "who.order_months": lambda s: who.order_months(s.orders),
    "who.lines_after": lambda s: who.lines_after(s.orders.table, BEFORE.end),
    "who.not_product_lines": lambda s: who.not_product_lines(s.orders),
    "who.period_totals": lambda s: who.period_totals(s.orders, YEAR),
    "who.customer_places": STAGES["places"],
}

# The queries with the most steps, over order lines made by chance.
CHANCE: Mapping[str, Make] = {
    "repeat histories": lambda s: repeat.repeat_histories(repeat.buying_days(s.chance, SHARE), as_of=AS_OF),
    "cohort cells": lambda s: cohorts.cohort_cells(s.chance),
    "customer changes": lambda s: bridge.customer_changes(
        bridge.compared_lines(s.chance, MARGIN, (BEFORE, YEAR)), who.customer_places(s.chance)
    ),
    "behaviour traits": lambda s: traits.behaviour_traits(s.chance, s["types"], YEAR),
    "purchase gaps": lambda s: gaps.purchase_gaps(s.chance),
}

PLAIN = {
    "basis.value_basis", "periods.years_before", "periods.twelve_months_to", "periods.counted_window",
    "periods.compared_periods", "periods.covered_window", "segments.rule_faults",
}  # fmt: skip
"""Public functions of the queries' modules that read no table."""


@pytest.fixture(scope="session")
def sides(both_sides: BothSides) -> BothSides:
    """Both engines with the results that stand between the stages."""
    for name, make in STAGES.items():
        both_sides.keep(name, make)
    return both_sides


@pytest.mark.parametrize("name", CASES)
def test_a_query_gives_the_same_on_spark(sides: BothSides, name: str) -> None:
    assert_equal(sides, CASES[name])


@pytest.mark.parametrize("name", CHANCE)
def test_a_query_gives_the_same_on_spark_over_lines_made_by_chance(sides: BothSides, name: str) -> None:
    assert_equal(sides, CHANCE[name])


def test_the_assembled_tables_are_the_same_on_spark(sides: BothSides) -> None:
    duck, spark = sides.duckdb, sides.spark
    assert duck.orders.costed_share == pytest.approx(spark.orders.costed_share, rel=1e-12)
    assert duck.events.drivers == spark.events.drivers
    assert [last_good_day(side.orders.loaded, side.engine) for side in (duck, spark)] == [date(2024, 3, 1)] * 2
    for name in ("orders", "customers", "events", "products", "books", "exits"):
        assert_equal(sides, lambda side, name=name: getattr(side, name).table)


def test_every_public_function_of_the_queries_runs_on_both_engines() -> None:
    held = {word for name in CASES for word in name.split() if "." in word}
    there = {
        f"{module.name}.{name}"
        for module in pkgutil.iter_modules(queries.__path__)
        for name, member in vars(importlib.import_module(f"{queries.__name__}.{module.name}")).items()
        if inspect.isfunction(member) and not name.startswith("_") and member.__module__.endswith(f".{module.name}")
    }
    assert held | PLAIN == there
