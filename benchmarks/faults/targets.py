"""What is fuzzed: each target takes bytes and returns, or raises what nobody foresaw."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# Expressions of the engine have few types.

from __future__ import annotations

import hashlib
import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import ibis
import numpy as np

from patronage.decisions.frozen_list import FrozenList, list_fault, read_list
from patronage.decisions.journal import Action, Event, append_after, binding, events, states
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.grammar import condition
from patronage.evidence.load import LoadSettings, load
from patronage.strategy.conditions import declared_rule
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.refusal import RefusedError
from patronage.strategy.strategy import load_strategy
from patronage.strategy.written_expression import written
from patronage.vocabulary.errors import PatronageError, ProjectError
from patronage.vocabulary.expressions import Expression, ExpressionError, parsed
from patronage.vocabulary.sources import SourceMapping

STRATEGY = b"""\
company: {name: Corner shop, currency: GBP, horizon_years: 3, discount_rate: "0.05..0.12", gross_margin: {beta: [4, 6]}}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, amount: "quantity * price", order_id: order}
segments:
  - {id: north, name: North, rule: "place = 'North' and revenue > 10", basis: place}
  - {id: other, name: Everyone else, rule: all, basis: place}
costs_of_action:
  retain: {cost: "1..2", effect: "0.05..0.20", hours: {low: 1, mode: 2, high: 4}}
pools:
  - {id: desk, cost: "4000..6000", practical_capacity: 9000, avoidable: 0.5}
activities:
  - {id: handle_order, pool: desk, driver: order, time_equation: {base: "4..8", per: {lines: 1}}}
"""
JOURNAL = (
    b'{"version": 1, "at": "2022-01-05T10:00:00+00:00", "id": "0123456789", "action": "accept", "who": "ann"}\n'
    b'{"version": 2, "at": "2022-01-06T10:00:00+00:00", "id": "abc", "action": "accept", "owner": null, "due": null, '
    b'"why": "so", "expected": {"mean": 1.5, "p05": 1, "p95": 2}, "who": "ann", "about": {"kind": "retain", '
    b'"subject": "all", "from_state": "a", "to_state": "b"}, "commitment": {"effect": 0.1, "cost": {"one_off": 1, '
    b'"yearly": 0}, "years": 3, "holdout": 0.1, "held_out": 2, "people": {"number": 2, "sha256": "'
    + b"0"
    * 64
    + b'"}, "starts": "2022-01-07", "gain_by_year": [1, 2, 3]}}\n'
    b'{"version": 1, "at": "2022-01-07T10:00:00+00:00", "id": "abc", "action": "reopen", "who": "ann"}\n'
)
CSV = b'customer,day,amount,order\nc1,2021-01-01,5.00,o1\n"c,2",2021-02-03,"1,250.50",o2\nc3,2021-02-04,-3,\n'
WIDE = CSV.decode().encode("utf-16")
SEMICOLON = "Kunde;Datum;Betrag\nMüller;31.12.2021;1.234,50\nŁoś;01.02.2021;-5,00 €\n".encode("cp1250", "replace")
RECORDS = (
    b'{"customer": "c1", "day": "2021-01-01", "amount": 5}\n{"customer": "c2", "day": "2021-01-02", "amount": "7.5"}\n'
)
WORDS = (
    "price", "customer", "ordered_at", "is_return", "quantity", "`price`", "'North'", '"x"', "'2021-05-06'", "0", "1.5",
    "1e308", ".5", "null", "true", "false", "and", "or", "not", "in", "like", "is", "(", ")", ",", "+", "-", "*", "/",
    "=", "==", "!=", "<>", "<", "<=", ">", ">=", "lower(", "upper(", "trim(", "abs(", "round(", "coalesce(", "length(",
    "starts_with(", "year(", "month(", "text(", "number(", "concat(", "greatest(", "least(", "'%a_'", "'a\\b'", "''",
    "99999999999999999999", "-1", "2", "is null", "is not null", "in ('a', 'b')", "in (1, 2)", "'12:30'", "'1,5'",
)  # fmt: skip
COLUMNS = {"customer_id": "customer", "ordered_at": "day", "amount": "amount"}


class LostError(AssertionError):
    """A target found that something was lost or changed in silence."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is run on bytes; share: of all CPU time. tokens: that the fuzzer strews in."""

    name: str
    what: str
    run: Callable[[bytes], None]
    share: float
    seeds: tuple[bytes, ...] = ()
    tokens: tuple[str, ...] = field(default=())


