"""An engine for the tests of who the customers are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine that never trusts what it read before: these tests write many tables to one path within a second."""
    made = embedded_engine(tmp_path / "engine")
    made.connection.raw_sql("set enable_external_file_cache = false")
    yield made
    made.close()
