"""What would have been forecast, beside what happened since."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patronage.study.backtest import backtest, backtest_data
from patronage.study.backtest_days import Asked
from patronage.study.project import Project
from patronage.vocabulary.errors import EstimationError, EvidenceError

Make = Callable[..., Path]
CDNOW = """
company: {{name: CDNOW, currency: USD}}
sources:
  orders:
    from: {file}
    columns: {{customer_id: customer_id, ordered_at: transaction_date, quantity: cds, amount: spend_usd}}
"""
SPLIT, END = date(1997, 9, 30), date(1998, 6, 30)

# Fader, Hardie & Lee (2005) for BG/NBD and Pareto/NBD, three packages for MBG/NBD: the 39 weeks after 39 weeks.
PUBLISHED = {
    "bg_nbd": (1653.4, 0.7855, 1.6080, 0.6256),
    "mbg_nbd": (1576.7, 0.7648, 1.6072, 0.6273),
    "pareto_nbd": (1665.5, 0.7545, 1.6028, 0.6302),
}


@pytest.fixture
def cdnow(data_folder: Path, make_project: Make) -> Project:
    file = data_folder / "cdnow" / "sample_transactions.parquet"
    return Project(make_project(strategy=CDNOW.format(file=json.dumps(file.as_posix()))))


def shop(make_project: Make) -> Project:
    """Eighty customers who buy at random for two years and leave at random."""
    random = np.random.default_rng(8)
    rows = ["customer,day,amount,order"]
    for customer in range(80):
        day, rate = float(random.integers(0, 200)), random.gamma(2.0, 0.01)
        while day < 730 and random.random() > 0.04:
            moment = np.datetime64("2020-01-01") + int(day)
            rows.append(f"c{customer},{moment},{random.lognormal(3, 0.5):.2f},o{len(rows)}")
            day += random.exponential(1 / rate)
    return Project(make_project(orders="\n".join(rows) + "\n"))


def test_published_holdout_figures_of_the_chosen_model_come_out(cdnow: Project) -> None:
    found = backtest(cdnow, Asked(SPLIT))
    total, mae, rmse, correlation = PUBLISHED[found.model]
    assert (found.until, found.customers, found.orders.actual) == (END, 2357, 1882)
    assert found.orders.predicted == pytest.approx(total, abs=0.05)
    assert found.orders.mae == pytest.approx(mae, abs=5e-5)
    assert found.orders.rmse == pytest.approx(rmse, abs=5e-5)
    assert found.orders.correlation == pytest.approx(correlation, abs=5e-5)
    rate = found.baselines["rate"]
    assert (rate.mae, rate.rmse, rate.correlation) == pytest.approx((1.0237, 2.2119, 0.5839), abs=5e-5)
    # The cohort is as old as the last period is long, so every repeat purchase falls in it.
    assert found.baselines["last_period"].mae < rate.mae
    assert found.orders.p05 < found.orders.predicted < found.orders.p95
    assert found.calendar.p05 < found.orders.actual < found.calendar.p95
    # Revenue was a third above the forecast, at the upper end of the interval.
    assert found.value.actual == pytest.approx(70_976.39, abs=0.005)
    assert found.value.p05 < found.value.predicted < found.value.p95
    assert found.value.actual < 1.01 * found.value.p95
    assert found.orders.coverage_90 >= 0.9
    assert found.value.coverage_90 >= 0.88
    best, most = found.top_tenth_share.by_prediction, found.top_tenth_share.by_actual
    assert best is not None
    assert most is not None
    assert 0.45 < best < most


def test_a_day_that_was_computed_is_not_computed_again(make_project: Make) -> None:
    project = shop(make_project)
    first = backtest(project, Asked(date(2021, 6, 30)))
    before = {path.name: path.stat().st_mtime_ns for path in project.findings.iterdir()}
    assert backtest(project, Asked(date(2021, 6, 30))) == first
    assert {path.name: path.stat().st_mtime_ns for path in project.findings.iterdir()} == before
    assert {name.split("-")[0] for name in before} >= {"repeat_buying", "calendar", "lifetime_value"}


def test_only_customers_known_by_the_day_are_forecast(make_project: Make) -> None:
    project = shop(make_project)
    found = backtest(project, Asked(date(2020, 5, 31), date(2020, 12, 31)))
    lines = [line.split(",") for line in (project.folder / "orders.csv").read_text().splitlines()[1:]]
    known = {customer for customer, day, *_ in lines if day <= "2020-05-31"}
    since = {(customer, day) for customer, day, *_ in lines if "2020-05-31" < day <= "2020-12-31" and customer in known}
    assert found.customers == len(known) < len({customer for customer, *_ in lines})
    assert found.orders.actual == len(since)
    worth = sum(float(line[2]) for line in lines if (line[0], line[1]) in since)
    assert found.value.actual == pytest.approx(worth)


def test_a_rolled_backtest_gives_each_forecast_and_all_together(make_project: Make) -> None:
    project = shop(make_project)
    found = backtest(project, Asked(date(2021, 1, 31), date(2021, 11, 30), origins=2))
    middle = date(2021, 7, 2)
    assert [(one.as_of, one.until) for one in found.origins] == [
        (date(2021, 1, 31), middle),
        (middle, date(2021, 11, 30)),
    ]
    alone = backtest(project, Asked(date(2021, 1, 31), middle))
    assert found.origins[0].orders == alone.calendar
    assert found.pooled is not None
    assert found.pooled.totals_inside == sum(one.inside for one in found.origins) / 2
    counted = sum(one.coverage_90 * one.customers for one in found.origins)
    assert found.pooled.coverage_90 == pytest.approx(counted / sum(one.customers for one in found.origins))
    assert found.until == date(2021, 11, 30)
    data = backtest_data(found)
    assert json.loads(json.dumps(data)) == data
    assert set(data["pooled"]) == {"origins", "totals_inside", "bias", "coverage_90"}
    told = {"as_of", "until", "model", "customers", "orders", "actual", "inside", "coverage_90"}
    assert set(data["origins"][0]) == told


def test_the_data_have_the_names_of_the_contract(make_project: Make) -> None:
    found = backtest(shop(make_project), Asked(date(2021, 6, 30)))
    data = backtest_data(found)
    held = {"predicted", "p05", "p95", "actual", "mae", "rmse", "correlation", "coverage_90"}
    assert set(data["orders"]) == held
    assert set(data["value"]) - {"unit"} == held
    assert set(data["top_tenth_share"]) == {"by_prediction", "by_actual"}
    assert {name: set(naive) for name, naive in data["baselines"].items()} == {
        "rate": {"mae", "rmse", "correlation"},
        "last_period": {"mae", "rmse", "correlation"},
    }
    assert set(data["calendar"]) == {"predicted", "p05", "p95"}
    assert (data["as_of"], data["until"], len(data["words"])) == ("2021-06-30", found.until.isoformat(), 3)
    assert "origins" not in data
    assert json.loads(json.dumps(data)) == data
    assert all(math.isfinite(number) for number in _numbers(data))


def test_a_history_too_short_is_refused_with_its_reason(make_project: Make) -> None:
    project = Project(make_project(orders="customer,day,amount,order\na,2020-01-01,1,o1\nb,2020-02-01,2,o2\n"))
    with pytest.raises(EstimationError) as refusal:
        backtest(project, Asked(date(2020, 1, 15)))
    assert str(refusal.value).startswith(
        "backtest: repeat_buying cannot be had as of that day: "
        "repeat_buying: 0 of 1 customer bought on two days or more, expected 10 or more"
    )


def test_a_day_before_the_orders_is_refused(make_project: Make) -> None:
    project = Project(make_project(orders="customer,day,amount,order\na,2020-01-01,1,o1\nb,2020-02-01,2,o2\n"))
    with pytest.raises(EvidenceError) as refusal:
        backtest(project, Asked(date(2019, 12, 31)))
    assert str(refusal.value) == (
        "--as-of: 2019-12-31 is before the first order (2020-01-01); give a day from 2020-01-01 on"
    )


def _numbers(data: Any) -> list[float]:
    if isinstance(data, dict):
        return [number for value in data.values() for number in _numbers(value)]
    if isinstance(data, list):
        return [number for value in data for number in _numbers(value)]
    return [data] if isinstance(data, float) else []
