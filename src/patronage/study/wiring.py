"""How analyses and rules fit together, read from their signatures before any row is read."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from patronage.vocabulary.errors import Fault, WiringError

Maker = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Need:
    """One parameter of an analysis or a rule."""

    parameter: str
    kind: type
    optional: bool


@dataclass(frozen=True, slots=True)
class Step:
    """An analysis or a rule with what it needs and what it makes.

    questions: that a rule answers, as the file it stands in names them in QUESTIONS.
    """

    name: str
    function: Maker
    needs: tuple[Need, ...]
    makes: type | None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wiring:
    """All steps in an order in which each comes after the makers of what it needs."""

    analyses: tuple[Step, ...]
    rules: tuple[Step, ...]

    def maker_of(self, kind: type) -> Step | None:
        """The analysis that makes a finding, None for what is given from outside."""
        return next((step for step in self.analyses if step.makes is kind), None)

    def upstream(self, name: str) -> frozenset[str]:
        """The names of all analyses that one finding rests on, itself included."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            wanted = waiting.pop()
            step = next(step for step in self.analyses if step.name == wanted)
            if step.name not in found:
                found.add(step.name)
                makers = (self.maker_of(need.kind) for need in step.needs)
                waiting.extend(maker.name for maker in makers if maker is not None)
        return frozenset(found)


def snake_case(name: str) -> str:
    """ChangeBridge as change_bridge."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def evidence_name(kind: type) -> str:
    """What a table, section or finding is called in files and questions: SegmentRules is segments."""
    name = snake_case(kind.__name__)
    return {"segment_rules": "segments"}.get(name, name)


def wired(analyses: Iterable[Maker], rules: Iterable[Maker], given: frozenset[type]) -> Wiring:
    """The wiring of the listed functions.

    given: types that come from outside: tables, sections of the strategy file, the terms.
    Raises WiringError with every unreadable signature, double maker, missing maker and cycle.
    """
    faults: list[Fault] = []
    steps = [step for function in analyses if (step := _step(function, faults, makes=True))]
    decided = [step for function in rules if (step := _step(function, faults, makes=False))]
    makers: dict[type, Step] = {}
    for step in steps:
        made = typing.cast(type, step.makes)
        if made in makers:
            faults.append(Fault(step.name, f"{made.__name__} is made by {makers[made].name} too", "keep one of them"))
        elif made in given:
            faults.append(Fault(step.name, f"{made.__name__} is given from outside", "make a type of its own"))
        makers.setdefault(made, step)
    known = given | makers.keys()
    for step in (*steps, *decided):
        for need in step.needs:
            if need.kind not in known:
                where = f"{step.name}({need.parameter})"
                faults.append(Fault(where, f"nothing makes {need.kind.__name__}", "list its analysis in the catalog"))
    ordered = _ordered(steps, makers, faults)
    if faults:
        raise WiringError(*faults)
    return Wiring(tuple(ordered), tuple(decided))


def _step(function: Maker, faults: list[Fault], *, makes: bool) -> Step | None:
    name = getattr(function, "__name__", repr(function))
    try:
        hints = typing.get_type_hints(function)
    except NameError as error:
        faults.append(Fault(name, f"its signature cannot be read: {error}", "import its types at run time"))
        return None
    made = hints.pop("return", None)
    if makes and not isinstance(made, type):
        faults.append(Fault(name, "has no single return type", "return exactly one finding"))
        return None
    needs: list[Need] = []
    for parameter, hint in hints.items():
        kind, optional = _plain(hint)
        if kind is None:
            faults.append(Fault(f"{name}({parameter})", f"{hint} is not one type or one type or None"))
        else:
            needs.append(Need(parameter, kind, optional))
    return Step(name, function, tuple(needs), made if makes else None, () if makes else _questions(function))


def _questions(rule: Maker) -> tuple[str, ...]:
    """What the file of a rule names as QUESTIONS, so that a row about missing evidence tells them too."""
    return tuple(getattr(inspect.getmodule(rule), "QUESTIONS", ()))


def _plain(hint: Any) -> tuple[type | None, bool]:
    if isinstance(hint, type):
        return hint, False
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        if len(kinds) == 1 and isinstance(kinds[0], type):
            return kinds[0], True
    return None, False


def _ordered(steps: list[Step], makers: dict[type, Step], faults: list[Fault]) -> list[Step]:
    done: list[Step] = []
    left = list(steps)
    while left:
        names = {step.name for step in left}
        ready = [
            step
            for step in left
            if not any(need.kind in makers and makers[need.kind].name in names for need in step.needs)
        ]
        if not ready:
            ring = ", ".join(sorted(names))
            faults.append(
                Fault("catalog", f"these analyses need each other in a circle: {ring}", "cut one of the needs")
            )
            return done
        done.extend(ready)
        left = [step for step in left if step not in ready]
    return done
