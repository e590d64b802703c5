from __future__ import annotations

from collections.abc import Callable

import pytest

from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.errors import StrategyError

COMPANY = "company: {name: Acme, currency: USD}\n"


def told(text: str) -> list[str]:
    """The faults of a file, as they are printed."""
    with pytest.raises(StrategyError) as refusal:
        strategy_from_text(text)
    return [str(fault) for fault in refusal.value.faults]


@pytest.fixture(scope="session")
def faults() -> Callable[[str], list[str]]:
    """Gives the faults of a whole file."""
    return told


@pytest.fixture(scope="session")
def faults_below_company() -> Callable[[str], list[str]]:
    """Gives the faults of what stands from line 2 on, below a company that is well."""
    return lambda text: told(COMPANY + text)
