"""Dates of any usual form read from cells, and the refusal of dates that can be read two ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from patronage.vocabulary.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ORDERS = {"d/m/y": "dmy", "m/d/y": "mdy", "y/m/d": "ymd"}
"""Declared orders of day, month and year, and how they are known inside."""

NUMERIC_FORMS = ("unix", "unix_ms", "excel")
"""Declared forms in which a date is a number: seconds or milliseconds since 1970, days of a worksheet."""

_PLAIN_ISO = ("____-__-__", "____-__-__ __:__:__", "____-__-__T__:__:__", "____-__-__ __:__")
_TRIPLE = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})")
_DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), "%Y-%m-%d"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), "%Y/%m/%d"),
    (re.compile(r"\d{4}\.\d{1,2}\.\d{1,2}"), "%Y.%m.%d"),
    (re.compile(r"\d{14}"), "%Y%m%d%H%M%S"),
    (re.compile(r"\d{8}(?!\d)"), "%Y%m%d"),
)
_NAMED_MONTH = re.compile(
    r"(?:(?P<weekday>[A-Za-z]{3,9})(?P<after>,? ))?"
    r"(?:(?P<day>\d{1,2})(?P<s1>[-/. ]|\. )(?P<month>[A-Za-z]{3,9})(?P<dot>\.?)(?P<s2>[-/ ]|, )"
    r"|(?P<month2>[A-Za-z]{3,9})(?P<dot2>\.?) (?P<day2>\d{1,2})(?P<s3>,? ))"
    r"(?P<year>\d{4}|\d{2})(?!\d)"
)
_TIME = re.compile(
    r"(?P<gap>T|,? ?(?:at )?)(?P<clock>\d{1,2}:\d{2})(?P<seconds>:\d{2})?(?P<part>\.\d+)?(?P<half> ?[AaPp][Mm])?"
)
_ZONE = re.compile(r"(?P<space> ?)(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@ibis.udf.scalar.builtin(name="try_strptime", signature=((dt.string, dt.Array(dt.string)), dt.timestamp))
def _parsed_local(text: str, forms: list[str]): ...  # pyright: ignore[reportUnusedParameter]  body lives in the engine


@ibis.udf.scalar.builtin(name="try_strptime", signature=((dt.string, dt.Array(dt.string)), dt.Timestamp("UTC")))
def _parsed_zoned(text: str, forms: list[str]): ...  # pyright: ignore[reportUnusedParameter]  body lives in the engine


@ibis.udf.scalar.builtin(name="make_timestamp", signature=((dt.int64,), dt.timestamp))
def _from_micros(micros: int): ...  # pyright: ignore[reportUnusedParameter]  body lives in the engine


@dataclass(frozen=True, slots=True)
class DateForm:
    """How the dates of one column are written.

    formats: tried in turn after ISO 8601, as strptime knows them. numeric: unix, unix_ms or excel.
    """

    formats: tuple[str, ...] = ()
    numeric: str | None = None


@dataclass(frozen=True, slots=True)
class DayMonthEvidence:
    """What the dates of a column written as three numbers say about their order.

    day_first, month_first: how many can be read one way only. either: how many can be read both
    ways with different meanings. sample: one of the latter.
    """

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    sample: str | None = None


def as_time(value: ir.Value, form: DateForm) -> ir.Value:
    """A tidied cell as a naive UTC time, null where it cannot be read."""
    kind = value.type()
    if form.numeric is not None:
        return _from_number(value, form.numeric)
    if kind.is_timestamp():
        return value.cast(dt.Timestamp("UTC")).cast(dt.timestamp) if kind.timezone else value.cast(dt.timestamp)
    if kind.is_date():
        return value.cast(dt.timestamp)
    if not (kind.is_string() or kind.is_integer()):
        return ibis.null(dt.timestamp)
    text = value.cast("string")
    iso = ibis.cases(
        (_is_plain_iso(text), text.try_cast(dt.timestamp)),
        (text.re_search(r"^\d{4}[-/]"), text.try_cast(dt.Timestamp("UTC")).cast(dt.timestamp)),
        else_=ibis.null(dt.timestamp),
    )
    local = [form_ for form_ in form.formats if "%z" not in form_]
    zoned = [form_ for form_ in form.formats if "%z" in form_]
    readings: list[ir.Value] = [iso]
    if local:
        readings.append(_parsed_local(text, local))
    if zoned:
        readings.append(_parsed_zoned(text, zoned).cast(dt.timestamp))
    return ibis.coalesce(*readings) if len(readings) > 1 else iso


def _is_plain_iso(text: ir.Value) -> ir.Value:
    """Whether a text has the shape of ISO 8601 without a zone, which is read four times as fast."""
    return ibis.or_(*(text.like(shape) for shape in _PLAIN_ISO))


def declared_form(text: str, samples: Iterable[str]) -> DateForm:
    """The form that a mapping declares: d/m/y, m/d/y, y/m/d, iso, unix, unix_ms, excel or strptime's own."""
    word = text.strip().lower()
    if word in NUMERIC_FORMS:
        return DateForm(numeric=word)
    if word == "iso":
        return DateForm()
    if "%" in text:
        return DateForm((text,))
    if word in ORDERS:
        return found_form(samples, ORDERS[word])
    raise ValueError(
        f"date_format {text!r} is not known; write d/m/y, m/d/y, y/m/d, iso, unix, unix_ms, excel, "
        "or a pattern such as '%d.%m.%Y %H:%M'"
    )


