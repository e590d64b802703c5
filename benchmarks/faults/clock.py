"""Clocks that go backwards between commands, and two writers at once."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.faults.children import Terms, add_line, begun, said
from benchmarks.faults.kept import Kept
from benchmarks.faults.kills import proposals

from patronage.decisions.decision import Status
from patronage.decisions.journal import events
from patronage.study.project import Project
from patronage.study.shelf import last_run


@dataclass(slots=True)
class Tried:
    """Cases, those that ended whole, those of which one was refused in words, and what was lost."""

    cases: int = 0
    whole: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list[str])

    def count(self, fault: str | None, *, refused: bool = False) -> None:
        """One more case."""
        self.cases += 1
        self.refused += refused and fault is None
        self.whole += not refused and fault is None
        if fault is not None:
            self.lost.append(fault)


def clocks(shop: Path, cases: int, seed: int) -> Tried:
    """A run and a verdict by a clock that is ahead, then another of each by the right one."""
    draw, found = random.Random(seed), Tried()
    for _ in range(cases):
        ahead = Terms(off=timedelta(days=draw.uniform(0.01, 3000)))
        found.count(_one_clock(shop, ahead, draw))
    return found


def _one_clock(shop: Path, ahead: Terms, draw: random.Random) -> str | None:
    names: list[str] = []
    row = draw.choice([row for row in proposals(shop) if row.people is not None and row.status is Status.PROPOSED])
    for verdict, terms, wanted in (("accept", ahead, Status.ACCEPTED), ("reject", Terms(), Status.REJECTED)):
        if fault := _decided(shop, (row.id, verdict), terms, wanted):
            return fault
        if (answer := said("run", shop, terms=terms)).code != 0:
            return f"run: {answer.words[-300:]}"
        names.append(last_run(Project(shop)).folder.name)
    told = json.loads(said("diff", shop, "--json").words)
    if names[0] >= names[1] or [told["from"], told["to"]] != names:
        return f"runs in the order {names}, told as {told['from']} to {told['to']}"
    return _decided(shop, (row.id, "reopen"), Terms(), Status.PROPOSED)


def _decided(shop: Path, words: tuple[str, str], terms: Terms, wanted: Status) -> str | None:
    """What is wrong with a verdict, None where it stands as the last one."""
    kept = Kept(shop)
    kept.look()
    answer = said("decide", shop, *words, terms=terms)
    now = next(one.status for one in proposals(shop) if one.id == words[0])
    fault = kept.lost(answer)
    return f"{words}: {now}: {fault}: {answer.words[-300:]}" if answer.code or now is not wanted or fault else None


def writers(shop: Path, cases: int, seed: int) -> Tried:
    """Two runs at once, two verdicts at once, and a verdict during a run, in turn."""
    draw, found = random.Random(seed), Tried()
    kept = Kept(shop)
    for number in range(cases):
        add_line(shop)
        kept.look()
        before = len(events(shop / "ledger.jsonl").events)
        some = draw.sample(proposals(shop), 2)
        run = ("run", shop, "--only", "cohorts")
        verdicts = [("decide", shop, row.id, "reject", "--why", "at once") for row in some]
        pair = ((run, run), tuple(verdicts), (run, verdicts[0]))[number % 3]
        children = [begun(*words) for words in pair]
        answers = [child.ended() for child in children]
        told = sum(answer.code == 0 for answer, words in zip(answers, pair, strict=True) if words[0] == "decide")
        fault = kept.lost()
        if not all(one.in_words for one in answers) or all(one.code for one in answers):
            fault = f"{[one.code for one in answers]}: {[one.words[-200:] for one in answers]}"
        if len(events(shop / "ledger.jsonl").events) != before + told:
            fault = f"{told} verdicts were told to be written, and the journal has others"
        found.count(fault, refused=any(one.code for one in answers))
    return found
