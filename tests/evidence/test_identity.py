"""Customer ids are merged by reviewed pairs and by equal values, and named after the one that was known first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.identity import Identities, RuleMerges, WidelyShared, all_told, identities
from patronage.evidence.overrides import Override
from patronage.vocabulary.identity import IdentityRules


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    engine = embedded_engine(tmp_path / "engine", threads=2)
    yield engine
    engine.close()


def merged(
    engine: Engine, columns: dict[str, list[Any]], exact: tuple[tuple[str, ...], ...], *reviewed: Override
) -> tuple[dict[str, str], Identities]:
    """The merged id of each id that has one, by plain columns of customers."""
    customers = engine.memory("customers", columns)
    found = identities(columns["customer_id"], reviewed, all_told(IdentityRules(exact), customers, engine), engine)
    rows = engine.records(engine.open(found.table))
    return {row["customer_id"]: row["merged_id"] for row in rows}, found


def test_equal_values_make_one_customer_named_after_the_id_that_was_known_first(engine: Engine) -> None:
    columns = {
        "customer_id": ["z", "b", "a", "c", "d", "e"],
        "email": ["Ann@x ", "ann@X", None, "", "-", "zoe@x"],
        "name": ["Ann", "A. B.", "a.  b.", "Cy", "Cy", "Zoe"],
        "zip": ["1", "2", " 2", None, "9", "3"],
    }
    who, found = merged(engine, columns, (("email",), ("name", "zip")))
    assert who == {"z": "z", "b": "z", "a": "z"}
    assert (found.ids, found.customers) == (6, 4)
    assert found.rules == (
        RuleMerges("reviewed", 0, 0), RuleMerges("email", 1, 0), RuleMerges("name and zip", 1, 0),
    )  # fmt: skip
    assert [row["place"] for row in engine.records(engine.open(found.table))] == [0, 1, 2]


def test_a_review_wins_over_every_rule(engine: Engine) -> None:
    columns = {"customer_id": ["a", "b", "c", "d"], "email": ["x", "x", "y", "z"]}
    reviewed = (Override(2, "a", "b", False), Override(3, "d", "c", True))
    who, found = merged(engine, columns, (("email",),), *reviewed)
    assert who == {"c": "c", "d": "c"}
    assert found.rules == (RuleMerges("reviewed", 1, 0), RuleMerges("email", 0, 1))


def test_a_value_that_too_many_share_tells_nobody(engine: Engine) -> None:
    columns = {"customer_id": [f"c{n}" for n in range(30)], "email": ["Info@x"] * 26 + ["a", "a", "b", "c"]}
    who, found = merged(engine, columns, (("email",),))
    assert who == {"c26": "c26", "c27": "c26"}
    assert found.widely_shared == (WidelyShared("email", "info@x", 26),)


def test_nothing_to_merge_gives_an_empty_table_of_the_same_columns(engine: Engine) -> None:
    who, found = merged(engine, {"customer_id": ["a", "b"], "email": ["x", "y"]}, (("email",),))
    assert (who, found.customers, found.table.rows) == ({}, 2, 0)
    assert found.table.columns == ("customer_id", "merged_id", "place")


def test_planted_duplicates_are_found_by_exact_keys_as_far_as_these_reach(engine: Engine) -> None:
    """Pairwise precision is 1; recall is what the planted share of kept addresses makes of it."""
    chance = np.random.default_rng(11)
    person = chance.integers(0, 1_500, 3_000)
    kept = chance.random(3_000) < 0.8
    columns = {
        "customer_id": [f"id{number}" for number in range(3_000)],
        "email": [
            f"P{who}@x.org" if known else f"other{number}@x.org"
            for number, (who, known) in enumerate(zip(person, kept, strict=True))
        ],
    }
    who, _ = merged(engine, columns, (("email",),))
    told = np.array([who.get(name, name) for name in columns["customer_id"]])
    one, other = np.triu_indices(3_000, 1)
    same, found = person[one] == person[other], told[one] == told[other]
    assert (same & found).sum() == found.sum()
    recall = (same & found).sum() / same.sum()
    assert recall == pytest.approx(0.8**2, abs=0.05)
