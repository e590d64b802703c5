"""Dates are read in every usual form, and refused where they could mean two days."""

# ruff: noqa: DTZ001  times of canonical tables are naive UTC
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.evidence.cells import tidied
from patronage.evidence.dates import (
    DateForm,
    DayMonthEvidence,
    as_time,
    day_month_fault,
    day_month_order,
    declared_form,
    found_form,
)
from patronage.evidence.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS: list[tuple[str, datetime | None]] = [
    ("2011-01-02", datetime(2011, 1, 2)),
    ("2011-1-2", datetime(2011, 1, 2)),
    ("2011-01-02 03:04", datetime(2011, 1, 2, 3, 4)),
    ("2011-01-02 03:04:05", datetime(2011, 1, 2, 3, 4, 5)),
    ("2011-01-02T03:04:05", datetime(2011, 1, 2, 3, 4, 5)),
    ("2011-01-02T03:04:05Z", datetime(2011, 1, 2, 3, 4, 5)),
    ("2011-01-02T03:04:05.678901Z", datetime(2011, 1, 2, 3, 4, 5, 678901)),
    ("2011-01-02 03:04:05+02:00", datetime(2011, 1, 2, 1, 4, 5)),
    ("2011-01-02 03:04:05 -0500", datetime(2011, 1, 2, 8, 4, 5)),
    ("2011-01-02 03:04-05", datetime(2011, 1, 2, 8, 4)),
    ("2011-07-02 03:04:05 Europe/Paris", datetime(2011, 7, 2, 1, 4, 5)),
    ("2011-01-02 03:04:05 UTC", datetime(2011, 1, 2, 3, 4, 5)),
    ("2011/01/02", datetime(2011, 1, 2)),
    ("2011/1/2 3:04", datetime(2011, 1, 2, 3, 4)),
    ("2011.01.02", datetime(2011, 1, 2)),
    ("20110102", datetime(2011, 1, 2)),
    ("20110102030405", datetime(2011, 1, 2, 3, 4, 5)),
    ("2/1/2011", datetime(2011, 1, 2)),
    ("02.01.11", datetime(2011, 1, 2)),
    ("02-01-2011 9:05:06", datetime(2011, 1, 2, 9, 5, 6)),
    ("2/1/2011 9:05 PM", datetime(2011, 1, 2, 21, 5)),
    ("2/1/2011, 9:05 pm", datetime(2011, 1, 2, 21, 5)),
    ("2/1/2011 12:05 am +0100", datetime(2011, 1, 1, 23, 5)),
    ("2 Jan 2011", datetime(2011, 1, 2)),
    ("2-Jan-11", datetime(2011, 1, 2)),
    ("2. January 2011", datetime(2011, 1, 2)),
    ("Jan 2, 2011", datetime(2011, 1, 2)),
    ("January 2, 2011 at 3:04 PM", datetime(2011, 1, 2, 15, 4)),
    ("Sun, 2 Jan 2011 03:04:05 GMT", datetime(2011, 1, 2, 3, 4, 5)),
    ("1293937445", datetime(2011, 1, 2, 3, 4, 5)),
    ("1293937445000", datetime(2011, 1, 2, 3, 4, 5)),
    ("2011-02-30", None),
    ("31/02/2011", None),
    ("soon", None),
    ("infinity", None),
    ("epoch", None),
    ("12", None),
    ("2011", None),
]


@pytest.mark.parametrize(("text", "expected"), FORMS, ids=[text for text, _ in FORMS])
def test_a_date_is_read_in_its_form(cells: Callable[..., list[Any]], text: str, expected: datetime | None) -> None:
    form = found_form([text], "dmy")
    assert cells(lambda table: as_time(tidied(table.cell), form), cell=[text]) == [expected]


def test_month_first_dates_are_read_month_first(cells: Callable[..., list[Any]]) -> None:
    form = found_form(["12/25/2020 11:00 PM"], "mdy")
    assert cells(lambda table: as_time(table.cell, form), cell=["12/25/2020 11:00 PM"]) == [datetime(2020, 12, 25, 23)]


def test_several_forms_in_one_column_are_all_read(cells: Callable[..., list[Any]]) -> None:
    written = ["2011-01-02", "3 Jan 2011", "04/01/2011 10:00", "2011-01-05 00:30:00 +0100"]
    form = found_form(written, "dmy")
    assert cells(lambda table: as_time(table.cell, form).date().cast("string"), cell=written) == [
        "2011-01-02",
        "2011-01-03",
        "2011-01-04",
        "2011-01-04",
    ]


