"""What a value chain may not be: round in a circle, or with someone unserved, unpaid or paying out of nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from patronage.strategy.checks import named_ids
from patronage.strategy.circles import circles, told_circle
from patronage.strategy.document import Document, Flaw, Keyed, Scalar, text_of
from patronage.strategy.faults import located
from patronage.strategy.refusal import clipped

SOURCES_OF_MONEY = frozenset({"consumer", "customer"})
"""Kinds of actors that bring money into the chain."""

GIVES_FREELY = frozenset({"consumer", "influencer"})
"""Kinds of actors that may give without being paid."""

NO_GOODS = frozenset({"money", "influence"})
"""Kinds of exchanges that serve nobody's need."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What one row of exchanges says of who gives and who pays."""

    at: int
    giver: str
    taker: str
    kind: str
    priced: bool

    @property
    def paid(self) -> tuple[str, str] | None:
        """Payer and payee, None where no money goes."""
        if self.kind == "money":
            return self.giver, self.taker
        return (self.taker, self.giver) if self.priced else None


def with_itself(document: Document) -> Iterator[Flaw]:
    """The faults of exchanges between an actor and itself."""
    for at, row in enumerate(document.rows("exchanges")):
        giver, taker = (text_of(row.node(key)) if isinstance(row, Keyed) else None for key in ("from", "to"))
        if giver is not None and giver == taker:
            place, path = located(document, ("exchanges", at, "to"))
            yield document.flaw(place, path, f"leads from {clipped(giver)} to itself", "name another actor")


def circles_of_needs(document: Document) -> Iterator[Flaw]:
    """The faults of exchanges that depend on themselves, by themselves or all round."""
    ids = [text_of(row.node("id")) if isinstance(row, Keyed) else None for row in document.rows("exchanges")]
    steps: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    for (_, at, *_), needed in named_ids(document, "exchanges", "depends_on.*.exchange"):
        name = ids[int(at)]
        if name is not None:
            steps.setdefault(name, []).append(needed)
            first.setdefault(name, int(at))
    for circle in circles(steps):
        place, path = located(document, ("exchanges", min(first[name] for name in circle), "depends_on"))
        found = f"is part of a loop of needs: {told_circle(circle, 'needs')}"
        yield document.flaw(place, path, found, "take one of these dependencies out: a chain ends somewhere")


def consumers_unserved(document: Document) -> Iterator[Flaw]:
    """The faults of consumers to whom no exchange brings anything but money or influence."""
    given = _given(document)
    served = {each.taker for each in given if each.kind not in NO_GOODS}
    for at, row in enumerate(document.rows("actors") if given else ()):
        name = text_of(row.node("id")) if isinstance(row, Keyed) else None
        if isinstance(row, Keyed) and text_of(row.node("kind")) == "consumer" and name and name not in served:
            place, path = located(document, ("actors", at))
            yield document.flaw(place, path, "is a consumer that no one serves", f"add an exchange with to: {name}")


def givers_unpaid(document: Document) -> Iterator[Flaw]:
    """The faults of actors that give to others and are paid by no one, each told at the first that it gives."""
    for name, at in _unpaid(_given(document), _kinds(document)).items():
        place, path = located(document, ("exchanges", at, "from"))
        found = f"names {clipped(name)}, who gives to others and is paid by no one"
        yield document.flaw(place, path, found, "give one of its exchanges a price, or add the one that pays it")


def money_from_nothing(document: Document) -> Iterator[Flaw]:
    """The faults of payers to whom no money of a consumer or customer leads, each told at its first payment."""
    given, kinds = _given(document), _kinds(document)
    pays: dict[str, list[str]] = {}
    for each in given:
        if each.paid:
            pays.setdefault(each.paid[0], []).append(each.paid[1])
    funded = {name for name, kind in kinds.items() if kind in SOURCES_OF_MONEY}
    waiting = list(funded)
    while waiting:
        reached = set(pays.get(waiting.pop(), ())) - funded
        funded |= reached
        waiting.extend(reached)
    told = funded.union(_unpaid(given, kinds))
    for name, at in _first(given, lambda each: each.paid[0] if each.paid else None).items():
        if name not in told:
            place, path = located(document, ("exchanges", at))
            found = (
                f"is paid by {clipped(name)} with money created from nothing: no consumer's or customer's leads there"
            )
            yield document.flaw(place, path, found, f"add the exchange by which {clipped(name)} is paid")


def _unpaid(given: list[_Given], kinds: Mapping[str, str]) -> dict[str, int]:
    """The actors that give to others and are paid by no one, each with the first row in which it gives."""
    paid = {each.paid[1] for each in given if each.paid}
    givers = _first(given, lambda each: each.giver if each.kind not in NO_GOODS else None)
    return {name: at for name, at in givers.items() if name not in paid and kinds[name] not in GIVES_FREELY}


def _first(given: list[_Given], named: Callable[[_Given], str | None]) -> dict[str, int]:
    """The first row in which each actor is named."""
    found: dict[str, int] = {}
    for each in given:
        name = named(each)
        if name is not None:
            found.setdefault(name, each.at)
    return found


def _kinds(document: Document) -> dict[str, str]:
    """The kind of each actor, as written."""
    rows = [row for row in document.rows("actors") if isinstance(row, Keyed)]
    told = {text_of(row.node("id")): text_of(row.node("kind")) for row in rows}
    return {"us": "us"} | {name: kind or "" for name, kind in told.items() if name is not None}


def _given(document: Document) -> list[_Given]:
    """What each exchange says; nothing where one names an unknown actor, since who is unpaid then cannot be told."""
    kinds = _kinds(document)
    found: list[_Given] = []
    for at, row in enumerate(document.rows("exchanges")):
        giver, taker = (text_of(row.node(key)) if isinstance(row, Keyed) else None for key in ("from", "to"))
        if not isinstance(row, Keyed) or giver not in kinds or taker not in kinds:
            return []
        price = row.node("price")
        free = price is None or (isinstance(price, Scalar) and price.value == 0)
        found.append(_Given(at, giver, taker, text_of(row.node("kind")) or "other", not free))
    return found
