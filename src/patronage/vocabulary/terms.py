"""The terms of a run: the day it stands on, its money, its horizon and its seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.horizon import Horizon, TimeUnit


@dataclass(frozen=True, slots=True)
class Terms:
    """What every analysis of one run shares.

    as_of: the last day counted, inclusive. discount_rate: per year. gross_margin: share of
    revenue, None where the company declares none. draws: how many shared draws an estimate has.
    """

    company: str
    currency: str
    as_of: date
    horizon: Horizon
    discount_rate: float
    time_unit: TimeUnit
    gross_margin: Estimate | None = None
    seed: int = 1
    draws: int = 1000
