"""A proposal to move one thing from a state to another, with its money and its evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Draws, Estimate
from patronage.vocabulary.grade import Grade


class Status(StrEnum):
    """Where a decision stands: proposals are the tool's, accepted and rejected are people's."""

    PROPOSED = "proposed"
    NOTHING_TO_GAIN = "nothing_to_gain"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Move:
    """What a decision moves: a kind of action, a subject, from a state to another."""

    kind: str
    subject: str
    from_state: str
    to_state: str

    @property
    def id(self) -> str:
        """Stable name: ten hexadecimal digits of a hash of the four parts."""
        joined = "\x1f".join((self.kind, self.subject, self.from_state, self.to_state))
        return hashlib.sha256(joined.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Cost:
    """What acting costs: once, and every year of the horizon, in the project's currency.

    by_year: present value of all that is paid in each year, what is paid once in the first; empty where nothing is.
    fixed: the part of that present value that hangs on no customer, and that all rows of one action share.
    action: where the strategy file declares it. fixed_draws: of fixed, None where it is certain.
    """

    one_off: float = 0.0
    yearly: float = 0.0
    by_year: tuple[float, ...] = ()
    fixed: float = 0.0
    action: str = ""
    fixed_draws: Draws | None = field(default=None, compare=False, repr=False)

    @property
    def present(self) -> float:
        """Present value of all that is paid over the horizon."""
        return sum(self.by_year)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The effect at which a decision just pays, in its unit."""

    effect: float
    unit: str


@dataclass(frozen=True, slots=True)
class Assumed:
    """The mean effect that a value was worked out with, in its unit: no more than can be had of what is declared."""

    effect: float
    unit: str


@dataclass(frozen=True, slots=True)
class Driver:
    """An input that moves the value: the value of the decision at the input's p05 and p95."""

    name: str
    at_p05: float
    at_p95: float
    grade: Grade


@dataclass(frozen=True, slots=True)
class Basis:
    """The evidence behind a decision: a finding, its rows and the figures taken from it.

    rows: how many rows of the finding's table stand behind the decision. table: that table's
    name, None for the summary. figures: name to value, as printed.
    """

    finding: str
    rows: int
    table: str | None
    figures: dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Learning:
    """What settling the open question is worth, and the test that would settle it."""

    value: float | None
    test: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the ledger.

    value: over the horizon, net of cost, corrected for selection; value_raw: before correction.
    Both None where there is no proposal, but value_raw stays where the correction leaves nothing.
    at_stake: money a year, measured in the data over the twelve months up to the as-of date, that the decision is
    about: the revenue of customers who may leave, have left (the twelve months up to their last purchase), come new,
    or lose money; and where only a part of their revenue is in question, that part: what is paid below the usual
    price (leakage), what the category brings from those who would take it up unasked (measured uptake). It is not what
    acting would bring. In currency, never below 0; the ledger is sorted by it. p_better: probability that the move
    beats staying.
    payback: years. assumed: None where no effect went into the value. people: the customers it is about, a stored table
    with customer_id, amount, value and why. gain_days: days from acting within which all that it brings comes in, None
    where that goes by the years.
    """

    move: Move
    questions: tuple[str, ...]
    reason: str
    status: Status
    grade: Grade
    at_stake: float
    value: Estimate | None = None
    value_raw: Estimate | None = None
    value_by_year: tuple[float, ...] = ()
    p_better: float | None = None
    cost: Cost = Cost()
    hours: float | None = None
    payback: float | None = None
    break_even: BreakEven | None = None
    drivers: tuple[Driver, ...] = ()
    learning: Learning | None = None
    evidence: tuple[Basis, ...] = ()
    people: StoredTable | None = None
    depends_on: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    owner: str | None = None
    due: str | None = None
    assumed: Assumed | None = None
    gain_days: float | None = None

    @property
    def id(self) -> str:
        """Stable name of the move."""
        return self.move.id

    @property
    def measured(self) -> bool:
        """Whether the value rests on more than assumptions."""
        return self.grade is not Grade.ASSUMPTION


def refused(move: Move, questions: tuple[str, ...], because: str, *, at_stake: float = 0.0) -> Decision:
    """A row that says by name why nothing is proposed, and what would lift it."""
    return Decision(move, questions, because, Status.REFUSED, Grade.BEHAVIOUR, at_stake)


def nothing_to_gain(move: Move, questions: tuple[str, ...], because: str, *, at_stake: float = 0.0) -> Decision:
    """A row that says that the question was looked at and there is nothing to gain."""
    return Decision(move, questions, because, Status.NOTHING_TO_GAIN, Grade.BEHAVIOUR, at_stake)
