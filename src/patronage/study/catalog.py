"""Every analysis and rule of the product, and those that other packages add."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from patronage.analyses.segments.behaviour_segments import behaviour_segments
from patronage.analyses.who.buying_type import buying_type
from patronage.analyses.who.cohorts import cohorts
from patronage.analyses.who.order_summary import order_summary
from patronage.analyses.worth.activity_costs import activity_costs
from patronage.analyses.worth.change_bridge import change_bridge
from patronage.evidence.engine import Engine
from patronage.evidence.tables import ActivityEvents, Books, Customers, Exits, Orders, Products
from patronage.strategy.actions import CostsOfAction
from patronage.strategy.activities import Activities, Pools
from patronage.strategy.segments import SegmentRules
from patronage.study.wiring import Maker, Wiring, wired
from patronage.vocabulary.terms import Terms

GIVEN: frozenset[type] = frozenset(
    {
        Engine, Terms,
        Orders, Customers, Products, Books, ActivityEvents, Exits,
        Pools, Activities, CostsOfAction, SegmentRules,
    }
)  # fmt: skip
"""The types that come from outside the analyses: the run's own, evidence tables, declared sections."""

ANALYSES: tuple[Maker, ...] = (
    activity_costs,
    behaviour_segments,
    buying_type,
    change_bridge,
    cohorts,
    order_summary,
)
"""The analyses of the package, in no particular order."""

RULES: tuple[Maker, ...] = ()
"""The rules of the package; their rows meet in the ledger."""


@cache
def the_wiring() -> Wiring:
    """The wiring of everything listed here and of the entry points patronage.analyses and patronage.rules."""
    added = [point.load() for point in entry_points(group="patronage.analyses")]
    ruled = [point.load() for point in entry_points(group="patronage.rules")]
    return wired((*ANALYSES, *added), (*RULES, *ruled), GIVEN)
