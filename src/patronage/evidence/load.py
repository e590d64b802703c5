"""Loading: a source made into good rows and quarantine, nothing lost and nothing guessed in silence."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.currencies import Rates, rate_gaps, told_currencies
from patronage.evidence.loaded import ApartLines, Loaded, RateGap
from patronage.evidence.marking import BROKEN, MappedSource, Marked, RowTerms, cell_forms, marked_rows
from patronage.evidence.not_product import apart_expression, apart_lines, in_grammar
from patronage.evidence.places import rows_in_order
from patronage.evidence.quality import columns_seen
from patronage.evidence.quarantine import quarantined, reason_counts
from patronage.evidence.readers import RawSource, raw_source
from patronage.evidence.repeats import repeated_lines
from patronage.evidence.resolve import resolved
from patronage.evidence.returns import tied_returns
from patronage.evidence.row_order import kept_in_order, parked
from patronage.evidence.tax import tax_faults
from patronage.evidence.text_rows import LINE
from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from patronage.evidence.engine import Engine
    from patronage.evidence.store import StoredTable
    from patronage.vocabulary.sources import SourceMapping


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """What loading needs to know of the project.

    currency: in which the project counts. today: dates after it are quarantined. as_of: a declared
    last day; where it is later than today, dates up to it are good. rates: that convert order lines in
    other currencies; without them such lines are set aside.
    """

    currency: str
    today: date
    as_of: date | None = None
    rates: Rates | None = None

    def row_terms(self) -> RowTerms:
        """What the rules of rows measure against."""
        return RowTerms(self.currency.upper(), max(self.today, self.as_of or self.today), self.rates)


def load(mapping: SourceMapping, folder: Path, engine: Engine, settings: LoadSettings) -> Loaded:
    """Loads one source: `<table>.parquet` and `<table>-quarantine.parquet` in the engine's folder.

    folder: the project's, to which the mapping's location is relative. Good rows stand in the order
    of the source. Raises EvidenceError with every fault when the table cannot be used at all.
    """
    with raw_source(mapping, folder, engine) as raw:
        source = _mapped(raw, mapping, settings)
        forms = cell_forms(source, engine)
        marked = marked_rows(source, forms, settings.row_terms())
        # What no row has needs be written but once.
        absent: dict[str, ir.Value] = {name: ibis.null(marked.table[name].type()) for name in marked.absent}
        with parked(marked.table.drop(*absent), engine) as rows:
            return _parted(_Rows(source, marked, rows.mutate(**absent), absent, settings), engine)


def source_faults(mapping: SourceMapping, folder: Path, engine: Engine, settings: LoadSettings) -> tuple[Fault, ...]:
    """Everything for which a source would be refused before its rows are judged: file, columns, forms of dates."""
    try:
        with raw_source(mapping, folder, engine) as raw:
            cell_forms(_mapped(raw, mapping, settings), engine)
    except EvidenceError as error:
        return error.faults
    return ()


def gaps_of_rates(mapping: SourceMapping, folder: Path, engine: Engine, settings: LoadSettings) -> tuple[RateGap, ...]:
    """The days for which order lines need a rate of their currency that the table of rates does not have."""
    with raw_source(mapping, folder, engine) as raw:
        source = _mapped(raw, mapping, settings)
        marked = marked_rows(source, cell_forms(source, engine), settings.row_terms())
        return rate_gaps(marked.table, settings.rates, engine)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The marked rows of one source; absent: the columns that are missing in every row."""

    source: MappedSource
    marked: Marked
    rows: ir.Table
    absent: dict[str, ir.Value]
    settings: LoadSettings


def _parted(work: _Rows, engine: Engine) -> Loaded:
    table, rows = work.source.mapping.table, work.rows
    where = f"{table} ({work.source.mapping.location})"
    all_rows, good_rows = _counts(rows, engine)
    if not all_rows:
        raise EvidenceError(_no_rows(work, where))
    raw = work.source.raw if good_rows < all_rows else replace(work.source.raw, places=rows_in_order)
    reasons = reason_counts(work.marked, rows, raw, engine) if good_rows < all_rows else ()
    if not good_rows:
        told = "; ".join(f"{item.reason} ({item.rows:,} rows, first: {item.first_place})" for item in reasons)
        raise EvidenceError(Fault(where, f"none of the {all_rows:,} rows can be used: {told}"))
    quarantine = engine.keep(quarantined(work.marked, rows, raw), f"{table}-quarantine")
    given = frozenset(work.source.found.columns)
    good, repeats = _keep_good(work, given, engine)
    names = [field.name for field in work.source.found.fields]
    seen = columns_seen(engine.open(good), names, given, engine)
    apart, not_product = _proposal(work, good, engine)
    return Loaded(
        table, good, quarantine, all_rows, reasons, seen, given, repeats,
        read_as=work.source.raw.words, left_out=_left_out(work, all_rows, engine), apart=apart, not_product=not_product,
        content=work.source.raw.content, amounts=work.source.mapping.amounts,
        rate_gaps=rate_gaps(rows, work.settings.rates, engine),
        currencies=told_currencies(rows.filter(rows[BROKEN] == 0), engine, work.settings.currency.upper()),
    )  # fmt: skip


