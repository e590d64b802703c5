"""The section `costs_of_action`: what it costs to treat a customer, and for whom it works."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field, TypeAdapter

from patronage.strategy.document import Keyed, Node
from patronage.strategy.fields import GradeWord, LongText, NonNegative, Share, StrictEntry
from patronage.strategy.quantity import NOTHING, Quantity
from patronage.strategy.section import Section
from patronage.vocabulary.grade import Grade


class ActionKind(StrEnum):
    """What may be done about a customer or a group of them."""

    RETAIN = "retain"
    GROW = "grow"
    WIN_BACK = "win_back"
    REPRICE = "reprice"
    LET_GO = "let_go"
    PROTECT = "protect"
    ACQUIRE = "acquire"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class ActionCost:
    """What one kind of action costs and brings.

    cost: per customer treated, once, in the company's currency. one_off: for the action as a whole. yearly: for the
    action as a whole, in every year of the horizon. hours: per customer treated. effect: share of treated customers
    for whom it works, None where the company declares none. effect_grade, effect_told: how the effect is known and
    spoken of where experiments have told it; None as the rest.
    """

    kind: ActionKind
    cost: Quantity
    one_off: Quantity = NOTHING
    yearly: Quantity = NOTHING
    hours: Quantity = NOTHING
    effect: Quantity | None = None
    grade: Grade = Grade.ASSUMPTION
    evidence: str | None = None
    line: int | None = None
    effect_grade: Grade | None = None
    effect_told: str | None = None


@dataclass(frozen=True, slots=True)
class CostsOfAction:
    """The declared costs of action, in the order of the file."""

    actions: tuple[ActionCost, ...]

    def of(self, kind: str) -> ActionCost | None:
        """The cost of one kind of action, None where it is not declared."""
        return next((action for action in self.actions if action.kind == kind), None)


def _nothing() -> Quantity:
    return NOTHING


class ActionEntry(StrictEntry):
    """What one kind of action costs and brings."""

    cost: NonNegative = Field(description="Cost for each customer treated, paid once, in the company's currency.")
    one_off: NonNegative = Field(
        default_factory=_nothing,
        description="Cost of the action as a whole, paid once, in the company's currency.",
        json_schema_extra={"default": 0},
    )
    yearly: NonNegative = Field(
        default_factory=_nothing,
        description=(
            "Cost of the action as a whole in every year of the horizon, in the company's currency a year, "
            "such as the pay of a key-account manager."
        ),
        json_schema_extra={"default": 0},
    )
    hours: NonNegative = Field(
        default_factory=_nothing, description="Hours for each customer treated.", json_schema_extra={"default": 0}
    )
    effect: Share | None = Field(None, description="Share of treated customers for whom it works, 0 to 1.")
    grade: GradeWord = Field(Grade.ASSUMPTION, description="How cost and effect are known.")
    evidence: LongText | None = Field(None, description="Where the figures come from.")


class ActionEntries(StrictEntry):
    """The costs of action by kind."""

    retain: ActionEntry | None = Field(None, description="Keep a customer who may leave.")
    grow: ActionEntry | None = Field(None, description="Sell more to a customer.")
    win_back: ActionEntry | None = Field(None, description="Bring back a customer who left.")
    reprice: ActionEntry | None = Field(
        None, description="Raise the price of a customer who costs more than it brings."
    )
    let_go: ActionEntry | None = Field(None, description="Part with a customer.")
    protect: ActionEntry | None = Field(None, description="Lessen the dependence on few customers.")
    acquire: ActionEntry | None = Field(None, description="Win a new customer.")
    price: ActionEntry | None = Field(None, description="Bring discipline into discounts and prices.")


def _made(entries: ActionEntries, node: Node) -> CostsOfAction:
    given = entries.values()
    order = node.entries if isinstance(node, Keyed) else {}
    actions = (
        ActionCost(ActionKind(kind), **given[kind].values(), line=entry.line)
        for kind, entry in order.items()
        if given[kind] is not None
    )
    return CostsOfAction(tuple(actions))


COSTS_OF_ACTION = Section(
    "costs_of_action", "What treating a customer costs and brings.", TypeAdapter(ActionEntries), _made
)
