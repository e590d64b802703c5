"""The documents name every command, every option and every finding, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from patronage.faces.cli.app import app
from patronage.study.catalog import the_wiring

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_command_and_option_is_in_its_row_of_the_documents() -> None:
    rows = {
        found.group(1): set(re.findall(r"--[a-z-]+", found.group(0)))
        for found in re.finditer(r"^\| `patronage ([a-z]+).*$", (DOCS / "commands.md").read_text("utf-8"), re.MULTILINE)
    }
    group = typer.main.get_command(app)
    commands = group.commands  # pyright: ignore[reportAttributeAccessIssue]  the app has more than one command
    options = {
        name: {option for each in command.params for option in each.opts if option.startswith("--")} - {"--help"}
        for name, command in commands.items()
    }
    assert rows == options


def test_every_finding_is_in_the_documents() -> None:
    named = re.findall(r"^\| `([a-z_]+)`", (DOCS / "findings.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(step.name for step in the_wiring().analyses)