def _left_out(work: _Rows, kept: int, engine: Engine) -> int:
    if work.source.mapping.keep is None:
        return 0
    return engine.value(work.source.raw.table.count()) - kept


def _proposal(work: _Rows, good: StoredTable, engine: Engine) -> tuple[tuple[ApartLines, ...], str | None]:
    """The order lines that look like no product, and the expression for a mapping that says nothing of them."""
    mapping = work.source.mapping
    text = mapping.columns.get("product_id") or mapping.columns.get("product")
    if mapping.table != "orders" or mapping.not_product is not None or text is None:
        return (), None
    apart = apart_lines(engine.open(good), engine)
    column = in_grammar(text, work.source.raw.columns)
    return apart, apart_expression(apart, column) if column else None


def _counts(rows: ir.Table, engine: Engine) -> tuple[int, int]:
    found = engine.records(rows.aggregate(every=rows.count(), good=(rows[BROKEN] == 0).sum()))[0]
    return found["every"], found["good"] or 0


def _no_rows(work: _Rows, where: str) -> Fault:
    if work.source.mapping.keep is not None:
        return Fault(where, "no row is kept", "loosen `keep`, or check that the file has rows below its header")
    return Fault(where, "there is a header and no row below it", "export it again")


def _keep_good(work: _Rows, given: frozenset[str], engine: Engine) -> tuple[StoredTable, int]:
    good = work.rows.filter(work.rows[BROKEN] == 0)
    table, names = work.source.mapping.table, [field.name for field in work.source.found.fields]
    if table != "orders":
        return engine.keep(good.select(LINE, *names).order_by(LINE), table), 0
    # Small tables of the lines concerned are made first, so that the wide one is read once.
    with ExitStack() as stack:
        repeated = stack.enter_context(repeated_lines(good, sorted(given), engine))
        repeats = engine.value(repeated.count())
        lines = good.mutate(is_repeat=ibis.literal(value=False))
        if repeats:
            known = repeated.rename(repeated_line=LINE)
            lines = good.left_join(known, good[LINE] == known.repeated_line)
            lines = lines.mutate(is_repeat=lines.repeated_line.notnull())
        ties = "order_id" in given and bool(given & {"product_id", "product"}) and engine.value(good.is_return.any())
        if ties:
            tied = stack.enter_context(engine.staged(tied_returns(good, engine), "tied"))
            returns = tied.rename(returning_line=LINE, tied_order_id="returns_order_id")
            lines = lines.left_join(returns, lines[LINE] == returns.returning_line)
            lines = lines.mutate(returns_order_id=ibis.coalesce(lines.returns_order_id, lines.tied_order_id))
        own = [name for name in names if name != "returns_order_id"]
        order = (LINE, *own, "is_product", "is_return", "is_repeat", "returns_order_id")
        columns = {name: None if ties and name == "returns_order_id" else work.absent.get(name) for name in order}
        held = lines.select(*(name for name, value in columns.items() if value is None))
        kept = kept_in_order(held, table, engine, joined=bool(repeats) or ties, columns=columns)
        return kept, repeats


def _mapped(raw: RawSource, mapping: SourceMapping, settings: LoadSettings) -> MappedSource:
    """A source with every name found; raises EvidenceError with all that is wrong with its mapping."""
    faults = [*_currency_faults(mapping, raw.columns, settings), *tax_faults(mapping, mapping.columns)]
    try:
        source = MappedSource(raw, mapping, resolved(mapping, raw.columns))
    except EvidenceError as error:
        raise EvidenceError(*error.faults, *faults) from error
    if faults:
        raise EvidenceError(*faults)
    return source


def _currency_faults(mapping: SourceMapping, source: Collection[str], settings: LoadSettings) -> list[Fault]:
    """A declared currency that cannot be converted, or a declared column of currencies that is not there."""
    declared, currency = mapping.currency, settings.currency
    if declared is None or declared in source or declared.strip().upper() == currency.upper():
        return []
    if len(declared.strip()) != 3:
        step = nearest(declared, source) or "write a currency code such as GBP, or the name of a column"
        return [Fault(f"{mapping.table}.currency", f"there is no column {declared!r}", step)]
    if mapping.table == "orders" and settings.rates is not None:
        return []
    found = f"the source counts in {declared.strip().upper()}, the project in {currency}"
    step = "map a rates table under sources, or convert the file first"
    return [Fault(mapping.table, found, step if mapping.table == "orders" else "convert the file first")]
