"""Which customer ids are one customer, told by reviewed pairs, by equal values and by likeness."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.evidence.queries.identity import exact_pairs, first_seen_customers, keyed_customers, widely_shared
from patronage.evidence.store import StoredTable
from patronage.kernels.same_person import JOINED, KEPT_APART, groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ibis.expr.types import Table
    from numpy.typing import NDArray

    from patronage.evidence.engine import Engine
    from patronage.evidence.likeness import AlikePair
    from patronage.evidence.overrides import Override
    from patronage.vocabulary.identity import IdentityRules

MOST_IDS = 25
"""Ids that may share an exact value and still be one person; what more of them share, such as info@, tells nobody."""

REVIEWED = "reviewed"
ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class RuleMerges:
    """What one rule did, after those before it.

    merged: ids that it joined to another customer. kept_apart: pairs that it would have joined and a review forbids.
    """

    rule: str
    merged: int
    kept_apart: int


@dataclass(frozen=True, slots=True)
class WidelyShared:
    """A value that more ids share than one person could have, so that it told nobody."""

    rule: str
    value: str
    ids: int


@dataclass(frozen=True, slots=True)
class Identities:
    """Which customer ids are one customer.

    table: one row per id that was merged or that others were merged into: customer_id, merged_id, place (0 for the id
    that was known first, which names the customer). ids: customer ids of all. customers: that they make. doubtful:
    pairs that are alike and were not merged: customer_id, maybe_same_as, probability, the surest first. fingerprint: of
    the table.
    """

    table: StoredTable
    ids: int
    customers: int
    rules: tuple[RuleMerges, ...]
    widely_shared: tuple[WidelyShared, ...]
    doubtful: StoredTable
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Told:
    """Pairs of ids that a rule takes for one customer, the surest first."""

    rule: str
    pairs: tuple[tuple[str, str], ...]


def customers_seen(lines: Table | None, customers: Table | None, engine: Engine) -> Iterable[str]:
    """Every customer id of the order lines and the customers, by the time of its first line, then by its letters."""
    if lines is None and customers is None:
        return
    for batch in engine.batches(first_seen_customers(lines, customers)):
        yield from batch["customer_id"].tolist()


@dataclass(frozen=True, slots=True)
class AllTold:
    """What all rules tell.

    told: pairs, rule by rule. widely_shared: values that tell nobody. doubtful: pairs to be reviewed.
    """

    told: tuple[Told, ...] = ()
    widely_shared: tuple[WidelyShared, ...] = ()
    doubtful: tuple[AlikePair, ...] = ()


def all_told(rules: IdentityRules, customers: Table, engine: Engine) -> AllTold:
    """The pairs that equal values and likeness tell, rule by rule.

    Raises EvidenceError where likeness cannot be told.
    """
    told: list[Told] = []
    wide: list[WidelyShared] = []
    for columns in rules.exact:
        rule = " and ".join(columns)
        keyed = keyed_customers(customers, columns)
        told.append(Told(rule, tuple(_pairs(exact_pairs(keyed, most=MOST_IDS), engine))))
        for row in engine.records(widely_shared(keyed, most=MOST_IDS).limit(100)):
            wide.append(WidelyShared(rule, row["identity_key"].replace("\x1f", " and "), row["ids"]))
    if rules.alike is None:
        return AllTold(tuple(told), tuple(wide))
    # Splink takes a second to import, which only those who ask for likeness pay.
    from patronage.evidence.likeness import alike_pairs

    pairs = alike_pairs(customers, rules.alike, engine)
    sure = tuple((pair.one, pair.other) for pair in pairs if pair.probability >= rules.alike.threshold)
    return AllTold((*told, Told(ALIKE, sure)), tuple(wide), pairs[len(sure) :])


def identities(ids: Sequence[str], reviewed: Sequence[Override], every: AllTold, engine: Engine) -> Identities:
    """The ids that are one customer: reviewed pairs first, then what the rules tell, in their order.

    No rule joins what a review keeps apart. A customer has the id of its ids that was known first. ids: every id there
    is or was, in the order in which they became known.
    """
    place = {name: number for number, name in enumerate(ids)}
    steps = [Told(REVIEWED, tuple((row.one, row.other) for row in reviewed if row.same)), *every.told]
    pairs = np.array([[place[one], place[other]] for step in steps for one, other in step.pairs], np.int64)
    apart = [[place[row.one], place[row.other]] for row in reviewed if not row.same]
    found = groups(pairs, apart, len(place))
    ends = np.cumsum([0, *(len(step.pairs) for step in steps)])
    merges = [
        RuleMerges(step.rule, _number(found.outcome[start:end], JOINED), _number(found.outcome[start:end], KEPT_APART))
        for step, start, end in zip(steps, ends[:-1], ends[1:], strict=True)
    ]
    table, fingerprint = _table(ids, found.first, engine)
    customers = len(place) - sum(one.merged for one in merges)
    settled = {frozenset((row.one, row.other)) for row in reviewed}
    doubtful = [
        pair
        for pair in every.doubtful
        if found.first[place[pair.one]] != found.first[place[pair.other]]
        and frozenset((pair.one, pair.other)) not in settled
    ]
    stored = _doubtful(doubtful, engine)
    return Identities(table, len(place), customers, tuple(merges), every.widely_shared, stored, fingerprint)


def _pairs(pairs: Table, engine: Engine) -> Iterable[tuple[str, str]]:
    for batch in engine.batches(pairs):
        yield from zip(batch["one"].tolist(), batch["other"].tolist(), strict=True)


def _doubtful(pairs: Sequence[AlikePair], engine: Engine) -> StoredTable:
    one, other = [pair.one for pair in pairs], [pair.other for pair in pairs]
    texts: list[Any] = [one, other] if pairs else [np.empty(0, "U1"), np.empty(0, "U1")]
    chances = np.array([pair.probability for pair in pairs], np.float64)
    columns = {"customer_id": texts[0], "maybe_same_as": texts[1], "probability": chances}
    return engine.write("doubtful", [columns])


def _number(outcome: NDArray[np.int64], kind: int) -> int:
    return int((outcome == kind).sum())


def _table(ids: Sequence[str], first: NDArray[np.int64], engine: Engine) -> tuple[StoredTable, str]:
    """The ids of customers with several, in order of these, and the fingerprint of who is who."""
    sizes = np.bincount(first, minlength=len(ids))
    members = np.flatnonzero(sizes[first] > 1)
    members = members[np.argsort(first[members], kind="stable")]
    roots = first[members]
    starts = np.flatnonzero(np.r_[True, roots[1:] != roots[:-1]]) if len(roots) else np.empty(0, np.int64)
    place = np.arange(len(members)) - np.repeat(starts, np.diff(np.r_[starts, len(members)]))
    sources, merged = [ids[member] for member in members], [ids[root] for root in roots]
    # An empty list would be a column of no type.
    texts: list[Any] = [sources, merged] if sources else [np.empty(0, "U1"), np.empty(0, "U1")]
    written = json.dumps([sources, merged])
    columns = {"customer_id": texts[0], "merged_id": texts[1], "place": place.astype(np.int64)}
    return engine.write("identity", [columns]), hashlib.sha256(written.encode()).hexdigest()
