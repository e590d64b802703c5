"""Builders for the tests of loading: files of any kind and the loads of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.load import LoadSettings, load
from patronage.evidence.loaded import Loaded
from patronage.vocabulary.errors import EvidenceError
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.sources import SourceMapping

ORDER_COLUMNS = {"customer_id": "customer", "ordered_at": "day", "amount": "amount"}
TODAY = date(2024, 6, 30)


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """One engine for all tests of loading."""
    return embedded_engine(tmp_path_factory.mktemp("engine"), threads=2)


@dataclass(frozen=True)
class Loading:
    """Loads made in one folder."""

    folder: Path
    engine: Engine

    def file(self, content: str | bytes, name: str = "orders.csv") -> str:
        """A file in the folder; gives its name."""
        raw = content.encode("utf-8") if isinstance(content, str) else content
        (self.folder / name).write_bytes(raw)
        return name

    def load(self, location: str, columns: Mapping[str, str] | None = None, **options: Any) -> Loaded:
        """A load of a file as orders, or as the table named."""
        table = options.pop("table", "orders")
        settings = LoadSettings(options.pop("project", "GBP"), TODAY, options.pop("as_of", None))
        for name in ("keep", "not_product"):
            if name in options:
                options[name] = parsed(options[name])
        mapping = SourceMapping(table, location, ORDER_COLUMNS if columns is None else columns, **options)
        return load(mapping, self.folder, self.engine, settings)

    def csv(self, content: str | bytes, columns: Mapping[str, str] | None = None, **options: Any) -> Loaded:
        """A load of delimited text."""
        return self.load(self.file(content), columns, **options)

    def refusal(self, location: str, columns: Mapping[str, str] | None = None, **options: Any) -> str:
        """The message with which a load is refused."""
        with pytest.raises(EvidenceError) as caught:
            self.load(location, columns, **options)
        return str(caught.value)

    def csv_refusal(self, content: str | bytes, columns: Mapping[str, str] | None = None, **options: Any) -> str:
        """The message with which delimited text is refused."""
        return self.refusal(self.file(content), columns, **options)


@pytest.fixture
def loading(tmp_path: Path, shared_engine: Engine) -> Loading:
    """Loads in a folder of the test's own."""
    return Loading(tmp_path, shared_engine.within(tmp_path / "evidence"))


@pytest.fixture
def cells(shared_engine: Engine) -> Callable[..., list[Any]]:
    """Evaluates an expression over columns of a small table, as a list of plain values."""

    def evaluate(make: Callable[[Any], Any], **columns: list[Any]) -> list[Any]:
        table = shared_engine.memory(
            "cells", {**columns, "place_in_test": list(range(len(next(iter(columns.values())))))}
        )
        found = shared_engine.records(table.select("place_in_test", found=make(table)).order_by("place_in_test"))
        return [row["found"] for row in found]

    return evaluate
