"""Inputs that fuzzing once broke something with, and those it began from, through the same targets."""

from __future__ import annotations

import pytest
from benchmarks.faults.targets import BY_NAME, JOURNAL, LostError

FOUND = [
    ("expression_text", b"price < 1e999"),
    ("expression_text", b"j*j*444<4441e3083-2-2"),
    ("expression_text", b"price > 199999999999999999999"),
    ("expression_text", b"-".join([b"5"] * 120) + b" > 5"),
    ("quantity_text", b"1.1e-300"),
    ("journal_file", JOURNAL.replace(b'"years": 3', b'"years": 1e999')),
    ("journal_file", JOURNAL.replace(b'"mean": 1.5', b'"mean": NaN')),
    ("journal_file", JOURNAL.replace(b'"so"', b'"\\ud800"')),
    ("journal_file", b"[" * 100_000),
    ("csv_orders", "Kunde;Datum;Betrag\nc1;2021-01-01;5\n".encode("utf-16-le")[:-1]),
    ("frozen_list", b'["c1", "x"]\n'),
    ("frozen_list", b"[0, null]\n"),
    ("frozen_list", b"[" * 100_000),
]
SEEDS = [(target.name, seed) for target in BY_NAME.values() for seed in target.seeds]


@pytest.mark.parametrize(("name", "content"), [*FOUND, *SEEDS])
def test_what_once_broke_it_is_answered_or_refused(name: str, content: bytes) -> None:
    BY_NAME[name].run(content)


def test_a_target_tells_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.faults.targets.written", lambda _: "price > 2")
    with pytest.raises(LostError, match="reads as another expression"):
        BY_NAME["expression_text"].run(b"price > 1")
