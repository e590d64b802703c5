"""Customers who are probably one are found among planted duplicates, the same ones each time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.identity import ALIKE, RuleMerges, all_told, identities
from patronage.evidence.likeness import alike_pairs
from patronage.evidence.overrides import Override
from patronage.vocabulary.errors import EvidenceError
from patronage.vocabulary.identity import IdentityRules, Likeness

FIRST = [
    "anna",
    "bert",
    "carla",
    "dieter",
    "emma",
    "frank",
    "greta",
    "hans",
    "ida",
    "jan",
    "karl",
    "lena",
    "max",
    "nora",
    "otto",
    "paula",
    "rita",
    "sven",
    "tina",
    "uwe",
]
START = ["mu", "schmi", "leh", "kram", "ber", "stei", "wald", "hof", "klei", "gro"]
END = ["ller", "dt", "mann", "er", "ger", "ner", "burg", "meier", "n", "ss", "feld", "bach"]
COLUMNS = ("name", "email", "zip")


def planted(people: int, seed: int) -> tuple[dict[str, list[Any]], list[int]]:
    """Customers of whom three in ten have a second id, with slips of the pen, other addresses and other towns."""
    chance = np.random.default_rng(seed)
    rows: list[tuple[str, int, str, str | None, str]] = []
    for person in range(people):
        name = f"{chance.choice(FIRST)} {chance.choice(START)}{chance.choice(END)}"
        email, code = f"{name.replace(' ', '.')}{chance.integers(1, 99)}@x.org", str(chance.integers(10_000, 99_999))
        rows.append((f"id{len(rows)}", person, name.title(), email, code))
        if chance.random() < 0.3:
            at = int(chance.integers(0, len(name)))
            slip = name[:at] + str(chance.choice(list("abcdefghij"))) + name[at + 1 :]
            other = None if chance.random() < 0.5 else f"new{person}@y.org"
            rows.append((
                f"id{len(rows)}", person, slip if chance.random() < 0.5 else name,
                email if chance.random() < 0.6 else other, code if chance.random() < 0.8 else "00000",
            ))  # fmt: skip
    columns: dict[str, list[Any]] = {"customer_id": [row[0] for row in rows]}
    columns |= {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS, 2)}
    return columns, [row[1] for row in rows]


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    engine = embedded_engine(tmp_path / "engine", threads=2)
    yield engine
    engine.close()


def test_planted_duplicates_are_merged_with_high_precision_and_the_doubtful_are_left_to_people(engine: Any) -> None:
    columns, person = planted(1_000, seed=1)
    customers = engine.memory("customers", columns)
    rules = IdentityRules(alike=Likeness(COLUMNS, 0.95, 0.5))
    every = all_told(rules, customers, engine)
    ids = columns["customer_id"]
    found = identities(ids, (), every, engine)
    merged = {row["customer_id"]: row["merged_id"] for row in engine.records(engine.open(found.table))}
    told = np.array([merged.get(name, name) for name in ids])
    one, other = np.triu_indices(len(ids), 1)
    same, joined = np.array(person)[one] == np.array(person)[other], told[one] == told[other]
    precision, recall = (same & joined).sum() / joined.sum(), (same & joined).sum() / same.sum()
    assert precision > 0.97
    assert recall > 0.6
    assert found.rules[-1].rule == ALIKE
    doubtful = engine.records(engine.open(found.doubtful))
    assert len(doubtful) > 50
    assert all(0.5 <= row["probability"] < 0.95 for row in doubtful)
    assert not any(merged.get(row["customer_id"], 0) == merged.get(row["maybe_same_as"], 1) for row in doubtful)


def test_a_review_wins_over_likeness_and_settles_what_was_in_doubt(engine: Any) -> None:
    columns, _ = planted(300, seed=2)
    rules = IdentityRules(alike=Likeness(COLUMNS, 0.95, 0.3))
    every = all_told(rules, engine.memory("customers", columns), engine)
    turned = {name: values[::-1] for name, values in columns.items()}
    assert all_told(rules, engine.memory("customers", turned), engine) == every
    (one, other), doubt = every.told[0].pairs[0], every.doubtful[0]
    reviewed = (Override(2, one, other, False), Override(3, doubt.one, doubt.other, False))
    found = identities(columns["customer_id"], reviewed, every, engine)
    assert found.rules[0] == RuleMerges("reviewed", 0, 0)
    assert found.rules[1].kept_apart >= 1
    merged = {row["customer_id"]: row["merged_id"] for row in engine.records(engine.open(found.table))}
    assert merged.get(one, one) != merged.get(other, other)
    left = {(row["customer_id"], row["maybe_same_as"]) for row in engine.records(engine.open(found.doubtful))}
    assert (doubt.one, doubt.other) not in left


def refusal(engine: Any, columns: dict[str, list[Any]], named: tuple[str, ...]) -> str:
    with pytest.raises(EvidenceError) as caught:
        alike_pairs(engine.memory("customers", columns), Likeness(named, 0.95, 0.5), engine)
    return str(caught.value)


def test_what_cannot_be_told_is_refused(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    columns, _ = planted(20, seed=3)
    assert "customers are too few to learn from, expected 50 or more" in refusal(engine, columns, COLUMNS)
    columns, _ = planted(100, seed=3)
    columns["country"] = ["UK"] * len(columns["name"])
    assert refusal(engine, columns, ("country",)) == (
        "identity.alike.columns: country tell too few or too many customers apart to compare them; "
        "name columns such as name, email or phone"
    )
    monkeypatch.setitem(sys.modules, "splink", None)
    assert refusal(engine, columns, COLUMNS) == (
        "identity.alike: needs Splink, which is not installed; install it: pip install 'patronage[identity]'"
    )
