"""The arguments and options that commands share."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from patronage.vocabulary.errors import Fault, ProjectError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Last day counted, inclusive.")]


_SIZE = re.compile(r"\d+(\.\d+)?\s*([kmgt]i?b)", re.IGNORECASE)


def size(text: str | None, option: str) -> str | None:
    """An amount of memory given on the command line; raises ProjectError when it is not written such as 4GB."""
    if text is not None and not _SIZE.fullmatch(text.strip()):
        raise ProjectError(Fault(option, f"{text!r} is no size", "write it as 4GB or 500MB"))
    return text


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
