"""Loading: a source made into good rows and quarantine, nothing lost and nothing guessed in silence."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.currencies import Rates, rate_gaps, told_currencies
from patronage.evidence.file_stamps import rows_changed
from patronage.evidence.loaded import ApartLines, Loaded, RateGap, RowReason
from patronage.evidence.marking import BROKEN, MappedSource, RowTerms, cell_forms, marked_rows
from patronage.evidence.not_product import apart_expression, apart_lines, in_grammar
from patronage.evidence.places import rows_in_order
from patronage.evidence.quality import columns_seen
from patronage.evidence.quarantine import quarantined, reason_counts
from patronage.evidence.readers import RawSource, raw_source
from patronage.evidence.repeats import repeats_among
from patronage.evidence.resolve import resolved
from patronage.evidence.returns import lines_to_tie, tied_returns
from patronage.evidence.row_order import among, kept_in_order
from patronage.evidence.sifting import Judged, Sifted, judged, sifted
from patronage.evidence.tax import tax_faults
from patronage.evidence.text_rows import LINE
from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
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
        with judged(source, forms, settings.row_terms(), engine) as work:
            return _parted(work, settings, engine)


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


def _parted(work: Judged, settings: LoadSettings, engine: Engine) -> Loaded:
    table, rows, source = work.source.mapping.table, work.rows, work.source
    where = f"{table} ({source.mapping.location})"
    given = frozenset(source.found.columns)
    with sifted(work, given if table == "orders" else (), engine) as found:
        reasons, quarantine = _set_aside(work, found, where, engine)
        good, repeats = _keep_good(work, found, engine)
    if good.rows != found.good:
        raise EvidenceError(rows_changed(where))
    names = [field.name for field in source.found.fields]
    seen = columns_seen(good, names, given, engine)
    apart, not_product = _proposal(work, good, engine)
    return Loaded(
        table, good, quarantine, found.every, reasons, seen, given, repeats,
        read_as=source.raw.words, left_out=_left_out(work, found.every, engine), apart=apart, not_product=not_product,
        content=source.raw.content, amounts=source.mapping.amounts,
        rate_gaps=rate_gaps(rows, settings.rates, engine),
        currencies=told_currencies(rows.filter(rows[BROKEN] == 0), engine, settings.currency.upper()),
    )  # fmt: skip


def _set_aside(work: Judged, found: Sifted, where: str, engine: Engine) -> tuple[tuple[RowReason, ...], StoredTable]:
    """The reasons of the bad rows, and the rows stored; raises EvidenceError where there is no good row beside them."""
    if not found.every:
        raise EvidenceError(_no_rows(work, where))
    raw = found.raw if found.good < found.every else replace(found.raw, places=rows_in_order)
    reasons = reason_counts(work.marked, found.again, raw, engine) if found.good < found.every else ()
    if not found.good:
        told = "; ".join(f"{item.reason} ({item.rows:,} rows, first: {item.first_place})" for item in reasons)
        raise EvidenceError(Fault(where, f"none of the {found.every:,} rows can be used: {told}"))
    return reasons, engine.keep(quarantined(work.marked, found.again, raw), f"{work.source.mapping.table}-quarantine")


def _left_out(work: Judged, kept: int, engine: Engine) -> int:
    if work.source.mapping.keep is None:
        return 0
    return engine.value(work.source.raw.table.count()) - kept


def _proposal(work: Judged, good: StoredTable, engine: Engine) -> tuple[tuple[ApartLines, ...], str | None]:
    """The order lines that look like no product, and the expression for a mapping that says nothing of them."""
    mapping = work.source.mapping
    text = mapping.columns.get("product_id") or mapping.columns.get("product")
    if mapping.table != "orders" or mapping.not_product is not None or text is None:
        return (), None
    apart = apart_lines(engine.open(good), engine)
    column = in_grammar(text, work.source.raw.columns)
    return apart, apart_expression(apart, column) if column else None


def _no_rows(work: Judged, where: str) -> Fault:
    if work.source.mapping.keep is not None:
        return Fault(where, "no row is kept", "loosen `keep`, or check that the file has rows below its header")
    return Fault(where, "there is a header and no row below it", "export it again")


def _keep_good(work: Judged, found: Sifted, engine: Engine) -> tuple[StoredTable, int]:
    """The good rows stored in the order of the source, and how many order lines among them repeat an earlier one."""
    rows, table, given = work.rows, work.source.mapping.table, work.source.found.columns
    good = rows if found.good == found.every else rows.filter(rows[BROKEN] == 0)
    names = [field.name for field in work.source.found.fields]
    if table != "orders":
        return kept_in_order(good, table, engine, joined=False, columns=_columns(work, (LINE, *names))), 0
    # Small tables of the lines concerned are made first, so that the wide one is read once.
    with ExitStack() as stack:
        lines, repeats = good.mutate(is_repeat=ibis.literal(value=False)), 0
        if found.repeatable:
            suspects = found.again.filter(found.again[BROKEN] == 0)
            repeated = stack.enter_context(engine.staged(repeats_among(suspects, given), "repeated"))
            repeats = engine.value(repeated.count())
            if repeats:
                lines = lines.mutate(is_repeat=stack.enter_context(among(repeated, engine))(good[LINE]))
        if found.returns:
            near = stack.enter_context(engine.staged(lines_to_tie(good), "near"))
            tied = stack.enter_context(engine.staged(tied_returns(near, engine), "tied"))
            returns = tied.rename(returning_line=LINE, tied_order_id="returns_order_id")
            lines = lines.left_join(returns, lines[LINE] == returns.returning_line)
            lines = lines.mutate(returns_order_id=ibis.coalesce(lines.returns_order_id, lines.tied_order_id))
        own = [name for name in names if name != "returns_order_id"]
        order = (LINE, *own, "is_product", "is_return", "is_repeat", "returns_order_id")
        columns = _columns(work, order, *(["returns_order_id"] if found.returns else []))
        held = lines.select(*(name for name, value in columns.items() if value is None))
        return kept_in_order(held, table, engine, joined=found.returns, columns=columns), repeats


def _columns(work: Judged, order: Iterable[str], *held: str) -> dict[str, ir.Value | None]:
    """The columns of the good table in order, with null for those that are missing in every row, but for the held."""
    return {name: None if name in held else work.absent.get(name) for name in order}


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
