"""The section of the report on whom to treat how."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from patronage.evidence.store import stored
from patronage.faces.report.pages import Pages
from patronage.faces.report.policy_section import whom_to_treat_how
from patronage.findings.relationships import Checks, ExperimentPolicy, Look, TreatmentPolicy
from patronage.findings.trust import Ranged
from patronage.vocabulary.grade import Grade

ROWS = {
    "experiment": pa.string(), "segment": pa.string(), "arm": pa.string(), "customers": pa.int64(),
    "brought": pa.float64(), "effect": pa.float64(), "p05": pa.float64(), "p95": pa.float64(), "chosen": pa.bool_(),
}  # fmt: skip


def experiment(name: str) -> ExperimentPolicy:
    nothing = Ranged(0.0, 0.0, 0.0)
    return ExperimentPolicy(
        name, date(2024, 1, 1), date(2024, 3, 1), "none", (), (), nothing, nothing, 0.0, 0.0, "",
        Look(60, 60, running=False, planned=1.0, errors=1.6, words=""),
        Checks(1.0, planned=False, mixing=1.0, past=1.0, failed=(), words=""),
    )  # fmt: skip


def test_every_experiment_shows_its_own_first_rows(tmp_path: Path) -> None:
    segments = {"spring": 31, "summer": 30, "winter": 1}
    rows = [
        (name, f"s{place:02d}", arm, 50, 1.0, None if arm == "none" else 0.5, -1.0, 2.0, arm == "none")
        for name, size in segments.items()
        for place in range(size)
        for arm in ("none", "visit")
    ]
    path = tmp_path / "arms.parquet"
    table = pa.Table.from_pylist([dict(zip(ROWS, row, strict=True)) for row in rows], schema=pa.schema(ROWS.items()))
    pq.write_table(table, path)
    found = TreatmentPolicy(
        Grade.EXPERIMENT, date(2024, 6, 1), "GBP", "margin_measured", (), tuple(map(experiment, segments)), (),
        stored(path), stored(path),
    )  # fmt: skip
    run = SimpleNamespace(
        record={"currency": "GBP"}, statuses={"treatment_policy": "computed"}, finding=lambda name: found
    )
    spring, summer, winter = whom_to_treat_how(Pages(cast("Any", run))).tables
    assert [len(one.rows) for one in (spring, summer, winter)] == [60, 60, 2]
    assert spring.note == (
        "The first 60 of 62 rows; all of them: patronage show DIR treatment_policy --table arms --csv FILE."
    )
    assert (summer.note, winter.note) == ("", "")
