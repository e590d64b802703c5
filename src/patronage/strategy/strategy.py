"""The whole strategy file: read strictly, with every fault at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from patronage.strategy.actions import COSTS_OF_ACTION, CostsOfAction
from patronage.strategy.activities import Activities, Pools
from patronage.strategy.activity_entries import ACTIVITIES, POOLS
from patronage.strategy.actors import ACTORS, Actors
from patronage.strategy.budgets import BUDGETS, Budgets
from patronage.strategy.capabilities import CAPABILITIES, Capabilities
from patronage.strategy.company import COMPANY, Company
from patronage.strategy.document import Document, Flaw, Node, Place, plain
from patronage.strategy.exchanges import EXCHANGES, Exchanges
from patronage.strategy.faults import section_flaws, unknown_key
from patronage.strategy.identity import IDENTITY
from patronage.strategy.links import LINKS, Links
from patronage.strategy.needs import NEEDS, Needs
from patronage.strategy.offers import OFFERS, Offers
from patronage.strategy.refusal import key_shown
from patronage.strategy.section import Section
from patronage.strategy.segments import SEGMENTS, SegmentRules
from patronage.strategy.source_entries import SOURCES
from patronage.strategy.value_drivers import VALUE_DRIVERS, ValueDrivers
from patronage.strategy.yaml_reader import read_document
from patronage.vocabulary.errors import Fault, StrategyError
from patronage.vocabulary.identity import IdentityRules
from patronage.vocabulary.sources import SourceMapping

LATER_SECTIONS = frozenset({
    "channels", "delivery_options", "relationships", "bets", "roles", "accountabilities", "behaviours", "measures",
    "rules", "taxonomy",
})  # fmt: skip
"""Sections of the design that this release does not read yet; one that is added leaves this list."""


MAX_FAULTS = 1_000
"""Most faults of one file that are told in full."""


def read_by(section: Section[Any]) -> dict[str, Section[Any]]:
    """The mark of a field of Strategy that a section of the file fills."""
    return {"section": section}


@dataclass(frozen=True, slots=True)
class Strategy:
    """What the company declares.

    digest and section_digests: SHA-256 of the values, free of comments, layout and the order of
    keys, so that a change touches only what depends on its section. A new section is a line here.
    """

    path: Path
    digest: str
    section_digests: Mapping[str, str]
    company: Company = field(metadata=read_by(COMPANY))
    sources: tuple[SourceMapping, ...] = field(default=(), metadata=read_by(SOURCES))
    identity: IdentityRules | None = field(default=None, metadata=read_by(IDENTITY))
    pools: Pools | None = field(default=None, metadata=read_by(POOLS))
    activities: Activities | None = field(default=None, metadata=read_by(ACTIVITIES))
    links: Links | None = field(default=None, metadata=read_by(LINKS))
    budgets: Budgets | None = field(default=None, metadata=read_by(BUDGETS))
    costs_of_action: CostsOfAction | None = field(default=None, metadata=read_by(COSTS_OF_ACTION))
    segments: SegmentRules | None = field(default=None, metadata=read_by(SEGMENTS))
    needs: Needs | None = field(default=None, metadata=read_by(NEEDS))
    offers: Offers | None = field(default=None, metadata=read_by(OFFERS))
    value_drivers: ValueDrivers | None = field(default=None, metadata=read_by(VALUE_DRIVERS))
    capabilities: Capabilities | None = field(default=None, metadata=read_by(CAPABILITIES))
    actors: Actors | None = field(default=None, metadata=read_by(ACTORS))
    exchanges: Exchanges | None = field(default=None, metadata=read_by(EXCHANGES))

    def parts(self) -> dict[str, object]:
        """The sections that the file gives, by name."""
        return {name: getattr(self, name) for name in self.section_digests}


SECTIONS: tuple[Section[Any], ...] = tuple(
    part.metadata["section"] for part in fields(Strategy) if "section" in part.metadata
)
"""Every section that is read, in the order in which a file is written."""


def load_strategy(path: Path) -> Strategy:
    """The strategy declared in a file.

    Raises StrategyError with every fault, each with its line, column and key.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        step = "give the folder that holds it, or write one with patronage init"
        raise StrategyError(Fault(str(path), "there is no such file", step)) from error
    except IsADirectoryError as error:
        raise StrategyError(Fault(str(path), "is a folder, expected a file", "give the file inside")) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StrategyError(Fault(str(path), f"cannot be read: {reason}", "check its permissions")) from error
    return strategy_from_text(_decoded(data, path.name), path.name, path=path)


