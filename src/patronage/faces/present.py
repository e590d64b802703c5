"""Findings and decisions as plain data for JSON, tables and pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from patronage.evidence.store import StoredTable
from patronage.vocabulary.estimate import Estimate

if TYPE_CHECKING:
    from patronage.decisions.decision import Decision

APART = frozenset({"grade", "as_of"})
"""Fields that stand beside the summary, not in it."""

CALLED = {"table": "customers"}
"""Tables whose field cannot have the name of their contract, since a number of the summary has it."""


def finding_data(name: str, finding: Any, as_of: str) -> dict[str, Any]:
    """A finding as its contract names it: finding, as_of, grade, summary, tables."""
    fields = _fields(finding)
    tables = stored_tables(finding)
    rest = {key: value for key, value in fields.items() if not isinstance(value, StoredTable) and key not in APART}
    return {
        "finding": name,
        "as_of": as_of,
        "grade": str(fields["grade"]),
        "summary": {_readable(key): plain(value) for key, value in rest.items()},
        "tables": {key: {"rows": table.rows, "columns": list(table.columns)} for key, table in tables.items()},
    }


def stored_tables(finding: Any) -> dict[str, StoredTable]:
    """The stored tables of a finding, by the names their contract gives them."""
    return {CALLED.get(key, key): value for key, value in _fields(finding).items() if isinstance(value, StoredTable)}


def decision_data(decision: Decision) -> dict[str, Any]:
    """A decision as its contract names it."""
    move = decision.move
    return {
        "id": decision.id,
        "kind": move.kind,
        "subject": move.subject,
        "from_state": move.from_state,
        "to_state": move.to_state,
        "questions": list(decision.questions),
        "status": str(decision.status),
        "reason": decision.reason,
        "at_stake": decision.at_stake,
        "value": plain(decision.value),
        "value_raw": plain(decision.value_raw),
        "value_by_year": list(decision.value_by_year),
        "p_better": decision.p_better,
        "cost": {"one_off": decision.cost.one_off, "yearly": decision.cost.yearly},
        "hours": decision.hours,
        "payback": decision.payback,
        "break_even": plain(decision.break_even),
        "drivers": plain(decision.drivers),
        "value_of_learning": decision.learning.value if decision.learning else None,
        "test": decision.learning.test if decision.learning else None,
        "grade": str(decision.grade),
        "evidence": plain(decision.evidence),
        "people": decision.people.rows if decision.people else 0,
        "depends_on": list(decision.depends_on),
        "conflicts_with": list(decision.conflicts_with),
        "owner": decision.owner,
        "due": decision.due,
    }


def plain(value: Any) -> Any:
    """Any value of a finding as JSON data; an estimate without its draws, an array as its shape."""
    if isinstance(value, Estimate):
        names = ("mean", "sd", "p05", "p50", "p95", "unit")
        return {name: getattr(value, name) for name in names} | {"grade": str(value.grade)}
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {_readable(str(key)): plain(item) for key, item in items}
    if isinstance(value, tuple | list):
        return [plain(item) for item in cast("tuple[Any, ...]", value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, StoredTable):
        names = (field.name for field in dataclasses.fields(value))
        return {_readable(name): plain(getattr(value, name)) for name in names}
    return _plain_leaf(value)


def _plain_leaf(value: Any) -> Any:
    if isinstance(value, StoredTable):
        return {"rows": value.rows, "columns": list(value.columns)}
    if isinstance(value, np.ndarray):
        return {"shape": list(cast("np.ndarray[Any, Any]", value).shape)}
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else value


def _fields(finding: Any) -> dict[str, Any]:
    return {field.name: getattr(finding, field.name) for field in dataclasses.fields(finding)}


def _readable(name: str) -> str:
    """A field's name as its contract has it: from_ is from."""
    return name.removesuffix("_")
