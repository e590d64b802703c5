"""Whatever a file holds, every row of it is good or in quarantine, and its text survives."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.vocabulary.errors import EvidenceError, Fault

NASTY = (
    "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", 'say "hi"',
    "'; DROP TABLE orders; --", "line one\nline two", "windows\r\nline", "🎁 emoji ✂️", "x" * 10_000, "ünï¢ödé",
    " spaces around ",
    "a,b;c\td|e", "NULL", "nan", "{'a': 1}", "\\", "\\\"", "%_[x]*?", "\u200b", "\ufeffmark", "٣", "א",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
NUMBERS = st.one_of(
    st.sampled_from(["5", "-2.50", "1e3", "", "NaN", "inf", "1e15", "five", "=1+1", "£3", "(4)", "1 000.5", "٣"]),
    st.floats(-1e6, 1e6).map(repr),
    TEXTS,
)
DAYS = st.one_of(
    st.dates().map(str), st.sampled_from(["", "2024-01-01", "2024-02-30", "13/01/2024", "2024-01-01T10:00:00Z"]), TEXTS
)
ROWS = st.lists(st.tuples(TEXTS, DAYS, NUMBERS, TEXTS), min_size=1, max_size=40)
COLUMNS = {"customer_id": "who", "ordered_at": "when", "amount": "how much", "place": "where"}


def written(rows: list[tuple[str, ...]], delimiter: str, quoting: Any, end: str) -> str:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([("who", "when", "how much", "where"), *rows, ("last", "2024-01-01", "1.5", "the end")])
    return target.getvalue()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_row_is_good_or_quarantined_and_its_text_survives(
    loading: Any, rows: list[tuple[str, ...]], delimiter: str, quoting: Any, end: str
) -> None:
    # Python's writer leaves a bare carriage return unquoted when lines end otherwise; it would end a line.
    content = written(rows, delimiter, quoting, end if quoting == csv.QUOTE_ALL else "\r\n")
    loaded = loading.csv(content, COLUMNS, delimiter=delimiter, decimal=".", date_format="d/m/y")
    good, quarantine = loaded.good.records(), loaded.quarantine.records()
    assert loaded.rows_in == len(good) + len(quarantine) == len(rows) + 1
    places = {row["line_id"]: row["place"] for row in good} | {row["line_id"]: row["where"] for row in quarantine}
    assert places == {place: row[3] or None for place, row in enumerate([*rows, ("", "", "", "the end")], 1)}
    assert all(row["reasons"] for row in quarantine)
    assert {row["line_id"] for row in quarantine} >= {place for place, row in enumerate(rows, 1) if not row[1].strip()}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300).map(lambda raw: b"who,when,how much,where\na,2024-01-01,1,x\n" + raw))
def test_any_bytes_are_loaded_or_refused_in_words(loading: Any, content: bytes) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        loaded = loading.csv(content, COLUMNS)
        assert loaded.rows_in == loaded.good.rows + loaded.quarantine.rows
    except EvidenceError as error:
        faults = error.faults
    assert all(fault.where.startswith("orders") for fault in faults)


def test_a_cell_is_never_read_as_a_query(loading: Any) -> None:
    content = 'who,when,how much,where\n"x\'); DROP TABLE y; --",2024-01-01,1,"{{ 7*7 }}"\n'
    row = loading.csv(content, COLUMNS).good.records()[0]
    assert (row["customer_id"], row["place"]) == ("x'); DROP TABLE y; --", "{{ 7*7 }}")


def test_names_of_columns_are_never_read_as_a_query(loading: Any) -> None:
    name = 'a"; DROP TABLE orders; --'
    quoted = name.replace('"', '""')
    loaded = loading.csv(f'"{quoted}",day,amount\nx,2024-01-01,1\ny,soon,1\n', {
        "customer_id": name, "ordered_at": "day", "amount": "amount",
    })  # fmt: skip
    assert (loaded.good.records()[0]["customer_id"], loaded.quarantine.records()[0][name]) == ("x", "y")