def strategy_from_text(text: str, name: str = "strategy.yaml", *, path: Path | None = None) -> Strategy:
    """The strategy that a text declares; name: what its faults call it.

    Raises StrategyError with every fault.
    """
    document = read_document(text, name)
    flaws = [*document.flaws, *_unknown_sections(document)]
    made: dict[str, Any] = {}
    for section in SECTIONS:
        made |= _read(section, document, flaws)
        flaws.extend(flaw for check in section.checks for flaw in check(document))
    if flaws:
        raise StrategyError(*_told(flaws))
    digests = {name: _digest(plain(_given(document, name))) for name in made}
    return Strategy(path or Path(name), _digest(digests), digests, **made)


def _told(flaws: list[Flaw]) -> list[Fault]:
    """The faults in the order of the file, the first thousand of them in full."""
    faults = [flaw.fault for flaw in sorted(flaws, key=lambda flaw: flaw.place)]
    rest = len(faults) - MAX_FAULTS
    more = [Fault("and further down", f"{rest:,} more faults of this file", "mend these first")] if rest > 0 else []
    return [*faults[:MAX_FAULTS], *more]


def _read(section: Section[Any], document: Document, flaws: list[Flaw]) -> dict[str, Any]:
    """The section's value under its name; nothing where it is absent or faulty, which `flaws` then tells."""
    node = document.root.node(section.name)
    if node is None:
        if section.required:
            flaws.append(_absent(section, document))
        return {}
    try:
        model = section.adapter.validate_python(plain(node))
    except ValidationError as error:
        flaws.extend(section_flaws(error, section, document))
        return {}
    return {section.name: section.made(model, node)}


def _absent(section: Section[Any], document: Document) -> Flaw:
    entry = document.root.entries.get(section.name)
    place = entry or Place(document.root.line, document.root.column)
    found = "has no value" if entry else "is missing"
    return document.flaw(place, section.name, found, "write company: {name: ..., currency: ...}")


def _unknown_sections(document: Document) -> list[Flaw]:
    known = [section.name for section in SECTIONS]
    unknown = {key: entry for key, entry in document.root.entries.items() if key not in known}
    return [document.flaw(entry, key_shown(key), *_unknown_section(key, known)) for key, entry in unknown.items()]


def _unknown_section(key: str, known: list[str]) -> tuple[str, str]:
    if key in LATER_SECTIONS:
        return "is a section of a later release", f"take it out; this one reads {', '.join(known)}"
    _, hint = unknown_key(key, known)
    return "is not a known section", hint


def _given(document: Document, name: str) -> Node:
    return document.root.entries[name].node


def _digest(value: object) -> str:
    written = json.dumps(_canonical(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _canonical(value: object) -> object:
    """The value with 3 and 3.0 alike, and keys that hold nothing left out."""
    if isinstance(value, dict):
        keyed = cast("dict[str, object]", value)
        return {key: _canonical(each) for key, each in keyed.items() if each is not None}
    if isinstance(value, list):
        return [_canonical(each) for each in cast("list[object]", value)]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"number": repr(float(value))}
    return value


def _decoded(data: bytes, name: str) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise StrategyError(Fault(name, "is written in UTF-16, expected UTF-8", "save it as UTF-8"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        where = f"{name} line {line}, column {column}"
        found = f"holds the byte 0x{data[error.start]:02X}, which is no UTF-8"
        raise StrategyError(Fault(where, found, "save the file as UTF-8")) from error
