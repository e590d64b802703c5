"""The published figures of the CDNOW sample, through the command line alone.

Sources: Fader, Hardie & Lee (2005) for BG/NBD and Pareto/NBD; Batislam, Denizel & Filiztekin (2007) for MBG/NBD;
Fader & Hardie's note on the gamma-gamma model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from patronage.faces.cli.app import run

AS_OF = "1997-09-30"


@pytest.fixture(scope="module")
def project(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cdnow") / "project"
    orders = data_folder / "cdnow" / "sample_transactions.parquet"
    assert run(["init", str(folder), "--orders", str(orders), "--yes"]) == 0
    assert run(["run", str(folder), "--as-of", AS_OF, "--only", "lifetime_value"]) == 0
    return folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_models_have_their_published_parameters_and_likelihoods(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = told(capsys, "show", str(project), "repeat_buying")
    assert data["as_of"] == AS_OF
    summary = data["summary"]
    assert (summary["unit"], summary["customers"]) == ("week", 2357)
    models = summary["models"]
    published = {
        "bg_nbd": (-9582.43, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}),
        "mbg_nbd": (-9582.14, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}),
        "pareto_nbd": (-9594.98, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}),
    }
    for name, (log_likelihood, parameters) in published.items():
        assert models[name]["log_likelihood"] == pytest.approx(log_likelihood, abs=0.01)
        assert models[name]["identified"] is True
        assert {key: round(value, 3) for key, value in models[name]["parameters"].items()} == parameters
    assert summary["chosen"] in models
    assert data["tables"]["customers"]["rows"] == 2357


def test_spend_has_its_published_parameters_on_revenue(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = told(capsys, "show", str(project), "lifetime_value")["summary"]
    spend = summary["spend"]
    assert (round(spend["p"], 2), round(spend["q"], 2), round(spend["gamma"], 2)) == (6.25, 3.74, 15.44)
    assert {"mean", "p05", "p95", "unit"} <= summary["total"].keys()
    assert "revenue" in summary["total"]["unit"]


def test_the_holdout_has_the_published_figures_of_the_chosen_model(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = told(capsys, "show", str(project), "repeat_buying")["summary"]["chosen"]
    data = told(capsys, "backtest", str(project), "--as-of", AS_OF)
    published = {
        "bg_nbd": (1653.4, 0.7855, 1.6080, 0.6256),
        "mbg_nbd": (1576.7, 0.7648, 1.6072, 0.6273),
        "pareto_nbd": (1665.5, 0.7545, 1.6028, 0.6302),
    }
    orders = data["orders"]
    found = round(orders["predicted"], 1), *(round(orders[name], 4) for name in ("mae", "rmse", "correlation"))
    assert found == published[chosen]
    assert (data["customers"], orders["actual"], data["until"]) == (2357, 1882, "1998-06-30")
    rate = data["baselines"]["rate"]
    assert (round(rate["mae"], 4), round(rate["rmse"], 4), round(rate["correlation"], 4)) == (1.0237, 2.2119, 0.5839)
    assert data["calendar"].keys() == {"predicted", "p05", "p95"}
    assert data["value"].keys() >= {"predicted", "p05", "p95", "actual", "mae", "rmse", "correlation", "coverage_90"}
    assert data["top_tenth_share"].keys() == {"by_prediction", "by_actual"}
