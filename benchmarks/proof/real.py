"""Rolling forecasts on the real companies of the examples: what was said on each day, and what happened."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from patronage.study.backtest import backtest, backtest_data
from patronage.study.backtest_days import Asked, windows
from patronage.study.example import GIFT_WHOLESALER, example
from patronage.study.project import Project

DATA = Path(os.environ.get("PATRONAGE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")).resolve()

CDNOW = f"""\
company: {{name: CDNOW, currency: USD, time_unit: week}}
sources:
  orders:
    from: {DATA.as_posix()}/cdnow/sample_transactions.parquet
    columns: {{customer_id: customer_id, ordered_at: transaction_date, amount: spend_usd}}
"""

ASKED = {
    "CDNOW, weeks 39 to 78": (CDNOW, Asked(date(1997, 9, 30), date(1998, 6, 30), origins=6)),
    "Online Retail, second year": (None, Asked(date(2010, 12, 9), date(2011, 12, 9), origins=6)),
}


def real_origins() -> dict[str, dict[str, Any]]:
    """The rolled backtest of each company, as its JSON contract gives it; each origin as if it were asked alone."""
    found: dict[str, dict[str, Any]] = {}
    for name, (strategy, asked) in ASKED.items():
        folder = Path(tempfile.mkdtemp(prefix="proof-"))
        try:
            project = _project(folder / "company", strategy)
            whole = backtest(project, asked)
            each = windows(whole.as_of, whole.until, asked.origins)
            origins = [backtest_data(backtest(project, Asked(*window))) for window in each]
            found[name] = backtest_data(whole) | {"origins": origins}
        finally:
            shutil.rmtree(folder)
    return found


def _project(folder: Path, strategy: str | None) -> Project:
    """The project of a strategy file, or the shipped example where there is none."""
    if strategy is None:
        return example(GIFT_WHOLESALER, folder)
    folder.mkdir()
    (folder / "strategy.yaml").write_text(strategy, encoding="utf-8")
    return Project(folder)
