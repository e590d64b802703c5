from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.decisions.commitment import Commitment
from patronage.decisions.decision import Move, Status
from patronage.decisions.file_lock import locked
from patronage.decisions.frozen_list import FrozenList, frozen
from patronage.decisions.journal import Action, Event, Expected, Journal, append, append_after, binding, events, states
from patronage.vocabulary.errors import ProjectError

EXPECTED = Expected(1200.5, -100.0, 3000.0)
ACCEPT = Event("2011-12-10T09:00:00Z", "abc", Action.ACCEPT, "Ann", "Bob", "2012-01-31", 'say "yes" 👍\n', EXPECTED)
REJECT = Event("2011-12-11T09:00:00Z", "def", Action.REJECT, "Ann", why="not now")

texts = st.one_of(st.none(), st.text(max_size=20))
written = st.builds(
    Event,
    at=st.just("2011-12-10T09:00:00Z"),
    id=st.sampled_from(["a", "b", "c"]),
    action=st.sampled_from(list(Action)),
    who=st.text(max_size=10),
    owner=texts,
    due=texts,
    why=texts,
    expected=st.one_of(st.none(), st.builds(Expected, *(st.floats(-1e9, 1e9) for _ in range(3)))),
    about=st.one_of(st.none(), st.builds(Move, *(st.text(max_size=8) for _ in range(4)))),
    commitment=st.one_of(
        st.none(),
        st.builds(
            Commitment,
            effect=st.one_of(st.none(), st.floats(0, 1)),
            one_off=st.floats(0, 1e9),
            yearly=st.floats(0, 1e9),
            years=st.one_of(st.none(), st.integers(1, 10)),
            holdout=st.floats(0, 0.99),
            people=st.builds(FrozenList, st.integers(0), st.just("a1" * 32)),
            held_out=st.integers(0),
            starts=st.one_of(st.none(), st.dates()),
            gain_by_year=st.lists(st.floats(-1e9, 1e9), max_size=3).map(tuple),
            gain_days=st.none() | st.floats(1, 1e4),
        ),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@given(st.lists(written, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_is_written_is_read_back_in_order(path: Path, found: list[Event]) -> None:
    path.unlink(missing_ok=True)
    for event in found:
        assert append(path, event) is None
    assert events(path) == Journal(tuple(found))


def test_one_line_holds_one_event_with_its_version(path: Path) -> None:
    append(path, ACCEPT)
    append(path, REJECT)
    first, second = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {
        "version": 1, "at": "2011-12-10T09:00:00Z", "id": "abc", "action": "accept", "owner": "Bob",
        "due": "2012-01-31", "why": 'say "yes" 👍\n', "who": "Ann",
        "expected": {"mean": 1200.5, "p05": -100.0, "p95": 3000.0}, "about": None,
    }  # fmt: skip
    assert json.loads(second)["expected"] is None


def test_no_file_is_an_empty_journal(path: Path) -> None:
    assert events(path) == Journal(())
    assert not path.exists()


def test_a_line_torn_at_any_byte_is_set_aside_and_never_lost(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    append(whole, REJECT)
    start = whole.stat().st_size
    append(whole, ACCEPT)
    data = whole.read_bytes()
    for end in range(start + 1, len(data) - 1):
        path = tmp_path / f"torn{end}.jsonl"
        path.write_bytes(data[:end])
        found = events(path)
        assert found.events == (REJECT,)
        assert found.warning == (
            f"{path.name}: its last line was torn ({end - start} bytes) and was moved to {path.name}.torn"
        )
        assert (tmp_path / f"{path.name}.torn").read_bytes() == data[start:end] + b"\n"
        assert events(path) == Journal((REJECT,))


def test_the_next_event_after_a_torn_line_starts_on_a_line_of_its_own(path: Path) -> None:
    append(path, REJECT)
    with path.open("ab") as file:
        file.write('{"version": 1, "at": "20é'.encode()[:-1])
    assert append(path, ACCEPT) == "ledger.jsonl: its last line was torn (25 bytes) and was moved to ledger.jsonl.torn"
    assert events(path) == Journal((REJECT, ACCEPT))


def test_a_whole_last_line_without_its_end_counts(path: Path) -> None:
    append(path, REJECT)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert events(path) == Journal((REJECT,))
    append(path, ACCEPT)
    assert events(path) == Journal((REJECT, ACCEPT))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", "is no JSON"),
        ("[1]", "is no event"),
        ('{"version": 3}', "has version 3, and this patronage reads versions 1 and 2"),
        ('{"version": 1}', "has no 'at'"),
        (
            '{"version": 1, "id": "x", "at": "2022-01-05", "who": "", "action": "shelve"}',
            "'shelve' is not a valid Action",
        ),
        (
            '{"version": 1, "id": "x", "at": "soon", "who": "", "action": "accept"}',
            "has the time 'soon', which is none",
        ),
        (
            (
                '{"version": 1, "at": "2022-01-05", "id": "x", "who": "", "action": "accept", "expected": '
                '{"mean": NaN, "p05": 1, "p95": 2}}'
            ),
            "has the number nan, which cannot be counted with",
        ),
        ('{"version": 1, "a": ' + "[" * 9000, "is nested too deep"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_by_its_number(path: Path, line: str, message: str) -> None:
    append(path, REJECT)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    append(path, ACCEPT)
    told = re.escape(f"ledger.jsonl, line 2: {message}; mend the line or restore it from git")
    with pytest.raises(ProjectError, match=f"^{told}$"):
        events(path)


def test_an_unknown_version_in_the_last_line_is_refused_not_set_aside(path: Path) -> None:
    path.write_text('{"version": 3, "id": "x"}', encoding="utf-8")
    with pytest.raises(ProjectError, match="has version 3"):
        events(path)
    assert not path.with_name("ledger.jsonl.torn").exists()


def test_the_last_event_of_a_decision_counts() -> None:
    again = Event("2011-12-12T09:00:00Z", "abc", Action.REJECT, "Cid", why="too dear")
    reopened = Event("2011-12-13T09:00:00Z", "def", Action.REOPEN, "Cid")
    found = states([ACCEPT, REJECT, again, reopened])
    assert set(found) == {"abc"}
    assert found["abc"].status is Status.REJECTED
    assert found["abc"].why == "too dear"
    assert states([ACCEPT])["abc"].expected == EXPECTED


def test_writers_at_once_lose_no_event(path: Path) -> None:
    def write(who: str) -> None:
        for number in range(10):
            append(path, Event("2011-12-10T09:00:00Z", f"{who}{number}", Action.ACCEPT, who))

    threads = [threading.Thread(target=write, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(events(path).events) == 40


def test_a_folder_that_cannot_be_written_is_told(path: Path, monkeypatch: Any) -> None:
    append(path, REJECT)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("patronage.decisions.journal.os.fsync", full)
    with pytest.raises(
        ProjectError, match=r"ledger\.jsonl: the journal cannot be written: No space left on device; make the project"
    ):
        append(path, ACCEPT)


def test_a_writer_waits_for_another_and_then_gives_up(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("patronage.decisions.journal.PATIENCE", 0.05)
    with (
        locked(path, "held"),
        pytest.raises(
            ProjectError, match=r"another program is writing the journal; wait until it has ended and try again$"
        ),
    ):
        append(path, REJECT)


def test_a_commitment_is_written_in_a_version_that_old_programs_refuse(path: Path) -> None:
    append(path, ACCEPT)
    listed, starts = FrozenList(2, "a1" * 32), date(2012, 1, 10)
    append(path, replace(ACCEPT, commitment=Commitment(0.05, 10.0, 0.0, 3, 0.1, listed, 1, starts, (9.0, 4.0))))
    old, new = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert (old["version"], new["version"]) == (1, 2)
    assert "commitment" not in old
    assert new["commitment"] == {
        "effect": 0.05, "cost": {"one_off": 10.0, "yearly": 0.0}, "years": 3, "holdout": 0.1,
        "held_out": 1, "people": {"number": 2, "sha256": "a1" * 32}, "starts": "2012-01-10", "gain_by_year": [9.0, 4.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"holdout": 1.5}, "has a holdout of 1.5, which is no share"),
        ({"cost": {"yearly": 0}}, "has no 'one_off'"),
        ({"starts": "soon"}, "Invalid isoformat string: 'soon'"),
        ({"people": {"number": 1, "sha256": "../x"}}, "has a digest '../x', which is no SHA-256"),
    ],
)
def test_a_commitment_that_cannot_be_read_is_told_with_its_line(path: Path, change: dict[str, Any], told: str) -> None:
    append(path, replace(ACCEPT, commitment=Commitment(0.05, 10.0, 0.0, 3, 0.1, frozen([]))))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["commitment"] |= change
    path.write_text(json.dumps(data) + "\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=re.escape(f"line 1: {told}")):
        events(path)


FROZEN = replace(ACCEPT, commitment=Commitment(None, 0.0, 0.0, None, 0.5, frozen([])))


def test_the_first_commitment_binds_across_reject_and_reopen() -> None:
    away = [replace(ACCEPT, action=action) for action in (Action.REJECT, Action.REOPEN)]
    later = replace(FROZEN, at="2012-01-01T00:00:00Z")
    assert binding([REJECT, FROZEN, *away, later], "abc") is FROZEN
    assert binding([FROZEN], "def") is None


def test_an_accept_without_commitment_binds_only_while_it_stands() -> None:
    assert binding([ACCEPT], "abc") is ACCEPT
    assert binding([ACCEPT, replace(ACCEPT, action=Action.REOPEN)], "abc") is None
    assert binding([ACCEPT, FROZEN], "abc") is FROZEN


def test_an_event_follows_from_all_before_it_however_many_write_at_once(path: Path) -> None:
    def write() -> None:
        for _ in range(5):
            append_after(path, lambda before: replace(REJECT, id=str(len(before))))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.id for event in events(path).events] == [str(number) for number in range(20)]


def test_an_event_that_is_refused_leaves_the_journal_as_it_was(path: Path) -> None:
    append(path, REJECT)
    was = path.read_bytes()

    def refuse(before: Any) -> Event:
        assert before == (REJECT,)
        raise ValueError("no")

    with pytest.raises(ValueError, match=r"^no$"):
        append_after(path, refuse)
    assert path.read_bytes() == was


def test_half_a_character_is_written_as_its_escape_and_read_as_a_question_mark(path: Path) -> None:
    append(path, replace(REJECT, why="so \udcff"))
    assert b'"why": "so \\udcff"' in path.read_bytes()
    assert events(path).events == (replace(REJECT, why="so ?"),)


def test_numbers_beyond_all_bounds_in_a_commitment_are_refused(path: Path) -> None:
    append(path, replace(ACCEPT, commitment=Commitment(0.1, 1.0, 0.0, 3, 0.1, FrozenList(2, "a1" * 32))))
    path.write_bytes(path.read_bytes().replace(b'"years": 3', b'"years": 1e999'))
    with pytest.raises(ProjectError, match="line 1: cannot convert float infinity to integer"):
        events(path)
