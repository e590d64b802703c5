"""The faults of segment rules, which name columns of the evidence, each at its place in the strategy file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.evidence.queries.segments import rule_faults
from patronage.strategy.document import flaw_at

if TYPE_CHECKING:
    from patronage.strategy.strategy import Strategy
    from patronage.study.project import Project
    from patronage.vocabulary.errors import Fault


def segment_faults(project: Project, strategy: Strategy) -> list[Fault]:
    """Every column that a segment rule names and no evidence has, and every value of the wrong kind."""
    rules = strategy.segments.segments if strategy.segments is not None else ()
    customers = any(source.table == "customers" for source in strategy.sources)
    return [
        flaw_at(
            project.strategy.name, one.rule_place, fault.found, fault.next_step, path=f"segments[{one.id}].rule"
        ).fault
        for one in rules
        if one.rule is not None and one.rule_place is not None
        for fault in rule_faults(one.rule, customers=customers)
    ]
