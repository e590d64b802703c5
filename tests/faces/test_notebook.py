from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from patronage import open_study
from patronage.vocabulary.errors import ProjectError

Make = Callable[..., Path]


def test_a_run_its_ledger_and_its_findings_show_themselves(make_project: Make, orders_csv: str) -> None:
    folder = make_project(orders=orders_csv.replace("c1,", "<script>alert(1)</script>,"))
    run = open_study(folder).run(only="change_bridge")
    bridge = run.finding("change_bridge")
    assert bridge.summary["parts"].keys() == {"won", "grown", "shrunk", "lost", "anonymous", "not_product"}
    assert bridge.tables["customers"].rows == 40
    shown = run._repr_html_() + run.ledger._repr_html_() + bridge._repr_html_()
    assert "<script>" not in shown
    assert "change_bridge" in shown
    assert [row["id"] for row in run.ledger.data()] == [row.id for row in run.ledger]
    assert len(run.ledger) > 0
    assert run.ledger[0].id == run.ledger.data()[0]["id"]


def test_an_unknown_finding_names_the_nearest(make_project: Make) -> None:
    run = open_study(make_project()).run(only="change_bridge")
    with pytest.raises(ProjectError, match=r"there is no 'change_brige'; did you mean 'change_bridge'"):
        run.finding("change_brige")


def test_importing_the_package_alone_loads_no_engine() -> None:
    code = "import sys, patronage; print(sorted({'ibis', 'duckdb', 'numba', 'altair'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
