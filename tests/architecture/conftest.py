"""The source of the package and of its tests, read once and parsed."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path from the root of the repository, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder directly under the package or under tests; empty for a file at the top."""
        parts = Path(self.path).parts
        below = parts[2:] if parts[0] == "src" else parts[1:]
        return below[0] if len(below) > 1 else ""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return Path(self.path).stem


def _modules(folder: str) -> list[Module]:
    files = sorted((ROOT / folder).rglob("*.py"))
    found = [(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in files]
    return [Module(path, text, ast.parse(text)) for path, text in found]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def source() -> list[Module]:
    found = _modules("src/patronage")
    assert any(module.room == "vocabulary" for module in found), "the package was not found"
    return found


@pytest.fixture(scope="session")
def tests() -> list[Module]:
    return _modules("tests")


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """The files that git keeps."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]