@settings(max_examples=25)
@given(
    moment=st.datetimes(datetime(1950, 1, 1), datetime(2068, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
    form=st.sampled_from(["%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"]),
)
def test_a_moment_survives_being_written_and_read(shared_engine: Engine, moment: datetime, form: str) -> None:
    written = moment.strftime(form)
    table = shared_engine.memory("moment", {"cell": [written]})
    (row,) = shared_engine.records(table.select(found=as_time(table.cell, found_form([written], "dmy"))))
    assert row["found"] == moment


def test_declared_forms_are_taken_as_they_are_said(cells: Callable[..., list[Any]]) -> None:
    samples = ["03/04/2021"]
    assert declared_form("d/m/y", samples) == DateForm(("%d/%m/%Y",))
    assert declared_form("m/d/y", samples) == DateForm(("%m/%d/%Y",))
    assert declared_form("%d|%m|%Y", []) == DateForm(("%d|%m|%Y",))
    assert cells(lambda table: as_time(table.cell, DateForm(numeric="excel")), cell=["40513.5"]) == [
        datetime(2010, 12, 1, 12)
    ]


def test_an_unknown_date_format_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="date_format 'english' is not known; write d/m/y, m/d/y, y/m/d, iso, unix"):
        declared_form("english", [])


def test_dates_that_can_all_be_read_two_ways_are_refused_with_both_readings() -> None:
    fault = day_month_fault("orders.ordered_at", DayMonthEvidence(either=2, sample="03/04/2021"))
    assert str(fault) == (
        "orders.ordered_at: every date can be read two ways: '03/04/2021' is 3 April 2021 (d/m/y) or 4 March "
        "2021 (m/d/y); "
        "set date_format: d/m/y or date_format: m/d/y for this source"
    )


def test_one_date_that_can_be_read_one_way_settles_the_others() -> None:
    evidence = DayMonthEvidence(month_first=1, either=500, sample="03/04/2021")
    assert day_month_fault("orders.ordered_at", evidence) is None
    assert day_month_order(evidence) == "mdy"


def test_two_orders_in_one_column_are_refused() -> None:
    fault = day_month_fault("orders.ordered_at", DayMonthEvidence(30, 20, 50, "03/04/2021"))
    assert str(fault) == (
        "orders.ordered_at: some dates are written day first (30) and some month first (20), so that 50 can "
        "be read two ways: "
        "'03/04/2021' is 3 April 2021 (d/m/y) or 4 March 2021 (m/d/y); set date_format: d/m/y or "
        "date_format: m/d/y for this "
        "source; what does not fit then goes to quarantine"
    )


def test_ambiguous_dates_of_a_file_are_refused_until_their_form_is_declared(loading: Any) -> None:
    content = "customer,day,amount\na,03/04/2021,5\nb,05/06/2021,6\n"
    assert loading.csv_refusal(content) == (
        "orders.ordered_at: every date can be read two ways: '03/04/2021' is 3 April 2021 (d/m/y) or 4 March "
        "2021 (m/d/y); "
        "set date_format: d/m/y or date_format: m/d/y for this source"
    )
    for declared, month in (("d/m/y", 4), ("m/d/y", 3)):
        rows = loading.csv(content, date_format=declared).good.records()
        assert rows[0]["ordered_at"] == datetime(2021, month, 7 - month)


def test_dates_whose_day_equals_their_month_are_never_ambiguous(loading: Any) -> None:
    loaded = loading.csv("customer,day,amount\na,03/03/2021,5\nb,05/05/2021,6\n")
    assert [row["ordered_at"] for row in loaded.good.records()] == [datetime(2021, 3, 3), datetime(2021, 5, 5)]


def test_a_day_first_file_is_read_day_first_when_one_day_says_so(loading: Any) -> None:
    loaded = loading.csv(
        "customer,day,amount\na,03/04/2021,5\nb,13/04/2021,6\nc,04/25/2021,7\n" + "d,14/04/2021,1\n" * 120
    )
    assert loaded.good.records(1)[0]["ordered_at"] == datetime(2021, 4, 3)
    assert [(item.reason, item.rows, item.first_row) for item in loaded.reasons] == [("ordered_at is not a date", 1, 3)]
