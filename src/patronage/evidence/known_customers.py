"""The customer ids in the order in which they became known, which gives merged customers ids that never change."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

from patronage.evidence.replacing import replacing
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HEADER = ["customer_id", "known_since"]
RESTORE = "restore it from a copy of the folder; without it merged customers may get other ids"


def known_customers(path: Path) -> dict[str, str]:
    """Each customer id that earlier runs saw, in the order in which they did, with the day; empty without the file.

    Raises EvidenceError for a file that is none of ours.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            header = next(rows, None)
            if header != HEADER:
                raise EvidenceError(Fault(str(path), f"does not begin with {','.join(HEADER)}", RESTORE))
            found: dict[str, str] = {}
            for row in rows:
                if len(row) != len(HEADER) or not row[0]:
                    raise EvidenceError(Fault(f"{path} line {rows.line_num}", "names no customer and day", RESTORE))
                found.setdefault(*row)
            return found
    except FileNotFoundError:
        return {}
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError(Fault(str(path), f"is damaged: {error}", RESTORE)) from error


def write_known(path: Path, known: Iterable[tuple[str, str]]) -> None:
    """Writes the ids whole and syncs them to disk, or leaves what was there."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        rows.writerow(HEADER)
        rows.writerows(known)
        file.flush()
        os.fsync(file.fileno())
