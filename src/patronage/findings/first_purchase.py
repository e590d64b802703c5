"""The finding of what is known at a customer's first purchase, and what it tells of the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class KnownAtFirst:
    """One thing known at the first purchase, and whether knowing it improves the forecast.

    known: place, channel, category, product or segment. customers: fitted ones of whom it is known. gain: in
    log-likelihood of the last third of the history, over the model that knows nothing of it; None where there is no
    last third to judge by. tells: whether that gain is worth the name; None without one. buying_scale, leaving_scale:
    how far levels differ in their rates, as standard deviations of the logs. identified: whether the data fix it.
    """

    known: str
    customers: int
    levels: int
    model: str
    tells: bool | None
    gain: float | None
    buying_scale: float
    leaving_scale: float
    identified: bool


@dataclass(frozen=True, slots=True)
class LevelOutlook:
    """What a new customer of one level is expected to do in the first year, by itself and beside the mean of all.

    level: a name, with its id beside it where two are called alike, or `all others` for levels with few customers.
    orders: repeat orders. staying: chance to be active at its end. worth: value of the first order and the repeat
    ones, None where a level's orders bring nothing. to_all: the ratio to the mean over all customers of whom the same
    thing is known.
    """

    known: str
    level: str
    worth_to_all: Estimate | None
    customers: int
    orders_to_all: Estimate
    staying_to_all: Estimate
    orders: Estimate
    staying: Estimate
    worth: Estimate | None


@dataclass(frozen=True, slots=True)
class FirstPurchase:
    """Which place, channel or first product brings customers who buy more often, stay longer and are worth more.

    grade: an assumption where the data do not identify the model of one of them. unit: of worth. why: what each tells,
    in words. left_out: what cannot be told of, each with the reason. open_question: what the finding cannot know.
    """

    grade: Grade
    as_of: date
    unit: str
    why: str
    known: tuple[KnownAtFirst, ...]
    levels: tuple[LevelOutlook, ...]
    left_out: tuple[str, ...]
    open_question: str
