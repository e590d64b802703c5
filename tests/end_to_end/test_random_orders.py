"""Whatever the order lines hold, init and run end in words, and no row is lost."""

from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

customers = st.sampled_from(
    [*(f"c{n}" for n in range(8)), "", "Ann, \"A\" 'B'", "=1+1", "<b>x</b>", "two\nlines", "🧁"]
)
days = st.one_of(
    st.dates(date(2020, 1, 1), date(2021, 12, 31)).map(date.isoformat),
    st.sampled_from(["", "soon", "2021-02-30", "1900-01-01", "2999-12-31", "2021-05-06 23:59:59"]),
)
amounts = st.one_of(
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["", "0", "free", "NaN", "-inf", "1e13", "£5", "€5", "1,234.50", "(12.00)"]),
)
products = st.sampled_from(["p1", "p2", "p3", "POST", "", "@SUM(A1)"])
lines = st.lists(st.tuples(customers, days, amounts, products), min_size=1, max_size=40)

MAPS = ("--map", "customer_id=who", "--map", "ordered_at=when", "--map", "amount=how much", "--map", "product_id=what")


@settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(lines)
def test_any_order_lines_lead_to_an_answer_that_accounts_for_every_row(cli: Any, rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("who", "when", "how much", "what"), *rows])
        begun = cli("init", folder / "shop", "--orders", folder / "orders.csv", *MAPS, "--currency", "GBP", "--yes")
        assert begun.code in {0, 2}
        if begun.code == 2:
            assert begun.err.count("error ") >= 1
            return
        answer = cli("run", folder / "shop", "--json")
        assert answer.code in {0, 2, 3}
        if answer.code == 2:
            assert answer.data["faults"]
            return
        (read,) = answer.data["tables"]
        assert read["rows_in"] == len(rows) == read["good"] + read["quarantined"]
        summary = cli("show", folder / "shop", "order_summary", "--json").data["summary"]
        assert summary["rows_in"] == summary["lines"] + summary["quarantined"] == len(rows)
        assert cli("ledger", folder / "shop").code == 0
        assert cli("report", folder / "shop").code == 0
