"""What several decisions of one action pay together: the cost that hangs on no customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from patronage.decisions.decision import Basis, Decision

BORNE = "rows that each bear the whole cost that hangs on no customer, which the best set counts once"


def sharing(decisions: Sequence[Decision]) -> dict[str, tuple[int, ...]]:
    """Places of the decisions of each action that several of them share a cost of."""
    found: dict[str, list[int]] = {}
    for place, decision in enumerate(decisions):
        if decision.cost.fixed > 0 and decision.cost.action:
            found.setdefault(decision.cost.action, []).append(place)
    return {action: tuple(places) for action, places in found.items() if len(places) > 1}


def with_shared_cost(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions; those that bear in full what others of their action bear too say so in their evidence."""
    rows = list(decisions)
    for action, places in sharing(decisions).items():
        for place in places:
            figures: dict[str, float | int | str] = {BORNE: len(places), "that cost": rows[place].cost.fixed}
            evidence = (*rows[place].evidence, Basis("costs_of_action", 1, action.rpartition(".")[2], figures))
            rows[place] = replace(rows[place], evidence=evidence)
    return tuple(rows)
