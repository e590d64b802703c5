"""Money of order lines that include tax is made net of it, or the line is set aside."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.evidence.currencies import Rates
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.load import LoadSettings, load
from patronage.vocabulary.sources import ANYWHERE, SourceMapping

COLUMNS = {
    "customer_id": "who", "ordered_at": "day", "quantity": "quantity", "unit_price": "price", "discount": "off",
    "tax": "tax", "unit_cost": "cost", "list_price": "list", "place": "place",
}  # fmt: skip
HEAD = "who,day,quantity,price,off,tax,cost,list,place\n"
AMOUNT = {"customer_id": "who", "ordered_at": "day", "amount": "amount", "tax": "tax", "place": "place"}


def rows(loaded: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in loaded.good.records()]


def reasons(loaded: Any) -> list[tuple[str, int]]:
    return [(item.reason, item.first_row) for item in loaded.reasons]


def test_the_tax_of_a_line_is_taken_off_its_amount_and_its_prices(loading: Any) -> None:
    # By hand: 2 x 60 less 20 is 100 gross, of which 20 is tax, so that 0.8 of every price is net.
    content = HEAD + "a,2024-01-01,2,60,20,20,15,75,UK\n"
    found = loading.csv(content, COLUMNS, amounts="gross")
    assert rows(found, "amount", "tax", "unit_price", "discount", "list_price", "unit_cost") == [
        (80.0, 20.0, 48.0, 16.0, 60.0, 15.0)
    ]
    assert found.amounts == "gross"


def test_net_amounts_and_those_of_which_nothing_is_said_stay_as_they_are(loading: Any) -> None:
    content = "who,day,amount,tax,place\na,2024-01-01,100,20,UK\n"
    for declared in ({"amounts": "net"}, {}):
        assert rows(loading.csv(content, AMOUNT, **declared), "amount", "tax") == [(100.0, 20.0)]


def test_returns_give_their_tax_back_whatever_its_sign(loading: Any) -> None:
    content = "who,day,amount,tax,place\na,2024-01-01,-120,-20,\na,2024-01-02,-120,20,\na,2024-01-03,0,0,\n"
    found = loading.csv(content, AMOUNT, amounts="gross")
    assert rows(found, "amount", "tax") == [(-100.0, -20.0), (-100.0, -20.0), (0.0, 0.0)]


def test_a_declared_rate_counts_where_a_line_does_not_tell_its_tax(loading: Any) -> None:
    lines = ("a,2024-01-01,120,,UK", "a,2024-01-02,119,,DE", "a,2024-01-03,50,,FR", "a,2024-01-04,120,10,UK")
    content = "\n".join(["who,day,amount,tax,place", *lines, ""])
    found = loading.csv(content, AMOUNT, amounts="gross", tax_rates={"UK": 0.2, "DE": 0.19, ANYWHERE: 0.0})
    assert rows(found, "amount", "tax") == [
        (pytest.approx(100.0), pytest.approx(20.0)), (pytest.approx(100.0), pytest.approx(19.0)), (50.0, 0.0),
        (110.0, 10.0),
    ]  # fmt: skip


def test_lines_whose_tax_cannot_be_known_are_set_aside(loading: Any) -> None:
    lines = ("a,2024-01-01,120,,FR", "a,2024-01-02,120,,", "a,2024-01-03,120,120,UK", "b,2024-01-04,12,2,")
    content = "\n".join(["who,day,amount,tax,place", *lines, ""])
    found = loading.csv(content, AMOUNT, amounts="gross", tax_rates={"UK": 0.2})
    assert reasons(found) == [
        ("amounts are gross, and no tax rate is declared for FR", 1),
        ("amounts are gross, and no tax rate is declared for no place", 2),
        ("tax is as large as the gross amount", 3),
    ]
    assert reasons(loading.csv(content, AMOUNT, amounts="gross")) == [
        ("amounts are gross, and tax is missing", 1),
        ("tax is as large as the gross amount", 3),
    ]


def test_declarations_that_cannot_be_carried_out_are_refused_together(loading: Any) -> None:
    content = "who,day,amount,tax,place\na,2024-01-01,120,,FR\n"
    plain = {"customer_id": "who", "ordered_at": "day", "amount": "amount"}
    assert loading.csv_refusal(content, plain, amounts="gross") == (
        "orders.amounts: are gross, and nothing tells the tax in them; map tax, or declare tax_rate: 0.2, "
        "or one for each place"
    )
    assert loading.csv_refusal(content, plain, amounts="gross", tax_rates={"UK": 0.2}) == (
        "orders.tax_rate: differs by place, and no place is mapped; map place"
    )
    assert loading.csv_refusal(content, plain, tax_rates={ANYWHERE: 0.2}) == (
        "orders.tax_rate: is declared, and amounts are not gross, so no tax is taken off; write amounts: gross, "
        "or take tax_rate out"
    )


def test_tax_is_taken_off_before_money_is_converted(tmp_path: Path) -> None:
    engine = embedded_engine(tmp_path / "engine")
    (tmp_path / "orders.csv").write_text("who,day,amount,tax,place\na,2024-01-01,120,20,\n", encoding="utf-8")
    mapping = SourceMapping("orders", "orders.csv", AMOUNT, currency="EUR", amounts="gross")
    table = engine.memory("rates", {"currency": ["EUR"], "date": [datetime(2024, 1, 1)], "rate": [0.5]})  # noqa: DTZ001
    found = load(mapping, tmp_path, engine, LoadSettings("GBP", date(2024, 6, 30), rates=Rates(table)))
    assert rows(found, "amount", "tax") == [(50.0, 10.0)]
    engine.close()


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    net=st.lists(st.floats(0.01, 1e6).map(lambda value: round(value, 2)), min_size=1, max_size=6),
    rate=st.floats(0, 0.5),
)
def test_taking_off_what_was_put_on_gives_the_net_amount_back(loading: Any, net: list[float], rate: float) -> None:
    content = "".join(["who,day,amount,tax,place\n", *(f"a,2024-01-01,{value * (1 + rate)!r},,\n" for value in net)])
    found = loading.csv(content, AMOUNT, amounts="gross", tax_rates={ANYWHERE: rate})
    assert [row[0] for row in rows(found, "amount")] == pytest.approx(net, rel=1e-9)
