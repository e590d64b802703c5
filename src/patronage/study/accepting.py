"""The customers of decisions that stand accepted, as evidence: who was acted on, and who was left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from patronage.decisions.frozen_list import list_file, read_list
from patronage.decisions.holdout import held_out
from patronage.evidence.tables import Acceptances
from patronage.study.accepted import accepted, fingerprint
from patronage.study.committing import lists_folder
from patronage.study.digest import digest
from patronage.vocabulary.errors import ProjectError

if TYPE_CHECKING:
    from patronage.decisions.commitment import Commitment
    from patronage.evidence.acceptance import Acceptance
    from patronage.evidence.engine import Engine
    from patronage.study.project import Project

ROWS = 100_000
"""Customers of a list that are held at once."""


def acceptances(project: Project, engine: Engine) -> Acceptances:
    """What people accepted and still stands, with the customers of every list where chance has parted any.

    Lists without a holdout are among them, all of whose customers are acted on: those of other lists may be left alone.
    """
    try:
        each = accepted(project)
    except ProjectError as error:
        told = [str(fault) for fault in error.faults]
        return Acceptances((), None, engine, digest(told), "; ".join(told))
    seen = fingerprint(each)
    known = [(one, kept) for one, kept in each if kept and kept.people.number and one.fault is None]
    if not any(one.held_out for one, _ in known):
        return Acceptances(tuple(one for one, _ in each), None, engine, seen)
    table = engine.write("acceptances", _members(project, known))
    return Acceptances(tuple(one for one, _ in each), engine.open(table), engine, seen)


def _members(project: Project, known: Sequence[tuple[Acceptance, Commitment]]) -> Iterator[dict[str, list[Any]]]:
    """The customers of each list with the arm that chance drew for them, in pieces; without a holdout there is one."""
    for one, commitment in known:
        path = list_file(lists_folder(project), one.id, commitment.people)
        people = read_list(path, commitment.people)
        while who := [customer for customer, _ in islice(people, ROWS)]:
            yield {
                "decision_id": [one.id] * len(who),
                "customer_id": who,
                "treated": [not held_out(one.id, customer, one.holdout) for customer in who],
            }
