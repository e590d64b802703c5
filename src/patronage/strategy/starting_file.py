"""The commented strategy file that a new project begins with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from patronage.strategy.written_expression import written
from patronage.strategy.yaml_reader import scalar_value
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.sources import SourceMapping

_OLD_WORDS = {"yes", "no", "on", "off", "y", "n"}
"""Texts that YAML 1.1, and with it many an editor, takes for true or false."""

_PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/. -]*")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a starting file is written from.

    notes: by table and canonical column, a remark beside the line that maps it, such as a sample of
    the values. time_unit: in which rates are stated.
    """

    name: str
    currency: str
    sources: Sequence[SourceMapping]
    notes: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    time_unit: TimeUnit = TimeUnit.WEEK


def starting_file(beginning: Beginning) -> str:
    """The text of a starting strategy.yaml.

    Only what is known stands in it: no margin and no cost is invented. What else may be declared
    follows as examples, switched off by "# "; sentences about them begin with "## ".
    """
    company = [
        _HEAD,
        "company:",
        f"  name: {_value(beginning.name)}",
        f"  currency: {_value(beginning.currency)}",
        f"  time_unit: {_value(beginning.time_unit)}",
        "  horizon_years: 3",
        "  discount_rate: 0.10",
        _MARGIN,
        "",
        "## Where the tables come from. Left the name of ours, right the column of the file or an expression over",
        "## its columns, such as quantity * unit_price.",
    ]
    sources = [line for source in beginning.sources for line in _source_lines(source, beginning.notes)]
    return "\n".join([*company, *(["sources:", *sources] if sources else [_NO_SOURCES]), "", _EXAMPLES])


def _source_lines(source: SourceMapping, notes: Mapping[tuple[str, str], str]) -> Iterator[str]:
    yield f"  {_value(source.table)}:"
    yield f"    from: {_value(source.location)}"
    for key, value in _settings(source):
        yield f"    {key}: {_value(value)}"
    yield "    columns:"
    for column, text in source.columns.items():
        note = notes.get((source.table, column), "")
        shown = "".join(letter if letter.isprintable() else " " for letter in note).split()
        yield f"      {_value(column)}: {_value(text)}" + (f"  # {' '.join(shown)}" if shown else "")


def _settings(source: SourceMapping) -> Iterator[tuple[str, str]]:
    given = {
        "format": source.format,
        "sheet": source.sheet,
        "table": source.source_table,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "decimal": source.decimal,
        "date_format": source.date_format,
        "keep": None if source.keep is None else written(source.keep),
        "not_product": None if source.not_product is None else written(source.not_product),
        "currency": source.currency,
        "returns": source.extra.get("returns"),
    }
    yield from ((key, value) for key, value in given.items() if value is not None)


def _value(text: str) -> str:
    """A text as YAML: bare where it stays the same text, else in double quotes with escapes."""
    bare = _PLAIN.fullmatch(text) and text == text.strip() and text.lower() not in _OLD_WORDS
    if bare and isinstance(scalar_value(text), str):
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in escaped)


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_HEAD = """\
## What the company declares. Comments are yours to keep; an uncertain number may be a range:
##   10                              certain
##   8..12                           a 90% interval
##   {mean: 10, sd: 2}               mean and standard deviation
##   {low: 5, mode: 9, high: 20}     least, most likely, most
##   {beta: [2, 8]}                  a share: 2 of 10 trials
## patronage check says what is wrong, with line and column. patronage schema lets an editor complete the file.
"""

_MARGIN = """\
  ## Share of revenue that is left after the cost of goods. It is not known from orders without unit costs, so none
  ## is assumed: until it is declared, value is revenue and is called so. A range is welcome.
  # gross_margin: 0.30..0.45"""

_NO_SOURCES = """\
# sources:
#   orders:
#     from: data/orders.csv
#     columns: {customer_id: Customer, ordered_at: Date, amount: Total}"""

_EXAMPLES = """\
## What else may be declared. Take "# " away from the lines that you fill in; the numbers are examples, not guesses
## about your company. A declared number is an assumption unless grade says better: experiment, choice, behaviour,
## survey, interview, expert.

## Work that customers cause: a pool costs money and has a capacity, an activity draws on it.
# pools:
#   - id: service
#     cost: 120000..150000
#     practical_capacity: 400000
#     unit: minute
#     period: year
#     avoidable: 0.5
# activities:
#   - id: handle_order
#     pool: service
#     category: sales
#     driver: order
#     time_equation: {base: 4..8, per: {lines: 0.5..1.5}}
#   - id: handle_return
#     pool: service
#     category: service
#     driver: return
#     time_equation: {base: 10..25}

## What it costs to treat one customer, once (cost), what the action costs as a whole, once (one_off) and in every year
## (yearly, such as the pay of a key-account manager), the hours it takes for each, and the share for whom it works.
# costs_of_action:
#   retain: {cost: 5..15, hours: 0.25, effect: 0.02..0.10}
#   grow: {cost: 2..6, hours: 0.1, effect: 0.01..0.05}
#   win_back: {cost: 5..20, hours: 0.25, effect: 0.01..0.06}
#   protect: {cost: 200..600, yearly: 55000..70000, effect: 0.02..0.10}
#   let_go: {cost: 0}

## Groups of customers by a rule; a rule is a condition over what is known of customers, such as place, or all.
## The first rule that holds counts.
# segments:
#   - {id: home, name: Home market, rule: "place = 'United Kingdom'", basis: geography}
#   - {id: abroad, name: Abroad, rule: all, basis: geography}
"""
