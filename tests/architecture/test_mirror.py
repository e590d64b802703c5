"""Tests stand where the thing they test stands, and every kernel has the kinds of tests that numbers need."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import Any

INNER = {
    "bg_nbd": "repeat_buying",
    "calendar_process": "calendar",
    "compiled": "repeat_buying",
    "likelihood_fit": "repeat_buying",
    "newton": "spend",
    "pareto_nbd": "repeat_buying",
}
"""Kernels that only other kernels call, and the kernel at whose door bad input is refused."""

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
        and not _named_after(module.name.removeprefix("test_"), known[module.room])
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
        if kernel.name != "compiled" and not _has_property(test.tree):
            faults.append(f"{kernel.name}: no hypothesis test")
        if not _has_refusal(by_name[f"test_{INNER.get(kernel.name, kernel.name)}"].tree):
            faults.append(f"{kernel.name}: no refusal with its message")
    assert not faults, "; ".join(faults)


def _named_after(name: str, known: set[str]) -> bool:
    """Whether a name is that of a module or package, or that with the fact it proves behind it."""
    return any(name == each or name.startswith(f"{each}_") for each in known)


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
