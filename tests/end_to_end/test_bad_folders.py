"""Folders that are wrong: read-only, full, in use, with a torn journal, with results of another version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither these permissions nor these limits")


def limited(*commands: tuple[int | None, tuple[object, ...]]) -> list[dict[str, Any]]:
    """What command lines say in a process that permissions hold for, each with the most bytes a file may have."""
    asked = json.dumps([[most, [str(argument) for argument in command]] for most, command in commands])
    script = [sys.executable, str(HERE / "under_limits.py")]
    done = subprocess.run(script, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert not [one for one in found if "fault of its own" in one["err"] + one["out"]], found
    return found


def forbidden(*commands: tuple[object, ...]) -> list[dict[str, Any]]:
    """What command lines say where permissions hold."""
    return limited(*((None, command) for command in commands))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def closed(folder: Path) -> Generator[None]:
    """The folder and all in it without the right to write, for the block."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.fixture
def small_project(cli: Any, make_project: Any) -> Path:
    """A project with one finding computed."""
    folder = make_project()
    assert cli("run", folder, "--only", "cohorts").code == 0
    return folder


@posix
def test_a_read_only_folder_can_be_read_and_says_what_cannot_be_written(
    cli: Any, own_shop: Path, tmp_path: Path
) -> None:
    rows = cli("ledger", own_shop, "--json").data
    proposed = next(row["id"] for row in rows if row["status"] == "proposed")
    before = files_of(own_shop)
    cells = ("show", own_shop, "cohorts", "--table", "cells")
    with closed(own_shop):
        found = forbidden(
            ("ledger", own_shop), ("show", own_shop, "cohorts"), ("questions", own_shop), ("check", own_shop),
            ("report", own_shop, "--to", tmp_path / "page.html"),
            ("run", own_shop, "--as-of", "2021-06-30"), ("decide", own_shop, proposed, "accept"),
            ("report", own_shop), ("ledger", own_shop, "--xlsx", own_shop / "x.xlsx"),
            ("ledger", own_shop, "--csv", own_shop / "x.csv"), (*cells, "--parquet", own_shop / "x.parquet"),
            ("init", own_shop / "new", "--orders", own_shop / "orders.csv", "--yes"), ("demo", own_shop / "new"),
        )  # fmt: skip
    read, locked, written = found[:5], found[5:7], found[7:]
    assert [one["code"] for one in read] == [0] * 5, read
    assert [one["code"] for one in (*locked, *written)] == [1] * 8, (locked, written)
    for one, name in zip(locked, ("run.lock", "ledger.jsonl"), strict=True):
        assert f"{name}: cannot be locked: Permission denied; make the folder writable" in one["err"]
    names = ("report.html", "x.xlsx", "x.csv", "x.parquet", "new", "new")
    for one, name in zip(written, names, strict=True):
        told = f"{own_shop / name}: cannot be written; give write permission to the folder, or choose another"
        assert told in one["err"], one
    assert files_of(own_shop) == before


@posix
def test_files_that_may_not_be_read_are_named(make_project: Any) -> None:
    closed_files = [make_project(name="a") / "orders.csv", make_project(name="b") / "strategy.yaml"]
    for path in closed_files:
        path.chmod(0)
    for path, answer in zip(closed_files, forbidden(*(("run", path.parent) for path in closed_files)), strict=True):
        path.chmod(0o600)
        assert answer["code"] == 1
        assert f"{path}: cannot be read; give yourself permission to read it" in answer["err"]