def found_form(samples: Iterable[str], order: str) -> DateForm:
    """The form of a column from samples of its cells, one for each shape that occurs.

    order: dmy, mdy or ymd, for dates written as three numbers.
    """
    formats: list[str] = []
    for sample in samples:
        form = format_of(sample, order)
        if form is not None and form not in formats:
            formats.append(form)
    if not formats:
        whole = [sample.strip() for sample in samples if sample.strip()]
        if whole and all(re.fullmatch(r"1\d{9}", text) for text in whole):
            return DateForm(numeric="unix")
        if whole and all(re.fullmatch(r"1\d{12}", text) for text in whole):
            return DateForm(numeric="unix_ms")
    return DateForm(tuple(formats))


def format_of(text: str, order: str) -> str | None:
    """The strptime pattern that reads one date, None where none does or ISO 8601 needs none."""
    text = text.strip()
    date, rest = _date_pattern(text, order)
    if date is None:
        return None
    time, rest = _time_pattern(rest)
    zone = _zone_pattern(rest)
    if zone is None:
        return None
    return date + time + zone


def day_month_fault(where: str, evidence: DayMonthEvidence) -> Fault | None:
    """The refusal of dates that can be read two ways, None where their order is known or does not matter."""
    if not evidence.either:
        return None
    most, least = max(evidence.day_first, evidence.month_first), min(evidence.day_first, evidence.month_first)
    sample = evidence.sample or ""
    step = "set date_format: d/m/y or date_format: m/d/y for this source"
    if most == 0:
        return Fault(where, f"every date can be read two ways: {_both_readings(sample)}", step)
    if least > 0.01 * (most + least):
        found = (
            f"some dates are written day first ({evidence.day_first:,}) and some month first "
            f"({evidence.month_first:,}), so that {evidence.either:,} can be read two ways: {_both_readings(sample)}"
        )
        return Fault(where, found, f"{step}; what does not fit then goes to quarantine")
    return None


def day_month_order(evidence: DayMonthEvidence) -> str:
    """Which of dmy and mdy it is, as the dates that can be read one way only say; dmy where nothing depends on it."""
    return "mdy" if evidence.month_first > evidence.day_first else "dmy"


def day_month_readings(text: str) -> tuple[datetime, datetime] | None:
    """A date of three numbers read with the day first and with the month first; None where only one can be."""
    match = _TRIPLE.match(text.strip())
    if match is None:
        return None
    one, other, year = int(match[1]), int(match[3]), int(match[4])
    year = year + (2000 if year < 69 else 1900) if len(match[4]) == 2 else year
    try:
        return datetime(year, other, one), datetime(year, one, other)  # noqa: DTZ001  a day has no zone
    except ValueError:
        return None


def _both_readings(sample: str) -> str:
    readings = day_month_readings(sample)
    if readings is None:
        return repr(sample)
    day_first, month_first = (f"{moment.day} {moment:%B %Y}" for moment in readings)
    return f"{sample!r} is {day_first} (d/m/y) or {month_first} (m/d/y)"


def _from_number(value: ir.Value, form: str) -> ir.Value:
    number = value.try_cast("float64") if value.type().is_string() else value.cast("float64")
    seconds = {"unix": number, "unix_ms": number / 1e3, "excel": (number - 25_569.0) * 86_400.0}[form]
    inside = (seconds.abs() < 1e11) & ~seconds.isnan()
    micros = (ibis.ifelse(inside, seconds, ibis.null("float64")) * 1e6).round().cast("int64")
    return _from_micros(micros)


def _date_pattern(text: str, order: str) -> tuple[str | None, str]:
    for pattern, form in _DATES:
        match = pattern.match(text)
        if match:
            return form, text[match.end() :]
    match = _TRIPLE.match(text)
    if match:
        year = "%Y" if len(match[4]) == 4 else "%y"
        parts = {"dmy": ("%d", "%m", year), "mdy": ("%m", "%d", year), "ymd": ("%y", "%m", "%d")}[order]
        return match[2].join(parts), text[match.end() :]
    return _named_month_pattern(text)


def _named_month_pattern(text: str) -> tuple[str | None, str]:
    match = _NAMED_MONTH.match(text)
    if match is None:
        return None, text
    weekday = _name_pattern(match["weekday"], _WEEKDAYS, "%a", "%A")
    month = _name_pattern(match["month"] or match["month2"], _MONTHS, "%b", "%B")
    if month is None or weekday is None:
        return None, text
    year = "%Y" if len(match["year"]) == 4 else "%y"
    start = weekday + (match["after"] or "")
    if match["month"]:
        form = f"{start}%d{match['s1']}{month}{match['dot']}{match['s2']}{year}"
    else:
        form = f"{start}{month}{match['dot2']} %d{match['s3']}{year}"
    return form, text[match.end() :]


def _name_pattern(word: str | None, names: Sequence[str], short: str, long: str) -> str | None:
    if word is None:
        return ""
    lowered = word.lower()
    if lowered in names and len(lowered) > 3:
        return long
    return short if lowered in {name[:3] for name in names} else None


def _time_pattern(rest: str) -> tuple[str, str]:
    match = _TIME.match(rest)
    if match is None:
        return "", rest
    half = match["half"] or ""
    clock = ("%I:%M" if half else "%H:%M") + (":%S" if match["seconds"] else "") + (".%f" if match["part"] else "")
    return match["gap"] + clock + ((" " if half.startswith(" ") else "") + "%p" if half else ""), rest[match.end() :]


def _zone_pattern(rest: str) -> str | None:
    if not rest:
        return ""
    match = _ZONE.fullmatch(rest)
    if match is None:
        return None
    return match["space"] + (match["zone"] if match["zone"][0] in "ZUG" else "%z")
