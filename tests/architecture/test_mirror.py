"""Tests stand where the thing they test stands, and every kernel has the kinds of tests that numbers need."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import Any

APART = {"architecture", "end_to_end", "references"}
"""Folders of tests that belong to no single room."""


def test_every_test_file_names_what_it_tests(source: list[Any], tests: list[Any]) -> None:
    known: defaultdict[str, set[str]] = defaultdict(set)
    for module in source:
        known[module.room].update(module.path.removesuffix(".py").split("/")[2:])
    lost = [
        module.path
        for module in tests
        if module.name.startswith("test_")
        and module.room not in APART
        and module.name.removeprefix("test_") not in known[module.room]
    ]
    assert not lost, f"no module of that name stands in that room: {lost}"


def test_every_kernel_has_a_property_and_a_refusal(source: list[Any], tests: list[Any]) -> None:
    by_name = {module.name: module for module in tests if module.room == "kernels"}
    faults: list[str] = []
    for kernel in source:
        if kernel.room != "kernels" or kernel.name == "__init__":
            continue
        test = by_name.get(f"test_{kernel.name}")
        if test is None:
            faults.append(f"{kernel.name}: no test file")
            continue
        if not _has_property(test.tree):
            faults.append(f"{kernel.name}: no hypothesis test")
        if not _has_refusal(test.tree):
            faults.append(f"{kernel.name}: no refusal with its message")
    assert not faults, "; ".join(faults)


def _has_property(tree: ast.Module) -> bool:
    """Whether a test is decorated with hypothesis' `given`."""
    decorators = [each for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for each in node.decorator_list]
    return any(isinstance(each, ast.Call) and _last_name(each.func) == "given" for each in decorators)


def _has_refusal(tree: ast.Module) -> bool:
    """Whether `raises(ValueError, match=...)` is called somewhere."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _last_name(node.func) == "raises"]
    return any(
        [_last_name(argument) for argument in call.args] == ["ValueError"]
        and any(keyword.arg == "match" for keyword in call.keywords)
        for call in calls
    )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
