"""The exit codes of the command line, and its way of telling what went wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from patronage.faces.cli import app as door
from patronage.vocabulary.errors import (
    AbsentError,
    BlockedError,
    EstimationError,
    EvidenceError,
    Fault,
    PatronageError,
    ProjectError,
    StrategyError,
    WiringError,
)
from patronage.vocabulary.version import VERSION

PROGRAM = "from patronage.faces.cli.app import main; main()"


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(door, "app", fail)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (EvidenceError, 2),
        (StrategyError, 2),
        (ProjectError, 2),
        (BlockedError, 1),
        (AbsentError, 3),
        (EstimationError, 3),
        (WiringError, 1),
    ],
)
def test_each_kind_of_refusal_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: type[PatronageError], code: int
) -> None:
    raising(monkeypatch, kind(Fault("here", "is wrong", "mend it"), Fault("there", "too")))
    assert door.run(["run"]) == code
    assert capsys.readouterr().err == "error here: is wrong; mend it\nerror there: too\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "error memory: there is not enough of it; close other programs, or set how much to hold"),
        (OSError(28, "No space left on device"), "error the project folder: the disk is full; free some space"),
        (
            KeyError("x"),
            "error patronage: stopped on a fault of its own, KeyError: 'x'; report it with what PATRONAGE_",
        ),
        (typer.Abort(), "stopped; the last good run is untouched"),
    ],
)
def test_whatever_fails_is_told_in_a_line_and_never_as_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, told: str
) -> None:
    raising(monkeypatch, error)
    assert door.run(["run"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(told)
    assert (len(said.err.splitlines()), said.out) == (1, "")


def test_a_fault_of_its_own_shows_where_it_arose_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, KeyError("x"))
    monkeypatch.setenv("PATRONAGE_TRACEBACK", "1")
    with pytest.raises(KeyError):
        door.run(["run"])


def test_a_result_beside_the_exit_code_counts_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    for found, code in ((None, 0), (3, 3), ("text", 0)):
        monkeypatch.setattr(door, "app", lambda found=found, **_: found)
        assert door.run(["run"]) == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["runn"], "No such command 'runn'. Did you mean 'run'?"),
        (["run"], "Missing argument 'DIR'"),
        (["run", "x", "--jsn"], "No such option: --jsn"),
        (["ledger", "x", "--top", "0"], "Invalid value for '--top'"),
        (["ledger", "x", "--top", "many"], "Invalid value for '--top'"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_invalid_input(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert door.run(arguments) == 2
    assert told in capsys.readouterr().err
    assert door.run([*arguments, "--json"]) == 2
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert (fault["where"], fault["next_step"]) == ("command line", "patronage COMMAND --help tells its options")
    assert told.removesuffix("?") in fault["found"]


def test_version_and_help_are_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.run(["--version"]) == 0
    assert capsys.readouterr().out == f"patronage {VERSION}\n"
    assert door.run(["run", "--help"]) == 0
    assert "--as-of" in capsys.readouterr().out


def test_a_screen_with_few_letters_gets_escapes_and_json_stays_whole(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, "check", str(tmp_path / "Söhne 🧁"), *more],
            capture_output=True, check=False, env=environment,
        )
        for more in ([], ["--json"])
    ]  # fmt: skip
    assert [one.returncode for one in said] == [2, 2]
    assert b"Traceback" not in said[0].stderr
    assert b"S\\xf6hne" in said[0].stderr
    assert json.loads(said[1].stdout)["faults"][0]["where"].endswith("Söhne 🧁")


def test_a_reader_that_stops_early_is_no_fault() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()
