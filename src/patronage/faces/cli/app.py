"""The command `patronage`: its commands, its exit codes, its way of telling what went wrong."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, Any, cast

import typer
from typer.exceptions import TyperException

from patronage.faces.cli import begin, compare, look, merging, people, start, tracking, work
from patronage.faces.cli.screen import FAILED, INVALID, NOTHING, disk_fault, out, tell_faults, warn
from patronage.vocabulary.errors import (
    AbsentError,
    BlockedError,
    EstimationError,
    EvidenceError,
    Fault,
    PatronageError,
    ProjectError,
    StrategyError,
)
from patronage.vocabulary.version import VERSION

TRACEBACK = "PATRONAGE_TRACEBACK"
"""The variable of the environment under which a fault of the product's own is shown with its traceback."""

INTERRUPTED = 130
"""What the library gives back when a person pressed Ctrl-C."""

OUT_OF_MEMORY = Fault(
    "memory", "there is not enough of it", "close other programs, or set how much to hold: --memory 2GB"
)

ORDER = (
    "demo", "try", "init", "check", "identity", "run", "ledger", "show", "questions", "explain", "decide", "lists",
    "track", "diff", "backtest", "report", "schema",
)  # fmt: skip
"""The commands as a newcomer meets them."""

app = typer.Typer(
    name="patronage",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (start, begin, merging, work, look, people, tracking, compare):
    room.register(app)
app.registered_commands.sort(key=lambda command: ORDER.index(command.name) if command.name in ORDER else len(ORDER))


def tell_version(wanted: bool) -> None:
    """Prints the version and ends, where it is wanted."""
    if wanted:
        out.print(f"patronage {VERSION}", markup=False)
        raise typer.Exit


@app.callback()
def top(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=tell_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Customer strategy from a company's own data."""


def main() -> None:
    """Runs the command line and leaves with its exit code.

    0 good, 1 failed, 2 invalid input, 3 no finding can be computed from what is given.
    """
    for stream in (sys.stdout, sys.stderr):
        # A screen that knows fewer letters than the data shows an escape in place of the letter.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _nobody_reads()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The exit code of one command line; faults are told in words, never as a traceback."""
    as_json = "--json" in arguments
    try:
        found = app(args=arguments, prog_name="patronage", standalone_mode=False)
    except PatronageError as error:
        tell_faults(error.faults, as_json=as_json)
        return _code_of(error)
    except TyperException as error:
        refusal = cast("Any", error)
        if as_json:
            told = Fault(
                "command line", refusal.format_message().rstrip("."), "patronage COMMAND --help tells its options"
            )
            tell_faults((told,), as_json=True)
        else:
            refusal.show()
        return INVALID
    except typer.Abort:
        return _stopped()
    except BrokenPipeError:
        _nobody_reads()
        return FAILED
    except (OSError, MemoryError) as error:
        tell_faults((disk_fault(error) if isinstance(error, OSError) else OUT_OF_MEMORY,), as_json=as_json)
        return FAILED
    except Exception as error:
        # The last door: a fault of our own is told in words too.
        if TRACEBACK in os.environ:
            raise
        tell_faults((_own_fault(error),), as_json=as_json)
        return FAILED
    if found == INTERRUPTED:
        return _stopped()
    return found if isinstance(found, int) else 0


def _stopped() -> int:
    warn("stopped; the last good run is untouched")
    return FAILED


def _code_of(error: PatronageError) -> int:
    """The exit code of a refusal: nothing to be computed, the input at fault, or else the machine or the product."""
    if isinstance(error, AbsentError | EstimationError):
        return NOTHING
    if isinstance(error, BlockedError):
        return FAILED
    return INVALID if isinstance(error, EvidenceError | StrategyError | ProjectError) else FAILED


def _own_fault(error: Exception) -> Fault:
    found = f"stopped on a fault of its own, {type(error).__name__}: {error}"
    return Fault("patronage", found, f"report it with what {TRACEBACK}=1 before the command prints")


def _nobody_reads() -> None:
    """Keeps Python from telling at its end that the reader of standard output, such as `head`, has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
