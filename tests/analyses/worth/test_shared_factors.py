"""What moves the value of all customers together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from patronage.analyses.worth.shared_factors import Outside, Weights, calendar_over, shared_factors
from patronage.analyses.worth.stationary import Asked, Histories, Laws
from patronage.evidence.store import StoredTable
from patronage.findings.lifetime import Calendar
from patronage.kernels.alive_orders import Future
from patronage.kernels.future_orders import Customers
from patronage.kernels.lapse import Hazard, Slopes
from patronage.kernels.repeat_buying import RepeatFit, RepeatModel, stated_repeat_buying
from patronage.kernels.spend import stated_spend
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import Horizon, TimeUnit
from patronage.vocabulary.terms import Terms

TERMS = Terms("Acme", "GBP", date(2024, 1, 1), Horizon(3.0), 0.1, TimeUnit.WEEK)
ONES = np.ones(1000)
STILL = Outside(ONES, ONES, ONES)
ASKED = Asked(Future(52.0))


def people(renewing: int = 0) -> Histories:
    x = np.array([0.0, 3.0, 8.0, 5.0])
    renews = np.arange(4) >= 4 - renewing
    past = Customers(x, np.array([0.0, 20.0, 45.0, 44.0]), np.full(4, 50.0))
    gap = np.where(renews, 8.8, 0.0)
    means = np.array([0.0, 30.0, 40.0, 20.0])
    return Histories(past, x, means, renews, gap, np.full(4, 0.1), np.full(4, np.nan))


def certain_fit() -> RepeatFit:
    return stated_repeat_buying(RepeatModel.BG_NBD, {"r": 0.7, "alpha": 9.0, "a": 0.4, "b": 2.5})


def weights() -> Weights:
    return Weights(np.full(4, 10.0), np.array([10.0, 40.0, 90.0, 60.0]), np.ones(4))


def test_certain_laws_and_inputs_move_nothing() -> None:
    laws = Laws(certain_fit(), None, stated_spend(6.0, 4.0, 15.0), 1.0, 1.0)
    found = shared_factors(laws, people(), weights(), (ASKED, STILL), TERMS)
    for factors in (found.alive, found.orders, found.gain, found.cost, found.still_orders):
        np.testing.assert_allclose(factors, 1.0)


def test_every_factor_has_mean_one_and_its_own_stream() -> None:
    fit = replace(certain_fit(), covariance=np.diag([0.01, 0.01, 0.02, 0.02]))
    spend = replace(stated_spend(6.0, 4.0, 15.0), covariance=np.diag([0.001, 0.001, 0.02]))
    both = shared_factors(Laws(fit, None, spend, 1.0, 1.0), people(), weights(), (ASKED, STILL), TERMS)
    alone = shared_factors(Laws(fit, None, None, 1.0, 1.0), people(), weights(), (ASKED, STILL), TERMS)
    np.testing.assert_allclose(both.orders, alone.orders)
    assert both.gain.std() > alone.gain.std()
    for factors in (both.alive, both.orders, both.gain, both.cost):
        assert factors.mean() == pytest.approx(1.0)


def test_calendar_moves_gains_and_costs_but_not_the_still_ones() -> None:
    season = np.linspace(0.5, 1.5, 1000)
    laws = Laws(certain_fit(), None, None, 1.0, 1.0)
    found = shared_factors(laws, people(), weights(), (ASKED, Outside(season, ONES, ONES)), TERMS)
    np.testing.assert_allclose(found.gain, season)
    np.testing.assert_allclose(found.cost, season)
    np.testing.assert_allclose(found.still_gain, 1.0)


def test_only_the_part_that_renews_moves_with_the_hazard() -> None:
    laws = Laws(certain_fit(), Hazard(2.5, 20.5), None, 1.0, 1.0)
    found = shared_factors(laws, people(renewing=1), weights(), (ASKED, STILL), TERMS)
    everyone = shared_factors(laws, people(renewing=4), weights(), (ASKED, STILL), TERMS)
    # 60 of 200 come from the one who renews.
    np.testing.assert_allclose(found.gain.std(), 0.3 * everyone.gain.std(), rtol=0.25)
    assert found.gain.mean() == pytest.approx(1.0)


def test_coefficients_of_the_hazard_move_those_who_renew() -> None:
    slopes = Slopes(np.array([-2.0, -0.3, 0.0]), np.diag([0.04, 0.01, 0.0]), 20.0)
    laws = Laws(certain_fit(), Hazard(2.5, 20.5, slopes), None, 1.0, 1.0)
    found = shared_factors(laws, people(renewing=4), weights(), (ASKED, STILL), TERMS)
    assert found.gain.mean() == pytest.approx(1.0)
    assert 0.02 < found.gain.std() < 0.4
    still = Laws(certain_fit(), Hazard(2.5, 20.5, slopes._replace(covariance=np.zeros((3, 3)))), None, 1.0, 1.0)
    np.testing.assert_allclose(shared_factors(still, people(renewing=4), weights(), (ASKED, STILL), TERMS).gain, 1.0)


def test_months_beyond_the_calendar_move_as_its_last_one() -> None:
    factors = np.array([[2.0, 0.5], [1.0, 1.0]], dtype=np.float32)
    one = certain(1.0, "factor", Grade.BEHAVIOUR)
    known = Calendar(
        Grade.BEHAVIOUR, date(2024, 1, 1), True, "", (one,) * 12, one, 0.1, factors, StoredTable(Path("none"), 0, ())
    )
    np.testing.assert_allclose(calendar_over(known, np.array([1.0, 1.0, 2.0]), 2), [0.875, 1.0])
    np.testing.assert_allclose(calendar_over(known, np.array([3.0]), 2), [2.0, 1.0])
    np.testing.assert_allclose(calendar_over(None, np.array([3.0]), 2), [1.0, 1.0])
