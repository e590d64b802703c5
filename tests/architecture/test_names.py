"""Modules are named after what they do, and each says it in one sentence."""

from __future__ import annotations

import ast
from typing import Any

NAMELESS = {"utils", "util", "common", "base", "misc", "manager", "managers", "helpers", "helper"}


def test_no_module_hides_behind_a_name_that_says_nothing(source: list[Any], tests: list[Any]) -> None:
    parts = {(module.path, part) for module in (*source, *tests) for part in module.path.removesuffix(".py").split("/")}
    nameless = sorted(path for path, part in parts if part.removeprefix("test_") in NAMELESS)
    assert not nameless, f"name these after what they do: {nameless}"


def test_every_module_says_what_it_is_in_one_sentence(source: list[Any]) -> None:
    silent = [module.path for module in source if not _one_sentence(ast.get_docstring(module.tree))]
    assert not silent, f"one sentence with a full stop, on one line: {silent}"


def test_packages_hold_their_sentence_and_their_names_but_no_logic(source: list[Any]) -> None:
    plain = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    busy = [
        f"{module.path}:{node.lineno}"
        for module in source
        if module.name == "__init__"
        for node in module.tree.body[1:]
        if not isinstance(node, plain)
    ]
    assert not busy, f"move this out of the package's door: {busy}"


def test_public_functions_and_classes_begin_with_a_sentence(source: list[Any]) -> None:
    silent: list[str] = []
    for module in source:
        for name, node in _public(module.tree):
            told = (ast.get_docstring(node) or "").strip()
            if not told or not told.splitlines()[0].endswith("."):
                silent.append(f"{module.path}:{node.lineno} {name}")
    assert not silent, "the first line of a docstring is a sentence with a full stop: " + "; ".join(silent)


def test_shipped_examples_are_data_without_code(source: list[Any]) -> None:
    assert not [module.path for module in source if module.room == "examples"]


def _one_sentence(told: str | None) -> bool:
    return told is not None and "\n" not in told.strip() and told.strip().endswith(".")


def _public(tree: ast.Module) -> list[tuple[str, Any]]:
    """Functions and classes at the top, and the methods of the classes, whose names do not begin with a dash."""
    found: list[tuple[str, Any]] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                inner = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
                found.extend((f"{node.name}.{each.name}", each) for each in inner if not each.name.startswith("_"))
    return found
