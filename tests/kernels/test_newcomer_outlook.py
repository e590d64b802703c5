"""What new customers of each level do, beside all, with intervals from the joint covariance."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from patronage.kernels.buying_covariates import CovariateFit, fit_with_covariates
from patronage.kernels.newcomer_outlook import (
    LevelMeans,
    Outlook,
    beside_all,
    first_worth,
    newcomer_outlook,
    order_value,
)
from patronage.kernels.repeat_buying import RANDOM, RepeatModel, expected_repeat_orders, stated_repeat_buying
from patronage.kernels.repeat_counts import repeat_counts
from patronage.kernels.scale_average import USUAL_SCALE

BASE = {
    RepeatModel.BG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.MBG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.PARETO_NBD: (0.8, 10.0, 0.7, 30.0),
}
SIZES = (400, 200, 100, 50)
AHEAD = 52.0
COMPANIES = 40


def stated(model: RepeatModel, buying: list[float], leaving: list[float]) -> CovariateFit:
    """A fit at stated parameters and effects whose errors are 0.1 for each."""
    plain = stated_repeat_buying(model, dict(zip(model.names, BASE[model], strict=True)))
    size = 4 + 2 * len(buying)
    return CovariateFit(
        plain, np.array(buying), np.array(leaving), 0.01 * np.eye(size), (0.3, 0.3), 0.0, converged=True
    )


def moved(model: RepeatModel, buying: float, leaving: float) -> tuple[float, float, float, float]:
    r, alpha, third, fourth = BASE[model]
    if model is RepeatModel.PARETO_NBD:
        return r, alpha * np.exp(-buying), third, fourth * np.exp(-leaving)
    return r, alpha * np.exp(-buying), third * np.exp(leaving), fourth


def test_the_outlook_under_pareto_nbd_is_that_of_the_closed_forms() -> None:
    # E[X(t)] = r beta / (alpha (s - 1)) (1 - (beta / (beta + t))^(s - 1)), Schmittlein, Morrison & Colombo (1987).
    found = newcomer_outlook(stated(RepeatModel.PARETO_NBD, [0.0], [0.0]), [[1.0]], AHEAD)
    r, alpha, s, beta = BASE[RepeatModel.PARETO_NBD]
    expected = r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + AHEAD)) ** (s - 1))
    assert found.orders == pytest.approx([expected], rel=1e-8)
    assert found.staying == pytest.approx([(beta / (beta + AHEAD)) ** s], rel=1e-9)
    # Slopes of log staying s (log beta - log(beta + t)): in log s itself, in log beta s t / (beta + t), and as much
    # less in the effect of leaving; each parameter has variance 0.01.
    by_s, by_beta = s * np.log(beta / (beta + AHEAD)), s * AHEAD / (beta + AHEAD)
    assert found.staying_covariance == pytest.approx(0.01 * (by_s**2 + 2 * by_beta**2), rel=1e-5)


def test_who_may_leave_at_the_first_order_stays_as_the_chance_by_hand() -> None:
    # In MBG/NBD nobody can be active for certain: towards no time at all b / (a + b) are left, of (0.8, 2.8) 7 / 9.
    found = newcomer_outlook(stated(RepeatModel.MBG_NBD, [0.0], [0.0]), [[1.0]], 1e-9)
    assert found.staying == pytest.approx([7 / 9], rel=1e-6)
    assert newcomer_outlook(stated(RepeatModel.BG_NBD, [0.0], [0.0]), [[1.0]], 1e-9).staying == pytest.approx([1.0])


@pytest.mark.parametrize("model", RANDOM)
def test_faster_buying_and_earlier_leaving_move_the_outlook(model: RepeatModel) -> None:
    found = newcomer_outlook(stated(model, [0.0, 0.5, 0.0], [0.0, 0.0, 0.5]), np.eye(3), AHEAD)
    assert found.orders[1] > found.orders[0] > found.orders[2]
    assert found.staying[2] < found.staying[0]
    whole = expected_repeat_orders(stated(model, [0.5], [0.0]).at([1.0]), [AHEAD])
    assert found.orders[1] == pytest.approx(float(whole[0]))


def test_ratios_to_all_and_their_intervals_are_those_by_hand() -> None:
    # Mean of 2 (three customers) and 6 (one): 3. Weights of the logs 6 / 12 each, so a log ratio is half the difference
    # of the two logs: with variances 0.04 and covariance 0.03 its variance is (0.08 - 0.06) / 4 = 0.005.
    found = beside_all([2.0, 6.0], [[0.04, 0.03], [0.03, 0.04]], [3.0, 1.0])
    assert found.everyone == pytest.approx(3.0)
    assert found.ratio == pytest.approx([2 / 3, 2.0])
    assert found.ratio_high / found.ratio == pytest.approx(np.exp(1.6448536 * np.sqrt(0.005)))
    assert found.high / found.value == pytest.approx(np.exp(1.6448536 * 0.2))
    assert found.low * found.high == pytest.approx(found.value**2)


def test_the_value_of_an_order_leans_on_all_levels_and_worth_counts_the_first_order() -> None:
    sums = np.array([[100.0, 2000.0, 60000.0], [100.0, 2000.0, 60000.0], [2.0, 80.0, 4000.0]])
    found = order_value(sums)
    assert found.mean[0] == pytest.approx(found.mean[1])
    assert found.mean[0] == pytest.approx(20.0, rel=0.05)
    assert 20.0 < found.mean[2] < 40.0
    outlook = newcomer_outlook(stated(RepeatModel.BG_NBD, [0.0] * 3, [0.0] * 3), np.eye(3), AHEAD)
    worth = first_worth(outlook, found)
    assert worth.mean == pytest.approx((1 + outlook.orders) * found.mean)
    assert (np.diag(worth.covariance) > np.diag(found.covariance)).all()


class Company(NamedTuple):
    """What is told of the levels of a simulated company, and the truth of them, (levels,) each."""

    outlook: Outlook
    value: LevelMeans
    true_orders: np.ndarray
    true_staying: np.ndarray
    true_value: np.ndarray


@cache
def companies(simulate_buying, model: RepeatModel) -> list[Company]:
    return [company(simulate_buying, model, 500 + number) for number in range(COMPANIES)]


def company(simulate_buying, model: RepeatModel, seed: int) -> Company:
    random = np.random.default_rng(seed)
    # Scales follow the law over which they are averaged, under which the intervals are to hold.
    buying, leaving, dear = np.abs(random.normal(0, USUAL_SCALE, 3))
    effects = random.normal(0, [buying, leaving], (len(SIZES), 2))
    value = 20.0 * np.exp(random.normal(0, dear, len(SIZES)))
    cells, sums = [], []
    for k, size in enumerate(SIZES):
        ages = np.random.default_rng(10 * seed + k).uniform(20, 100, size)
        seen = simulate_buying(str(model), moved(model, *effects[k]), ages, seed=10 * seed + k).seen
        cells.append(repeat_counts(seen.x, seen.t_x, seen.T))
        # Customers' means are log-normal about that of the level, and each one's orders gamma about its own.
        own = value[k] * np.exp(random.normal(-0.32, 0.8, size))
        mean = own * random.gamma(4 * (seen.x + 1)) / (4 * (seen.x + 1))
        sums.append([size, mean.sum(), (mean**2).sum()])
    outlook = newcomer_outlook(fit_with_covariates(cells, np.eye(len(SIZES)), model), np.eye(len(SIZES)), AHEAD)
    true = [moved(model, *each) for each in effects]
    plain = [stated_repeat_buying(model, dict(zip(model.names, each, strict=True))) for each in true]
    orders = np.concatenate([expected_repeat_orders(one, [AHEAD]) for one in plain])
    return Company(outlook, order_value(sums), orders, np.array([staying(model, each) for each in true]), value)


def staying(model: RepeatModel, values: tuple[float, float, float, float]) -> float:
    """The chance to be active after the time ahead, written from the story of each model."""
    r, alpha, third, fourth = values
    if model is RepeatModel.PARETO_NBD:
        return (fourth / (fourth + AHEAD)) ** third
    # Who buys at rate m and leaves after an order with chance p leaves at rate m p; m is gamma, p beta.
    p = beta.ppf((np.arange(2_000) + 0.5) / 2_000, third, fourth)
    stays = (alpha / (alpha + p * AHEAD)) ** r * (1 - p if model is RepeatModel.MBG_NBD else 1.0)
    return float(stays.mean())


def shares_inside(made: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Shares of levels whose truth, and whose ratio to the mean of all, lies in its interval; made: the truth first."""
    own, ratios = [], []
    for truth, told_values, covariance in made:
        told = beside_all(told_values, covariance, SIZES)
        beside = truth / (np.array(SIZES) @ truth / sum(SIZES))
        own.append((told.low < truth) & (truth < told.high))
        ratios.append((told.ratio_low < beside) & (beside < told.ratio_high))
    return float(np.mean(own)), float(np.mean(ratios))


