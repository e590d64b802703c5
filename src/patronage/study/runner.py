"""Runs the wired analyses and rules, each only when what it rests on has changed."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from patronage.decisions.decision import Decision, Move, refused
from patronage.evidence.engine import Engine
from patronage.study.cache import building, read_value, write_value
from patronage.study.digest import code_digest, digest
from patronage.study.wiring import Step, Wiring, evidence_name
from patronage.vocabulary.errors import EstimationError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.study.project import Project

COMPUTED, WAITING, REFUSED = "computed", "waiting", "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one analysis ended: computed, waiting for evidence, or refused by the evidence it has.

    waits_for: in words. lacks: the evidence and sections among it; refused_before: the findings, which were refused.
    """

    name: str
    status: str
    seconds: float
    cached: bool
    key: str | None = None
    waits_for: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    refused_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What a step waits for: evidence and sections by name, and findings that were refused."""

    lacks: tuple[str, ...]
    refused: tuple[Outcome, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """All of it in words, empty where nothing is missing."""
        return (*self.lacks, *(f"{one.name}, which was refused ({one.why[0]})" for one in self.refused))


@dataclass(slots=True)
class Bench:
    """What a run has in hand: given values by type with their fingerprints, then findings as they are made."""

    project: Project
    engine: Engine
    values: dict[type, Any]
    digests: dict[type, str]
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])


def compute(wiring: Wiring, bench: Bench, only: frozenset[str] | None, say: Callable[[str], None]) -> None:
    """Every analysis in order, or only the named ones, leaving findings and outcomes on the bench."""
    for step in wiring.analyses:
        if only is not None and step.name not in only:
            continue
        say(step.name)
        started = time.perf_counter()
        missing = _missing(step, bench, wiring)
        if missing.told:
            bench.outcomes[step.name] = _waiting(step, missing)
            continue
        key = digest(step.name, code_digest(), bench.engine.runs.name, [_input_digest(step, bench)])
        target = bench.project.findings / f"{step.name}-{key}"
        finding = read_value(step.makes, target, "finding")
        cached = finding is not None
        if not cached:
            try:
                finding = _made(step, bench, target)
            except EstimationError as error:
                why = tuple(str(fault) for fault in error.faults)
                seconds = time.perf_counter() - started
                bench.outcomes[step.name] = Outcome(step.name, REFUSED, seconds, cached=False, why=why)
                continue
        made = cast("type", step.makes)
        bench.values[made] = finding
        bench.digests[made] = key
        seconds = time.perf_counter() - started
        bench.outcomes[step.name] = Outcome(step.name, COMPUTED, seconds, cached, key)


def proposals(wiring: Wiring, bench: Bench, say: Callable[[str], None]) -> list[Decision]:
    """What every rule proposes; a rule that waits or is refused leaves a row that says for what."""
    found: list[Decision] = []
    for rule in wiring.rules:
        say(f"rule {rule.name}")
        missing = _missing(rule, bench, wiring)
        if missing.told:
            found.append(_unanswered(rule, "waits for " + " and ".join(missing.told)))
            continue
        try:
            found.extend(rule.function(**_arguments(rule, bench, bench.engine)))
        except EstimationError as error:
            found.append(_unanswered(rule, "; ".join(str(fault) for fault in error.faults)))
    return found


def _made(step: Step, bench: Bench, target: Any) -> Any:
    with building(target) as folder:
        engine = bench.engine.within(folder)
        write_value(step.function(**_arguments(step, bench, engine)), folder, "finding")
    finding = read_value(step.makes, target, "finding")
    if finding is None:
        fault = Fault(step.name, "was written and cannot be read back", "remove .patronage and run again")
        raise EstimationError(fault)
    return finding


def _arguments(step: Step, bench: Bench, engine: Engine) -> dict[str, Any]:
    """The values of a step's parameters; evidence keeps what it stores in the step's own folder."""
    found: dict[str, Any] = {}
    for need in step.needs:
        value: Any = engine if need.kind is Engine else bench.values.get(need.kind)
        keeps_engine = dataclasses.is_dataclass(value) and isinstance(getattr(value, "engine", None), Engine)
        found[need.parameter] = dataclasses.replace(cast("Any", value), engine=engine) if keeps_engine else value
    return found


def _waiting(step: Step, missing: Missing) -> Outcome:
    refused_before = tuple(one.name for one in missing.refused)
    return Outcome(
        step.name,
        WAITING,
        0.0,
        cached=False,
        waits_for=missing.told,
        lacks=missing.lacks,
        refused_before=refused_before,
    )


def _missing(step: Step, bench: Bench, wiring: Wiring) -> Missing:
    """What a step waits for: evidence and sections by their names, findings by what they wait for."""
    lacks: list[str] = []
    refused_before: list[str] = []
    for need in step.needs:
        if need.optional or need.kind in bench.values or need.kind is Engine:
            continue
        maker = wiring.maker_of(need.kind)
        outcome = bench.outcomes.get(maker.name) if maker else None
        if outcome is not None and outcome.status == WAITING:
            lacks.extend(outcome.lacks)
            refused_before.extend(outcome.refused_before)
        elif outcome is not None and outcome.status == REFUSED:
            refused_before.append(outcome.name)
        else:
            lacks.append(evidence_name(need.kind))
    refused = tuple(bench.outcomes[name] for name in dict.fromkeys(refused_before))
    return Missing(tuple(dict.fromkeys(lacks)), refused)


def _input_digest(step: Step, bench: Bench) -> Mapping[str, str]:
    return {need.parameter: bench.digests.get(need.kind, "absent") for need in step.needs if need.kind is not Engine}


def _unanswered(rule: Step, because: str) -> Decision:
    move = Move(rule.name, "all customers", "today", "today")
    return refused(move, rule.questions, f"No proposal: {because}.")