@posix
def test_files_that_cannot_grow_at_any_point_of_a_run_leave_the_last_good_one(cli: Any, small_project: Path) -> None:
    (small_project / "ledger.jsonl").write_text("", encoding="utf-8")
    shown = cli("show", small_project, "cohorts", "--json").data
    with (small_project / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("c1,2021-12-30,5,o9\n")
    inputs = {name: (small_project / name).read_bytes() for name in ("orders.csv", "strategy.yaml", "ledger.jsonl")}
    run = ("run", small_project, "--only", "change_bridge")
    found = limited(*((most, run) for most in (0, 100, 400, 800, 1200, 1800, 2400)))
    assert [one["code"] for one in found] == [1] * 7, found
    for one in found:
        assert "File too large; mend this and run again; the last good run is untouched" in one["err"], one
    assert {name: (small_project / name).read_bytes() for name in inputs} == inputs
    assert cli("show", small_project, "cohorts", "--json").data == shown
    assert cli("run", small_project, "--only", "cohorts").code == 0


@posix
def test_an_export_that_cannot_be_written_whole_leaves_the_one_of_before(small_project: Path, tmp_path: Path) -> None:
    names = ("x.csv", "x.xlsx", "cells.csv", "cells.parquet", "page.html")
    for name in names:
        (tmp_path / name).write_text("the one of before", encoding="utf-8")
    cells = ("show", small_project, "cohorts", "--table", "cells")
    found = limited(
        (10, ("ledger", small_project, "--csv", tmp_path / "x.csv")),
        (10, ("ledger", small_project, "--xlsx", tmp_path / "x.xlsx")),
        (10, (*cells, "--csv", tmp_path / "cells.csv")),
        (10, (*cells, "--parquet", tmp_path / "cells.parquet")),
        (10, ("report", small_project, "--to", tmp_path / "page.html")),
    )
    assert [one["code"] for one in found] == [1] * 5, found
    assert [(tmp_path / name).read_text("utf-8") for name in names] == ["the one of before"] * 5
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


@contextmanager
def small_disk(folder: Path, size: int) -> Generator[bool]:
    """The folder as a disk of so many bytes, for the block; False where the system lets us make none."""
    folder.mkdir(exist_ok=True)
    mounts = sys.platform == "linux" and os.geteuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not mounts or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@posix
def test_a_full_disk_is_told_at_any_point_of_a_run(cli: Any, small_project: Path, tmp_path: Path) -> None:
    inputs = {name: (small_project / name).read_bytes() for name in ("orders.csv", "strategy.yaml")}
    for pages in range(6, 26, 3):
        with small_disk(tmp_path / "disk", pages * 4096) as mounted:
            if not mounted:
                # Whoever may not mount a disk has the same proven by the limit on the size of files above; where
                # nothing may be passed over, the disk must be there.
                assert not os.environ.get("PATRONAGE_REQUIRE_DATA"), "no small disk could be mounted"
                return
            for name, content in inputs.items():
                (tmp_path / "disk" / name).write_bytes(content)
            answer = cli("run", tmp_path / "disk", "--only", "change_bridge")
            if answer.code != 0:
                assert answer.code == 1, answer
                assert "the disk is full; free some space and run again" in answer.err, answer
            assert {name: (tmp_path / "disk" / name).read_bytes() for name in inputs} == inputs


def test_a_folder_in_use_by_another_run_is_left_to_it(cli: Any, small_project: Path) -> None:
    program = "from patronage.faces.cli.app import main; main()"
    commands = [[sys.executable, "-c", program, "run", str(small_project), "--as-of", f"2021-0{n}-01"] for n in (5, 6)]
    running = [
        subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        for one in commands
    ]
    said = [(*process.communicate(), process.returncode) for process in running]
    codes = sorted(code for _, _, code in said)
    assert codes in ([0, 0], [0, 1]), said
    for _, err, code in said:
        if code:
            assert "run.lock: another run is at work in this folder; wait until it has ended and try again" in err
    assert cli("ledger", small_project).code == 0
    assert cli("run", small_project, "--only", "cohorts").code == 0


def test_a_run_that_meets_a_lock_says_so_and_touches_nothing(without_loss: Any, small_project: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(small_project / ".patronage" / "run.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"held"
    try:
        phrase = "another run is at work in this folder; wait until it has ended and try again"
        without_loss(small_project, 1, phrase, "run", small_project, "--as-of", "2021-05-01")
    finally:
        holder.communicate()


HOLD = """
import sys
from pathlib import Path
from patronage.decisions.file_lock import locked
with locked(Path(sys.argv[1]), "in use"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_torn_last_line_of_the_journal_is_set_aside_and_told(cli: Any, own_shop: Path) -> None:
    rows = cli("ledger", own_shop, "--json").data
    first, second = [row["id"] for row in rows if row["status"] == "proposed"][:2]
    assert cli("decide", own_shop, first, "accept").code == 0
    journal = own_shop / "ledger.jsonl"
    whole = journal.read_bytes()
    for command in (("ledger", own_shop), ("lists", own_shop), ("decide", own_shop, second, "reject")):
        journal.write_bytes(whole + b'{"version": 1, "at": "2022-')
        answer = cli(*command)
        assert answer.code == 0, answer
        assert "ledger.jsonl: its last line was torn (27 bytes) and was moved to ledger.jsonl.torn" in answer.err
        assert journal.read_bytes().startswith(whole)
    statuses = {row["id"]: row["status"] for row in cli("ledger", own_shop, "--json").data}
    assert (statuses[first], statuses[second]) == ("accepted", "rejected")


def test_a_journal_line_that_is_no_event_is_named_and_kept(without_loss: Any, own_shop: Path) -> None:
    (own_shop / "ledger.jsonl").write_text("not json\n{}\n", encoding="utf-8")
    answer = without_loss(own_shop, 2, "ledger.jsonl, line 1: is no JSON; mend the line", "ledger", own_shop)
    assert "ledger.jsonl, line 2: has no 'version'; mend the line or restore it from git" in answer.err


def test_results_of_another_version_are_made_anew(cli: Any, small_project: Path) -> None:
    for record in ('{"version": "0.0.1"}', "{}", "[]", "torn"):
        for run in (small_project / ".patronage" / "runs").iterdir():
            (run / "run.json").write_text(record, encoding="utf-8")
        answer = cli("show", small_project, "cohorts")
        assert answer.code == 2
        told = "the record of the last run is damaged or of another version; run again: patronage run DIR"
        assert told in answer.err, record
        assert cli("run", small_project, "--only", "cohorts").code == 0
        assert cli("show", small_project, "cohorts").code == 0


def test_a_damaged_cache_is_never_read_and_made_anew(cli: Any, small_project: Path) -> None:
    shown = cli("show", small_project, "cohorts", "--json").data
    for pattern, content in {
        "findings/cohorts-*/finding.json": b'{"grade": "behaviour", "of": "another version"}',
        "findings/cohorts-*/cells.parquet": b"PAR1",
        "runs/*/ledger.json": b"[]",
        "good/orders-*/loaded.json": b"{}",
        "good/orders-*/orders.parquet": b"",
        "latest-partial": b"../../elsewhere",
    }.items():
        paths = list((small_project / ".patronage").glob(pattern))
        assert paths, pattern
        for path in paths:
            path.write_bytes(content)
        answer = cli("run", small_project, "--only", "cohorts")
        assert answer.code == 0, (pattern, answer)
        assert cli("show", small_project, "cohorts", "--json").data == shown, pattern
        assert cli("ledger", small_project).code == 0, pattern
    # What no unchanged run needs is made anew as soon as something is computed from it.
    assert cli("run", small_project, "--only", "order_summary").code == 0
