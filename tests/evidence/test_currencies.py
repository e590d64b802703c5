"""Money in other currencies is converted by the rate of its day, or set aside with the days for which none holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence.currencies import Rates, gap_words
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.load import LoadSettings, gaps_of_rates, load
from patronage.evidence.loaded import ConvertedLines
from patronage.vocabulary.errors import EvidenceError
from patronage.vocabulary.sources import SourceMapping

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.evidence.loaded import Loaded

RATES = SourceMapping("rates", "rates.csv", {"currency": "code", "date": "day", "rate": "rate"})
ORDERS = SourceMapping(
    "orders", "orders.csv", {"customer_id": "who", "ordered_at": "day", "amount": "amount", "currency": "code"}
)
SETTINGS = LoadSettings("GBP", date(2024, 6, 30))
PLAIN_RATES = "code,day,rate\nEUR,2024-01-01,0.8\nEUR,2024-01-15,0.9\nEUR,2024-03-31,0.75\n"


@pytest.fixture(scope="module")
def converting(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Loads order lines by a table of rates, both given as text."""
    folder: Path = tmp_path_factory.mktemp("rates")
    engine = embedded_engine(folder / "engine", threads=2)

    def run(orders: str, rates: str = PLAIN_RATES, *, holds: int = 31, mapping: SourceMapping = ORDERS) -> Loaded:
        (folder / "rates.csv").write_text(rates, encoding="utf-8")
        (folder / "orders.csv").write_text(orders, encoding="utf-8")
        known = load(RATES, folder, engine, SETTINGS)
        settings = replace(SETTINGS, rates=Rates(engine.open(known.good), holds))
        found = load(mapping, folder, engine, settings)
        assert found.rows_in == found.good.rows + found.quarantine.rows
        assert gaps_of_rates(mapping, folder, engine, settings) == found.rate_gaps
        return found

    yield run
    engine.close()


def amounts(loaded: Loaded, column: str = "amount") -> list[Any]:
    return [row[column] for row in loaded.good.records()]


def lines(*rows: str) -> str:
    return "\n".join(["who,day,amount,code", *rows, ""])


def test_a_line_is_converted_by_the_last_rate_on_or_before_its_day(converting: Any) -> None:
    found = converting(
        lines(
            "a,2024-01-01,10,EUR",
            "a,2024-01-14 23:59:59,10,eur",
            "a,2024-01-15,10,€",
            "a,2024-03-31,-10,EUR",
            "a,2024-03-31,10,GBP",
            "b,2024-03-31,10,",
        )
    )
    assert amounts(found) == [8.0, 8.0, 9.0, -7.5, 10.0, 10.0]
    assert found.currencies == (ConvertedLines("EUR", 4, 20.0, 17.5, 13),)
    assert (found.rate_gaps, found.quarantine.rows) == ((), 0)


def test_all_money_of_a_line_is_converted_and_the_rest_is_not(converting: Any) -> None:
    names = ["quantity", "unit_price", "discount", "tax", "unit_cost", "list_price"]
    mapping = replace(ORDERS, columns={"customer_id": "who", "ordered_at": "day", **{name: name for name in names}})
    content = f"who,day,{','.join(names)}\na,2024-03-31,2,100,8,16,40,120\n"
    found = converting(content, mapping=replace(mapping, currency="EUR"))
    assert [amounts(found, name)[0] for name in names] == [2.0, 75.0, 6.0, 12.0, 30.0, 90.0]
    assert amounts(found) == [144.0]


def test_lines_without_a_rate_are_set_aside_and_every_gap_is_named(converting: Any) -> None:
    found = converting(
        lines(
            "a,2023-12-01,1,EUR",
            "a,2024-01-20,1,EUR",
            "a,2024-02-16,1,EUR",
            "a,2024-03-30,1,EUR",
            "a,2024-03-30,1,EUR",
            "b,2024-05-02,1,EUR",
            "b,2024-05-05,1,EUR",
            "b,2024-05-05,1,USD",
        )
    )
    assert gap_words(found.rate_gaps) == [
        "EUR has no rate from 2023-12-01 to 2023-12-31, 1 line",
        "EUR has no rate from 2024-02-16 to 2024-03-30, 3 lines",
        "EUR has no rate from 2024-05-02 to 2024-05-05, 2 lines",
        "USD has no rate on 2024-05-05, 1 line",
    ]
    assert [(one.reason, one.rows, one.first_row) for one in found.reasons] == [
        ("EUR has no rate within 31 days before the day of the line", 5, 3),
        ("EUR has no rate on or before the day of the line", 1, 1),
        ("USD has no rate on or before the day of the line", 1, 8),
    ]
    assert amounts(found) == [0.9]


