"""The arguments and options that commands share."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from patronage.study.memory_limit import memory_limit
from patronage.vocabulary.errors import Fault, ProjectError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Last day counted, inclusive.")]


def size(text: str | None, option: str) -> str | None:
    """An amount of memory given on the command line; raises ProjectError when it is none, or too small."""
    return None if text is None else memory_limit(text, option)


def day(text: str | None, option: str) -> date | None:
    """A date given on the command line; raises ProjectError when it is not written YYYY-MM-DD."""
    if text is None:
        return None
    fault = Fault(option, f"{text!r} is no date", "write it as YYYY-MM-DD, such as 2011-12-09")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ProjectError(fault)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ProjectError(fault) from None