def held(share: float) -> bool:
    """Whether a share of levels inside lies where nine tenths of them fall but once in a thousand times."""
    levels = COMPANIES * len(SIZES)
    least, most = binom.interval(0.999, levels, 0.9)
    return bool(least <= round(share * levels) <= most)


@pytest.mark.parametrize("model", RANDOM)
def test_intervals_of_orders_cover_levels_drawn_from_their_law(simulate_buying, model: RepeatModel) -> None:
    made = companies(simulate_buying, model)
    found = shares_inside([(one.true_orders, one.outlook.orders, one.outlook.orders_covariance) for one in made])
    assert all(held(share) for share in found), found


@pytest.mark.parametrize("model", RANDOM)
def test_intervals_of_staying_cover_levels_drawn_from_their_law(simulate_buying, model: RepeatModel) -> None:
    made = companies(simulate_buying, model)
    found = shares_inside([(one.true_staying, one.outlook.staying, one.outlook.staying_covariance) for one in made])
    assert all(held(share) for share in found), found


@pytest.mark.parametrize("model", RANDOM)
def test_intervals_of_worth_cover_levels_drawn_from_their_law(simulate_buying, model: RepeatModel) -> None:
    made = companies(simulate_buying, model)
    told = [first_worth(one.outlook, one.value) for one in made]
    truth = [(1 + one.true_orders) * one.true_value for one in made]
    found = shares_inside([(true, one.mean, one.covariance) for true, one in zip(truth, told, strict=True)])
    assert all(held(share) for share in found), found


