"""What a backtest says in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from patronage.findings.trust import Backtest, Met, Naive, TopTenth, Total
from patronage.study.backtest_words import told
from patronage.vocabulary.grade import Grade

FOUND = Backtest(
    grade=Grade.BEHAVIOUR,
    as_of=date(2020, 6, 30),
    until=date(2020, 12, 31),
    model="bg_nbd",
    unit="GBP revenue",
    customers=1200,
    orders=Met(1000.0, 950.0, 1060.0, 1100.0, 0.5, 1.0, 0.7, 0.93),
    value=Met(20_000.0, 15_000.0, 26_000.0, 21_500.0, 9.0, 30.0, 0.6, 0.91),
    top_tenth_share=TopTenth(0.4, 0.6),
    baselines={"rate": Naive(0.7, 1.5, 0.6), "last_period": Naive(0.6, 1.2, None)},
    calendar=Total(1050.0, 900.0, 1250.0),
    words=(),
)


def test_a_good_forecast_is_told_in_three_sentences() -> None:
    total, single, ranking = told(FOUND)
    assert total == (
        "On 2020-06-30 the 1,200 customers known by then were expected to buy on 1,050 days until 2020-12-31 "
        "(900 to 1,250); 1,100 happened, inside that range."
    )
    assert single == (
        "For a single customer the forecast was off by 0.50 orders on average, nearer than going on at the past rate "
        "(off by 0.70) or repeating the last period (off by 0.60); 93% of customers bought as often as their own 90% "
        "range said."
    )
    assert ranking == (
        "They were expected to bring 20,000 (15,000 to 26,000 GBP revenue) and brought 21,500, inside that range; the "
        "tenth ranked highest brought 40% of it, where perfect foresight would have found 60%."
    )


def test_a_poor_forecast_is_told_as_plainly() -> None:
    orders = replace(FOUND.orders, actual=1400.0, mae=0.65)
    value = replace(FOUND.value, actual=-5.0)
    poor = replace(FOUND, orders=orders, value=value, top_tenth_share=TopTenth(None, None))
    total, single, ranking = told(poor)
    assert total.endswith("1,400 happened, above that range.")
    assert (
        "off by 0.65 orders on average, nearer than going on at the past rate (off by 0.70), and no nearer than "
        "repeating the last period (off by 0.60); "
    ) in single
    assert ranking.endswith("and brought -5, outside that range.")
    assert told(replace(FOUND, orders=replace(orders, actual=3.0)))[0].endswith("3 happened, below that range.")
