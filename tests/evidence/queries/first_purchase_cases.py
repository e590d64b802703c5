"""The queries of first purchases on both engines, beside those of the other queries."""

from __future__ import annotations

from collections.abc import Mapping

from tests.evidence.queries.engines import Make
from tests.evidence.queries.order_lines import AS_OF

from patronage.evidence.queries import first_purchase, repeat
from patronage.evidence.queries.cohorts import REVENUE_ONLY

# Results that stand stored between the stages of a run, made in this order.
STAGES: Mapping[str, Make] = {
    "first_lines": lambda s: first_purchase.first_lines(s.orders, s["histories"]),
    "first_bought": lambda s: first_purchase.first_purchases(s["first_lines"], s.products.table),
    "known": lambda s: first_purchase.known_customers(s["histories"], s["first_bought"], s["early"], s["segments"]),
}

CASES: Mapping[str, Make] = {
    "first_purchase.first_lines": STAGES["first_lines"],
    "first_purchase.first_purchases": STAGES["first_bought"],
    "first_purchase.first_purchases without categories": lambda s: first_purchase.first_purchases(
        s["first_lines"], None
    ),
    "first_purchase.first_purchases over lines made by chance": lambda s: first_purchase.first_purchases(
        first_purchase.first_lines(
            s.chance,
            repeat.typed_histories(
                repeat.repeat_histories(repeat.buying_days(s.chance, REVENUE_ONLY), as_of=AS_OF), None
            ),
        ),
        None,
    ),
    "first_purchase.known_customers": STAGES["known"],
    "first_purchase.known_customers without segments": lambda s: first_purchase.known_customers(
        s["histories"], s["first_bought"], s["early"], None
    ),
    "first_purchase.level_sizes": lambda s: first_purchase.level_sizes(s["known"], 12),
    "first_purchase.level_sizes of the two largest": lambda s: first_purchase.level_sizes(s["known"], 2),
    "first_purchase.level_histories": lambda s: first_purchase.level_histories(s["known"], "product", ["p1", "p3"]),
    "first_purchase.level_histories of segments": lambda s: first_purchase.level_histories(
        s["known"], "segment", ["big"]
    ),
}