@given(
    values=st.lists(st.floats(0.1, 100), min_size=2, max_size=6),
    factor=st.floats(0.1, 10),
    common=st.floats(0.0, 2.0),
)
def test_what_all_levels_share_moves_no_ratio(values: list[float], factor: float, common: float) -> None:
    size = np.arange(1.0, len(values) + 1)
    own = 0.02 * np.eye(len(values))
    plain, shared = beside_all(values, own, size), beside_all(np.array(values) * factor, own + common, size)
    assert shared.ratio == pytest.approx(plain.ratio)
    assert shared.ratio_high == pytest.approx(plain.ratio_high, rel=1e-6)
    assert size @ plain.ratio / size.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: newcomer_outlook(stated(RepeatModel.BG_NBD, [0.0], [0.0]), [[1.0]], 0.0),
            "ahead must be positive: 1 of 1 are not (first at (): 0.0)",
        ),
        (lambda: order_value([[1.0, 2.0]]), "sums must have 3 columns and a row per level, got shape (1, 2)"),
        (
            lambda: order_value([[5.0, -1.0, 4.0]]),
            "value must be positive: 1 of 1 are not (first at 0: -1.0)",
        ),
        (lambda: beside_all([1.0, 2.0], np.eye(2), [1.0]), "arrays must be of one length, got values 2, customers 1"),
    ],
)
def test_what_has_no_outlook_is_refused(act, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        act()
