"""Totals of cohorts with their uncertainty."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.alive_orders import Future
from patronage.kernels.draws import stream
from patronage.kernels.future_orders import Customers, Outlook
from patronage.kernels.repeat_buying import (
    RepeatModel,
    expected_transactions,
    fit_repeat_buying,
    stated_repeat_buying,
)
from patronage.kernels.repeat_counts import repeat_counts
from patronage.kernels.spend import stated_spend
from patronage.kernels.total_orders import Cohorts, expected_totals, total_draws

BG = stated_repeat_buying(RepeatModel.BG_NBD, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
AHEAD = Outlook(Future(39.0))


def everyone(histories):
    return Customers(histories.x, histories.t_x, histories.T)


def test_the_published_total_of_cdnow_has_an_interval_that_holds_what_happened(cdnow):
    seen = cdnow.calibration
    fit = fit_repeat_buying(repeat_counts(seen.x, seen.t_x, seen.T), RepeatModel.PARETO_NBD)
    draws = total_draws(fit, Cohorts(everyone(seen)), AHEAD)[0]
    assert expected_totals(fit, Cohorts(everyone(seen)), AHEAD)[0] == pytest.approx(1665.5, abs=0.05)
    assert draws.mean() == pytest.approx(1665.5, rel=0.02)
    low, high = np.quantile(draws, (0.05, 0.95))
    assert low < 1882 < high


@pytest.mark.parametrize("model", list(RepeatModel))
def test_the_effect_of_the_parameters_is_that_of_the_model_at_drawn_parameters(cdnow, model):
    seen = cdnow.calibration
    fit = fit_repeat_buying(repeat_counts(seen.x, seen.t_x, seen.T), model)
    # 10,000 copies of each customer leave no chance; what remains are the parameters, drawn as the function draws them.
    many = Cohorts(everyone(seen), n=np.full(len(seen.x), 1e4))
    draws = total_draws(fit, many, AHEAD, draws=60)[0] / 1e4
    normal = np.clip(stream(0, "total_orders.parameters").standard_normal((60, 4)), -4, 4)
    values, vectors = np.linalg.eigh(fit.covariance)
    exact = []
    for row in np.exp(np.log(fit.values) + normal @ (vectors * np.sqrt(values)).T):
        moved = replace(fit, parameters=dict(zip(model.names, row.tolist(), strict=True)))
        exact.append(expected_transactions(moved, seen.x, seen.t_x, seen.T, 39.0).sum())
    assert draws == pytest.approx(np.array(exact), rel=0.02)
    assert np.std(np.log(draws / exact)) < 0.005
    assert np.std(draws) == pytest.approx(np.std(exact), rel=0.05)


def test_at_known_parameters_the_spread_is_that_of_simulated_totals(simulate_buying):
    # 400 cohorts of 60 customers each, all seen alike: their totals spread as the draws of one of them.
    told = simulate_buying("bg_nbd", tuple(BG.values), np.full(24_000, 30.0), ahead=39.0, seed=21)
    group = np.arange(24_000) % 400
    totals = np.bincount(group, weights=told.later)
    cohorts = Cohorts(everyone(told.seen), group=group, groups=400)
    draws = total_draws(BG, cohorts, AHEAD, draws=500)
    inside = (totals > np.quantile(draws, 0.05, axis=1)) & (totals < np.quantile(draws, 0.95, axis=1))
    assert inside.mean() == pytest.approx(0.9, abs=0.04)
    spread = (totals - draws.mean(axis=1)) / draws.std(axis=1)
    assert spread.std() == pytest.approx(1, abs=0.1)
    assert spread.mean() == pytest.approx(0, abs=0.12)


def test_worth_and_spend_widen_totals_as_simulated(simulate_buying):
    told = simulate_buying("bg_nbd", tuple(BG.values), np.full(24_000, 30.0), ahead=39.0, seed=22)
    generator, spend = np.random.default_rng(1), stated_spend(2.0, 8.0, 35.0)
    nu = generator.gamma(8.0, 1 / 35.0, 24_000)
    # Only customers without a repeat, so that nothing of their spend is known.
    new = told.seen.x == 0
    worth = generator.gamma(np.maximum(2.0 * told.later, 1e-9), 1 / nu) * (told.later > 0)
    group = np.arange(24_000) % 200
    totals = np.bincount(group[new], weights=worth[new], minlength=200)
    customers = Customers(told.seen.x[new], told.seen.t_x[new], told.seen.T[new])
    cohorts = Cohorts(customers, worth=np.full(new.sum(), 2 * 35 / 7), group=group[new], groups=200)
    draws = total_draws(BG, cohorts, Outlook(Future(39.0), spend), draws=400)
    spread = (totals - draws.mean(axis=1)) / draws.std(axis=1)
    assert spread.std() == pytest.approx(1, abs=0.15)
    assert spread.mean() == pytest.approx(0, abs=0.2)
    plain = total_draws(BG, cohorts, AHEAD, draws=400)
    assert (plain.std(axis=1) < draws.std(axis=1)).all()


@given(st.integers(1, 4), st.integers(0, 9))
def test_cohorts_add_to_the_whole_and_copies_scale_it(groups, seed):
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 5, 40).astype(float)
    age = generator.uniform(10, 50, 40)
    customers = Customers(x, np.where(x > 0, age * generator.uniform(0.2, 1, 40), 0.0), age)
    parts = Cohorts(customers, group=generator.integers(0, groups, 40), groups=groups)
    whole = expected_totals(BG, Cohorts(customers), AHEAD)[0]
    assert expected_totals(BG, parts, AHEAD).sum() == pytest.approx(whole)
    triple = Cohorts(customers, n=np.full(40, 3.0), worth=np.full(40, -2.0))
    assert expected_totals(BG, triple, AHEAD)[0] == pytest.approx(-6 * whole)
    draws = total_draws(BG, triple, replace(AHEAD, seed=seed), draws=200)[0]
    assert draws.mean() == pytest.approx(-6 * whole, rel=0.25)
    assert (draws == total_draws(BG, triple, replace(AHEAD, seed=seed), draws=200)[0]).all()


def test_a_cohort_without_customers_has_nothing_in_every_draw():
    customers = Customers(np.array([1.0]), np.array([3.0]), np.array([9.0]))
    draws = total_draws(BG, Cohorts(customers, group=np.array([1]), groups=2), AHEAD, draws=50)
    assert (draws[0] == 0).all()
    assert (draws[1] > 0).any()


def test_a_group_that_is_not_there_is_refused():
    customers = Customers(np.array([1.0]), np.array([3.0]), np.array([9.0]))
    message = "group must lie from 0 to 1, got 2 to 2"
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        expected_totals(BG, Cohorts(customers, group=np.array([2]), groups=2), AHEAD)
    with pytest.raises(ValueError, match="n must not be negative: 1 of 1 are"):
        expected_totals(BG, Cohorts(customers, n=np.array([-1.0])), AHEAD)
