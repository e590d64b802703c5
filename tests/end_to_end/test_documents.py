"""The pages on commands and findings name all there are, and nothing else."""

from __future__ import annotations

import re
import shlex
import typing
from pathlib import Path
from typing import Any

import pytest
import typer

from patronage.evidence.store import StoredTable
from patronage.faces.cli.app import app
from patronage.faces.present import CALLED
from patronage.study.catalog import ANALYSES, GIVEN
from patronage.study.shelf import finding_types
from patronage.study.wiring import wired

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # pyright: ignore[reportAttributeAccessIssue]  a group


def sections(page: str) -> dict[str, str]:
    """Heading of each section of the second level to its text."""
    parts = re.split(r"^## (.+)$", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(command: str) -> set[str]:
    return {name for param in COMMANDS[command].params if param.param_type_name == "option" for name in param.opts}


def test_every_command_has_its_section_in_the_order_of_the_help() -> None:
    assert list(sections("commands.md")) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_section_of_a_command_names_its_options_and_arguments_and_no_others(command: str) -> None:
    text = sections("commands.md")[command]
    told = re.findall(r"^\| `(--[a-z-]+)", text, flags=re.MULTILINE)
    assert sorted(told) == sorted(options(command))
    arguments = [param.metavar for param in COMMANDS[command].params if param.param_type_name == "argument"]
    (usage,) = re.findall(r"^`patronage (.+)`$", text, flags=re.MULTILINE)
    assert usage.split(" --")[0].split() == [command, *arguments]
    assert re.search(r"^Exit codes: 0", text, flags=re.MULTILINE)


def test_every_example_of_a_command_is_a_command_line_that_the_product_knows() -> None:
    for command, text in sections("commands.md").items():
        examples = re.findall(r"^patronage (.+)$", "\n".join(re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)), re.M)
        assert examples, command
        for example in examples:
            name, *words = shlex.split(example.partition(" > ")[0])
            assert name == command
            assert {word for word in words if word.startswith("--")} <= options(command)


def test_the_readme_and_every_page_use_only_options_that_exist() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
    for page in pages:
        for line in re.findall(r"^patronage .+$", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            name, *words = line.split("#")[0].split()[1:]
            if name in COMMANDS:
                unknown = {word for word in words if word.startswith("--")} - options(name)
                assert not unknown, f"{page.name}: {line}"


def test_the_readme_tells_the_first_forecast_as_the_proof_does() -> None:
    proof = (DOCS / "proof.md").read_text(encoding="utf-8")
    (row,) = re.findall(
        r"^\| 2010-12-09 \| 2011-02-08 \| ([\d,]+) \(.+?\) \| ([\d,]+) \| (\S+) \|", proof, re.MULTILINE
    )
    foreseen, happened, inside = row
    rounded = round(int(foreseen.replace(",", "")), -2)
    readme = " ".join((DOCS.parent / "README.md").read_text(encoding="utf-8").split())
    assert f"about {rounded:,} days were expected where {happened} happened" in readme
    assert inside == "**no**"


def test_every_finding_is_told_with_its_tables() -> None:
    made = {step.name: step.makes for step in wired(ANALYSES, (), GIVEN).analyses}
    told = sections("findings.md")
    assert list(told) == sorted(made)
    listing = dict(re.findall(r"^\| \[(\w+)\]\(#\1\) \| (.+) \|$", (DOCS / "findings.md").read_text("utf-8"), re.M))
    for name, kind in made.items():
        assert finding_types()[name] is kind
        hints = typing.get_type_hints(kind)
        tables = {CALLED.get(key, key) for key, hint in hints.items() if StoredTable in (hint, *typing.get_args(hint))}
        assert set(re.findall(r"`(\w+)`", listing[name])) == tables, name
        assert {table for table in tables if f"`{table}`" in told[name]} == tables, name
        assert 1 <= len(re.findall(r"\.(?=\s|$)", told[name].partition("Tables:")[0])) <= 3, name
