"""Tables such as analyses store and queries take, with every kind of gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tests.evidence.queries.order_lines import DAY, FLOAT, MOMENT, TEXT, TRUTH, WHOLE

NAN = float("nan")
moment = datetime.fromisoformat


def columns(**kinds: str) -> dict[str, Any]:
    """Columns by their type: text="a b" gives two columns of text."""
    types = {"text": TEXT, "number": FLOAT, "whole": WHOLE, "truth": TRUTH, "day": DAY, "moment": MOMENT}
    return {name: types[kind] for kind, names in kinds.items() for name in names.split()}


def _rows(columns: str, *rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


# What analyses store and queries take: text, number, whole ... columns, and rows with every kind of gap.
FINDINGS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "types": (
        columns(text="customer_id buying_type", truth="told", number="median_gap_days gap_cv"),
        _rows("customer_id buying_type told median_gap_days gap_cv",
              ("B", "contract_like", True, 30.0, 0.1), ("c", "irregular", True, 410.5, NAN),
              ("Åsa 😀", "regular", False, None, None), ("b ", "regular", True, 365.0, 0.4),
              ("k1", "contract_like", True, 12.0, 0.2), ("k2", "regular", True, 9.0, None)),
    ),
    "coded": (
        columns(text="customer_id", whole="kind period occasions", truth="told", day="last_day",
                 number="median_gap_days gap_cv revenue_12m"),
        _rows("customer_id kind told occasions median_gap_days gap_cv period last_day revenue_12m",
              ("B", 0, True, 11, 30.5, 0.1, 0, date(2024, 2, 28), 300.0), ("c", 1, False, 2, NAN, NAN, -1, None, 0.0),
              ("Åsa 😀", -1, False, 1, None, NAN, -1, date(2023, 5, 31), -1.5)),
    ),
    "lifetime": (
        columns(text="customer_id place buying_type", day="first_day last_day", whole="orders",
                 number="revenue_12m value_12m p_alive expected_orders value p05 p50 p95 cost_to_serve per_order "
                        "cost_per_order sd p_buys_12m second_life"),
        _rows("customer_id place buying_type first_day last_day orders revenue_12m value_12m p_alive expected_orders "
              "value p05 p50 p95 cost_to_serve per_order cost_per_order sd p_buys_12m second_life",
              ("B", "UK", "regular", date(2023, 12, 31), date(2024, 2, 28), 11, 300.0, 120.0, 0.985, 12.0, 500.0, 100.0,
               480.0, 900.0, 30.0, 41.0, 2.5, 10.0, 0.75, 120.5),
              ("c", None, "irregular", date(2022, 3, 1), date(2023, 9, 30), 1, None, 0.0, 0.125, 1.0, 80.0, 0.0, 60.0,
               200.0, 0.0, 80.0, 0.0, 4.5, 0.125, NAN),
              ("Åsa 😀", "Österreich", None, date(2023, 3, 31), date(2024, 2, 29), 3, 50.0, 10.0, 0.5, 3.0, 80.0, 1.0,
               50.0, 199.0, 1.5, 20.0, 0.5, 2.0, 0.5, None),
              ("b ", "DE", "regular", date(2023, 6, 15), date(2023, 6, 15), 2, 10.0, None, None, None, None, None, None,
               None, None, None, None, None, None, 44.0),
              ("f", "UK", "irregular", date(2020, 2, 29), date(2020, 2, 29), 1, 0.0, 0.0, 0.005, 0.0, -5.0, -9.0, -5.0,
               0.0, 2.0, 0.0, 0.0, 1.0, 0.005, -3.25),
              ("g", "UK", "contract_like", date(2023, 7, 1), date(2024, 1, 1), 7, 70.0, 35.0, NAN, NAN, NAN, NAN, NAN,
               NAN, NAN, NAN, NAN, NAN, NAN, 0.0),
              ("h", "UK", "regular", date(2023, 12, 31), date(2024, 2, 28), 9, 9.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
               0.0, 0.0, 0.0, 0.0, 0.0, 120.5),
              ("n", "DE", None, date(2023, 11, 11), date(2023, 11, 11), 1, 16.0, 8.0, 1.0, 2.0, 20.5, 1.0, 18.0, 44.0,
               0.0, 10.0, 0.0, 6.5, 0.25, NAN),
              ("i", "DE", "irregular", date(2023, 3, 1), date(2023, 5, 5), 4, 33.3, 11.1, 0.045, 0.2, 14.2, 1.0, 9.0,
               40.0, 0.0, 7.1, 0.0, 3.0, 0.02, None)),
    ),
    "repeat": (
        columns(text="customer_id", whole="x t_x age valued", number="mean_value occasions_value gap_days",
                 truth="fitted", day="first_day last_day"),
        _rows("customer_id x t_x age valued mean_value occasions_value gap_days fitted first_day last_day",
              ("B", 10, 758, 760, 9, 22.5, 240.0, 60.5, True, date(2022, 1, 31), date(2024, 2, 28)),
              ("c", 1, 578, 730, 1, 30.0, 130.0, None, True, date(2022, 3, 1), date(2023, 9, 30)),
              ("f", 0, 0, 1461, 0, None, 12.0, None, True, date(2020, 2, 29), date(2020, 2, 29)),
              ("i", 3, 65, 365, 3, 9.0, 40.0, 21.0, True, date(2023, 3, 1), date(2023, 5, 5)),
              ("h", 8, 59, 60, 0, None, -3.0, 7.0, True, date(2023, 12, 31), date(2024, 2, 28)),
              ("b ", 1, 365, 624, 1, 7.0, 20.0, 365.0, False, date(2022, 6, 15), date(2023, 6, 15))),
    ),
    "profit": (
        columns(text="customer_id place", whole="orders lines",
                 number="revenue margin cost_to_serve avoidable_cost profit p05 p95 p_loss"),
        _rows("customer_id place orders lines revenue margin cost_to_serve avoidable_cost profit p05 p95 p_loss",
              ("B", "UK", 10, 12, 300.0, 100.0, 160.0, 120.5, -60.0, -80.0, -40.0, 0.99),
              ("c", None, 2, 3, 60.0, 20.0, 900.0, 700.0, -880.0, -1000.0, -760.0, 1.0),
              ("Åsa 😀", "AT", 1, 1, 4000.0, 10.0, 70.0, 60.0, -60.0, -70.0, -50.0, 1.0),
              ("d", "UK", 0, 0, -3.0, -3.0, 5.0, 5.0, -8.0, -9.0, -7.0, 1.0),
              ("f", "FR", 1, 1, 40.0, 30.0, 35.0, 10.0, -5.0, -9.0, -1.0, 0.97),
              ("g", "FR", 5, 9, 500.0, 300.0, 10.0, 5.0, 290.0, 200.0, 380.0, 0.0),
              ("i", "FR", 5, 9, 0.0, 0.0, 10.0, 10.0, -10.0, NAN, NAN, NAN)),
    ),
    "gaps": (
        columns(text="customer_id category", number="uptake p05 p95 value_if_adopted value"),
        _rows("customer_id category uptake p05 p95 value_if_adopted value",
              ("B", "cups", 0.125, 0.1, 0.2, 40.0, 5.0), ("B", "😀", 0.5, 0.1, 0.9, 40.0, 20.0),
              ("c", "tea", 0.335, 0.1, 0.5, 12.0, 4.0), ("i", "cups", 0.2, 0.1, 0.3, -1.0, -0.2),
              ("Åsa 😀", "tea", 0.2, 0.1, 0.3, 10.0, 2.0), ("h", "tea", 0.2, 0.1, 0.3, 10.0, 2.0),
              ("g", "tea", 0.2, 0.1, 0.3, 10.0, 2.0), ("f", "tea", 0.2, 0.1, 0.3, None, None)),
    ),
    "price": (
        columns(text="customer_id place", number="revenue leakage price_index", whole="lines"),
        _rows("customer_id place revenue leakage price_index lines",
              ("B", "UK", 300.0, 12.5, 0.965, 12), ("c", None, 60.0, 3.3, 0.945, 3), ("f", "UK", 40.0, -2.0, 1.05, 1),
              ("g", "FR", 500.0, 12.5, 0.975, 9), ("i", "FR", 0.0, None, None, 9)),
    ),
    "work": (
        columns(text="customer_id place why", number="amount value"),
        _rows("customer_id place why amount value", ("B", "UK", "because", 1.0, NAN), ("c", "", "it", 2.0, None),
              ("f", None, "was", 3.5, -1.0), ("g", "FR", "so", 4.25, 8.0)),
    ),
    "other_work": (columns(text="customer_id", number="value"),
                   _rows("customer_id value", ("c", 5.0), ("B", None), ("z", 2.0), ("g", 2.0))),
    "scores": (
        columns(text="customer_id",
                 number="p_alive expected_orders value p05 p50 p95 cost_to_serve per_order cost_per_order sd "
                        "p_buys_12m second_life"),
        _rows("customer_id p_alive expected_orders value p05 p50 p95 cost_to_serve per_order cost_per_order sd "
              "p_buys_12m second_life",
              ("B", 0.9, 8.0, 80.0, 1.0, 70.0, 160.0, 3.0, 10.0, 0.75, 3.0, 0.75, 120.5),
              ("c", 0.2, 1.0, 80.0, 0.0, 9.0, 40.0, 0.0, 10.0, 0.0, 3.0, 0.125, NAN),
              ("Åsa 😀", 1.0, 4.0, -1.0, -9.0, -1.0, 0.5, 0.0, 10.0, 0.0, 3.0, 0.5, None))),
    "acceptances": (
        columns(text="decision_id customer_id", truth="treated"),
        _rows("decision_id customer_id treated", ("d", "B", True), ("d", "c", False), ("d", "Åsa 😀", True),
              ("d", "nobody", False), ("e", "B", False))),
    "treatments": (
        columns(text="customer_id decision_id arm", moment="at", number="cost"),
        _rows("customer_id decision_id arm at cost", ("B", "d", "treated", moment("2024-01-01 23:59"), 2.5),
              ("c", "d", "Treated", moment("2023-03-01"), None), ("x", "d", None, moment("2024-02-29"), 1.0),
              ("B", "e", None, moment("2020-01-01"), NAN), ("B", "d", None, moment("2024-02-01"), 2.5))),
    "trials": (
        columns(text="customer_id experiment_id arm", moment="at", number="cost"),
        _rows("customer_id experiment_id arm at cost", ("B", "x", "mail", moment("2023-04-01 23:59"), 2.5),
              ("c", "x", "none", moment("2023-04-02"), None), ("Åsa 😀", "x", "mail", moment("2023-05-01"), 0.25),
              ("B", "x", "mail", moment("2023-05-02"), 1.0), ("B", "y", "mail", moment("2023-01-01"), None),
              ("B", "y", "none", moment("2023-01-01"), None), ("x", "y", None, moment("2022-12-31"), 3.0),
              ("f", None, "mail", moment("2020-01-01"), 9.0))),
    "reach": (columns(text="segment", whole="longest"),
              _rows("segment longest", ("bought once", 900), ("bought again, lately", 900), ("other", 3))),
    "codes": (columns(text="item", whole="code"), _rows("item code", ("p1", 0), ("p3", 1), ("none", 2))),
    "members": (columns(text="product_id", whole="code"),
                _rows("product_id code", ("p1", 0), ("p2", 0), ("p3", 1), ("p9", 2))),
    "levels": (
        columns(whole="code lines", number="revenue leakage price_index raw_index"),
        _rows("code lines revenue leakage price_index raw_index", (0, 3, 300.0, 1.5, 0.9, 0.8), (1, 1, 60.0, 1.5, 1, 1),
              (2, 5, 1.0, None, None, 1.0), (3, 2, 5.0, 7.25, 0.5, 0.5))),
    "costs": (
        columns(text="customer_id", number="cost avoidable_cost events"),
        _rows("customer_id cost avoidable_cost events", ("B", 12.5, 10.0, 3.0), ("c", 400.0, 0.1, 9.0),
              (None, 8.0, 8.0, 1.0), ("only costs", 1.0, 0.3, 2.0))),
}  # fmt: skip
