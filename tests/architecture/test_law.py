"""The import law holds, and it would catch each kind of break."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"

BREAKS = {
    "a room below imports a room above": ("vocabulary/planted.py", "import patronage.study"),
    "rooms on one line import each other": ("analyses/who/planted.py", "import patronage.decisions.rules"),
    "an import hides inside a function": ("findings/planted.py", "def f():\n    import patronage.faces"),
    "an import hides under TYPE_CHECKING": (
        "strategy/planted.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import patronage.evidence.tables",
    ),
    "a kernel knows tables": ("kernels/planted.py", "import pyarrow"),
    "one group of analyses imports another": ("analyses/who/planted.py", "import patronage.analyses.worth"),
    "an engine is opened outside evidence": ("decisions/planted.py", "import duckdb"),
    "a chart is drawn outside faces": ("study/planted.py", "import altair"),
    "a room is not on the list": ("cellar/__init__.py", "import patronage.study"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", RUN]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The package's Python files and its law, in a folder of their own."""
    shutil.copy(root / "pyproject.toml", tmp_path)
    only_code = shutil.ignore_patterns("__pycache__", "*.parquet", "*.html", "*.js", "*.css")
    shutil.copytree(root / "src", tmp_path / "src", ignore=only_code)
    return tmp_path


def test_the_import_law_holds(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "5 kept, 0 broken" in result.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_the_import_law_catches_when(name: str, copy: Path) -> None:
    path, text = BREAKS[name]
    planted = copy / "src" / "patronage" / path
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(text + "\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode == 1, result.stderr
    assert " BROKEN" in result.stdout or "not listed as layers" in result.stdout, result.stdout


def test_only_faces_print(source: list[Any]) -> None:
    spoken = [
        f"{module.path}:{node.lineno}"
        for module in source
        if module.room != "faces"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not spoken, f"only faces speak to people: {spoken}"
