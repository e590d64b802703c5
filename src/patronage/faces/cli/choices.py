"""The arguments and options that commands share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from patronage.vocabulary.errors import Fault, ProjectError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Last day counted, inclusive.")]


def day(text: str | None, option: str) -> date | None:
    """A date given on the command line; raises ProjectError when it is not written YYYY-MM-DD."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        fault = Fault(option, f"{text!r} is no date", "write it as YYYY-MM-DD, such as 2011-12-09")
        raise ProjectError(fault) from None
