"""The command `patronage`: its commands, its exit codes, its way of telling what went wrong."""

from __future__ import annotations

import sys
from typing import Any, cast

import typer
from typer.exceptions import TyperException

from patronage.faces.cli import begin, compare, look, people, start, work
from patronage.faces.cli.screen import FAILED, INVALID, disk_fault, tell_faults
from patronage.vocabulary.errors import EvidenceError, PatronageError, ProjectError, StrategyError

app = typer.Typer(
    name="patronage",
    help="Customer strategy from a company's own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (start, begin, work, look, people, compare):
    room.register(app)


def main() -> None:
    """Runs the command line and leaves with its exit code.

    0 good, 1 failed, 2 invalid input, 3 no finding can be computed from what is given.
    """
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of one command line; faults are told in words, never as a traceback."""
    as_json = "--json" in arguments
    try:
        found = app(args=arguments, prog_name="patronage", standalone_mode=False)
    except PatronageError as error:
        tell_faults(error.faults, as_json=as_json)
        return INVALID if isinstance(error, EvidenceError | StrategyError | ProjectError) else FAILED
    except TyperException as error:
        cast("Any", error).show()
        return INVALID
    except typer.Abort:
        return FAILED
    except OSError as error:
        tell_faults((disk_fault(error),), as_json=as_json)
        return FAILED
    return found if isinstance(found, int) else 0
