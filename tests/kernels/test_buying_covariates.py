"""Rates of buying and leaving that hang on what is known at the first purchase."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.kernels.buying_covariates import LEAST_SCALE, fit_with_covariates, holdout_with_covariates
from patronage.kernels.repeat_buying import (
    RANDOM,
    RepeatModel,
    fit_repeat_buying,
    log_likelihood,
)
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts

BASE = {
    RepeatModel.BG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.MBG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.PARETO_NBD: (0.8, 10.0, 0.7, 30.0),
}
SIZES = (2_000, 1_000, 500, 200, 100, 50, 25, 12)


def moved(model, buying: float, leaving: float) -> tuple[float, float, float, float]:
    r, alpha, third, fourth = BASE[model]
    if model is RepeatModel.PARETO_NBD:
        return r, alpha * np.exp(-buying), third, fourth * np.exp(-leaving)
    return r, alpha * np.exp(-buying), third * np.exp(leaving), fourth


def counted(told) -> RepeatCounts:
    return repeat_counts(told.seen.x, told.seen.t_x, told.seen.T)


def joined(cells) -> RepeatCounts:
    return RepeatCounts(*(np.concatenate([getattr(one, name) for one in cells]) for name in ("x", "t_x", "T", "n")))


@pytest.mark.parametrize("model", RANDOM)
def test_covariates_move_the_parameters_as_written_by_hand(simulate_buying, model):
    # A rate of buying faster by a factor f has alpha / f; in BG/NBD a, in Pareto/NBD 1 / beta grow with leaving.
    cells = [counted(simulate_buying(str(model), BASE[model], np.full(400, 50.0), seed=seed)) for seed in (1, 2)]
    fit = fit_with_covariates(cells, np.eye(2), model)
    first, names = fit.at([1.0, 0.0]), model.names
    assert first.parameters["alpha"] == pytest.approx(fit.plain.parameters["alpha"] * np.exp(-fit.buying[0]))
    leaves, way = (names[3], -1) if model is RepeatModel.PARETO_NBD else (names[2], 1)
    assert first.parameters[leaves] == pytest.approx(fit.plain.parameters[leaves] * np.exp(way * fit.leaving[0]))
    each = [log_likelihood(fit.at(z), one) for z, one in zip(np.eye(2), cells, strict=True)]
    assert fit.log_likelihood == pytest.approx(sum(each), abs=1e-6)


@pytest.mark.parametrize("model", RANDOM)
def test_effects_of_two_large_levels_are_found_again(simulate_buying, model):
    effects = [(0.5, -0.4), (-0.5, 0.4)]
    cells = [
        counted(simulate_buying(str(model), moved(model, *each), np.linspace(30, 90, 4_000), seed=seed))
        for seed, each in enumerate(effects)
    ]
    fit = fit_with_covariates(cells, np.array([[1.0], [-1.0]]), model)
    assert fit.converged
    assert abs(fit.buying[0] - 0.5) < 4 * fit.errors[0, 0]
    assert abs(fit.leaving[0] + 0.4) < 4 * fit.errors[1, 0]
    plain = fit_repeat_buying(joined(cells), model)
    assert fit.log_likelihood > plain.log_likelihood + 50


def test_small_levels_lean_on_all_and_err_less_than_apart_or_as_one(simulate_buying):
    model, rows = RepeatModel.BG_NBD, []
    for seed in range(3):
        generator = np.random.default_rng(seed)
        buying, leaving = generator.normal(0, 0.4, len(SIZES)), generator.normal(0, 0.4, len(SIZES))
        told = [
            simulate_buying(
                str(model), moved(model, buying[k], leaving[k]), generator.uniform(20, 80, size), 52.0,
                seed=100 * seed + k,
            )
            for k, size in enumerate(SIZES)
        ]  # fmt: skip
        cells = [counted(each) for each in told]
        fit = fit_with_covariates(cells, np.eye(len(SIZES)), model)
        ways = (
            [fit.at(z) for z in np.eye(len(SIZES))],
            [fit_repeat_buying(one, model) for one in cells],
            [fit_repeat_buying(joined(cells), model)] * len(SIZES),
        )
        truth = np.log(0.8 / 10) + buying
        off = [
            np.array([np.log(each.parameters["r"] / each.parameters["alpha"]) for each in way]) - truth for way in ways
        ]
        rows.append([float(np.mean(each**2)) for each in off])
    pooled, apart, as_one = np.mean(rows, axis=0)
    assert pooled < apart
    assert pooled < 0.3 * as_one


def test_levels_that_do_not_differ_are_pooled(simulate_buying):
    model = RepeatModel.MBG_NBD
    cells = [counted(simulate_buying("mbg_nbd", BASE[model], np.linspace(30, 80, 700), seed=seed)) for seed in range(4)]
    fit = fit_with_covariates(cells, np.eye(4), model)
    assert max(fit.scales) < 0.15
    assert np.abs(fit.buying).max() < 0.15
    assert min(fit.scales) >= LEAST_SCALE


def test_the_holdout_tells_levels_that_differ_from_levels_that_do_not(simulate_buying):
    model, gains = RepeatModel.BG_NBD, []
    for spread in (0.6, 0.0):
        early, full = [], []
        for seed, way in enumerate((1, -1)):
            parameters = moved(model, way * spread, 0.0)
            # Both watches end with week 60, so that the same luck makes them.
            early.append(counted(simulate_buying("bg_nbd", parameters, np.full(1_500, 40.0), 20.0, seed=seed)))
            full.append(counted(simulate_buying("bg_nbd", parameters, np.full(1_500, 60.0), 0.0, seed=seed)))
        design = np.eye(2)
        fit = fit_with_covariates(early, design, model)
        plain = fit_with_covariates([joined(early)], np.zeros((1, 1)), model)
        whole = holdout_with_covariates(plain, np.zeros((1, 1)), [joined(early)], [joined(full)])
        gains.append(holdout_with_covariates(fit, design, early, full) - whole)
    assert gains[0] > 5
    assert gains[1] < 2


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(3)))
def test_the_order_of_cells_changes_nothing(simulate_buying, order):
    model = RepeatModel.BG_NBD
    cells = [
        counted(simulate_buying("bg_nbd", moved(model, 0.3 * k, 0.0), np.linspace(30, 90, 600), seed=k))
        for k in range(3)
    ]
    straight = fit_with_covariates(cells, np.eye(3), model)
    turned = fit_with_covariates([cells[k] for k in order], np.eye(3)[list(order)], model)
    assert turned.log_likelihood == pytest.approx(straight.log_likelihood, abs=1e-3)
    assert turned.buying == pytest.approx(straight.buying, abs=1e-3)


CELL = repeat_counts([0, 1], [0, 5], [30, 30], n=[40, 20])


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: fit_with_covariates([CELL], np.ones((1, 1)), RepeatModel.MBG_CNBD_K),
            "covariates stand in bg_nbd, mbg_nbd, pareto_nbd, got mbg_cnbd_k",
        ),
        (
            lambda: fit_with_covariates([CELL], np.ones((2, 1)), RepeatModel.BG_NBD),
            "design must have one row per cell, got 2 for 1",
        ),
        (
            lambda: fit_with_covariates([], np.ones((0, 1)), RepeatModel.BG_NBD),
            "covariates need cells and columns, got 0 and 1",
        ),
        (
            lambda: fit_with_covariates([CELL], np.ones((1, 1)), RepeatModel.BG_NBD).at([1.0, 0.0]),
            "levels must have 1 columns, got 2",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(act, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        act()
