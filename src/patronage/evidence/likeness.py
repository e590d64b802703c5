"""Customers who are probably one, told by Splink from how alike their columns are."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# pyarrow ships no types, and Splink few; this file is where both become pairs with a probability.

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from patronage.evidence.queries.identity import plain_text
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import ibis.expr.types as ir

    from patronage.evidence.engine import Engine
    from patronage.vocabulary.identity import Likeness

INSTALL = "install it: pip install 'patronage[identity]'"

LEAST_CUSTOMERS = 50
"""Customers below which there is too little to learn from how alike two of them are by chance."""

MOST_PAIRS_EACH = 30
"""Pairs per customer beyond which what they share, such as a country, is too common to compare all who share it."""

RECALL = 0.7
"""Share of true pairs that agree in two columns, as which their number is first guessed; learning corrects it."""

SEED = 1
LETTERS = 4


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two customer ids and the probability that they are one customer."""

    one: str
    other: str
    probability: float


def alike_pairs(customers: ir.Table, likeness: Likeness, engine: Engine) -> tuple[AlikePair, ...]:
    """The pairs of customers from the probability of review on, the surest first.

    The model is that of Fellegi and Sunter (1969), its chances of agreement learned without labels by expectation
    maximisation, as Splink (Linacre et al. 2022) does; rare values that agree weigh more. The same customers give the
    same pairs. Raises EvidenceError where Splink is not installed or there is too little to learn from.
    """
    splink = _splink()
    names = [f"c{place}" for place in range(len(likeness.columns))]
    texts = {name: plain_text(customers[column]) for name, column in zip(names, likeness.columns, strict=True)}
    rows = engine.columns(customers.select("customer_id", **texts).order_by("customer_id"))
    number = len(rows["customer_id"])
    if number < LEAST_CUSTOMERS:
        told = f"{number} customers are too few to learn from, expected {LEAST_CUSTOMERS} or more"
        raise EvidenceError(Fault("identity.alike", told, "leave it out, or declare identity.exact"))
    # One thread, so that the sample that chances are learned from is the same each time.
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("given", pa.table({name: pa.array(values, pa.string()) for name, values in rows.items()}))
        connection.execute("CREATE TABLE people AS SELECT * FROM given ORDER BY customer_id")
        return _found(splink, _Task(connection, names, likeness, number))


@dataclass(frozen=True, slots=True)
class _Task:
    connection: duckdb.DuckDBPyConnection
    names: Sequence[str]
    likeness: Likeness
    number: int


def _splink() -> Any:
    try:
        import splink
    except ImportError as error:
        raise EvidenceError(Fault("identity.alike", "needs Splink, which is not installed", INSTALL)) from error
    log = logging.getLogger("splink")
    if not log.handlers:
        # What it tells of single parameters is for its own users.
        log.addHandler(logging.NullHandler())
    return splink


def _found(splink: Any, task: _Task) -> tuple[AlikePair, ...]:
    from splink import comparison_library

    keys = [key for key in _keys(task.names) if 0 < _pairs(task, key) <= MOST_PAIRS_EACH * task.number]
    if not keys:
        told = f"{', '.join(task.likeness.columns)} tell too few or too many customers apart to compare them"
        raise EvidenceError(Fault("identity.alike.columns", told, "name columns such as name, email or phone"))
    compared = [
        comparison_library.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(term_frequency_adjustments=True)
        for name in task.names
    ]
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="customer_id",
        comparisons=compared,
        blocking_rules_to_generate_predictions=[splink.block_on(*key) for key in keys],
    )
    people = splink.DuckDBAPI(task.connection).register("people")
    linker = splink.Linker(people, settings, log_level=None)
    _learn(splink, linker, task)
    predicted = linker.inference.predict(
        threshold_match_probability=task.likeness.review, warning_mode="never"
    ).as_pyarrow_table()
    columns = [predicted.column(name).to_pylist() for name in ("customer_id_l", "customer_id_r", "match_probability")]
    pairs = [AlikePair(min(one, other), max(one, other), chance) for one, other, chance in zip(*columns, strict=True)]
    return tuple(sorted(pairs, key=lambda pair: (-pair.probability, pair.one, pair.other)))


def _learn(splink: Any, linker: Any, task: _Task) -> None:
    """Learns how often columns agree among true pairs and by chance, from pairs that agree in another column."""
    from splink.internals.exceptions import EMTrainingException, SplinkException

    agreeing = [key for key in combinations(task.names, 2) if _pairs(task, key)]
    if agreeing:
        rules = [splink.block_on(*key) for key in agreeing]
        linker.training.estimate_probability_two_random_records_match(rules, recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for name in task.names:
        if 0 < _pairs(task, (name,)) <= MOST_PAIRS_EACH * task.number:
            try:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    splink.block_on(name), record_sample_proportion=1.0
                )
            except (EMTrainingException, SplinkException):
                # Nothing varies among pairs that agree in this column, so it teaches nothing.
                continue


def _keys(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What pairs must share to be compared: a whole column, or the first letters of two."""
    yield from ((name,) for name in names)
    for one, other in combinations(names, 2):
        yield f"substr({one}, 1, {LETTERS})", f"substr({other}, 1, {LETTERS})"
    if len(names) == 1:
        yield (f"substr({names[0]}, 1, {LETTERS + 2})",)


def _pairs(task: _Task, key: tuple[str, ...]) -> int:
    """How many pairs of customers share a key."""
    present = " AND ".join(f"{part} IS NOT NULL" for part in key)
    sizes = task.connection.table("people").filter(present).aggregate("count(*) AS n", ", ".join(key))
    found = sizes.aggregate("coalesce(sum(n * (n - 1) // 2), 0)").fetchone()
    return int(found[0]) if found else 0
