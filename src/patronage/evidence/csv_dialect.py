"""How a delimited text file is written: its encoding, its delimiter and its header."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from _csv import Reader as Rows
    from collections.abc import Iterable, Sequence
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
"""Delimiters that are recognised, in the order in which they win a draw."""

_SAMPLE = 256 * 1024
_LONGEST_CELL = 2**31 - 1
_CHUNK = 4 * 1024 * 1024
_UNDEFINED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN = ("utf-8", "utf-16", "latin-1", "cp1252", "iso-8859-15", "cp1250", "cp850", "mac-roman")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written.

    encoding: as Python names it. header: the names in the first row that is not blank, trimmed.
    lines_before: lines above the header, such as Excel's `sep=;`.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    lines_before: int = 0

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes can be read as UTF-8 as they are."""
        return self.encoding in {"utf-8", "utf-8-sig"}

    def words(self) -> str:
        """The dialect for a reader."""
        name = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}.get(self.delimiter, repr(self.delimiter))
        return f"{self.encoding.replace('utf-8-sig', 'utf-8')}, {name} between cells"


def dialect_of(path: Path, where: str, *, encoding: str | None = None, delimiter: str | None = None) -> Dialect:
    """The dialect of a file, as declared or else as found.

    where: how faults call the file. Raises EvidenceError when the file is empty or not in the declared encoding.
    """
    if not path.stat().st_size:
        raise EvidenceError(Fault(where, "the file is empty", "export it again"))
    found = _encoding(path, where, encoding)
    with path.open("rb") as file:
        text = codecs.getincrementaldecoder(found)().decode(file.read(_SAMPLE))
        whole = not file.read(1)
    text = text.removeprefix("\ufeff")
    if not text.strip("\r\n\t ;,|"):
        raise EvidenceError(Fault(where, "the file holds nothing but blank lines", "export it again"))
    before, text, announced = _without_lines_before(text)
    chosen = _declared_delimiter(delimiter, where) or announced or _delimiter(text, whole)
    title, header = _title_and_header(text, chosen)
    return Dialect(found, chosen, tuple(name.strip() for name in header), before + title)


