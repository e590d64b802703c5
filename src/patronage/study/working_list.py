"""The working lists of accepted decisions: the customers that were accepted, with what the present run says of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.decisions.commitment import Commitment, people_of
from patronage.decisions.decision import Decision, Status
from patronage.decisions.frozen_list import FrozenList, Person, list_fault, list_file, read_list
from patronage.decisions.holdout import held_out
from patronage.study.acting import found_decision
from patronage.study.committing import commitments, lists_folder
from patronage.study.decided import decided_ledger, silent
from patronage.vocabulary.errors import Fault, ProjectError

if TYPE_CHECKING:
    from patronage.study.shelf import Run


@dataclass(frozen=True, slots=True)
class ListRows(Collection[dict[str, Any]]):
    """The rows of a working list, read anew from disk each time, one by one.

    people: gives all customers of the list, those left alone included. share: of them that is left alone. number: of
    rows, which are the others.
    """

    decision: Decision
    people: Callable[[], Iterable[Person]]
    share: float
    number: int

    def __len__(self) -> int:
        return self.number

    def __contains__(self, row: object) -> bool:
        return any(row == one for one in self)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        decision = self.decision
        for (who, amount), why in _with_reasons(self.people(), decision):
            if not held_out(decision.id, who, self.share):
                yield {
                    "who": who,
                    "when": decision.due or "no date set",
                    "what": decision.move.to_state,
                    "amount": amount,
                    "why": why,
                    "owner": decision.owner,
                }


@dataclass(frozen=True, slots=True)
class WorkingList:
    """The list of one accepted decision: who, when, what, amount and why, a row for each customer to act on.

    held_out: customers who are left alone and so have no row.
    """

    decision: Decision
    rows: Collection[dict[str, Any]]
    held_out: int = 0


def working_lists(run: Run, wanted: str | None = None, warn: Callable[[str], None] = silent) -> Iterator[WorkingList]:
    """One working list for each accepted decision, or for one decision by its id.

    It holds the customers and amounts that were accepted, also where the present run proposes others or nothing; where
    none were written down, those of the present run. Raises ProjectError when the one asked for is not accepted, or
    where the file of a list is missing or was changed.
    """
    if wanted is not None:
        decision = found_decision(run, wanted, warn)
        if decision.status is not Status.ACCEPTED:
            next_step = f"accept it first: patronage decide DIR {decision.id} accept"
            raise ProjectError(
                Fault(decision.id, f"is {decision.status}, and only accepted decisions have lists", next_step)
            )
        yield _working_list(run, decision, commitments(run).get(decision.id))
        return
    decisions = decided_ledger(run, warn)  # read first, so that what is awkward about the journal is told
    found = commitments(run)
    for decision in decisions:
        if decision.status is Status.ACCEPTED:
            yield _working_list(run, decision, found.get(decision.id))


def _working_list(run: Run, decision: Decision, commitment: Commitment | None) -> WorkingList:
    share = commitment.holdout if commitment else 0.0
    kept = commitment.people if commitment else None
    people = _frozen_people(run, decision, kept) if kept else lambda: people_of(decision)
    total = alone = 0
    for who, _ in people():
        total += 1
        alone += held_out(decision.id, who, share)
    return WorkingList(decision, ListRows(decision, people, share, total - alone), alone)


def _frozen_people(run: Run, decision: Decision, kept: FrozenList) -> Callable[[], Iterator[Person]]:
    path = list_file(lists_folder(run.project), decision.id, kept)
    if fault := list_fault(path, kept):
        raise ProjectError(fault)
    return lambda: read_list(path, kept)


def _with_reasons(people: Iterable[Person], decision: Decision) -> Iterator[tuple[Person, str | None]]:
    """Each customer with the reason that the present run gives, None where it does not name the customer.

    Both lists are walked side by side: only what one is ahead of the other is held.
    """
    present = decision.people.rows_one_by_one() if decision.people else iter(())
    ahead: dict[str, Any] = {}
    for person in people:
        while person[0] not in ahead and (row := next(present, None)) is not None:
            ahead[str(row["customer_id"])] = row.get("why")
        yield person, ahead.pop(person[0], None)
