"""What the command line puts on the screen."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.faces.cli import screen
from patronage.vocabulary.errors import Fault


def test_control_characters_of_data_become_visible_and_lines_stay_lines() -> None:
    assert screen.printable("\x1b[31mred\x07 two\nlines \u202eleft") == "\\x1b[31mred\\x07 two\nlines \\u202eleft"


@given(st.text())
def test_what_is_printed_can_never_steer_a_terminal(text: str) -> None:
    assert all(letter.isprintable() or letter == "\n" for letter in screen.printable(text))


def test_a_table_shows_markup_and_control_characters_of_data_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("of [red]x[/]\x1b", ["a [b]"], [["[bold]cell[/]\x1b]0;owned\x07"]])
    told = capsys.readouterr().out
    for text in ("of [red]x[/]\\x1b", "a [b]", "[bold]cell[/]\\x1b]0;owned\\x07"):
        assert text in told
    assert "\x1b" not in told


def test_json_keeps_every_letter_where_the_screen_knows_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, raw in (("utf-8", True), ("ascii", False), ("cp1252", False)):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr("sys.stdout", stream)
        screen.tell_json({"name": "🧁 Söhne"})
        stream.seek(0)
        told = stream.read()
        assert ("🧁" in told) == raw
        assert json.loads(told) == {"name": "🧁 Söhne"}


def test_json_holds_no_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        screen.tell_json({"value": float("nan")})


def test_faults_stand_one_a_line_or_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    faults = [Fault("orders.amount", "is [odd]", "mend it"), Fault("file", "is gone")]
    screen.tell_faults(faults, as_json=False)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "error orders.amount: is [odd]; mend it\nerror file: is gone\n")
    screen.tell_faults(faults, as_json=True)
    assert json.loads(capsys.readouterr().out)["faults"][1] == {"where": "file", "found": "is gone", "next_step": ""}


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "the project folder: the disk is full; free some space and run again; the last good run is"),
        (errno.EDQUOT, "the project folder: the disk is full; free some space and run again; the last good run is"),
        (errno.EROFS, "the project folder: cannot be written; give write permission to the folder, or choose another"),
        (errno.ENOENT, "the project folder: there is no such file or folder; check the path"),
        (errno.EISDIR, "the project folder: is a folder, where a file is needed; name a file in it"),
        (errno.EFBIG, f"the project folder: {os.strerror(errno.EFBIG)}; mend this and run again; the last good run"),
    ],
)
def test_what_the_system_refuses_is_told_in_words(number: int, told: str) -> None:
    assert str(screen.disk_fault(OSError(number, os.strerror(number)))).startswith(told)


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    refused = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "new" / "file"))
    assert str(screen.disk_fault(refused)).startswith(f"{tmp_path / 'new' / 'file'}: cannot be written; give write")


def test_colons_in_text_from_data_are_no_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table(":x:", [":x:"], [["root:x:0"]])
    screen.warn("root:x:0")
    shown = capsys.readouterr()
    assert shown.out.count(":x:") == 3
    assert shown.err == "root:x:0\n"


def test_the_next_command_stays_whole_on_a_narrow_screen(capsys: pytest.CaptureFixture[str]) -> None:
    screen.tell_next("explain", Path("long name " * 12), "abc")
    assert capsys.readouterr().out.splitlines()[-1].endswith("abc")
