"""The questions that the product answers, and how far a run has answered each of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Status = Literal["answered", "partly", "waiting"]

LATER = "an analysis of a later release"

_MADE_HERE = frozenset({"findings", "decisions", "ledger"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question that a manager asks about customers.

    id: never changes. room: the group of analyses it belongs to. needs: the evidence tables and
    sections of the strategy file that would answer it; findings, decisions and ledger stand for what
    the product makes itself. decision: what its answer moves. fully: findings that answer it when all
    of them are computed. partly: findings that answer a part of it. planned: findings that later
    releases will add.
    """

    id: str
    room: str
    question: str
    needs: tuple[str, ...]
    decision: str
    fully: tuple[str, ...]
    partly: tuple[str, ...]
    planned: tuple[str, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """The findings of this release that answer it or a part of it."""
        return self.fully + self.partly


@dataclass(frozen=True, slots=True)
class Answer:
    """How far a run has answered one question.

    findings: those that serve it, computed or not. waits_for: names of evidence tables and sections of
    the strategy file, then what else is missing in words; empty when answered.
    """

    id: str
    room: str
    question: str
    status: Status
    findings: tuple[str, ...]
    waits_for: tuple[str, ...]


@cache
def questions() -> tuple[Question, ...]:
    """Every question, in the order in which the list prints them."""
    text = resources.files("patronage.study").joinpath("questions.jsonl").read_text(encoding="utf-8")
    return tuple(_question(json.loads(line)) for line in text.splitlines() if line)


def answers(
    findings_status: Mapping[str, str],
    waits: Mapping[str, tuple[str, ...]],
    given: Collection[str] | None = None,
) -> tuple[Answer, ...]:
    """How far each question is answered by a run.

    findings_status: finding to computed, waiting or refused; one that is not named has not been computed.
    waits: finding to the evidence and sections that it lacks. given: the evidence tables and sections
    that the company has. A question that names others is answered in part at best, since its findings
    were then computed from less. Where given is not told, findings alone decide the status.
    """
    computed = frozenset(name for name, status in findings_status.items() if status == "computed")
    return tuple(_answer(question, findings_status, computed, waits, given) for question in questions())


def _question(row: dict[str, Any]) -> Question:
    serves: dict[str, str] = row["serves"]
    return Question(
        id=row["id"],
        room=row["room"],
        question=row["question"],
        needs=tuple(row["needs"]),
        decision=row["decision"],
        fully=tuple(finding for finding, how in serves.items() if how == "fully"),
        partly=tuple(finding for finding, how in serves.items() if how == "partly"),
        planned=tuple(row["planned"]),
    )


def _answer(
    question: Question,
    findings_status: Mapping[str, str],
    computed: frozenset[str],
    waits: Mapping[str, tuple[str, ...]],
    given: Collection[str] | None,
) -> Answer:
    lacking = _lacking(question, ("orders",) if given is None else given)
    status = _status(question, computed, complete=given is None or not lacking)
    missing: Iterator[str] = iter(())
    if status != "answered":
        missing = _missing(question, findings_status, waits, lacking)
    return Answer(
        id=question.id,
        room=question.room,
        question=question.question,
        status=status,
        findings=question.findings,
        waits_for=tuple(dict.fromkeys(missing)),
    )


def _lacking(question: Question, given: Collection[str]) -> tuple[str, ...]:
    return tuple(need for need in question.needs if need not in _MADE_HERE and need not in given)


def _status(question: Question, computed: frozenset[str], *, complete: bool) -> Status:
    if complete and question.fully and computed.issuperset(question.fully):
        return "answered"
    return "waiting" if computed.isdisjoint(question.findings) else "partly"


def _missing(
    question: Question,
    findings_status: Mapping[str, str],
    waits: Mapping[str, tuple[str, ...]],
    lacking: tuple[str, ...],
) -> Iterator[str]:
    """What keeps a question from its full answer: evidence first, then findings, then analyses to come."""
    open_findings = [name for name in question.findings if findings_status.get(name) != "computed"]
    for finding in open_findings:
        yield from waits.get(finding, ())
    yield from lacking
    for finding in open_findings:
        if findings_status.get(finding) == "refused":
            yield f"what lifts the refusal of {finding}"
        elif not waits.get(finding):
            yield f"the finding {finding}"
    yield from (f"{LATER}: {finding}" for finding in question.planned)
    if not question.fully and not question.planned:
        yield LATER
