"""Findings to JSON and arrays, and back by their types."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, cast

import numpy as np

from patronage.evidence.store import StoredTable

Arrays = dict[str, np.ndarray[Any, Any]]


def encoded(value: Any, arrays: Arrays, place: str = "finding") -> Any:
    """A value as JSON data; numpy arrays go to `arrays` and leave their key behind.

    Raises ValueError that names the field where a number is not finite, since a missing value is
    a typed reason, and TypeError for a type that no finding may have.
    """
    if isinstance(value, np.ndarray):
        arrays[f"a{len(arrays)}"] = cast("np.ndarray[Any, Any]", value)
        return f"a{len(arrays) - 1}"
    if isinstance(value, StoredTable):
        return {"file": value.path.name, "rows": value.rows, "columns": list(value.columns)}
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {str(key): encoded(item, arrays, f"{place}.{key}") for key, item in items}
    if isinstance(value, tuple | list):
        members = cast("tuple[Any, ...]", value)
        return [encoded(item, arrays, f"{place}[{index}]") for index, item in enumerate(members)]
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if dataclasses.is_dataclass(value):
        names = (field.name for field in dataclasses.fields(value))
        return {name: encoded(getattr(value, name), arrays, f"{place}.{name}") for name in names}
    return _scalar(value, place)


def _scalar(value: Any, place: str) -> Any:
    if isinstance(value, np.generic):
        return _scalar(cast("Any", value).item(), place)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{place} is {value}, where a number or a reason is expected")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{place} is a {type(value).__name__}, which no finding may hold")


def decoded(hint: Any, data: Any, arrays: Mapping[str, Any], folder: Path) -> Any:
    """The value of a type that JSON data and arrays stand for; tables lie in `folder`."""
    if data is None or hint is Any:
        return data
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        members = [member for member in typing.get_args(hint) if member is not type(None)]
        return decoded(_fitting(members, data), data, arrays, folder)
    if origin is tuple:
        inner = typing.get_args(hint)
        hints = [inner[0]] * len(data) if inner[-1] is Ellipsis else list(inner)
        return tuple(decoded(kind, item, arrays, folder) for kind, item in zip(hints, data, strict=True))
    if origin is frozenset:
        return frozenset(data)
    if origin is np.ndarray or hint is np.ndarray:
        return arrays[data]
    if origin is not None:
        inner = typing.get_args(hint)[1]
        return {key: decoded(inner, item, arrays, folder) for key, item in data.items()}
    return _plain(hint, data, arrays, folder)


def _plain(hint: Any, data: Any, arrays: Mapping[str, Any], folder: Path) -> Any:
    if hint is StoredTable:
        return StoredTable(folder / data["file"], data["rows"], tuple(data["columns"]))
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        kind = cast("type[Any]", hint)
        return kind(**{name: decoded(hints[name], item, arrays, folder) for name, item in data.items()})
    if hint in (date, datetime):
        return hint.fromisoformat(data)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    return float(data) if hint is float else data


def _fitting(members: list[Any], data: Any) -> Any:
    """The member of a union that the data were made from: by the names of fields, else by kind."""
    if len(members) == 1:
        return members[0]
    if hasattr(data, "keys"):
        keys = set(data.keys())
        for member in members:
            if dataclasses.is_dataclass(member) and {field.name for field in dataclasses.fields(member)} == keys:
                return member
    for member in members:
        if isinstance(member, type) and type(data) is member:
            return member
    return members[0]