@cache
def scratch() -> Path:
    """A folder of this process's own, in memory where the system has such."""
    memory = Path("/dev/shm")
    place = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="patronage-fuzz-")
    _KEPT.append(place)
    return Path(place.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def engine() -> Engine:
    """An engine of this process's own."""
    return embedded_engine(scratch() / "engine", memory="512MB", threads=1)


def expression_text(data: bytes) -> None:
    """Any text as an expression: read, written and read again, and built over typed columns."""
    _expression(data.decode("utf-8", "replace"))


def expression_words(data: bytes) -> None:
    """Words of the grammar in any order, one for each byte."""
    _expression(" ".join(WORDS[byte % len(WORDS)] for byte in data[:60]))


def expression_values(data: bytes) -> None:
    """Conditions in words of the grammar, computed by the engine over rows with holes."""
    found = _expression(" ".join(WORDS[byte % len(WORDS)] for byte in data[:24]))
    if found is None:
        return
    try:
        rows = _rows()
        engine().records(rows.select(holds=condition(found, rows)))
    except PatronageError:
        return


def _expression(text: str) -> Expression | None:
    try:
        found = parsed(text)
    except ExpressionError:
        return None
    try:
        rule = declared_rule(text).expression
    except RefusedError:
        return None
    if rule is None:
        return None
    again = parsed(written(rule))
    if again != found:
        raise LostError(f"{text!r} is written as {written(rule)!r}, which reads as another expression")
    try:
        condition(rule, _empty())
    except PatronageError:
        return None
    return rule


@cache
def _empty() -> ibis.Table:
    kinds = {"price": "float64", "customer": "string", "ordered_at": "timestamp", "is_return": "boolean"}
    return ibis.table({**kinds, "quantity": "int64"}, name="rows")


@cache
def _rows() -> ibis.Table:
    times = np.array(["2021-01-01T10:00", "NaT", "1950-05-06"], dtype="datetime64[us]")
    return engine().memory("rows", {
        "price": [1.5, None, -1e308], "customer": ["c1", None, "<b>'%"], "ordered_at": times,
        "is_return": [True, None, False], "quantity": [1, None, 2**62],
    })  # fmt: skip


def strategy_file(data: bytes) -> None:
    """Any bytes as a strategy file."""
    path = scratch() / "strategy.yaml"
    path.write_bytes(data)
    try:
        found = load_strategy(path)
    except PatronageError as error:
        _told(error)
        return
    if load_strategy(path).digest != found.digest:
        raise LostError("one file has two fingerprints")


def journal_file(data: bytes) -> None:
    """Any bytes as a journal: read, written to, and read again, with all that was there before."""
    path = scratch() / "ledger.jsonl"
    path.with_name("ledger.jsonl.torn").unlink(missing_ok=True)
    path.write_bytes(data)
    event = Event("2022-02-01T10:00:00+00:00", "new", Action.REJECT, "bob")
    try:
        before = events(path).events
    except ProjectError as error:
        _told(error)
        before = None
    states(before or ())
    binding(before or (), "abc")
    try:
        append_after(path, lambda _: event)
    except ProjectError as error:
        if before is not None:
            raise LostError("a journal can be read and not be written to") from error
        return
    if before is None:
        raise LostError("a journal that cannot be read was written to")
    if events(path).events != (*before, event):
        raise LostError("the journal does not hold what it held before and the new event")


def frozen_list(data: bytes) -> None:
    """Any bytes as the list of an accepted decision, under its right digest and under another."""
    path = scratch() / "list.jsonl"
    path.write_bytes(data)
    if list_fault(path, FrozenList(1, "0" * 64)) is None:
        raise LostError("a list is taken for another")
    kept = FrozenList(1, hashlib.sha256(data).hexdigest())
    if list_fault(path, kept) is not None:
        raise LostError("a list is not known again")
    try:
        for who, amount in read_list(path, kept):
            if type(who) is not str or not (amount is None or math.isfinite(amount)):
                raise LostError(f"{who!r}, {amount!r} is no customer and amount")
    except ProjectError as error:
        _told(error)


def quantity_text(data: bytes) -> None:
    """Any text as a quantity of each domain; what is read has finite moments and draws."""
    text = data.decode("utf-8", "replace")
    for value in (text, _figure(text), {"mean": _figure(text), "sd": 1.0}, {"beta": [_figure(text), 2.0]}):
        for domain in Domain:
            try:
                found = quantity(value, domain)
            except RefusedError:
                continue
            figures = [found.mean, found.sd, *found.draws(16, 1, "fuzz")]
            if not np.isfinite(figures).all():
                raise LostError(f"{value!r} as {domain} has the figures {figures}")


def _figure(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def csv_orders(data: bytes) -> None:
    """Any bytes as delimited text of orders."""
    _loaded("orders.csv", data)


def json_orders(data: bytes) -> None:
    """Any bytes as JSON lines of orders."""
    _loaded("orders.jsonl", data)


def parquet_orders(data: bytes) -> None:
    """A Parquet file of orders with bytes changed, or cut short."""
    whole = bytearray(_parquet())
    cut = data[0] if data else 0
    for place in range(1, len(data) - 2, 3):
        whole[int.from_bytes(data[place : place + 2], "big") % len(whole)] = data[place + 2]
    _loaded("orders.parquet", bytes(whole[: -cut * 4] if cut > 200 else whole))


@cache
def _parquet() -> bytes:
    path = scratch() / "whole.parquet"
    table = engine().memory("whole", {"customer": ["c1", "c2", None] * 9, "day": ["2021-01-01", "2021-02-03", ""] * 9,
                                      "amount": [1.0, 2.5, -3.0] * 9})  # fmt: skip
    engine().runs.write(table, path)
    return path.read_bytes()


def _loaded(name: str, data: bytes) -> None:
    (scratch() / name).write_bytes(data)
    mapping = SourceMapping("orders", name, _columns(data))
    try:
        found = load(mapping, scratch(), engine(), LoadSettings("GBP", date(2024, 1, 1)))
    except PatronageError as error:
        _told(error)
        return
    if found.rows_in != found.good.rows + found.quarantine.rows:
        raise LostError(f"{found.rows_in} rows in, {found.good.rows} good and {found.quarantine.rows} set aside")


def _columns(data: bytes) -> dict[str, str]:
    """The usual mapping, or that of the German export."""
    if b"Kunde" in data:
        return {"customer_id": "Kunde", "ordered_at": "Datum", "amount": "Betrag"}
    return COLUMNS


def _told(error: PatronageError) -> None:
    """Holds a refusal to its form: it says where and what in words that any file can hold."""
    for fault in error.faults:
        if not fault.where or not fault.found or "Traceback" in fault.found:
            raise LostError(f"a refusal without words: {fault!r}")


TARGETS = (
    Target("expression_text", "any text as an expression", expression_text, 0.14, (b"price > 10 and not (x in ('a'))",),
           WORDS),
    Target("expression_words", "words of the grammar in any order", expression_words, 0.14, (bytes(range(20)),)),
    Target("expression_values", "conditions computed over rows", expression_values, 0.08, (b"\x00\x23\x0b",)),
    Target("strategy_file", "any bytes as a strategy file", strategy_file, 0.20, (STRATEGY,),
           (": ", "- ", "{", "}", "[", "]", "&a", "*a", "!!", "<<", "|", ">", "#", "..", "company", "sources",
            "segments", "rule", "cost", "beta", "mean", "low", "1e999", ".nan", "0x", "\\ud800", "identity")),
    Target("journal_file", "any bytes as a journal, read, written to and read again", journal_file, 0.18, (JOURNAL,),
           ("\n", '{"', "null", "NaN", "Infinity", "1e999", "[", "{", "true", '"\\ud800"', '"version": 2', "-1")),
    Target("frozen_list", "any bytes as the list of an accepted decision", frozen_list, 0.05,
           (b'["c1", 5.5]\n["c2", null]\n',), ("[", "]", "null", "NaN", "1e999", "{", '"\\ud800"')),
    Target("quantity_text", "any text as a quantity", quantity_text, 0.05, (b"1..2", b"5%", b"0.1..0.9", b"1e18"),
           ("..", "%", "e", "to", "1e18", "1e-300", "nan", "inf")),
    Target("csv_orders", "any bytes as delimited text of orders", csv_orders, 0.08, (CSV, SEMICOLON, WIDE),
           (",", ";", "\t", '"', "\r\n", "\n", "\x00", "customer", "day", "amount", "2021-01-01", "1e999")),
    Target("json_orders", "any bytes as JSON lines of orders", json_orders, 0.05, (RECORDS,),
           ('"customer"', '"day"', '"amount"', "{", "}", "[", "null", "\n", '"\\ud800"', "1e999")),
    Target("parquet_orders", "a Parquet file with bytes changed or cut off", parquet_orders, 0.03, (b"\0\0\x10\xff",)),
)  # fmt: skip
"""Every target; the fast ones get most of the time."""

BY_NAME = {target.name: target for target in TARGETS}