def csv_rows(lines: Iterable[str], delimiter: str) -> Rows:
    """The rows of delimited text, with cells of any length."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    return csv.reader(lines, delimiter=delimiter)


def _without_lines_before(text: str) -> tuple[int, str, str | None]:
    """The number of lines above the header, the text from the header on, and the delimiter that they announce."""
    before, announced = 0, None
    while text:
        line, _, rest = text.partition("\n")
        word = line.strip()
        if word.lower().startswith("sep=") and len(word) <= 5 and not announced:
            announced = line.rstrip("\r")[4:5] or None
        elif word:
            break
        before, text = before + 1, rest
    return before, text, announced


def _declared_delimiter(declared: str | None, where: str) -> str | None:
    if declared is None:
        return None
    found = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(declared, declared)
    if len(found) != 1 or found in '"\r\n':
        raise EvidenceError(
            Fault(where, f"delimiter {declared!r} is not a single character", "write ',', ';', 'tab' or '|'")
        )
    return found


def _delimiter(text: str, whole: bool) -> str:
    """The delimiter under which most rows are as wide as the header, and widest."""
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        rows = [row for row in csv_rows(io.StringIO(text, newline=""), candidate) if row]
        rows = (rows if whole else rows[:-1] or rows)[:500]
        start = header_place(rows)
        width = len(rows[start]) if rows else 0
        if width < 2:
            continue
        alike = Counter(len(row) for row in rows[start:])[width] / len(rows[start:])
        score = (round(alike, 1), width)
        if score > best_score:
            best, best_score = candidate, score
    return best


def header_place(rows: Sequence[Sequence[str | None]]) -> int:
    """The place of the header: below title rows, which fill one cell at most where most rows are wider."""
    if not rows or _filled(rows[0]) > 1:
        return 0
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    if width < 2:
        return 0
    return next((place for place, row in enumerate(rows) if len(row) == width and _filled(row) > 1), 0)


def _filled(row: Sequence[str | None]) -> int:
    return sum(1 for cell in row if cell and cell.strip())


def _title_and_header(text: str, delimiter: str) -> tuple[int, list[str]]:
    """The number of lines of the title above the header, and the header."""
    reader = csv_rows(io.StringIO(text, newline=""), delimiter)
    rows = [row for row, _ in zip(reader, range(500), strict=False)]
    place = header_place(rows)
    again = csv_rows(io.StringIO(text, newline=""), delimiter)
    for _ in range(place):
        next(again)
    return again.line_num, rows[place] if rows else []


def _encoding(path: Path, where: str, declared: str | None) -> str:
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if declared is not None:
        return _declared_encoding(path, where, declared, marked, head)
    if marked is not None:
        _decodes(path, where, marked, f"marked as {marked.removesuffix('-sig')}", "set encoding: cp1252")
        return marked
    sixteen = _unmarked_utf16(head)
    if sixteen is not None:
        _decodes(path, where, sixteen, f"written like {sixteen}", "export it again, or set encoding to what it is in")
        return sixteen
    if _first_bad_byte(path, "utf-8") is None:
        return "utf-8"
    return "latin-1" if _uses(path, _UNDEFINED_IN_CP1252) else "cp1252"


def _declared_encoding(path: Path, where: str, declared: str, marked: str | None, head: bytes) -> str:
    try:
        name = codecs.lookup(declared.strip()).name
    except LookupError:
        step = nearest(declared, _KNOWN) or f"known are {', '.join(_KNOWN)}"
        raise EvidenceError(Fault(where, f"there is no encoding {declared!r}", step)) from None
    if name.startswith("utf-16") and marked is None and _unmarked_utf16(head) is None:
        raise EvidenceError(
            Fault(where, f"the file is declared as {declared} and is not", "leave encoding out, and it is found")
        )
    if marked == "utf-8-sig" and name == "utf-8":
        name = "utf-8-sig"
    _decodes(path, where, name, f"declared as {declared}", "leave encoding out, and it is found")
    if not name.startswith("utf") and (marked is not None or _has_utf8_letters(path)):
        step = f"set encoding: {(marked or 'utf-8').removesuffix('-sig')}, or leave it out, and it is found"
        raise EvidenceError(
            Fault(where, f"the file is declared as {declared} and is written in {marked or 'utf-8'}", step)
        )
    return name


def _decodes(path: Path, where: str, name: str, called: str, step: str) -> None:
    bad = _first_bad_byte(path, name)
    if bad is None:
        return
    with path.open("rb") as file:
        before = file.read(bad + 1)
    line = before[:-1].count(b"\n") + 1
    found = f"the file is {called} and is not: byte 0x{before[-1]:02X} in line {line:,} cannot be read"
    raise EvidenceError(Fault(where, found, step))


def _first_bad_byte(path: Path, name: str) -> int | None:
    """The place of the first byte that is not text in an encoding, None where all is."""
    decoder = codecs.getincrementaldecoder(name)()
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return max(0, min(done - pending + error.start, path.stat().st_size - 1))
            if not chunk:
                return None
            done += len(chunk)


def _has_utf8_letters(path: Path) -> bool:
    """Whether a file goes beyond ASCII and is UTF-8 throughout, which single-byte text never is by chance."""
    return not _is_ascii(path) and _first_bad_byte(path, "utf-8") is None


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        return all(chunk.isascii() for chunk in iter(lambda: file.read(_CHUNK), b""))


def _uses(path: Path, bytes_: frozenset[int]) -> bool:
    with path.open("rb") as file:
        return any(not bytes_.isdisjoint(chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark, known by every other byte being zero in Latin text."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > 0.3 * pairs and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 * pairs and not odd else None
