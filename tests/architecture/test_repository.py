"""What git keeps carries no trace of the machine it was made on, and its pinned versions can be installed anywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# Written in pieces, so that this file does not hold what it looks for.
TRACES = ("/" + "work/", "/" + "root/", "pypi" + ".org", "python" + "hosted", ".lib" + "rary/")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def pins(file: Path) -> dict[str, set[str]]:
    """Package to the versions that a requirements file holds; some differ by Python version."""
    found: dict[str, set[str]] = {}
    for name, version in PINNED.findall(file.read_text(encoding="utf-8")):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_no_kept_file_names_a_path_or_host_of_the_workplace(root: Path, tracked: list[Path]) -> None:
    assert root / "pyproject.toml" in tracked
    faults: list[str] = []
    for path in tracked:
        text = path.read_bytes().decode("utf-8", errors="ignore")
        faults.extend(f"{path.relative_to(root)}: {trace}" for trace in TRACES if trace in text)
    assert not faults, "; ".join(faults)


def test_requirements_hold_versions_and_hashes_but_no_address(root: Path) -> None:
    for name in ("build", "runtime", "dev"):
        text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.partition("\n")[2].strip())
        assert entries
        entry = re.compile(r"[a-z0-9][a-z0-9.-]*==\S+( ; [^\n]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+")
        assert [text for text in entries if not entry.fullmatch(text)] == []


def test_requirements_agree_with_each_other(root: Path) -> None:
    build, runtime, dev = (pins(root / "requirements" / f"{name}.txt") for name in ("build", "runtime", "dev"))
    assert build.items() <= runtime.items() <= dev.items()


def test_requirements_hold_to_the_declared_bounds(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = pins(root / "requirements" / "runtime.txt")
    for text in project["dependencies"]:
        wanted = Requirement(text)
        versions = pinned[canonicalize_name(wanted.name)]
        assert all(Version(version) in wanted.specifier for version in versions), f"{wanted} but pinned {versions}"


def test_every_tool_a_shell_runs_may_be_executed_and_ends_lines_as_unix_does(root: Path) -> None:
    scripts = [*(root / "tools").iterdir(), root / ".ci" / "run"]
    for script in scripts:
        text = script.read_bytes()
        assert text.startswith(b"#!"), script.name
        assert b"\r" not in text, script.name