def test_a_rate_holds_for_as_many_days_as_are_declared(converting: Any) -> None:
    content = lines("a,2024-01-22,1,EUR", "a,2024-01-23,1,EUR")
    found = converting(content, holds=7)
    assert amounts(found) == [0.9]
    assert gap_words(found.rate_gaps) == ["EUR has no rate from 2024-01-23 to 2024-03-30, 1 line"]
    assert amounts(converting(content, holds=60)) == [0.9, 0.9]


def test_money_written_in_another_currency_than_its_line_counts_in_is_set_aside(converting: Any) -> None:
    found = converting(lines("a,2024-01-01,€10,EUR", "a,2024-01-01,£10,EUR", "a,2024-01-01,€10,"))
    assert amounts(found) == [8.0]
    assert [one.reason for one in found.reasons] == [
        "amount in GBP, the line counts in EUR", "amount in EUR, the line counts in GBP",
    ]  # fmt: skip


def test_rates_that_cannot_be_used_are_set_aside_with_the_reason(loading: Any) -> None:
    content = (
        "code,day,rate\nEUR,2024-01-01,0.8\nEUR,2024-01-01,0.9\nUSD,2024-01-01,0\nUSD,2024-01-02,-1\nUSD,,1\n"
        ",2024-01-01,1\nUSD,2024-01-03,x\nGBP,2024-01-01,1\nGBP,2024-01-02,1.1\n"
    )
    found = loading.csv(content, RATES.columns, table="rates")
    assert [(one.reason, one.first_row) for one in found.reasons] == [
        ("rate is not above 0", 3),
        ("currency and date stand in an earlier row already", 2),
        ("date is missing", 5),
        ("currency is missing", 6),
        ("rate is not a number", 7),
        ("GBP is the currency of the project, and its rate is not 1", 9),
    ]
    assert [row["currency"] for row in found.good.records()] == ["EUR", "GBP"]


def test_a_rates_table_needs_its_three_columns(loading: Any) -> None:
    assert loading.csv_refusal("code,day,rate\nEUR,2024-01-01,1\n", {"currency": "code"}, table="rates") == (
        "rates: the required column date is not mapped; map it: date: <column of the source>\n"
        "rates: the required column rate is not mapped; map it: rate: <column of the source>"
    )


def test_a_source_in_another_currency_is_refused_without_rates_alone(converting: Any, tmp_path: Path) -> None:
    whole = replace(ORDERS, columns={"customer_id": "who", "ordered_at": "day", "amount": "amount"}, currency="EUR")
    assert amounts(converting(lines("a,2024-01-01,10,"), mapping=whole)) == [8.0]
    (tmp_path / "orders.csv").write_text(lines("a,2024-01-01,10,"), encoding="utf-8")
    engine = embedded_engine(tmp_path / "engine")
    with pytest.raises(EvidenceError, match="map a rates table under sources, or convert the file first"):
        load(whole, tmp_path, engine, SETTINGS)
    engine.close()


MONEY = st.floats(-1e6, 1e6).map(lambda value: round(value, 2))
DAYS = st.integers(0, 90).map(lambda days: date(2024, 1, 1) + timedelta(days=days))


@settings(max_examples=4)
@given(rows=st.lists(st.tuples(DAYS, MONEY), min_size=1, max_size=8))
def test_a_currency_whose_rate_is_1_counts_as_our_own(converting: Any, rows: list[tuple[date, float]]) -> None:
    text = lines(*(f"a,{day},{money!r},EUR" for day, money in rows))
    own = lines(*(f"a,{day},{money!r},GBP" for day, money in rows))
    rates = "code,day,rate\nEUR,2024-01-01,1\n"
    assert amounts(converting(text, rates, holds=91)) == amounts(converting(own, rates, holds=91))


@settings(max_examples=4)
@given(
    rows=st.lists(st.tuples(DAYS, MONEY), min_size=1, max_size=8), rate=st.floats(0.01, 100), scale=st.floats(0.1, 9)
)
def test_a_rate_twice_as_high_makes_amounts_twice_as_large(
    converting: Any, rows: list[tuple[date, float]], rate: float, scale: float
) -> None:
    text = lines(*(f"a,{day},{money!r},EUR" for day, money in rows))
    one, other = (
        amounts(converting(text, f"code,day,rate\nEUR,2024-01-01,{value!r}\n", holds=91))
        for value in (rate, rate * scale)
    )
    assert other == pytest.approx([value * scale for value in one], rel=1e-9)
