"""Every analysis and rule of the product, and those that other packages add."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from patronage.analyses.partnership.category_gap import category_gap
from patronage.analyses.partnership.next_need import next_need
from patronage.analyses.relationships.treatment_policy import treatment_policy
from patronage.analyses.right_to_win.price_discipline import price_discipline
from patronage.analyses.segments.behaviour_segments import behaviour_segments
from patronage.analyses.who.buying_type import buying_type
from patronage.analyses.who.cohorts import cohorts
from patronage.analyses.who.order_summary import order_summary
from patronage.analyses.worth.activity_costs import activity_costs
from patronage.analyses.worth.calendar import calendar
from patronage.analyses.worth.change_bridge import change_bridge
from patronage.analyses.worth.customer_equity import customer_equity
from patronage.analyses.worth.customer_profit import customer_profit
from patronage.analyses.worth.first_purchase import first_purchase
from patronage.analyses.worth.lifetime_value import lifetime_value
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.analyses.worth.track_record import track_record
from patronage.analyses.worth.whale_curve import whale_curve
from patronage.decisions.rules.acquire import acquire
from patronage.decisions.rules.grow import grow
from patronage.decisions.rules.let_go_or_reprice import let_go_or_reprice
from patronage.decisions.rules.price import price
from patronage.decisions.rules.protect import protect
from patronage.decisions.rules.retain import retain
from patronage.decisions.rules.treat import treat
from patronage.decisions.rules.win_back import win_back
from patronage.evidence.engine import Engine
from patronage.evidence.tables import (
    Acceptances,
    ActivityEvents,
    Books,
    Customers,
    Exits,
    Orders,
    Products,
    Treatments,
)
from patronage.strategy.actions import CostsOfAction
from patronage.strategy.activities import Activities, Pools
from patronage.strategy.actors import Actors
from patronage.strategy.budgets import Budgets
from patronage.strategy.capabilities import Capabilities
from patronage.strategy.exchanges import Exchanges
from patronage.strategy.links import Links
from patronage.strategy.needs import Needs
from patronage.strategy.offers import Offers
from patronage.strategy.segments import SegmentRules
from patronage.strategy.value_drivers import ValueDrivers
from patronage.study.wiring import Maker, Wiring, wired
from patronage.vocabulary.terms import Terms

GIVEN: frozenset[type] = frozenset(
    {
        Engine, Terms,
        Orders, Customers, Products, Books, ActivityEvents, Exits, Treatments, Acceptances,
        Pools, Activities, Links, Budgets, CostsOfAction, SegmentRules, Needs,
        Offers, ValueDrivers, Capabilities, Actors, Exchanges,
    }
)  # fmt: skip
"""The types that come from outside the analyses: the run's own, evidence tables, declared sections."""

ANALYSES: tuple[Maker, ...] = (
    activity_costs,
    behaviour_segments,
    buying_type,
    calendar,
    category_gap,
    change_bridge,
    cohorts,
    customer_equity,
    customer_profit,
    first_purchase,
    lifetime_value,
    next_need,
    order_summary,
    price_discipline,
    repeat_buying,
    track_record,
    treatment_policy,
    whale_curve,
)
"""The analyses of the package, in no particular order."""

RULES: tuple[Maker, ...] = (
    acquire,
    grow,
    let_go_or_reprice,
    price,
    protect,
    retain,
    treat,
    win_back,
)
"""The rules of the package; their rows meet in the ledger."""


@cache
def the_wiring() -> Wiring:
    """The wiring of everything listed here and of the entry points patronage.analyses and patronage.rules."""
    added = [point.load() for point in entry_points(group="patronage.analyses")]
    ruled = [point.load() for point in entry_points(group="patronage.rules")]
    return wired((*ANALYSES, *added), (*RULES, *ruled), GIVEN)
