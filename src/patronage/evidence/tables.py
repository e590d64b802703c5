"""The canonical tables as types: what an analysis asks for by naming the type in its signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ibis.expr.types import Table

from patronage.evidence.acceptance import Acceptance
from patronage.evidence.engine import Engine
from patronage.evidence.identity import Identities
from patronage.evidence.loaded import Loaded
from patronage.evidence.store import StoredTable

Relation = Table
"""Any table as an expression of the engine, by a name for rooms that know no engine."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Order lines: one row per line.

    Columns, always all there, null where not given: line_id (int64, place in the source), customer_id
    (text, null for anonymous revenue), ordered_at (naive UTC timestamp), order_id, product_id, product
    (text), quantity, unit_price, amount (float64, project currency; amount = quantity x unit_price
    where not given, net of discount), discount, tax, unit_cost, list_price (float64), channel_id,
    delivery_option_id, place (text), is_product (bool), is_return (bool), is_repeat (bool: an exact
    repeat of an earlier line), returns_order_id (text: the order a return ties to), line_margin (float64,
    null where no unit cost is known). Only lines up to as_of, inclusive. given: canonical columns the
    source maps. costed_share: of product revenue, with a unit cost known. identities: which customer ids
    were merged, None where nothing declares it; then customer_id is that of the merged customer and the
    table has source_customer_id too. undoing: the lines that undo others, stored, so that an engine knows how few they
    are when it looks for what they undo; None where nobody has looked for them.
    """

    table: Table
    engine: Engine
    as_of: date
    given: frozenset[str]
    costed_share: float
    loaded: Loaded
    identities: Identities | None = None
    undoing: StoredTable | None = None


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers as the company keeps them: one row per customer_id.

    Columns: customer_id, name, actor_id, parent_id, acquired_at, left_at, geography, industry,
    application, employees, revenue; null where not given.
    """

    table: Table
    engine: Engine
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class Products:
    """Products: one row per product_id; name, category, unit_cost, list_price, null where not given."""

    table: Table
    engine: Engine
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class Books:
    """The accounts: one row per period (text such as 2011-03) and line (revenue, cost of goods, a pool), amount."""

    table: Table
    engine: Engine


@dataclass(frozen=True, slots=True)
class ActivityEvents:
    """Work done for customers: activity_id, customer_id, at, quantity, minutes, order_id, role_id and drivers.

    drivers: the numeric driver columns of the time equations that the source gives.
    """

    table: Table
    engine: Engine
    drivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exits:
    """Customers who left: customer_id, at, reason, reason_source, offer, returned_at."""

    table: Table
    engine: Engine


@dataclass(frozen=True, slots=True)
class Treatments:
    """Who was acted on, and when: customer_id, decision_id, experiment_id, arm, at and cost; null where not given."""

    table: Table
    engine: Engine


@dataclass(frozen=True, slots=True)
class Acceptances:
    """The decisions that stand accepted, with the customers of each.

    table: decision_id, customer_id, treated (bool, false for those left alone by chance), one row per decision and
    customer; None where no decision has a holdout. fingerprint: of all that they were made of, so that
    a run tells what it rests on. fault: why the journal cannot be read, None where it can.
    """

    each: tuple[Acceptance, ...]
    table: Table | None
    engine: Engine
    fingerprint: str = ""
    fault: str | None = None
