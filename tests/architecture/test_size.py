"""Files and functions stay small enough to be read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
PUBLIC_METHODS = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def lines_of(function: Function) -> int:
    """Lines from `def` to the end of the body, the docstring not counted."""
    first = function.body[0]
    told = 0
    if ast.get_docstring(function, clean=False) is not None:
        told = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


def test_no_file_has_more_than_400_lines(root: Path) -> None:
    long: list[str] = []
    for folder in ("src", "tests", "benchmarks"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in {".py", ".js", ".css", ".html", ".j2"} and "__pycache__" not in file.parts:
                lines = len(file.read_text(encoding="utf-8").splitlines())
                if lines > LINES_OF_A_FILE:
                    long.append(f"{file.relative_to(root)}: {lines}")
    assert not long, "split these by subject: " + "; ".join(long)


def test_no_function_has_more_than_40_lines(source: list[Any]) -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name}: {lines}"
        for module in source
        for function in functions(module.tree)
        if (lines := lines_of(function)) > LINES_OF_A_FUNCTION
    ]
    assert not long, "split these: " + "; ".join(long)


def test_no_class_has_more_than_12_public_methods(source: list[Any]) -> None:
    wide: list[str] = []
    for module in source:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                public = [each for each in node.body if isinstance(each, Function) and not each.name.startswith("_")]
                if len(public) > PUBLIC_METHODS:
                    wide.append(f"{module.path}:{node.lineno} {node.name}: {len(public)}")
    assert not wide, "; ".join(wide)


def test_the_docstring_of_a_function_does_not_count_as_its_lines() -> None:
    tree = ast.parse('def total(a):\n    """Sum.\n\n    a: (n,).\n    """\n    return a\n')
    assert lines_of(functions(tree)[0]) == 2
